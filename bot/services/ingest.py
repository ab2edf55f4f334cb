"""From a parsed feed to the ledger: items, stories and deliveries in one transaction.

Nothing is announced that is not written down, and nothing is written down without what is owed for it.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.alerts import News, edit_pause, shows
from bot.domain.brief import brief_of, title_of
from bot.domain.identity import (
    BY_TITLE,
    ItemKeys,
    articles,
    change_of,
    dated_by_program,
    published_or_seen,
    recognise,
)
from bot.domain.links import front_page
from bot.domain.models import (
    Brief,
    Change,
    Document,
    FeedDue,
    Item,
    ItemChange,
    Matched,
    MatchResult,
    ParsedFeed,
    ParsedItem,
    Priority,
    StoryChange,
    StoryKind,
)
from bot.domain.rhythm import overflowed
from bot.domain.schedule import Polled, Reading
from bot.domain.stories import Report, StoryWindow
from bot.domain.wire import most_within
from bot.ports import Clock
from bot.services.following import tell_report
from bot.services.grouping import read_ahead
from bot.services.hearing import Hearing
from bot.services.recall import Marks, Recall, Seen
from bot.services.rulebook import RuleBook
from bot.services.tell import Telling, story_of, tell
from bot.store import feeds, items, owing, stories, turns
from bot.store.database import OUTAGES, Database, Transaction
from bot.store.items import StoredItem

log = structlog.get_logger()

MAX_TEXT = 20_000
"""Characters of an item's text that are kept."""
Finish = Callable[[Transaction, FeedDue, Polled, datetime], Awaitable[None]]
"""Writes down what a poll taught, in the transaction of its items."""
PRUNE_EVERY = timedelta(minutes=10)
"""How often the window lets go of reports that are too old."""
SLACK = timedelta(minutes=1)
"""By so much the clocks of two machines may differ."""
RHYTHM = 50
"""Recent items of a feed from which its rhythm is read."""
ENOUGH = 20
"""So many stored items tell the rhythm; with fewer, what the feed shows now is read too."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How old news may be when it is told, and how long a message may wait for its chat.

    Args:
        max_age: older items are history.
        expire: an alert that could not be sent for so long is not sent late as news.
        update_delay: changes of a story are gathered for so long before its message is edited first.
    """

    max_age: timedelta = timedelta(hours=24)
    expire: timedelta = timedelta(hours=6)
    update_delay: timedelta = timedelta(seconds=30)


@dataclass(slots=True)
class Intake:
    """What one feed document brought. `newest_before` is the feed's newest item before it."""

    new: int = 0
    edited: int = 0
    matched: int = 0
    alerts: int = 0
    updates: int = 0
    overflowed: bool = False
    newest_before: datetime | None = None


async def _finish(tx: Transaction, due: FeedDue, polled: Polled, _now: datetime) -> None:
    await feeds.finish(tx, due.id, polled.state, polled.next_poll_at)


class Ingest:
    """Takes parsed feeds in.

    Args:
        database: where everything is written.
        rulebook: says what an item is about.
        window: says which story it belongs to.
        clock: the time.
        policy: ages and delays.
    """

    def __init__(
        self, database: Database, rulebook: RuleBook, window: StoryWindow, clock: Clock, policy: Policy
    ) -> None:
        self._database = database
        self._rulebook = rulebook
        self._window = window
        self._clock = clock
        self._policy = policy
        self._pruned_at = self._caught_up_at = clock.now()
        self._recall = Recall()

    async def take(
        self,
        due: FeedDue,
        parsed: ParsedFeed,
        schedule: Callable[[Reading], Polled],
        finish: Finish = _finish,
        briefs: Mapping[str, Brief] | None = None,
        seen: Seen | None = None,
        hearing: Hearing | None = None,
    ) -> tuple[Intake, Polled]:
        """Write down what is new in a feed document, what is owed for it, and when to poll again.

        Args:
            due: the feed, leased.
            parsed: its document.
            schedule: decides the next poll from what the document says of its rhythm.
            finish: writes that decision down.
            briefs: what to tell of items, by item key; of others the feed's own text is told.
            seen: what `look` said of this document, when it was asked.
            hearing: what `hear` gave for this document, when it was asked.
        """
        now, looked = self._clock.now(), seen or self.look(due, parsed)
        begun: list[int] = []
        heard = hearing or self.hear()
        self._prune(now)
        await read_ahead(self._window, self._reports(due, parsed, looked, now, heard))

        async def write(tx: Transaction) -> tuple[_Batch, Polled]:
            batch = _Batch(tx, due, now, begun, looked, heard, briefs=briefs or {})
            await self._take_items(batch, parsed)
            polled = schedule(batch.reading(parsed))
            await finish(tx, due, polled, now)
            return batch, polled

        batch, polled = await self._database.transact(write, lambda: self._forget(begun))
        self._recall.keep(due, polled.state.body_hash, batch.steady, batch.times_after(RHYTHM))
        return batch.intake, polled

    async def take_older(self, due: FeedDue, parsed: ParsedFeed, newest_before: datetime | None) -> Intake:
        """Write down what a page of older items brings, for a feed whose window overflowed.

        Args:
            due: the feed, as it was leased for the poll that found the overflow.
            parsed: the page.
            newest_before: the feed's newest item before that poll.

        Returns:
            What it brought; `overflowed` when this page does not reach back to that item either.
        """
        now, begun = self._clock.now(), list[int]()
        looked, heard = self.look(due, parsed), self.hear()

        async def write(tx: Transaction) -> Intake:
            batch = _Batch(tx, due, now, begun, looked, heard)
            await self._take_items(batch, parsed)
            batch.intake.overflowed = overflowed(batch.seen_first, batch.seen_before, newest_before)
            return batch.intake

        intake = await self._database.transact(write, lambda: self._forget(begun))
        self._recall.forget_times(due)
        return intake

    def look(self, due: FeedDue, parsed: ParsedFeed) -> Seen:
        """Which entries of a document are not as our poll before left them: only those bring anything."""
        return self._recall.seen(due, parsed)

    def hear(self) -> Hearing:
        """Ask the rules about a document: each of its items is matched once, whoever asks."""
        return Hearing(self._rulebook)

    def _prune(self, now: datetime) -> None:
        if now - self._pruned_at > PRUNE_EVERY:
            self._window.prune(now)
            self._pruned_at = now

    def _reports(
        self, due: FeedDue, parsed: ParsedFeed, seen: Seen, now: datetime, hearing: Hearing
    ) -> Iterator[Report]:
        """What grouping may have to place of a document."""
        for place in seen.fresh:
            found = parsed.items[place]
            item = item_of(found, "", due, now, parsed.language)
            result = hearing.of(found, document_of(item))
            if result.rules:
                yield report_of(0, item, result)

    def _forget(self, begun: list[int]) -> None:
        """Their transaction is gone, so these stories must not attract further reports."""
        self._window.forget(begun)
        begun.clear()

    async def _take_items(self, batch: "_Batch", parsed: ParsedFeed) -> None:
        owner, seen = batch.due.spec.outlet.owner, batch.seen
        batch.pass_over(parsed.items)
        if batch.first_poll:
            batch.by_program = dated_by_program(parsed.items)
        listed = articles(parsed.items, owner, seen.fresh, seen.others)
        wanted = {key for _, keys in listed for key in keys.wanted}
        if wanted:
            await turns.take(batch.tx, turns.publisher(owner))
        batch.known = await items.known(batch.tx, owner, wanted)
        batch.times = seen.times
        if batch.times is None:
            batch.times = await items.recent_times(batch.tx, batch.due.id, limit=RHYTHM)
        # Oldest first, so that of several reports of one event the earliest leads the story.
        for found, keys in reversed(listed):
            try:
                await self._take_item(batch, found, keys, parsed.language)
            except OUTAGES:
                raise
            except Exception:
                # What one item holds must not keep the others of its feed from being told.
                log.exception("item could not be taken in", feed=batch.due.id, item=keys.key)

    async def _take_item(
        self, batch: "_Batch", found: ParsedItem, keys: ItemKeys, feed_language: str | None
    ) -> None:
        before = recognise(keys, batch.known)
        batch.saw(found, before)
        item = item_of(found, keys.key, batch.due, batch.now, feed_language)
        change = change_of(item, before.item if before else None)
        if before is not None and change is None:
            await self._remember(batch, before, keys)
            batch.steady[found.fingerprint()] = keys.marks
        if change is None or not item.title:
            return
        result = batch.hearing.of(found, document_of(item))
        if item.language != result.language:
            item = replace(item, language=result.language)
        if result.rules:
            item = replace(item, brief=batch.briefs.get(keys.key) or brief_of(item, result))
            await self._catch_up(batch)
        matched = Matched(ItemChange(change.kind, item, change.previous_title), result)
        dated = None if found.published in batch.by_program else found.published
        news = News(dated, item.seen_at, batch.first_poll, batch.due.created_at)
        begun = len(batch.begun)
        try:
            async with batch.tx.begin_nested():
                item_id = await self._store(batch, matched, before, keys)
                if result.rules:
                    await self._tell(batch, await self._place(batch, item_id, matched), news)
        except BaseException:
            self._window.forget(batch.begun[begun:])
            raise
        batch.count(change, keys, StoredItem(item_id, item, result))
        batch.steady[found.fingerprint()] = keys.marks

    async def _remember(self, batch: "_Batch", known: StoredItem, keys: ItemKeys) -> None:
        """An article got another address or date, not yet another text: one thing may change at a time."""
        new = [key for key in keys.stored if key not in batch.known]
        if new:
            await items.know(batch.tx, batch.due.spec.outlet.owner, known.id, new)
            batch.known |= dict.fromkeys(new, known)

    async def _catch_up(self, batch: "_Batch") -> None:
        """From here to the end of the transaction nobody else places reports; what others placed is read."""
        if batch.has_turn:
            return
        batch.has_turn = True
        if await turns.take(batch.tx, turns.STORIES):
            newest, since = self._window.newest, self._caught_up_at - SLACK
            for told in await stories.placed(batch.tx, newest, since, batch.now - self._window.span):
                if told.item.result is not None:
                    self._window.add(told.story_id, report_of(told.item.id, told.item.item, told.item.result))
            self._caught_up_at = batch.now

    async def _store(
        self, batch: "_Batch", matched: Matched, before: StoredItem | None, keys: ItemKeys
    ) -> int:
        item, result = matched.change.item, matched.result
        if before is None:
            return await items.add(batch.tx, item, result, keys.stored)
        await items.edit(batch.tx, before.id, item, result, batch.now, matched.change.previous_title)
        await items.know(batch.tx, item.outlet.owner, before.id, keys.stored)
        return before.id

    async def _place(self, batch: "_Batch", item_id: int, matched: Matched) -> StoryChange:
        """Find the story of an item, or begin one."""
        report = report_of(item_id, matched.change.item, matched.result)
        new = matched.change.kind is Change.NEW
        placed = None if new else await stories.of_item(batch.tx, item_id)
        if placed is not None:
            self._window.add(placed[0], report)
            return StoryChange(StoryKind.EDITED, placed[0], item_id, matched)
        decision = self._window.decide(report)
        kind = StoryKind.NEW if decision.story is None else StoryKind.JOINED
        story_id = decision.story
        if story_id is None:
            story_id = await stories.create(batch.tx, batch.now, decision.follows)
            batch.begun.append(story_id)
        await stories.join(batch.tx, story_id, item_id, decision.why, batch.now)
        self._window.add(story_id, report)
        return StoryChange(kind, story_id, item_id, matched)

    async def _tell(self, batch: "_Batch", change: StoryChange, news: News) -> None:
        """Owe an alert to every chat that asked for it and has none yet, and an edit to those that have."""
        matcher, result = self._rulebook.current, change.matched.result
        salience = {key: matcher.rule_salience(result, key) for key in result.rules}
        await stories.satisfy(batch.tx, change.story_id, salience)
        story, policy = await story_of(batch.tx, change.story_id), self._policy
        owners = most_within(story.voices)
        what = Telling(story.id, news, salience, owners, policy.max_age, policy.expire)
        batch.intake.alerts += await tell(batch.tx, what, batch.now)
        corrected = change.matched.change.previous_title is not None
        if (corrected or change.kind is StoryKind.JOINED) and shows(
            story, change.item_id, corrected=corrected
        ):
            if change.kind is StoryKind.JOINED:
                await tell_report(batch.tx, story, change.item_id, batch.now)
            batch.intake.updates += await owing.owe_updates(
                batch.tx, story.id, batch.now, partial(edit_pause, first=policy.update_delay), Priority.UPDATE
            )


@dataclass(slots=True)
class _Batch:
    """One document on its way in.

    `begun` lists the stories that this transaction began; `steady` holds the marks of the entries that are
    stored as they stand, by fingerprint; `by_program` are dates of the first document that say nothing of
    its articles.
    """

    tx: Transaction
    due: FeedDue
    now: datetime
    begun: list[int]
    seen: Seen
    hearing: Hearing
    has_turn: bool = False
    by_program: Collection[datetime] = frozenset()
    briefs: Mapping[str, Brief] = field(default_factory=dict)
    intake: Intake = field(default_factory=Intake)
    known: dict[str, StoredItem] = field(default_factory=dict)
    times: Sequence[datetime] | None = None
    added: list[datetime] = field(default_factory=list)
    seen_first: list[datetime | None] = field(default_factory=list)
    seen_before: list[datetime | None] = field(default_factory=list)
    steady: dict[int, Marks] = field(default_factory=dict)

    def pass_over(self, listed: Sequence[ParsedItem]) -> None:
        """Note the entries that our poll before left as they are."""
        for item, mark in zip(listed, self.seen.prints, strict=True):
            if mark in self.seen.steady and mark not in self.steady:
                self.steady[mark] = self.seen.steady[mark]
                self.seen_before.append(item.published)

    def times_after(self, most: int) -> Sequence[datetime] | None:
        """When the feed's newest items appeared, with those of this document; None when some were redated."""
        return None if self.intake.edited else [*reversed(self.added), *(self.times or ())][:most]

    @property
    def first_poll(self) -> bool:
        return self.due.state.last_success_at is None

    def saw(self, found: ParsedItem, before: StoredItem | None) -> None:
        """Note whether an item was known. One that this same poll brought says nothing of the poll before."""
        last = self.due.state.last_success_at
        if before is None:
            self.seen_first.append(found.published)
        elif last is None or before.item.seen_at <= last:
            self.seen_before.append(found.published)

    def count(self, change: ItemChange, keys: ItemKeys, stored: StoredItem) -> None:
        """Note an item that was written."""
        if change.kind is Change.NEW:
            self.intake.new += 1
            self.added.append(change.item.published)
        else:
            self.intake.edited += 1
        self.intake.matched += bool(stored.result and stored.result.rules)
        self.known |= dict.fromkeys(keys.stored, stored)

    def reading(self, parsed: ParsedFeed) -> Reading:
        """What the document says of the feed's rhythm, and whether we missed something."""
        times = self.times or ()
        newest = self.intake.newest_before = max(times, default=None)
        self.intake.overflowed = overflowed(self.seen_first, self.seen_before, newest)
        # Of a feed whose items come first by another feed of its publisher, little is stored.
        shown = self.seen_first if len(times) >= ENOUGH else [item.published for item in parsed.items]
        fresh = [at for at in shown if at is not None]
        return Reading([*times, *fresh], parsed.ttl, parsed.skip_hours, self.intake.overflowed)


def item_of(found: ParsedItem, key: str, due: FeedDue, now: datetime, feed_language: str | None) -> Item:
    """An item of a feed document, seen now, in the words of the domain."""
    spec = due.spec
    return Item(
        key=key,
        feed_id=due.id,
        outlet=spec.outlet,
        url=found.url or front_page(spec.url),
        title=title_of(found.title, found.summary),
        summary=found.summary,
        text=found.text[:MAX_TEXT],
        language=found.language or spec.language or feed_language,
        published=published_or_seen(found.published, now),
        seen_at=now,
        image=found.image,
        authors=found.authors,
    )


def document_of(item: Item) -> Document:
    """An item as matching reads it."""
    return Document(
        title=item.title,
        text=item.text or item.summary,
        language=item.language,
        published=item.published,
        source=item.outlet.name,
        owner=item.outlet.owner,
    )


def report_of(item_id: int, item: Item, result: MatchResult) -> Report:
    """An item as grouping reads it."""
    return Report(
        item_id=item_id,
        title=item.title,
        text=item.text or item.summary,
        language=result.language,
        published=item.published,
        outlet=item.outlet.name,
        owner=item.outlet.owner,
        url="" if item.key.startswith(BY_TITLE) else item.url,
        salience=result.salience,
    )
