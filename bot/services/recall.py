"""What our last poll of each feed left, so that the next one passes over all entries that are as they were.

It is memory only: whatever is missing here is read from the database again, at the price of time. It keeps
numbers, no text: some 1.5 KB for a feed of 25 entries.
"""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from bot.domain.models import FeedDue, ParsedFeed

Marks = tuple[int, ...]
"""The hashes of what identifies an entry; see `bot.domain.identity.ItemKeys`."""
_NOTHING: Mapping[int, Marks] = {}


@dataclass(frozen=True, slots=True)
class _Left:
    """A feed after a poll. `times` is None when only the database knows."""

    body_hash: bytes | None
    prints: "array[int]"
    marks: "array[int]"
    times: "array[float] | None"


@dataclass(frozen=True, slots=True)
class Seen:
    """A document beside what the last poll left.

    Args:
        prints: the fingerprint of each entry, in order.
        steady: the marks of the entries that are as they were, by fingerprint.
        fresh: the places of all others: only those bring anything.
        times: when the feed's newest items appeared, the newest first; None when the database must say.
    """

    prints: Sequence[int]
    steady: Mapping[int, Marks]
    fresh: Collection[int]
    times: Sequence[datetime] | None

    @property
    def others(self) -> set[int]:
        """The marks of all steady entries."""
        return {mark for marks in self.steady.values() for mark in marks}


class Recall:
    """The memory, by feed id."""

    def __init__(self) -> None:
        self._left: dict[int, _Left] = {}

    def seen(self, due: FeedDue, parsed: ParsedFeed) -> Seen:
        """Compare a document with what the last poll of its feed left."""
        prints = [item.fingerprint() for item in parsed.items]
        left = self._left.get(due.id)
        if left is None:
            return Seen(prints, _NOTHING, range(len(prints)), None)
        known = _by_print(left)
        # Another worker may have polled meanwhile; then it knows of items that we do not.
        ours = left.times is not None and left.body_hash == due.state.body_hash
        return Seen(
            prints,
            {mark: known[mark] for mark in prints if mark in known},
            [place for place, mark in enumerate(prints) if mark not in known],
            [datetime.fromtimestamp(at, UTC) for at in left.times or ()] if ours else None,
        )

    def keep(
        self,
        due: FeedDue,
        body_hash: bytes | None,
        steady: Mapping[int, Marks],
        times: Iterable[datetime] | None,
    ) -> None:
        """Remember how a poll left its feed.

        Args:
            due: the feed.
            body_hash: of the document.
            steady: the marks of the entries that are stored as they stand, by fingerprint.
            times: when its newest items appeared; None when the database has to be asked.
        """
        self._left[due.id] = _Left(
            body_hash,
            array("q", steady),
            array("q", chain.from_iterable(steady.values())),
            None if times is None else array("d", [at.timestamp() for at in times]),
        )

    def forget_times(self, due: FeedDue) -> None:
        """Items were stored beside the polls: the database has to be asked for their times."""
        left = self._left.get(due.id)
        if left is not None:
            self._left[due.id] = _Left(left.body_hash, left.prints, left.marks, None)


def _by_print(left: _Left) -> dict[int, Marks]:
    each = len(left.marks) // max(len(left.prints), 1)
    return dict(zip(left.prints, zip(*[iter(left.marks)] * each, strict=True), strict=False))
