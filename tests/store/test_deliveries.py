"""The ledger's rows: order, holds, versions, and the indexes that keep the search for the next one short."""

from datetime import timedelta

import pytest

from bot.domain.models import Address, DeliveryKind, DeliveryState, Priority
from bot.store import books, deliveries, owing
from bot.store.database import Database
from bot.store.deliveries import Closing, Return
from bot.store.owing import Owed
from tests.support.clock import NOON
from tests.support.databases import ONLY_SQLITE
from tests.support.ledger import add_chats, add_story

LANE = "paper:1"


class Ledger:
    """Chats and stories, and rows about them."""

    def __init__(self, database: Database, chats: list[int], stories: list[int]) -> None:
        self.database, self.chats, self.stories = database, chats, stories

    async def owe(self, chat: int, story: int, priority: int = Priority.ALERT, **more: object) -> None:
        owed = Owed(
            LANE,
            self.chats[chat],
            DeliveryKind.ALERT,
            priority,
            self.stories[story],
            **more,  # type: ignore[arg-type]  # the fields of Owed
        )
        async with self.database.write() as tx:
            await owing.owe(tx, [owed], NOON)

    async def ready(self, limit: int = 10, skip: tuple[int, ...] = ()) -> list[tuple[int, int]]:
        """What goes next, as (chat, story) by their place in the lists."""
        async with self.database.write() as tx:
            found = await deliveries.ready(tx, LANE, limit, [self.chats[each] for each in skip])
        return [(self.chats.index(each.chat_id), self.stories.index(each.story_id or 0)) for each in found]


@pytest.fixture
async def ledger(db: Database) -> Ledger:
    chats = await add_chats(db, LANE, [Address("paper", str(n)) for n in range(3)], NOON)
    async with db.write() as tx:
        stories = [await add_story(tx, number, NOON) for number in range(4)]
    return Ledger(db, chats, stories)


async def test_urgent_messages_go_first_and_else_the_older_ones(ledger: Ledger) -> None:
    await ledger.owe(0, 0, Priority.DIGEST)
    await ledger.owe(1, 1)
    await ledger.owe(2, 2, Priority.BREAKING)
    assert await ledger.ready() == [(2, 2), (1, 1), (0, 0)]


async def test_each_chat_has_one_message_at_a_time_in_its_own_order(ledger: Ledger) -> None:
    await ledger.owe(0, 0)
    await ledger.owe(0, 1)
    await ledger.owe(0, 2, Priority.BREAKING)
    await ledger.owe(1, 3)
    assert await ledger.ready() == [(0, 2), (1, 3)]


async def test_chats_that_wait_are_passed_over(ledger: Ledger) -> None:
    for story in range(4):
        await ledger.owe(0, story)
    await ledger.owe(1, 0)
    assert await ledger.ready(1, skip=(0,)) == [(1, 0)]


async def test_many_messages_of_one_chat_do_not_hide_another(ledger: Ledger) -> None:
    async with ledger.database.write() as tx:
        stories = [await add_story(tx, 100 + number, NOON) for number in range(200)]
        owed = [Owed(LANE, ledger.chats[0], DeliveryKind.ALERT, Priority.ALERT, story) for story in stories]
        await owing.owe(tx, owed, NOON)
    await ledger.owe(1, 0)
    async with ledger.database.write() as tx:
        found = await deliveries.ready(tx, LANE, 2)
    assert [each.chat_id for each in found] == ledger.chats[:2]


async def test_one_message_is_owed_once_per_chat_and_story(ledger: Ledger) -> None:
    await ledger.owe(0, 0)
    await ledger.owe(0, 0, Priority.BREAKING)
    async with ledger.database.read() as tx:
        assert await books.counts(tx) == {DeliveryState.PENDING: 1}


async def test_what_waits_for_its_time_is_not_ready_until_it_is_released(ledger: Ledger) -> None:
    await ledger.owe(0, 0, not_before=NOON + timedelta(hours=1))
    assert await ledger.ready() == []
    async with ledger.database.write() as tx:
        assert await deliveries.next_release(tx, LANE) == NOON + timedelta(hours=1)
        assert await deliveries.release(tx, LANE, NOON) == 0
        assert await deliveries.release(tx, LANE, NOON + timedelta(hours=1)) == 1
    assert await ledger.ready() == [(0, 0)]


async def test_breaking_news_no_longer_waits(ledger: Ledger) -> None:
    await ledger.owe(0, 0, not_before=NOON + timedelta(hours=1), gather="quiet")
    async with ledger.database.write() as tx:
        assert await owing.escalate(tx, ledger.stories[0], ledger.chats, NOON) == 1
    assert await ledger.ready() == [(0, 0)]


async def test_a_message_that_has_more_to_say_by_the_time_it_is_closed_goes_out_again(ledger: Ledger) -> None:
    await ledger.owe(0, 0)
    async with ledger.database.write() as tx:
        (found,) = await deliveries.ready(tx, LANE, 1)
        await deliveries.mark(tx, [found.id], NOON)
        await deliveries.close(tx, [Closing(found.id, found.version, DeliveryState.SENT, "m1")], NOON)
        await owing.owe_updates(tx, ledger.stories[0], NOON, lambda _: timedelta(0), Priority.UPDATE)
        await deliveries.release(tx, LANE, NOON)
        (edit,) = await deliveries.ready(tx, LANE, 1)
        await deliveries.mark(tx, [edit.id], NOON)
        await owing.owe_updates(tx, ledger.stories[0], NOON, lambda _: timedelta(0), Priority.UPDATE)
        await deliveries.close(tx, [Closing(edit.id, edit.version, DeliveryState.SENT)], NOON)
        await deliveries.release(tx, LANE, NOON)
        (again,) = await deliveries.ready(tx, LANE, 1)
    assert (again.id, again.kind) == (edit.id, DeliveryKind.UPDATE)


async def test_a_try_that_does_not_count_is_not_counted(ledger: Ledger) -> None:
    await ledger.owe(0, 0)
    async with ledger.database.write() as tx:
        (found,) = await deliveries.ready(tx, LANE, 1)
        await deliveries.mark(tx, [found.id], NOON)
        await deliveries.put_back(tx, [Return(found.id, None, "asked to wait", counted=False)], NOON)
        (again,) = await deliveries.ready(tx, LANE, 1)
    assert again.attempts == 0


@pytest.mark.parametrize("counted", [True, False])
async def test_the_waits_of_chats_are_known_after_a_restart(ledger: Ledger, counted: bool) -> None:
    await ledger.owe(0, 0)
    until = NOON + timedelta(minutes=5)
    async with ledger.database.write() as tx:
        (found,) = await deliveries.ready(tx, LANE, 1)
        await deliveries.mark(tx, [found.id], NOON)
        await deliveries.put_back(tx, [Return(found.id, until, "503", counted=counted)], NOON)
        assert await deliveries.retrying(tx, LANE) == {ledger.chats[0]: until}


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("lane = 'x' AND state = 'pending' AND NOT held ORDER BY priority, id", "ix_deliveries_ready"),
        ("lane = 'x' AND state = 'pending' AND held AND not_before <= 'y'", "ix_deliveries_held"),
        ("lane = 'x' AND state = 'sending'", "ix_deliveries_sending"),
        ("lane = 'x' AND state = 'pending' AND expires_at <= 'y'", "ix_deliveries_expiring"),
        ("chat_id = 1 AND state = 'pending' AND kind = 'alert'", "ix_deliveries_owed"),
        ("folded_into IN (1, 2) AND state = 'folded'", "ix_deliveries_folded"),
    ],
)
async def test_every_search_of_the_pump_has_its_index(ledger: Ledger, query: str, index: str) -> None:
    async with ledger.database.read() as tx:
        rows = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT id FROM deliveries WHERE {query}")  # type: ignore[attr-defined]  # noqa: S608  of this test
        plan = [row[3] for row in rows]
    assert any(index in step for step in plan), plan
