"""The pump: every answer of a platform, and what it means for the ledger."""

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.domain.messages import Message
from bot.domain.models import (
    Address,
    ChatState,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Gone,
    LaneDown,
    Malformed,
    Moved,
    Outcome,
    Priority,
    RetryAfter,
    Transient,
    Unknown,
    Vanished,
)
from bot.domain.pacing import Limit, Pace
from bot.ports import SystemClock
from bot.services.compose import Composer
from bot.services.delivery import HORIZON, LanePump, key_of
from bot.store import books, chats, deliveries
from tests.support.databases import ONLY_SQLITE
from tests.support.ledger import owe_all
from tests.support.newsroom import LANE, Newsroom, Paper, place, report
from tests.support.waiting import until

NEWS = {1: "NAVO oefent op de Waddenzee", 2: "Spanje wijst hogere NAVO-bijdrage af"}


async def owe_one(room: Newsroom, chat: str = "anna", number: int = 1) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(chat), "nato")
    await room.take(feed, [report(NEWS[number], number, room.clock.now())])


async def states(room: Newsroom) -> dict[DeliveryState, int]:
    async with room.database.read() as tx:
        return await books.counts(tx)


def words(message: Message) -> str:
    return " ".join(
        span if isinstance(span, str) else getattr(span, "text", "")
        for line in message.lines
        for span in line
    )


async def test_what_the_platform_took_is_sent_and_closed(room: Newsroom) -> None:
    await owe_one(room)
    await room.deliver()
    assert await states(room) == {DeliveryState.SENT: 1}
    assert room.paper.titles("anna") == [NEWS[1]]


@pytest.mark.parametrize(
    "answer",
    [RetryAfter(30), RetryAfter(30, whole_lane=True), Transient("503"), Unknown("timeout"), LaneDown("401")],
)
async def test_what_failed_for_now_is_kept_and_sent_later(room: Newsroom, answer: Outcome) -> None:
    await owe_one(room)
    room.paper.answers = [answer]
    await room.deliver()
    assert await states(room) == {DeliveryState.PENDING: 1}
    room.clock.advance(timedelta(minutes=2))
    await room.deliver()
    assert await states(room) == {DeliveryState.SENT: 1}


async def test_a_retry_carries_the_same_key(room: Newsroom) -> None:
    await owe_one(room)
    room.paper.answers = [Unknown("connection reset")]
    await room.deliver()
    room.clock.advance(timedelta(minutes=2))
    await room.deliver()
    (first, second) = [key for _, _, key in room.paper.sent]
    assert first == second
    assert len(first) <= 25


def test_the_keys_of_a_ledger_that_was_begun_anew_are_not_those_of_the_old_one() -> None:
    born = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    rows = [
        Delivery(number, LANE, 1, place().address, DeliveryKind.ALERT, 1, Priority.ALERT, 0, moment)
        for number in (1, 16**10 - 1)
        for moment in (born, born + timedelta(microseconds=1))
    ]
    keys = {key_of(row) for row in rows}
    assert len(keys) == 4
    assert max(map(len, keys)) <= 25


async def test_what_is_refused_for_its_picture_is_sent_without_it_and_the_books_say_so(
    room: Newsroom,
) -> None:
    item = replace(report(NEWS[1], 1, room.clock.now()), image="https://proef.example/1.jpg")
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    await room.take(feed, [item])
    room.paper.answers = [Malformed("failed to get HTTP URL content", picture=True)]
    await room.deliver()
    cards = [message.card for _, message, _ in room.paper.sent if message.card]
    assert [(card.title, card.image) for card in cards] == [(NEWS[1], item.image), (NEWS[1], None)]
    async with room.database.read() as tx:
        (line,) = await books.lines(tx, [DeliveryState.SENT])
    assert line.detail == "sent without its picture: failed to get HTTP URL content"


async def test_what_fails_without_its_picture_too_is_sent_plain(room: Newsroom) -> None:
    item = replace(report(NEWS[1], 1, room.clock.now()), image="https://proef.example/1.jpg")
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    await room.take(feed, [item])
    room.paper.answers = [Malformed("the picture", picture=True), Malformed("the form")]
    await room.deliver()
    assert [bool(message.card) for _, message, _ in room.paper.sent] == [True, True, False]
    async with room.database.read() as tx:
        (line,) = await books.lines(tx, [DeliveryState.SENT])
    assert line.detail == "sent as plain text: the form"


async def test_a_waiting_lane_sends_nothing_at_all(room: Newsroom) -> None:
    await owe_one(room, "anna")
    room.paper.answers = [RetryAfter(600, whole_lane=True)]
    await room.deliver()
    await owe_one(room, "bram", 2)
    await room.deliver()
    assert room.paper.titles("bram") == []
    room.clock.advance(timedelta(minutes=11))
    await room.deliver()
    assert len(room.paper.titles("bram")) == 1


async def test_a_waiting_chat_does_not_hold_up_another_and_keeps_its_order(room: Newsroom) -> None:
    await owe_one(room, "anna", 1)
    room.paper.answers = [RetryAfter(60)]
    await room.deliver()
    await owe_one(room, "bram", 2)
    await room.deliver()
    assert len(room.paper.titles("bram")) == 1
    assert room.paper.titles("anna") == [NEWS[1]]
    room.clock.advance(timedelta(minutes=2))
    await room.deliver()
    assert room.paper.titles("anna")[1:] == [
        NEWS[1],
        NEWS[2],
    ]


async def test_a_chat_that_is_gone_is_paused_and_keeps_its_wishes(room: Newsroom) -> None:
    await owe_one(room)
    room.paper.answers = [Gone("bot was blocked by the user")]
    await room.deliver()
    chat, wishes = await room.manager.subscriptions(place())
    assert chat is not None
    assert (chat.state, chat.paused_why) == (ChatState.PAUSED, "bot was blocked by the user")
    assert len(wishes) == 1


async def test_a_chat_that_moved_is_followed_to_its_new_id(room: Newsroom) -> None:
    await owe_one(room)
    room.paper.answers = [Moved("anna-supergroup")]
    await room.deliver()
    assert room.paper.titles("anna-supergroup") == [NEWS[1]]
    _, wishes = await room.manager.subscriptions(place("anna-supergroup"))
    assert len(wishes) == 1


async def test_what_is_refused_as_malformed_is_sent_plain(room: Newsroom) -> None:
    await owe_one(room)
    room.paper.answers = [Malformed("can't parse entities")]
    await room.deliver()
    assert await states(room) == {DeliveryState.SENT: 1}
    _, message, _ = room.paper.sent[1]
    assert message.card is None
    assert message.lines[0] == (NEWS[1],)


async def test_what_is_refused_even_plain_fails_visibly(room: Newsroom) -> None:
    await owe_one(room)
    room.paper.answers = [Malformed("bad"), Malformed("still bad")]
    await room.deliver()
    assert await states(room) == {DeliveryState.FAILED: 1}


async def test_an_edit_of_a_message_that_vanished_is_dropped(room: Newsroom) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    now = room.clock.now()
    await room.take(feed, [report("NAVO oefent", 1, now)])
    await room.deliver()
    await room.take(feed, [report("NAVO oefent in Zeeland", 1, now)])
    room.clock.advance(timedelta(minutes=30))
    room.paper.answers = [Vanished("message to edit not found")]
    await room.deliver()
    assert await states(room) == {DeliveryState.SENT: 1, DeliveryState.DROPPED: 1}


async def test_what_waited_past_its_time_to_live_comes_in_a_digest_and_not_as_news(room: Newsroom) -> None:
    await owe_one(room)
    room.clock.advance(timedelta(hours=7))
    await room.deliver()
    assert room.paper.titles("anna") == []
    assert await states(room) == {DeliveryState.FOLDED: 1, DeliveryState.SENT: 1}
    ((_, digest, _),) = room.paper.sent
    assert NEWS[1] in words(digest)


async def test_what_a_crash_cut_off_is_sent_again_with_its_key(room: Newsroom) -> None:
    await owe_one(room)
    async with room.database.write() as tx:
        (marked,) = await deliveries.ready(tx, LANE, 10)
        await deliveries.mark(tx, [marked.id], room.clock.now())
    await room.pump.recover()
    await room.deliver()
    assert [key for _, _, key in room.paper.sent] == [key_of(marked)]
    async with room.database.read() as tx:
        assert await books.lost_answers(tx) == 1


async def test_moving_to_a_chat_that_is_known_joins_their_wishes(room: Newsroom) -> None:
    await owe_one(room, "old")
    await room.manager.subscribe(place("new"), "nato")
    await room.manager.subscribe(place("old"), "rutte")
    async with room.database.write() as tx:
        await chats.move(tx, LANE, "old", "new")
    await room.deliver()
    _, wishes = await room.manager.subscriptions(place("new"))
    assert {wish.value for wish in wishes} == {"nato", "rutte"}
    assert len(room.paper.titles("new")) == 1


async def test_what_may_have_arrived_keeps_its_key_and_is_not_told_in_a_digest(
    room: Newsroom,
) -> None:
    await owe_one(room)
    async with room.database.write() as tx:
        (marked,) = await deliveries.ready(tx, LANE, 10)
        await deliveries.mark(tx, [marked.id], room.clock.now())
    await owe_all(room.database, LANE, [marked.chat_id], range(45), room.clock.now())
    await room.deliver()
    assert [key for _, message, key in room.paper.sent if message.card] == [key_of(marked)]
    assert all(NEWS[1] not in words(message) for _, message, _ in room.paper.sent)


class Slow(Paper):
    """A platform whose answers take until the test lets them come."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    async def send(self, address: Address, message: Message, key: str) -> Outcome:
        self.asked.set()
        await self.answer.wait()
        return await super().send(address, message, key)


async def test_a_pump_that_lost_its_account_begins_nothing_more_and_keeps_what_was_sent(
    room: Newsroom,
) -> None:
    for chat in ("anna", "bram"):
        await room.manager.subscribe(place(chat), "nato")
    await room.take(await room.add_feed(), [report(NEWS[1], 1, room.clock.now())])
    paper, its_turn = Slow(), asyncio.Event()

    async def wait(_: float) -> None:
        await its_turn.wait()

    pace = Pace(lane=(Limit(1, HORIZON / 2),))
    parts = room.database, paper, Composer(room.database), room.clock
    pump = LanePump(*parts, pace=pace, monotonic=lambda: room.clock.now().timestamp(), sleep=wait)
    running = asyncio.create_task(pump.run())
    await paper.asked.wait()
    assert await states(room) == {DeliveryState.SENDING: 2}
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    pump.let_go()
    its_turn.set()
    paper.answer.set()
    await asyncio.sleep(0.1)
    assert len(paper.sent) == 1

    room.clock.advance(timedelta(seconds=5))
    while await pump.turn():
        pass
    assert await states(room) == {DeliveryState.SENT: 2}
    assert sorted(address for address, _, _ in paper.sent) == ["anna", "bram"]


async def test_what_the_pump_before_sent_counts_for_the_pace_of_the_next_one(room: Newsroom) -> None:
    await room.manager.subscribe(place(), "nato")
    feed = await room.add_feed()
    pace = Pace(chat=(Limit(1, 60.0),))
    for number, headline in NEWS.items():
        parts = room.database, room.paper, Composer(room.database), room.clock
        pump = LanePump(*parts, pace=pace, monotonic=lambda: room.clock.now().timestamp())
        await room.take(feed, [report(headline, number, room.clock.now())])
        await pump.turn()
        room.clock.advance(timedelta(seconds=1))
    assert room.paper.titles("anna") == [NEWS[1]]
    room.clock.advance(timedelta(seconds=61))
    await pump.turn()
    assert len(room.paper.sent) == 2


async def test_a_clock_that_was_set_back_does_not_keep_the_next_pump_waiting(room: Newsroom) -> None:
    await owe_one(room)
    await room.deliver()
    room.clock.advance(timedelta(hours=-1))
    await room.take(await room.add_feed(), [report(NEWS[2], 2, room.clock.now())])
    parts = room.database, room.paper, Composer(room.database), room.clock
    pump = LanePump(*parts, pace=Pace(lane=(Limit(1, 60.0),)), monotonic=lambda: room.clock.now().timestamp())
    await pump.turn()
    assert len(room.paper.sent) == 2


@ONLY_SQLITE
async def test_an_answer_that_cannot_be_written_down_is_kept_until_it_can(room: Newsroom) -> None:
    await owe_one(room)
    await room.pump.step()
    blocker = sqlite3.connect(str(room.database.url.database), isolation_level=None)
    blocker.execute("PRAGMA busy_timeout=0")
    blocker.execute("BEGIN IMMEDIATE")
    await asyncio.sleep(0.05)
    stuck = asyncio.create_task(room.pump.step())
    await asyncio.sleep(0.2)
    blocker.execute("ROLLBACK")
    blocker.close()
    await stuck
    assert await states(room) == {DeliveryState.SENT: 1}


FULL_DISK = (
    "CREATE TRIGGER full_disk BEFORE UPDATE ON deliveries WHEN NEW.state = 'sent' "
    "BEGIN SELECT RAISE(ABORT, 'no room'); END"
)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_what_could_not_be_written_is_written_later_and_not_sent_again(room: Newsroom) -> None:
    await owe_one(room)
    room.paper.answers = [LaneDown("401")]
    await room.pump.turn()
    room.clock.advance(timedelta(minutes=2))
    async with room.database.write() as tx:
        await tx.execute(text(FULL_DISK))
    with pytest.raises(IntegrityError):
        await room.pump.turn()
    for _ in range(2):
        with pytest.raises(IntegrityError):
            await room.pump.step()
    async with room.database.write() as tx:
        await tx.execute(text("DROP TRIGGER full_disk"))
    await room.deliver()
    assert await states(room) == {DeliveryState.SENT: 1}
    assert len(room.paper.sent) == 2
    async with room.database.read() as tx:
        assert await books.held_lanes(tx) == {}
        assert await books.lost_answers(tx) == 0


async def test_an_update_that_comes_while_an_alert_is_under_way_edits_it_afterwards(room: Newsroom) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    now = room.clock.now()
    await room.take(feed, [report(NEWS[1], 1, now)])
    async with room.database.write() as tx:
        (marked,) = await deliveries.ready(tx, LANE, 10)
        await deliveries.mark(tx, [marked.id], now)
    await room.take(feed, [report(f"{NEWS[1]} en de Noordzee", 1, now)])
    await room.deliver()
    room.clock.advance(timedelta(minutes=2))
    await room.deliver()
    assert len(room.paper.edits) == 1


async def test_a_clock_that_is_set_back_does_not_make_messages_wait_the_longer(room: Newsroom) -> None:
    ticking = [0.0]
    pump = LanePump(
        room.database, room.paper, Composer(room.database), room.clock, monotonic=lambda: ticking[0]
    )
    await owe_one(room)
    room.paper.answers = [RetryAfter(60)]
    await pump.turn()
    room.clock.advance(timedelta(hours=-5))
    await pump.turn()
    ticking[0] += 61
    room.clock.advance(timedelta(seconds=61))
    await pump.turn()
    await pump.turn()
    assert len(room.paper.sent) == 2


@ONLY_SQLITE
async def test_the_search_for_what_goes_next_uses_its_index(room: Newsroom) -> None:
    await owe_one(room)
    async with room.database.read() as tx:
        plan = await tx.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT id, chat_id FROM deliveries WHERE deliveries.lane = 'x' AND "
                "deliveries.state = 'pending' AND NOT deliveries.held AND deliveries.chat_id NOT IN (1, 2) "
                "ORDER BY deliveries.priority, deliveries.id LIMIT 64"
            )
        )
        steps = [row[3] for row in plan]
    assert steps == ["SEARCH deliveries USING COVERING INDEX ix_deliveries_ready (lane=?)"]


async def test_what_is_tried_again_goes_first_when_its_wait_ends_just_after_a_look(room: Newsroom) -> None:
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    await room.take(feed, [report(NEWS[number], number, room.clock.now()) for number in NEWS])
    room.paper.answers = [Transient("503")]
    await room.deliver()
    async with room.database.read() as tx:
        again = await deliveries.next_release(tx, LANE)
    assert again is not None
    room.clock.advance(again - room.clock.now() - timedelta(milliseconds=100))
    await room.pump.step()
    assert len(room.paper.sent) == 1
    room.clock.advance(timedelta(milliseconds=100))
    await room.pump.step()
    await room.pump.turn()
    await room.deliver()
    first, second, third = (message.card and message.card.title for _, message, _ in room.paper.sent)
    assert first == second != third


@ONLY_SQLITE
async def test_a_pump_without_work_leaves_its_ledger_alone_until_it_is_woken(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, transact = 0, room.database.transact

    async def counted(*given: Any) -> object:
        nonlocal looks
        looks += 1
        return await transact(*given)

    monkeypatch.setattr(room.database, "transact", counted)
    pump = LanePump(
        room.database, room.paper, Composer(room.database), SystemClock(), idle=timedelta(hours=1)
    )
    running = asyncio.create_task(pump.run())
    await owe_one(room)
    pump.wake()

    async def sent() -> bool:
        return (await states(room)).get(DeliveryState.SENT, 0) == 1

    await until(sent)
    before = looks
    await asyncio.sleep(0.3)
    assert looks - before <= 2
    pump.stop()
    await running
