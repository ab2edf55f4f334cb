"""The topics that can be followed, as they are at this moment: a change of their file counts everywhere.

Must not read files or decide what a topic means.
"""

from collections.abc import Iterator, Sequence
from typing import overload

from bot.domain.models import Topic


class Topics(Sequence[Topic]):
    """A list of topics that can be put in place of another; whoever holds it sees those of now.

    Args:
        topics: to begin with.
    """

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._now = tuple(topics)

    def put(self, topics: Sequence[Topic]) -> None:
        """Go on with these."""
        self._now = tuple(topics)

    @overload
    def __getitem__(self, index: int) -> Topic: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Topic]: ...

    def __getitem__(self, index: int | slice) -> Topic | Sequence[Topic]:
        return self._now[index]

    def __len__(self) -> int:
        return len(self._now)

    def __iter__(self) -> Iterator[Topic]:
        """Those of now, to the end, also when others are put in their place meanwhile."""
        return iter(self._now)
