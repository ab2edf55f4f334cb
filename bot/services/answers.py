"""Writes the answers of a platform into the ledger, and remembers what they say about the account.

Part of the pump, in its transaction. What an answer means is decided once, when it comes; until it is on
disk it is kept here, so that a transaction that failed can be run again. It must not send anything.
"""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain.models import Delivery, Outcome
from bot.domain.settling import Settlement, cut_off, settle
from bot.ports import Clock
from bot.services.alarm import Alarms
from bot.services.lanestate import LaneState
from bot.store import books, chats, deliveries
from bot.store.database import Transaction
from bot.store.deliveries import Closing, Return

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tried:
    """A message and the answer to it."""

    delivery: Delivery
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Settled:
    """A message and what becomes of it. `notes_lane`: it changed whether its account may send."""

    delivery: Delivery
    step: Settlement
    notes_lane: bool = False


class Answers:
    """The answers of one lane.

    Args:
        lane: the account.
        keyed: whether its platform honours idempotency keys.
        state: told what each answer says about chats and the account.
        alarms: tells the people who run the bot; None where nobody is told.
        clock: the time of day.
        monotonic: seconds of the pump's own clock.
    """

    def __init__(
        self,
        lane: str,
        *,
        keyed: bool,
        state: LaneState,
        alarms: Alarms | None,
        clock: Clock,
        monotonic: Callable[[], float],
    ) -> None:
        self._lane = lane
        self._keyed = keyed
        self._state = state
        self._alarms = alarms
        self._clock = clock
        self._monotonic = monotonic
        self._kept: list[Settled] = []

    @property
    def kept(self) -> Sequence[Settled]:
        """What is decided and not yet on disk."""
        return tuple(self._kept)

    def take(self, tried: Collection[Tried]) -> None:
        """Decide what answers mean, and remember it for the account."""
        now, clock = self._clock.now(), self._monotonic()
        for each in tried:
            spread = random.random()  # noqa: S311  spreads retries, guards nothing
            step = settle(each.delivery, each.outcome, now, keyed=self._keyed, spread=spread)
            notes = self._state.learn(each.delivery.chat_id, step, now, clock)
            self._kept.append(Settled(each.delivery, step, notes))

    def written(self, settled: Sequence[Settled]) -> None:
        """The first of those that were kept are on disk now."""
        del self._kept[: len(settled)]

    async def recover(self, tx: Transaction, under_way: Collection[int]) -> None:
        """Settle what was cut off: marked in the ledger, but not under way here."""
        now = self._clock.now()
        cut = [each for each in await deliveries.under_way(tx, self._lane) if each.id not in under_way]
        await self._apply(tx, [Settled(each, cut_off(each, keyed=self._keyed)) for each in cut], now)
        if cut:
            log.warning("deliveries cut off", lane=self._lane, count=len(cut))
        held = (await books.held_lanes(tx)).get(self._lane)
        waits = await deliveries.retrying(tx, self._lane)
        self._state.restore(held.until if held else None, waits, now, self._monotonic())

    async def write_down(self, tx: Transaction, settled: Sequence[Settled]) -> None:
        """Write into the ledger what was decided."""
        await self._apply(tx, settled, self._clock.now())
        for each in settled:
            if each.notes_lane:
                await self._note_lane(tx, each.step)

    async def _apply(self, tx: Transaction, settled: Sequence[Settled], now: datetime) -> None:
        """Write settlements into the ledger: the rows first, as a pause holds back what returned to them."""
        closings = [
            Closing(row.id, row.version, step.state, step.message_id, step.detail, step.lost_answers)
            for row, step in ((each.delivery, each.step) for each in settled)
            if step.state is not None
        ]
        returns = [
            Return(row.id, step.not_before, step.detail, step.counted, step.lost_answers)
            for row, step in ((each.delivery, each.step) for each in settled)
            if step.state is None
        ]
        await deliveries.close(tx, closings, now)
        await deliveries.put_back(tx, returns, now)
        for each in settled:
            row, step = each.delivery, each.step
            if step.pause:
                await chats.pause(tx, row.lane, row.address, step.pause)
            if step.move_to:
                await chats.move(tx, row.lane, row.address.chat, step.move_to)
            if step.alarm and self._alarms:
                await self._alarms.tell(tx, row, step.alarm, now)

    async def _note_lane(self, tx: Transaction, step: Settlement) -> None:
        """The account as a whole is held back, or works again: so that a restart knows it as well."""
        if step.lane_until is None:
            await books.free_lane(tx, self._lane)
            return
        log.error("lane held back", lane=self._lane, reason=step.detail, until=str(step.lane_until))
        await books.hold_lane(tx, self._lane, step.lane_until, step.detail)
