"""Feeds in the store: configured and added ones side by side, leases, moves, events."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.models import FeedSpec, Outlet, PollState
from bot.store import feedlist, feeds
from bot.store.database import Database
from bot.store.feedlist import FeedHealth
from bot.store.feeds import GAP, FeedEvent
from tests.support.clock import NOON

MINUTE = timedelta(minutes=1)
FIRST = timedelta(minutes=5)


def spec(name: str) -> FeedSpec:
    return FeedSpec(f"https://{name}.example/rss", Outlet(name.title(), name), "nl")


async def configure(db: Database, *names: str, day: int = 0) -> None:
    async with db.write() as tx:
        await feeds.configure(tx, map(spec, names), NOON + timedelta(days=day), FIRST)


async def add(db: Database, one: FeedSpec, day: int = 0) -> tuple[int, bool]:
    async with db.write() as tx:
        return await feeds.add(tx, one, NOON + timedelta(days=day), FIRST)


async def health(db: Database) -> dict[str, FeedHealth]:
    async with db.read() as tx:
        return {one.spec.outlet.owner: one for one in await feedlist.page(tx, NOON)}


async def finish(db: Database, feed_id: int, state: PollState) -> None:
    async with db.write() as tx:
        await feeds.finish(tx, feed_id, state, NOON + MINUTE)


async def test_what_is_no_longer_configured_is_no_longer_watched(db: Database) -> None:
    await configure(db, "kust", "haven")
    await configure(db, "haven", "polder")
    assert (await health(db)).keys() == {"haven", "polder"}


async def test_a_restart_keeps_what_is_known_of_a_feed_and_takes_its_new_description(db: Database) -> None:
    await configure(db, "kust")
    known = PollState(etag='"1"', interval=7 * MINUTE, failures=2, last_error="503", last_success_at=NOON)
    await finish(db, 1, known)
    renamed = replace(
        spec("kust"), outlet=Outlet("De Kustbode", "kust"), proxy="http://p.example:1", backup="https://b"
    )
    async with db.write() as tx:
        await feeds.configure(tx, [renamed], NOON, FIRST)
    feed = (await health(db))["kust"]
    assert (feed.spec, feed.state) == (renamed, known)


async def test_an_added_feed_survives_every_restart(db: Database) -> None:
    await add(db, spec("kust"))
    await configure(db, "haven")
    await configure(db, "haven")
    found = await health(db)
    assert {owner: one.added for owner, one in found.items()} == {"kust": True, "haven": False}


async def test_a_feed_is_added_once(db: Database) -> None:
    first, new = await add(db, spec("kust"))
    assert new
    assert await add(db, spec("kust")) == (first, False)


async def test_a_configured_feed_that_was_removed_stays_away_until_it_is_added_again(db: Database) -> None:
    await configure(db, "kust", "haven")
    feed_id = (await health(db))["kust"].id
    async with db.write() as tx:
        await feeds.remove(tx, feed_id)
    await configure(db, "kust", "haven")
    assert (await health(db)).keys() == {"haven"}
    assert await add(db, spec("kust")) == (feed_id, True)
    assert (await health(db)).keys() == {"haven", "kust"}


async def test_a_retired_feed_that_is_added_again_begins_as_a_new_one(db: Database) -> None:
    feed_id, _ = await add(db, spec("kust"))
    await finish(
        db, feed_id, PollState(etag='"1"', failures=1, last_error="410", retired=True, last_success_at=NOON)
    )
    assert await add(db, spec("kust"), day=3) == (feed_id, True)
    state = (await health(db))["kust"].state
    assert (state.retired, state.failures, state.last_success_at) == (False, 0, None)
    async with db.write() as tx:
        (due,) = await feeds.lease_due(tx, NOON + timedelta(days=3), MINUTE, 5)
    assert due.created_at == NOON + timedelta(days=3)


async def test_a_lease_keeps_others_away_until_it_ends(db: Database) -> None:
    await configure(db, "kust", "haven", "polder")
    async with db.write() as tx:
        assert len(await feeds.lease_due(tx, NOON, MINUTE, 2)) == 2
        assert len(await feeds.lease_due(tx, NOON, MINUTE, 2)) == 1
        assert await feeds.lease_due(tx, NOON, MINUTE, 2) == []
        assert len(await feeds.lease_due(tx, NOON + MINUTE, MINUTE, 5)) == 3
        await feeds.release_all(tx)
        assert len(await feeds.lease_due(tx, NOON + MINUTE, MINUTE, 5)) == 3


async def test_a_move_is_remembered_beside_the_address_that_was_given(db: Database) -> None:
    await configure(db, "kust", "haven")
    async with db.write() as tx:
        assert await feeds.move(tx, 1, "https://nieuw.example/rss")
        assert not await feeds.move(tx, 2, "https://nieuw.example/rss")
        assert not await feeds.move(tx, 2, spec("kust").url)
    await configure(db, "kust", "haven")
    feed = (await health(db))["kust"]
    assert (feed.address, feed.spec.url) == (spec("kust").url, "https://nieuw.example/rss")
    assert await add(db, replace(spec("kust"), url="https://nieuw.example/rss")) == (1, False)
    async with db.write() as tx:
        await feeds.move_back(tx, 1)
    assert (await health(db))["kust"].spec.url == spec("kust").url


async def test_hastening_moves_nothing_back_and_leaves_failing_feeds_alone(db: Database) -> None:
    await configure(db, "kust", "haven", "polder")
    late = NOON + timedelta(hours=3)
    for feed_id, failures in ((1, 0), (2, 4)):
        async with db.write() as tx:
            await feeds.finish(tx, feed_id, PollState(failures=failures, last_success_at=NOON), late)
    async with db.write() as tx:
        await feeds.hasten(tx, [1, 2, 3], NOON + MINUTE, 5 * MINUTE)
    found = await health(db)
    assert [found[name].next_poll_at for name in ("kust", "haven", "polder")] == [
        NOON + 5 * MINUTE,
        late,
        NOON,
    ]


async def test_the_last_gap_is_shown_and_old_events_are_forgotten(db: Database) -> None:
    await configure(db, "kust")
    async with db.write() as tx:
        for hours in (1, 3, 2):
            await feeds.note(tx, FeedEvent(1, GAP, NOON + timedelta(hours=hours), "x" * 900))
        await feeds.note(tx, FeedEvent(1, "broken", NOON + timedelta(hours=4), ""))
        assert (await health(db))["kust"].gap_at is None
    assert (await health(db))["kust"].gap_at == NOON + timedelta(hours=3)
    async with db.write() as tx:
        assert await feeds.forget_events(tx, NOON + timedelta(hours=2)) == 1
        happened = await feedlist.happened(tx, [1, 2], NOON, 10)
        assert [event.kind for event in happened[1]] == ["broken", GAP, GAP]
