"""Posts in the database."""

from datetime import timedelta

from bot.domain.rooms import Author, Cursor
from bot.store import rooms
from bot.store.database import Database
from tests.support.clock import NOON

DAY = timedelta(days=1)


async def fill(db: Database, count: int, room: str = "r") -> list[int]:
    async with db.write() as tx:
        return [
            (await rooms.add(tx, room, Author.BOT, f"{number}", None, NOON))[0] for number in range(count)
        ]


async def test_a_key_is_unique_over_all_rooms(db: Database) -> None:
    async with db.write() as tx:
        first, new = await rooms.add(tx, "r", Author.BOT, "een", "k", NOON)
        assert new
        assert await rooms.add(tx, "other", Author.BOT, "twee", "k", NOON) == (first, False)


async def test_posts_without_a_key_are_all_kept(db: Database) -> None:
    assert len(set(await fill(db, 5))) == 5


async def test_edits_of_seen_posts_are_handed_out_before_new_posts_in_the_order_of_the_edits(
    db: Database,
) -> None:
    one, two, three = await fill(db, 3)
    async with db.write() as tx:
        for post in (two, one, three):
            await rooms.edit(tx, "r", post, "edited", NOON)
    seen = Cursor(two, 0)
    async with db.read() as tx:
        assert [post.id for post in await rooms.since(tx, "r", seen, 10)] == [two, one, three]


async def test_any_limit_leads_to_the_same_end(db: Database) -> None:
    posts = await fill(db, 6)
    async with db.write() as tx:
        for post in (posts[4], posts[0], posts[2], posts[0]):
            await rooms.edit(tx, "r", post, "edited", NOON)
    for limit in (1, 2, 3, 100):
        cursor, seen = Cursor(posts[2], 0), []
        async with db.read() as tx:
            while batch := await rooms.since(tx, "r", cursor, limit):
                for found in batch:
                    cursor = cursor.past(found)
                    seen.append(found.id)
            assert cursor == await rooms.cursor(tx, "r")
        assert seen == [posts[2], posts[0], *posts[3:]]


async def test_the_latest_post_of_the_bot_is_known_per_room(db: Database) -> None:
    posts = await fill(db, 2)
    await fill(db, 1, "other")
    async with db.write() as tx:
        await rooms.add(tx, "r", Author.USER, "van mij", None, NOON)
        assert await rooms.latest(tx) == {"r": posts[1], "other": posts[1] + 1}


async def test_old_posts_are_forgotten_unless_they_were_edited_since(db: Database) -> None:
    edited, _old = await fill(db, 2)
    async with db.write() as tx:
        new, _ = await rooms.add(tx, "r", Author.BOT, "nieuw", None, NOON + 2 * DAY)
        await rooms.edit(tx, "r", edited, "edited", NOON + 2 * DAY)
        assert await rooms.prune(tx, NOON + DAY) == 1
        assert [post.id for post in await rooms.before(tx, "r", None, 10)] == [edited, new]
