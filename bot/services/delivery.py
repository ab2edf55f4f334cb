"""The pump of a lane: takes messages from the ledger in order, sends them, writes down every answer.

A message is marked `sending` before it goes out, with its row id as the idempotency key, and only the
platform's answer closes it. What is found in `sending` at the start was cut off by a crash.
"""

import asyncio
import random
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.domain.messages import Message
from bot.domain.models import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Gone,
    LaneDown,
    Malformed,
    Moved,
    Outcome,
    RetryAfter,
    Sent,
    Transient,
    Unknown,
    Vanished,
)
from bot.ports import ChatPlatform, Clock
from bot.services.compose import Composer, plain
from bot.store import chats, deliveries
from bot.store.database import Database

log = structlog.get_logger()

BACKOFF_CAP = timedelta(minutes=10)
LANE_DOWN_PAUSE = timedelta(minutes=1)


class LanePump:
    """Delivers what one lane owes. Exactly one pump may run per lane.

    Args:
        database: the ledger.
        platform: the account that sends.
        composer: makes the message of a delivery.
        clock: the time.
        at_once: how many chats are served at the same time.
        idle: how often the ledger is looked at when nobody wakes the pump.
    """

    def __init__(
        self,
        database: Database,
        platform: ChatPlatform,
        composer: Composer,
        clock: Clock,
        *,
        at_once: int = 8,
        idle: timedelta = timedelta(seconds=1),
    ) -> None:
        self._database = database
        self._platform = platform
        self._composer = composer
        self._clock = clock
        self._at_once = at_once
        self._idle = idle
        self._wake = asyncio.Event()
        self._stopping = False
        self._waiting: dict[int, datetime] = {}
        self._lane_waits_until: datetime | None = None

    def wake(self) -> None:
        """Say that the ledger has something new."""
        self._wake.set()

    def stop(self) -> None:
        """Ask the pump to end after the messages under way."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Deliver until `stop`."""
        await self.recover()
        while not self._stopping:
            try:
                sent = await self.turn()
            except Exception:
                # The ledger itself failed (a locked file, a full disk): nothing is lost, try again.
                log.exception("lane turn failed", lane=self._platform.lane)
                sent = 0
                await asyncio.sleep(self._idle.total_seconds())
            if not sent:
                await self._rest()

    async def recover(self) -> None:
        """Put back what a crash cut off: it is sent again, with the same key."""
        now = self._clock.now()
        async with self._database.write() as tx:
            cut_off = await deliveries.under_way(tx, self._platform.lane)
            for delivery in cut_off:
                await deliveries.put_back(tx, delivery.id, now, None, "cut off by a restart; sent again")
        if cut_off:
            log.warning("deliveries cut off", lane=self._platform.lane, count=len(cut_off))

    async def turn(self) -> int:
        """Send one batch; returns how many messages were tried."""
        now = self._clock.now()
        if self._lane_waits_until and now < self._lane_waits_until:
            return 0
        self._waiting = {chat: until for chat, until in self._waiting.items() if until > now}
        async with self._database.write() as tx:
            await deliveries.drop_expired(tx, self._platform.lane, now)
            batch = await deliveries.claim(tx, self._platform.lane, now, self._at_once, self._waiting)
        async with asyncio.TaskGroup() as group:
            for delivery in batch:
                group.create_task(self._deliver(delivery), name=f"deliver-{delivery.id}")
        return len(batch)

    async def _deliver(self, delivery: Delivery) -> None:
        outcome = await self._attempt(delivery)
        await self._settle(delivery, outcome)
        log.info(
            "delivery tried",
            delivery=delivery.id,
            lane=delivery.lane,
            kind=str(delivery.kind),
            story=delivery.story_id,
            outcome=type(outcome).__name__,
        )

    async def _attempt(self, delivery: Delivery) -> Outcome:
        message = await self._composer.compose(delivery)
        if message is None:
            return Vanished("its story is no longer stored")
        outcome = await self._pass_on(delivery, message)
        if isinstance(outcome, Malformed):
            log.warning("message refused, sent plain", delivery=delivery.id, reason=outcome.reason)
            outcome = await self._pass_on(delivery, plain(message))
        return outcome

    async def _pass_on(self, delivery: Delivery, message: Message) -> Outcome:
        if delivery.kind is not DeliveryKind.UPDATE or delivery.story_id is None:
            return await self._platform.send(delivery.address, message, f"heraut-{delivery.id}")
        async with self._database.read() as tx:
            earlier = await deliveries.alert_message(tx, delivery.lane, delivery.chat_id, delivery.story_id)
        if earlier is None:
            return Vanished("there is no message to edit")
        return await self._platform.edit(delivery.address, earlier, message)

    async def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """Write an answer down: the one table of what each outcome means for the ledger."""
        now = self._clock.now()
        async with self._database.write() as tx:
            match outcome:
                case Sent(message_id):
                    await deliveries.close(tx, delivery.id, DeliveryState.SENT, now, message_id=message_id)
                case Vanished(reason):
                    await deliveries.close(tx, delivery.id, DeliveryState.DROPPED, now, detail=reason)
                case Malformed(reason):
                    await deliveries.close(tx, delivery.id, DeliveryState.FAILED, now, detail=reason)
                case Gone(reason):
                    await chats.pause(tx, delivery.lane, delivery.address, reason)
                    await deliveries.put_back(tx, delivery.id, now, None, reason)
                case Moved(chat):
                    await chats.move(tx, delivery.lane, delivery.address.chat, chat)
                    await deliveries.put_back(tx, delivery.id, now, None, "the chat moved")
                case RetryAfter() | Transient() | Unknown() | LaneDown():
                    until, reason = self._wait(delivery, outcome, now)
                    await deliveries.put_back(tx, delivery.id, now, until, reason)

    def _wait(
        self, delivery: Delivery, outcome: RetryAfter | Transient | Unknown | LaneDown, now: datetime
    ) -> tuple[datetime, str]:
        """How long a message waits for its next try; its chat waits with it, so that order is kept."""
        match outcome:
            case RetryAfter(seconds, whole_lane):
                until, reason = now + timedelta(seconds=seconds), f"asked to wait {seconds:g} s"
                if whole_lane:
                    self._lane_waits_until = until
            case LaneDown(reason):
                until = now + LANE_DOWN_PAUSE
                self._lane_waits_until = until
                log.error("account refused; everything is kept", lane=delivery.lane, reason=reason)
            case Transient(reason) | Unknown(reason):
                delay = min(BACKOFF_CAP, timedelta(seconds=2 ** min(delivery.attempts, 10)))
                until = now + delay * (0.5 + random.random())  # noqa: S311  jitter, not a secret
        self._waiting[delivery.chat_id] = until
        return until, reason

    async def _rest(self) -> None:
        self._wake.clear()
        if self._stopping:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._idle.total_seconds()):
                await self._wake.wait()
