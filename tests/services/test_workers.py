"""Two workers on one PostgreSQL: what both see at once is stored, grouped and told once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from bot.domain.models import DeliveryKind, FeedDue, ParsedFeed, ParsedItem
from bot.domain.schedule import Polled
from bot.services.compose import Composer
from bot.services.delivery import STRAYS_EVERY, LanePump
from bot.store import deliveries, feeds, schema, turns
from bot.store.database import Database, Transaction
from tests.support.clock import NOON
from tests.support.ledger import add_chats, owe_all, title_of
from tests.support.newsroom import LANE, Newsroom, place, report
from tests.support.waiting import until

pytestmark = pytest.mark.parametrize("kind", [pytest.param("postgres", marks=pytest.mark.slow)])

EVENTS = (
    "NAVO stuurt schepen naar de Oostzee na sabotage van kabels",
    "Rutte belooft Oekraïne luchtafweer tijdens bezoek aan Kiev",
    "Brand in haven van Rotterdam: kade gesloten voor schepen",
    "NAVO-oefening op de Waddenzee afgelast door storm",
    "Mark Rutte spreekt Turkse president over F-16's in Ankara",
    "Haven van Vlissingen krijgt terminal voor waterstof uit Noorwegen",
    "NAVO opent nieuw hoofdkwartier in Finland dicht bij de grens",
    "Staking legt de haven van Antwerpen stil tot maandag",
)

WAITERS = (
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
    "WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
)


@pytest.fixture
async def workers(tmp_path: Path, url: str) -> AsyncIterator[list[Newsroom]]:
    """Two processes in all but name: each has connections and a story window of its own."""
    made = [await Newsroom(tmp_path, url=url).open() for _ in range(2)]
    yield made
    for worker in made:
        await worker.close()


async def both(workers: list[Newsroom], dues: list[FeedDue], documents: list[list[ParsedItem]]) -> None:
    """Each worker takes in its own feed's document at the same time."""

    async def take(worker: Newsroom, due: FeedDue, items: list[ParsedItem]) -> None:
        polled = Polled(due.state, NOON + timedelta(days=1))
        await worker.ingest.take(due, ParsedFeed("", due.spec.url, None, tuple(items)), lambda _: polled)

    await asyncio.gather(*map(take, workers, dues, documents))


async def count(tx: Transaction, table: str) -> int:
    return await tx.scalar(select(func.count()).select_from(schema.metadata.tables[table])) or 0


async def test_an_event_that_two_workers_see_at_once_is_one_story_and_one_alert(
    workers: list[Newsroom],
) -> None:
    first = workers[0]
    await first.manager.subscribe(place(), "nato")
    await first.manager.subscribe(place(), "harbour")
    await first.manager.subscribe(place(), "rutte")
    dues = [await first.add_feed("Krant", "een"), await first.add_feed("Blad", "twee")]
    now = first.clock.now()
    for number, title in enumerate(EVENTS):
        documents = [[report(title, number, now, site=site)] for site in ("een", "twee")]
        await both(workers, dues, documents)
    async with first.database.read() as tx:
        assert await count(tx, "items") == 2 * len(EVENTS)
        assert await count(tx, "stories") == len(EVENTS)
        alerts = select(func.count()).where(schema.deliveries.c.kind == DeliveryKind.ALERT)
        assert await tx.scalar(alerts) == len(EVENTS)


async def test_an_item_that_two_feeds_of_a_publisher_bring_at_once_is_one_item(
    workers: list[Newsroom],
) -> None:
    first = workers[0]
    dues = [await first.add_feed("Krant", "proef"), await first.add_feed("Krant Sport", "proef")]
    now = first.clock.now()
    document = [report(title, number, now) for number, title in enumerate(EVENTS)]
    await both(workers, dues, [document, document])
    async with first.database.read() as tx:
        assert await count(tx, "items") == len(EVENTS)


async def test_a_worker_that_starts_later_goes_on_with_the_stories_of_the_other(
    workers: list[Newsroom],
) -> None:
    first, second = workers
    dues = [await first.add_feed("Krant", "een"), await first.add_feed("Blad", "twee")]
    now = first.clock.now()
    await first.take(dues[0], [report(EVENTS[0], 1, now, site="een")])
    await first.take(dues[0], [report(f"{EVENTS[0]} en pijpleidingen", 1, now, site="een")])
    await second.take(dues[1], [report(EVENTS[0], 1, now, site="twee")])
    async with first.database.read() as tx:
        assert await count(tx, "stories") == 1


async def test_workers_that_look_for_work_at_once_share_it(workers: list[Newsroom]) -> None:
    for number in range(12):
        await workers[0].add_feed(f"Krant {number}", f"proef{number}")
    later = workers[0].clock.now() + timedelta(days=1)
    async with workers[0].database.write() as tx:
        await feeds.release_all(tx)

    async def lease(worker: Newsroom) -> list[int]:
        async with worker.database.write() as tx:
            found = await feeds.lease_due(tx, later, timedelta(minutes=1), 5)
            return [due.id for due in found]

    leased = await asyncio.gather(*(lease(worker) for worker in workers * 3))
    assert sorted(chain(*leased)) == list(range(1, 13))


async def test_what_one_pump_claims_another_leaves_alone(workers: list[Newsroom]) -> None:
    database = workers[0].database
    chats = await add_chats(database, LANE, [place(f"chat{n}").address for n in range(20)], NOON)
    await owe_all(database, LANE, chats, [1], NOON)

    async def claim(worker: Newsroom) -> list[int]:
        async with worker.database.write() as tx:
            found = await deliveries.ready(tx, LANE, 20)
            await asyncio.sleep(0)
            await deliveries.mark(tx, [each.id for each in found], NOON)
        return [each.id for each in found]

    claimed = list(chain(*await asyncio.gather(*(claim(worker) for worker in workers * 2))))
    assert len(claimed) == len(set(claimed)) == 20


async def test_what_a_pump_wrote_late_is_known_to_the_one_that_took_over_and_goes_out_in_order(
    workers: list[Newsroom],
) -> None:
    cut_off, successor = workers
    chats = await add_chats(cut_off.database, LANE, [place().address], NOON)
    await owe_all(cut_off.database, LANE, chats, [1, 2], NOON)

    async def waits() -> bool:
        async with cut_off.database.read() as tx:
            return bool(await tx.scalar(text(WAITERS)))

    async with cut_off.database.write() as tx:
        await turns.take(tx, turns.lane(LANE))
        await deliveries.mark(tx, [each.id for each in await deliveries.ready(tx, LANE, 1)], NOON)
        delivering = asyncio.create_task(successor.deliver())
        await until(waits)
    await delivering
    assert successor.paper.titles("anna") == [title_of(1), title_of(2)]


async def test_what_was_marked_by_a_pump_that_should_have_stopped_is_sent_by_the_one_that_runs(
    workers: list[Newsroom],
) -> None:
    stale, running = workers
    clock = 1_000.0
    pump = LanePump(
        running.database, running.paper, Composer(running.database), running.clock, monotonic=lambda: clock
    )
    await pump.turn()
    chats = await add_chats(stale.database, LANE, [place().address], NOON)
    await owe_all(stale.database, LANE, chats, [1], NOON)
    async with stale.database.write() as tx:
        await deliveries.mark(tx, [each.id for each in await deliveries.ready(tx, LANE, 1)], NOON)
    await pump.turn()
    assert running.paper.sent == []
    clock += STRAYS_EVERY
    await pump.turn()
    assert running.paper.titles("anna") == [title_of(1)]


async def test_transactions_that_block_each_other_are_tried_again(workers: list[Newsroom]) -> None:
    dues = [await workers[0].add_feed(f"Krant {n}", f"proef{n}") for n in range(2)]
    met, one_is_done = asyncio.Barrier(2), asyncio.Event()
    tries: list[int] = []

    async def rename(database: Database, order: list[int]) -> None:
        async def work(tx: Transaction) -> None:
            tries.append(order[0])
            if len(tries) > 2:  # else it may meet the other once more
                await one_is_done.wait()
            await tx.execute(update(schema.feeds).where(schema.feeds.c.id == order[0]).values(title="x"))
            if len(tries) <= 2:
                await met.wait()
            await tx.execute(update(schema.feeds).where(schema.feeds.c.id == order[1]).values(title="y"))

        await database.transact(work)
        one_is_done.set()

    ids = [due.id for due in dues]
    await asyncio.gather(rename(workers[0].database, ids), rename(workers[1].database, ids[::-1]))
    assert len(tries) == 3
