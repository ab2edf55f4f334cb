"""Load entity packs and topics from files; what they mean is decided in the domain."""

import hashlib
import stat
import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from bot.domain.entities import Catalog
from bot.domain.models import Topic
from bot.domain.pack_format import read_pack
from bot.domain.topics import merge_topics, read_topics
from bot.domain.vocabulary import Vocabulary, read_rates, read_words
from bot.errors import PackError

MAX_PACK_BYTES = 1024 * 1024
MAX_PACKS = 1000
TOPICS_FILE = "topics.toml"
GIVEN_NAMES_FILE = "given-names.txt"
WORDS_FILE, RATES_FILE = "news-words.txt", "news-rates.txt"


def load_catalog(extra: Sequence[Path] = ()) -> Catalog:
    """Load the shipped packs, and the packs of further files or folders.

    Raises:
        PackError: a pack that cannot be read or does not hold; nothing is loaded then.
    """
    shipped = [entry for entry in _shipped().iterdir() if _is_pack(entry.name)]
    found: list[Any] = sorted(shipped, key=lambda entry: entry.name)
    for path in extra:
        found += _files(path)
    if not found:
        raise PackError(str(_shipped()), "*.toml", "no packs found")
    return Catalog.build([read_pack(entry.name, _table(entry)) for entry in found], _given_names())


def stamp_of(place: Path) -> tuple[tuple[str, int, int, int], ...]:
    """Which files stand in a folder of packs, and as what: another value says that it is worth a look.

    Returns:
        Name, time of change in nanoseconds, size and number of each file, by name; empty where there is none.
    """
    found = []
    for file in _files(place):
        try:
            seen = file.stat()
        except OSError:  # just gone, or a link to nowhere: reading it will say so
            found.append((file.name, 0, 0, 0))
        else:
            found.append((file.name, seen.st_mtime_ns, seen.st_size, seen.st_ino))
    return tuple(found)


def content_of(place: Path) -> str:
    """A hash of the packs in a folder, which is the same when they say the same; 64 hexadecimal digits."""
    found = hashlib.sha256()
    for file in _files(place):
        try:
            text = _bytes(file)
        except PackError as problem:
            text = str(problem).encode()
        found.update(f"{file.name}\0{len(text)}\0".encode("utf-8", "surrogateescape") + text)
    return found.hexdigest()


def _files(place: Path) -> list[Path]:
    """The packs in a folder, by name; a place that is no folder is taken for a pack itself."""
    try:
        found = sorted(inner for inner in place.iterdir() if _is_pack(inner.name))
    except NotADirectoryError:
        return [place]
    except OSError as problem:
        raise PackError(str(place), "folder", problem.strerror or "cannot be read") from problem
    if len(found) > MAX_PACKS:
        raise PackError(str(place), "folder", f"more than {MAX_PACKS} packs")
    return found


def load_topics(path: Path | None = None) -> tuple[Topic, ...]:
    """The shipped topics; those of `path` replace the ones with the same slug and are added to the rest.

    Raises:
        PackError: a topics file that cannot be read or does not hold.
    """
    shipped = read_topics(TOPICS_FILE, _table(_shipped() / TOPICS_FILE))
    return merge_topics(shipped, read_topics(path.name, _table(path))) if path else shipped


def load_vocabulary() -> Vocabulary:
    """The shipped words of news in Dutch and English, and how common words are."""
    words, rates = (_shipped() / name for name in (WORDS_FILE, RATES_FILE))
    return Vocabulary(
        read_words(words.read_text(encoding="utf-8")), read_rates(rates.read_text(encoding="utf-8"))
    )


def _given_names() -> list[str]:
    lines = (_shipped() / GIVEN_NAMES_FILE).read_text(encoding="utf-8").splitlines()
    return [name for line in lines if not line.startswith("#") for name in line.split()]


def _shipped() -> Any:
    return resources.files("bot") / "packs"


def _is_pack(name: str) -> bool:
    return name.endswith(".toml") and name != TOPICS_FILE


def _bytes(entry: Any) -> bytes:
    """What stands in `entry`, a path or a resource: a file of a size that a pack can have."""
    try:
        if isinstance(entry, Path) and not stat.S_ISREG(entry.stat().st_mode):
            raise PackError(entry.name, "file", "is no file")
        with entry.open("rb") as file:
            data: bytes = file.read(MAX_PACK_BYTES + 1)
    except OSError as problem:
        raise PackError(entry.name, "file", problem.strerror or "cannot be read") from problem
    if len(data) > MAX_PACK_BYTES:
        raise PackError(entry.name, "file", f"larger than {MAX_PACK_BYTES} bytes")
    return data


def _table(entry: Any) -> dict[str, Any]:
    """The TOML table in `entry`, a path or a resource."""
    try:
        return tomllib.loads(_bytes(entry).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise PackError(entry.name, "file", f"is not TOML: {problem}") from problem
