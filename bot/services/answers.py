"""Writes the answers of a platform into the ledger, and remembers what they say about the account.

Part of the pump, in its transaction. It must not send anything.
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

Settled = Sequence[tuple[Delivery, Settlement]]


@dataclass(frozen=True, slots=True)
class Tried:
    """A message and the answer to it, until both are written down."""

    delivery: Delivery
    outcome: Outcome


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

    async def recover(self, tx: Transaction, under_way: Collection[int]) -> None:
        """Settle what was cut off: marked in the ledger, but not under way here."""
        now = self._clock.now()
        cut = [each for each in await deliveries.under_way(tx, self._lane) if each.id not in under_way]
        await self._apply(tx, [(each, cut_off(each, keyed=self._keyed)) for each in cut], now)
        if cut:
            log.warning("deliveries cut off", lane=self._lane, count=len(cut))
        held = (await books.held_lanes(tx)).get(self._lane)
        waits = await deliveries.retrying(tx, self._lane)
        self._state.restore(held.until if held else None, waits, now, self._monotonic())

    async def write_down(self, tx: Transaction, tried: Collection[Tried]) -> None:
        """Settle what was tried."""
        now, clock = self._clock.now(), self._monotonic()
        settled = [(each.delivery, self._settlement(each, now)) for each in tried]
        await self._apply(tx, settled, now)
        for delivery, settlement in settled:
            if self._state.learn(delivery.chat_id, settlement, now, clock):
                await self._note_lane(tx, settlement)

    def _settlement(self, each: Tried, now: datetime) -> Settlement:
        spread = random.random()  # noqa: S311  spreads retries, guards nothing
        return settle(each.delivery, each.outcome, now, keyed=self._keyed, spread=spread)

    async def _apply(self, tx: Transaction, settled: Settled, now: datetime) -> None:
        """Write settlements into the ledger: the rows first, as a pause holds back what returned to them."""
        await deliveries.close(
            tx,
            [
                Closing(row.id, row.version, step.state, step.message_id, step.detail, step.lost_answers)
                for row, step in settled
                if step.state is not None
            ],
            now,
        )
        await deliveries.put_back(
            tx,
            [
                Return(row.id, step.not_before, step.detail, step.counted, step.lost_answers)
                for row, step in settled
                if step.state is None
            ],
            now,
        )
        for row, step in settled:
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
