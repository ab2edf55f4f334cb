"""The poller: takes the feeds that are due, reads each once, and says when it is read again.

One bad feed is an error on that feed; all others go on.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from bot.domain.models import Brief, FeedDue, FeedSpec, Fetched, ParsedFeed, PollState
from bot.domain.schedule import LineWatch, Pace, Polled, PollOutcome, Reading, after_answer, after_failure
from bot.errors import FeedError, FeedHeld, FeedUnreachable
from bot.feeds.http import Fetcher
from bot.feeds.limits import registrable_domain
from bot.feeds.parse import parse_feed
from bot.ports import Clock
from bot.services.articles import Aside
from bot.services.completeness import further_documents
from bot.services.feedwatch import FeedWatch
from bot.services.hearing import Hearing
from bot.services.ingest import Ingest, Intake
from bot.services.withdrawn import Withdrawals
from bot.store import feeds, stories
from bot.store.database import OUTAGES, Database

log = structlog.get_logger()

LEASE = timedelta(seconds=20)
RENEWAL = timedelta(seconds=5)
"""A poll may take longer than its lease, which is renewed; that of a worker that died soon runs out."""
DEADLINE_SECONDS = 120.0
MAX_ROUNDS = 8
OUTAGE_SECONDS = 60.0
"""After our own database failed, its feeds are asked again so much later."""
IN_HAND = 6
"""Documents that are read and taken in at the same time: more would only wait for the writer, in memory."""
MOST_WAITING = 50
"""While so many documents wait for that, no further feeds are asked."""
HOT_OWNERS = 3
HOT_WITHIN = timedelta(minutes=30)
HOT_LOOK = timedelta(seconds=30)
"""A story that so many owners joined so recently is developing; how often that is looked up."""
HOT_LEAST = timedelta(minutes=5)
"""A feed that was read less than this ago is not hastened: it was told when to come back."""
LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})

Parse = Callable[[Fetched], Awaitable[ParsedFeed]]
Briefs = Callable[[FeedDue, ParsedFeed, Collection[int], Hearing, Aside], Awaitable[Mapping[str, Brief]]]


async def parse_in_thread(fetched: Fetched) -> ParsedFeed:
    """Read a document beside the event loop, without the deadline of `bot.feeds.parsing.parser`."""
    return await asyncio.to_thread(parse_feed, fetched.body or b"", fetched.content_type, fetched.url)


async def no_briefs(
    due: FeedDue, parsed: ParsedFeed, only: Collection[int], hearing: Hearing, aside: Aside
) -> Mapping[str, Brief]:
    """Tell everything from its feed."""
    return {}


class Poller:
    """Polls due feeds.

    Args:
        database: knows the feeds.
        fetcher: asks publishers.
        ingest: takes in what they answer.
        clock: the time.
        pace: the shortest and longest interval of a feed.
        batch: how many feeds are polled in one tick.
        announced: called when something was written into the ledger.
        parse: reads what was fetched.
        watch: writes down how polls ended, and tells of trouble.
        briefs: what to tell of items, from their pages.
        withdrawn: looks after articles that were told, and may be taken down.
    """

    def __init__(
        self,
        database: Database,
        fetcher: Fetcher,
        ingest: Ingest,
        clock: Clock,
        pace: Callable[[FeedSpec], Pace],
        *,
        batch: int = 50,
        announced: Callable[[], None] = lambda: None,
        parse: Parse = parse_in_thread,
        watch: FeedWatch | None = None,
        briefs: Briefs = no_briefs,
        withdrawn: Withdrawals | None = None,
    ) -> None:
        self._database = database
        self._fetcher = fetcher
        self._ingest = ingest
        self._clock = clock
        self._pace = pace
        self._batch = batch
        self._announced = announced
        self._parse = parse
        self._watch = watch or FeedWatch()
        self._briefs = briefs
        self._withdrawn = withdrawn
        self._line = LineWatch()
        self._hot: frozenset[int] = frozenset()
        self._hot_at: datetime | None = None
        self._rounds: set[asyncio.Task[None]] = set()
        self._held: set[int] = set()
        self._hands = asyncio.Semaphore(IN_HAND)
        self._waiting = 0

    async def tick(self) -> int:
        """Begin to poll what is due; returns how many feeds that are.

        A slow publisher must not hold up the next tick, so the polls go on after this returns.
        """
        if len(self._rounds) >= MAX_ROUNDS or self._waiting > MOST_WAITING:
            return 0
        await self._look_for_hot_stories()
        now = self._clock.now()
        due = await self._database.transact(lambda tx: feeds.lease_due(tx, now, LEASE, self._batch))
        if due:
            self._held |= {feed.id for feed in due}
            task = asyncio.create_task(self._round(due), name=f"poll-{due[0].id}+{len(due) - 1}")
            self._rounds.add(task)
            task.add_done_callback(self._rounds.discard)
        return len(due)

    async def renew(self) -> None:
        """Keep the leases of the polls under way."""
        if self._held:
            until, held = self._clock.now() + LEASE, sorted(self._held)
            await self._database.transact(lambda tx: feeds.renew(tx, held, until))

    async def drain(self) -> None:
        """Wait for the polls under way."""
        while self._rounds:
            await asyncio.gather(*self._rounds, return_exceptions=True)

    async def _round(self, due: Sequence[FeedDue]) -> None:
        """Poll these feeds: answers are taken in as they come, failures once all are known."""
        answers = await asyncio.gather(*(self._poll(feed) for feed in due))
        self._watch_line(due, answers)
        for feed, error in zip(due, answers, strict=True):
            if error is not None:
                await self._note(feed, error)

    async def _poll(self, due: FeedDue) -> FeedError | None:
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                fetched = await self._fetcher.fetch(due.spec, due.state)
            async with self._in_hand() as aside:
                taken = await self._take(due, fetched, aside)
            if taken:
                await self._look_back(due, fetched, *taken)
        except FeedError as error:
            return error
        except TimeoutError:
            return FeedUnreachable(f"no answer within {DEADLINE_SECONDS:g} s")
        except OUTAGES as error:
            reason = str(error).partition("\n")[0][:200]
            log.error("feed not written down", feed=due.id, reason=reason)  # noqa: TRY400  the reason is enough
            return FeedHeld(f"our own database failed ({type(error).__name__})", OUTAGE_SECONDS)
        except Exception as error:
            # A bug met by one feed's content must not stop the others.
            log.exception("feed could not be taken in", feed=due.id, url=due.spec.url)
            return FeedError(f"internal error: {type(error).__name__}")
        self._held.discard(due.id)
        return None

    async def _note(self, due: FeedDue, error: FeedError) -> None:
        """Write a failure down; where that fails, the feed is asked again when its lease runs out."""
        try:
            await self._failed(due, error)
        except Exception:
            # The job of noting a failure must not end with another one.
            log.exception("failure not written down", feed=due.id, reason=error.reason)
        finally:
            self._held.discard(due.id)

    @asynccontextmanager
    async def _in_hand(self) -> AsyncIterator[Aside]:
        """The turn of a document to be read and taken in; gives what lays it aside while others are asked."""
        await self._turn()
        held = True

        @asynccontextmanager
        async def aside() -> AsyncIterator[None]:
            nonlocal held
            self._hands.release()
            held = False
            yield
            await self._turn()
            held = True

        try:
            yield aside
        finally:
            if held:
                self._hands.release()

    async def _turn(self) -> None:
        self._waiting += 1
        try:
            await self._hands.acquire()
        finally:
            self._waiting -= 1

    async def _take(self, due: FeedDue, fetched: Fetched, aside: Aside) -> tuple[ParsedFeed, Intake] | None:
        """Take in an answer; returns what it held, and what that brought, unless it was known."""
        if fetched.body is None:
            await self._finish(due, self._schedule(due, fetched, None))
            return None
        parsed = await self._parse(fetched)
        seen, hearing = self._ingest.look(due, parsed), self._ingest.hear()
        intake, polled = await self._ingest.take(
            due,
            parsed,
            lambda reading: self._schedule(due, fetched, reading),
            self._watch.finish,
            await self._briefs(due, parsed, seen.fresh, hearing, aside),
            seen,
            hearing,
        )
        self._tell(intake, polled)
        if fetched.moved_to:
            await self._move(due, fetched.moved_to)
        log.info("feed read", feed=due.id, new=intake.new, edited=intake.edited, alerts=intake.alerts)
        return parsed, intake

    async def _look_back(self, due: FeedDue, fetched: Fetched, parsed: ParsedFeed, intake: Intake) -> None:
        """See whether articles that were told are taken down, and whether items came and went unseen."""
        if self._withdrawn:
            if intake.alerts:
                self._withdrawn.told(due.id)
            if await self._withdrawn.look(due, parsed):
                self._announced()
        if intake.overflowed:
            await self._catch_up(due, fetched, parsed, intake)

    def _schedule(self, due: FeedDue, fetched: Fetched, reading: Reading | None) -> Polled:
        return after_answer(
            due.state,
            fetched,
            reading,
            now=self._clock.now(),
            pace=self._pace(due.spec),
            jitter=random.random(),  # noqa: S311  spreads polls
            hot=due.id in self._hot,
        )

    async def _catch_up(self, due: FeedDue, fetched: Fetched, parsed: ParsedFeed, intake: Intake) -> None:
        """Items may have come and gone since the poll before: look for them once, else say so."""
        missing = "it names no older page"
        for what, spec in further_documents(due.spec, fetched, parsed):
            try:
                answer = await self._fetcher.fetch(spec, PollState())
                async with self._in_hand():
                    page = await self._parse(answer)
                    older = await self._ingest.take_older(due, page, intake.newest_before)
            except FeedError as error:
                missing = f"{what}: {error.reason}"
                continue
            self._tell(older)
            log.info("older items read", feed=due.id, where=what, new=older.new, alerts=older.alerts)
            if not older.overflowed:
                return
            missing = f"{what} does not reach back far enough"
        now = self._clock.now()
        await self._database.transact(lambda tx: self._watch.gap(tx, due, missing, now))

    def _tell(self, intake: Intake, polled: Polled | None = None) -> None:
        if intake.alerts or intake.updates or (polled and polled.notice):
            self._announced()

    async def _failed(self, due: FeedDue, error: FeedError) -> None:
        polled = after_failure(
            due.state,
            error,
            now=self._clock.now(),
            pace=self._pace(due.spec),
            jitter=random.random(),  # noqa: S311  spreads polls
            line_down=self._line.down,
        )
        blamed = polled.state.failures > due.state.failures
        (log.warning if blamed else log.debug)(
            "feed failed", feed=due.id, url=due.spec.url, reason=error.reason
        )
        await self._finish(due, polled)

    async def _finish(self, due: FeedDue, polled: Polled) -> None:
        now = self._clock.now()
        await self._database.transact(lambda tx: self._watch.finish(tx, due, polled, now))
        if polled.notice:
            self._announced()

    async def _move(self, due: FeedDue, url: str) -> None:
        moved = await self._database.transact(lambda tx: feeds.move(tx, due.id, url))
        log.info("feed moved", feed=due.id, to=url, taken=moved)

    async def _look_for_hot_stories(self) -> None:
        """Feeds that report a developing story come back soon, those that just began to as well."""
        now = self._clock.now()
        if self._hot_at is not None and now - self._hot_at < HOT_LOOK:
            return
        self._hot_at = now
        async with self._database.read() as tx:
            hot = await stories.developing(tx, now - HOT_WITHIN, HOT_OWNERS)
        if begun := hot - self._hot:
            await self._database.transact(lambda tx: feeds.hasten(tx, begun, now, HOT_LEAST))
        self._hot = hot

    def _watch_line(self, due: Sequence[FeedDue], errors: Sequence[FeedError | None]) -> None:
        """Learn whether our own line works; feeds on this machine prove nothing about it."""
        was_down = self._line.down
        hosts = [urlsplit(feed.spec.url).hostname or "" for feed in due]
        self._line = self._line.after(
            PollOutcome(registrable_domain(host), feed.state.failures, error)
            for host, feed, error in zip(hosts, due, errors, strict=True)
            if host not in LOCAL
        )
        if self._line.down and not was_down:
            log.warning("no feed answers: our own line seems to be down; no feed is blamed")
        elif was_down and not self._line.down:
            log.info("feeds answer again")
