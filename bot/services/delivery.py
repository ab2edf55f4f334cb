"""The pump of a lane: takes messages from the ledger in order, sends them, writes down every answer.

Each step is one transaction: it writes down the answers that came and marks the messages that go out next.
A message starts only when its mark is on disk, always with the same idempotency key, and only the
platform's answer closes it. What is found marked at the start was cut off by a crash.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.domain.backoff import backoff
from bot.domain.messages import Message
from bot.domain.models import Delivery, DeliveryKind, Malformed, Outcome, Sent, Transient
from bot.domain.pacing import UNLIMITED, Latency, Pace, Pacer
from bot.domain.quiet import postponed
from bot.errors import Phrase
from bot.ports import ChatPlatform, Clock, Finds
from bot.services.alarm import Alarms
from bot.services.answers import Answers, Tried
from bot.services.chores import Chores
from bot.services.compose import Composer, Ready, plain, without_picture
from bot.services.lanestate import LaneState
from bot.store import deliveries, folding, turns
from bot.store.database import Database, Transaction

log = structlog.get_logger()

HORIZON = 0.15
"""Seconds: a message is marked at most so long before it starts, so that urgent news can go first."""
FOLD_AFTER = 5.0
"""Seconds: when a chat's pace makes its messages wait longer than this, they are folded into a digest."""
LOOKS = 8
"""How often a step looks behind chats that have to wait: so many at most, as others want to write too."""
BROKEN_TRIES = 5
STRAYS_EVERY = 30.0
"""Seconds: so often is looked for messages that are marked and not under way here. Only a process that hung
and came back after another had taken over leaves any."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Moment:
    """The time of a step: of day, and in seconds of the pump's own clock."""

    now: datetime
    clock: float


@dataclass(slots=True)
class _Claimed:
    """Messages that are marked, with the moment at which each of them starts.

    More are looked for not before `again_at`; and at `look_at` also when nothing happens until then.
    """

    starts: dict[int, float] = field(default_factory=dict)
    batch: list[Delivery] = field(default_factory=list)
    again_at: float = 0.0
    look_at: float = math.inf


class LanePump:
    """Delivers what one lane owes. Exactly one pump may run per lane.

    Args:
        database: the ledger.
        platform: the account that sends.
        composer: makes the messages of deliveries.
        clock: the time of day.
        pace: what the platform allows.
        alarms: tells the people who run the bot; None where nobody is told.
        at_once: how many messages may be under way; None for what its pace needs.
        idle: how often the ledger is looked at when nobody wakes the pump.
        monotonic: seconds for pacing, which no change of the clock moves.
        sleep: waits so many of these seconds.
    """

    def __init__(
        self,
        database: Database,
        platform: ChatPlatform,
        composer: Composer,
        clock: Clock,
        *,
        pace: Pace = UNLIMITED,
        alarms: Alarms | None = None,
        at_once: int | None = None,
        idle: timedelta = timedelta(seconds=1),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._platform = platform
        self._composer = composer
        self._clock = clock
        self._pace = pace
        self._pacer, self._gate = Pacer(pace), Pacer(Pace(lane=pace.lane))
        self._acquainted = False
        self._latency = Latency()
        self._at_once = at_once or pace.at_once
        self._idle = idle.total_seconds()
        self._monotonic = monotonic
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._stopping = False
        self._under_way: dict[int, Delivery] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._tried: list[Tried] = []
        self._asking: dict[int, asyncio.Task[None] | None] = {}
        self._state = LaneState()
        self._answers = Answers(
            platform.lane,
            keyed=pace.keyed,
            state=self._state,
            alarms=alarms,
            clock=clock,
            monotonic=monotonic,
        )
        self._strays, self._strays_at = True, 0.0
        self._chores = Chores(platform.lane)
        self._claim_at, self._look_at, self._hurried = 0.0, 0.0, False

    @property
    def lane(self) -> str:
        """The account this pump sends with."""
        return self._platform.lane

    def wake(self) -> None:
        """Say that the ledger has something new."""
        self._claim_at, self._hurried = 0.0, True
        self._wake.set()

    def stop(self) -> None:
        """Ask the pump to end after the messages under way."""
        self._stopping = True
        self._wake.set()

    def let_go(self) -> None:
        """Another process may have the account by now: what has not begun to be sent is left to it.

        To be called when `run` was cancelled. It may be run again; then what was sent is written down, and
        the rest is settled as after a crash.
        """
        for task in self._tasks.difference(self._asking.values()):
            task.cancel()
        known = self._asking.keys() | {each.delivery.id for each in self._tried}
        known |= {each.delivery.id for each in self._answers.kept}
        self._under_way = {number: self._under_way[number] for number in known & self._under_way.keys()}
        self._strays, self._acquainted = True, False

    async def run(self) -> None:
        """Deliver until `stop`; then finish what is under way."""
        failures = 0
        while not (self._stopping and not self._tasks and not self._tried and not self._answers.kept):
            try:
                await self.step()
                failures = 0
            except Exception:
                # The ledger itself failed (a locked file, a full disk). Answers are kept in memory and
                # nothing new is sent, as no mark can be written; then the same is tried again.
                failures += 1
                log.exception("lane step failed", lane=self.lane, failures=failures)
                await asyncio.sleep(backoff(0.1, failures, 10.0))
            await self._rest()

    async def recover(self) -> None:
        """Settle what was cut off: marked in the ledger, but not under way here."""
        await self._database.transact(lambda tx: self._answers.recover(tx, self._under_way))

    async def turn(self) -> int:
        """Send what may go now and write the answers down; returns how many messages were tried."""
        self._claim_at = 0.0
        self._chores.hasten()
        begun = await self.step()
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        await self.step(claim=False)
        return begun

    async def step(self, *, claim: bool = True) -> int:
        """One transaction: answers in, marks out; then the marked messages start. Returns how many."""
        self._wake.clear()
        self._hurried, self._look_at = False, 0.0
        tried, self._tried = self._tried, []
        self._answers.take(tried)
        settled, moment = self._answers.kept, _Moment(self._clock.now(), self._monotonic())
        strays = self._strays or moment.clock >= self._strays_at
        self._strays = True  # until it is certain that what we know is on disk
        claims = claim and not self._stopping
        if claims:
            self._chores.look(moment.now, moment.clock)

        async def write(tx: Transaction) -> _Claimed:
            # What a process that is cut off has begun to write comes first: it may be written yet.
            await turns.take(tx, turns.lane(self.lane))
            if not self._acquainted:
                await self._acquaint(tx, moment)
            if strays:
                await self._answers.recover(tx, self._under_way)
            await self._answers.write_down(tx, settled)
            answered = {each.delivery.id for each in settled}
            return await self._claim(tx, moment, answered) if claims else _Claimed()

        claimed = await self._database.transact(write)
        self._strays = False
        self._strays_at = moment.clock + STRAYS_EVERY if strays else self._strays_at
        self._answers.written(settled)
        if claims:
            self._chores.done(moment.clock)
            self._claim_at = 0.0 if self._hurried else claimed.again_at
            # From the time of the step on: a wait that ended since is one to look for as well.
            change = moment.clock + self._state.next_change(moment.clock)
            self._look_at = min(claimed.look_at, change)
        for each in settled:
            self._under_way.pop(each.delivery.id, None)
        self._under_way |= {each.id: each for each in claimed.batch}
        await self._begin(claimed)
        return len(claimed.batch)

    async def _acquaint(self, tx: Transaction, moment: _Moment) -> None:
        """Whoever had the account before, its last messages count for what may be sent now."""
        self._acquainted = True
        memory, self._pacer = timedelta(seconds=self._pace.memory), Pacer(self._pace)
        if not memory:
            return
        for address, at in await deliveries.sent_within(tx, self.lane, moment.now - memory, moment.now):
            self._pacer.reserve(address, moment.clock - (moment.now - at).total_seconds())

    # --- what goes next

    async def _claim(self, tx: Transaction, moment: _Moment, answered: Collection[int]) -> _Claimed:
        now, clock = moment.now, moment.clock
        if self._state.some_ended(clock):
            # What is to be tried again goes first: let go before the chat's next one is looked for.
            self._chores.release_soon()
        await self._chores.do(tx, now, clock)
        claimed = _Claimed(again_at=self._claim_at)
        room = self._state.room(self._at_once - len(self._tasks), len(self._tasks), clock)
        if clock < self._claim_at or room <= 0:
            claimed.look_at = self._claim_at if clock < self._claim_at else math.inf
            return claimed
        busy = {each.chat_id for each in self._under_way.values() if each.id not in answered}
        skip = busy | self._state.waiting(clock)
        crowded: set[int] = set()
        for _ in range(LOOKS):
            found = await deliveries.ready(tx, self.lane, room - len(claimed.batch), skip)
            skip |= {each.chat_id for each in found}
            waits = {each.chat_id: how for each in found if (how := postponed(each, now))}
            await deliveries.postpone(tx, waits, now)
            due = [each for each in found if each.chat_id not in waits]
            self._choose(due, claimed, crowded, clock)
            full = len(claimed.batch) >= room or self._pacer.lane_start(clock) > clock + HORIZON
            if full or not found:
                break
        await deliveries.mark(tx, [each.id for each in claimed.batch], now)
        for chat_id in crowded:
            await folding.fold_chat(tx, chat_id, folding.BURST, "more at once than this chat can take", now)
        claimed.again_at = max(clock, self._pacer.lane_start(clock) - HORIZON / 2)
        if found or crowded:  # else there is nothing more until an answer, a time or somebody tells of it
            claimed.look_at = claimed.again_at
        return claimed

    def _choose(
        self, found: Collection[Delivery], claimed: _Claimed, crowded: set[int], clock: float
    ) -> None:
        """Take what may start within the horizon, in order; note chats that have to wait long."""
        for delivery in found:
            start = self._pacer.start(delivery.address, clock)
            if start > clock + HORIZON:
                self._state.paced(delivery.chat_id, start - HORIZON)
                if start > clock + FOLD_AFTER:
                    crowded.add(delivery.chat_id)
            elif self._pacer.lane_start(clock) <= clock + HORIZON:
                claimed.starts[delivery.id] = self._pacer.reserve(delivery.address, clock)
                claimed.batch.append(delivery)

    # --- sending

    async def _begin(self, claimed: _Claimed) -> None:
        if not claimed.batch:
            return
        try:
            ready = await self._composer.compose(claimed.batch)
        except Exception as error:
            # The store could not be read; nothing was sent yet.
            log.exception("batch not composed", lane=self.lane)
            lost = Transient(f"the ledger could not be read ({type(error).__name__})")
            ready = {each.id: lost for each in claimed.batch}
        for each in claimed.batch:
            work = self._deliver(each, ready[each.id], claimed.starts[each.id])
            task = asyncio.create_task(work, name=f"deliver-{each.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery, ready: Ready | Outcome, start: float) -> None:
        if isinstance(ready, Ready):
            await self._until(start)
            outcome = await self._attempt(delivery, ready)
        else:
            outcome = ready
        self._tried.append(Tried(delivery, outcome))
        self._wake.set()
        log.info(
            "delivery tried",
            delivery=delivery.id,
            lane=delivery.lane,
            kind=str(delivery.kind),
            story=delivery.story_id,
            outcome=type(outcome).__name__,
        )

    async def _until(self, start: float) -> None:
        if (wait := start - self._monotonic()) > 0:
            await self._sleep(wait)

    async def _attempt(self, delivery: Delivery, ready: Ready) -> Outcome:
        try:
            outcome = await self._pass_on(delivery, ready.message, ready.edits)
            if isinstance(outcome, Malformed):
                outcome = await self._simpler(delivery, ready, outcome)
        except Exception as error:
            # A message that trips a bug must not end the pump, nor be tried for ever.
            log.exception("message tripped a bug", delivery=delivery.id, attempts=delivery.attempts)
            reason = f"internal error ({type(error).__name__})"
            return Malformed(reason) if delivery.attempts >= BROKEN_TRIES else Transient(reason)
        return outcome

    async def _simpler(self, delivery: Delivery, ready: Ready, refusal: Malformed) -> Outcome:
        """What was refused: first without its picture, where that is what fails; then as plain text."""
        outcome: Outcome = refusal
        for worded, message in _simpler_forms(ready.message, refusal):
            if not isinstance(outcome, Malformed):
                break
            note = worded(outcome.reason)
            log.warning("message refused", delivery=delivery.id, reason=outcome.reason, again=str(note))
            outcome = await self._pass_on(delivery, message, ready.edits)
            if isinstance(outcome, Sent):
                outcome = replace(outcome, note=note)
        return outcome

    async def _pass_on(self, delivery: Delivery, message: Message, edits: str | None) -> Outcome:
        # Where this process was held up, messages would start in a heap: the real starts count as well.
        start = self._gate.reserve(delivery.address, self._monotonic())
        await self._until(start)
        outcome = await self._request(delivery, message, edits)
        self._gate.late(start, self._latency.excess(self._monotonic() - start))
        return outcome

    async def _request(self, delivery: Delivery, message: Message, edits: str | None) -> Outcome:
        self._asking[delivery.id] = asyncio.current_task()
        try:
            if delivery.kind is DeliveryKind.UPDATE and edits is not None:
                return await self._platform.edit(delivery.address, edits, message)
            return await self._found(delivery, message) or await self._platform.send(
                delivery.address, message, key_of(delivery)
            )
        finally:
            del self._asking[delivery.id]

    async def _found(self, delivery: Delivery, message: Message) -> Outcome | None:
        """What an earlier try came to whose answer was lost, where its key does not tell the platform."""
        if not delivery.lost_answers or not isinstance(self._platform, Finds):
            return None
        return await self._platform.find(delivery.address, message, delivery.created_at)

    async def _rest(self) -> None:
        """Until an answer comes, somebody wakes us, or it is time for more."""
        if self._tried:
            return
        clock = self._monotonic()
        wait = min(self._idle, max(0.005, self._look_at - clock))
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._wake.wait()


def _simpler_forms(message: Message, refusal: Malformed) -> Iterator[tuple[Callable[[str], Phrase], Message]]:
    """What to send instead, with the note for the books if that is taken."""
    if refusal.picture and message.card and message.card.image:
        yield (
            lambda reason: Phrase("sent without its picture: {reason}", reason=reason),
            without_picture(message),
        )
    yield lambda reason: Phrase("sent as plain text: {reason}", reason=reason), plain(message)


def key_of(delivery: Delivery) -> str:
    """The idempotency key of a message: the same for every try of it, and of no other message ever.

    It holds the moment at which the row was made, so that the rows of a database that was begun anew, whose
    ids start over, are not taken for those of the old one. At most 25 characters, as Discord's nonce.
    """
    microseconds = (delivery.created_at - EPOCH) // timedelta(microseconds=1)
    return f"h{delivery.id:x}-{microseconds:x}"
