"""Rooms: once per key, and followers that lose and double nothing."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import pytest

from bot.domain.messagecodec import to_json
from bot.domain.messages import say
from bot.domain.rooms import Author, Cursor, Post, Room
from bot.services.rooms import Rooms
from bot.store.database import Database, Transaction
from tests.support.clock import NOON, StoppedClock

ROOMS = (Room("atlantic", "atlantic"), Room("other", "other"))


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def rooms(db: Database, clock: StoppedClock) -> Rooms:
    # Nobody looks by himself within a test: what arrives was announced.
    return Rooms(db, clock, ROOMS, idle_seconds=600)


async def take(rooms: Rooms, after: Cursor, count: int, room: str = "atlantic") -> list[Post]:
    """The first `count` posts a follower gets."""
    found: list[Post] = []
    async with asyncio.timeout(10), aclosing(rooms.follow(room, after)) as batches:  # type: ignore[type-var]  # a generator behind AsyncIterator
        async for batch in batches:
            found += batch
            if len(found) >= count:
                break
    return found


async def test_the_same_key_posts_once_and_gives_the_same_id(rooms: Rooms) -> None:
    first = await rooms.post("atlantic", say("een"), "17")
    assert await rooms.post("atlantic", say("een, opnieuw"), "17") == first
    page = await rooms.history("atlantic")
    assert [post.body for post in page.posts] == [to_json(say("een"))]


async def test_the_same_key_at_the_same_moment_posts_once(rooms: Rooms) -> None:
    ids = await asyncio.gather(*(rooms.post("atlantic", say("een"), "17") for _ in range(20)))
    assert len(set(ids)) == 1
    assert len((await rooms.history("atlantic")).posts) == 1


async def test_a_person_cannot_take_a_key_of_the_ledger(rooms: Rooms) -> None:
    assert await rooms.hear("atlantic", "hallo", "17") is not None
    await rooms.post("atlantic", say("alert"), "17")
    assert [post.author for post in (await rooms.history("atlantic")).posts] == [Author.USER, Author.BOT]


async def test_what_a_person_says_twice_with_one_key_is_heard_once(rooms: Rooms) -> None:
    assert await rooms.hear("atlantic", "hallo", "k") is not None
    assert await rooms.hear("atlantic", "hallo", "k") is None
    assert await rooms.hear("atlantic", "hallo") is not None
    assert await rooms.hear("atlantic", "hallo") is not None


async def test_history_pages_backwards_without_gap_or_overlap(rooms: Rooms) -> None:
    for number in range(25):
        await rooms.post("atlantic", say(str(number)), str(number))
        await rooms.post("other", say("elders"), f"o{number}")
    seen: list[str] = []
    before = None
    while True:
        page = await rooms.history("atlantic", before, limit=10)
        seen = [post.body for post in page.posts] + seen
        before = page.posts[0].id
        if not page.more:
            break
    assert seen == [to_json(say(str(number))) for number in range(25)]


async def test_an_edit_replaces_the_message_and_nothing_else(rooms: Rooms) -> None:
    one = await rooms.post("atlantic", say("een"), "1")
    await rooms.post("atlantic", say("twee"), "2")
    assert await rooms.edit("atlantic", one, say("één"))
    posts = (await rooms.history("atlantic")).posts
    assert [post.body for post in posts] == [to_json(say("één")), to_json(say("twee"))]
    assert [post.edited_at for post in posts] == [NOON, None]


@pytest.mark.parametrize("message_id", ["", "x", "-1", "0", "99", "1e3", "9" * 30, "¹"])
async def test_an_edit_of_what_is_not_there_says_so(rooms: Rooms, message_id: str) -> None:
    assert not await rooms.edit("atlantic", message_id, say("x"))


async def test_an_edit_does_not_reach_into_another_room_or_another_author(rooms: Rooms) -> None:
    ours = await rooms.post("atlantic", say("een"), "1")
    theirs = await rooms.hear("atlantic", "van mij")
    assert not await rooms.edit("other", ours, say("x"))
    assert not await rooms.edit("atlantic", str(theirs), say("x"))


async def test_a_follower_gets_what_came_before_and_what_comes_later(rooms: Rooms) -> None:
    await rooms.post("atlantic", say("voor"), "1")
    following = asyncio.create_task(take(rooms, Cursor(), 2))
    await asyncio.sleep(0.01)
    await rooms.post("other", say("elders"), "2")
    await rooms.post("atlantic", say("na"), "3")
    assert [post.body for post in await following] == [to_json(say("voor")), to_json(say("na"))]


async def test_edits_keep_their_order_when_the_clock_stands_still_or_goes_back(
    rooms: Rooms, clock: StoppedClock
) -> None:
    one = await rooms.post("atlantic", say("een"), "1")
    two = await rooms.post("atlantic", say("twee"), "2")
    await rooms.edit("atlantic", two, say("twee b"))
    cursor = (await rooms.history("atlantic")).cursor
    clock.advance(timedelta(hours=-1))
    await rooms.edit("atlantic", one, say("een b"))
    assert [post.body for post in await take(rooms, cursor, 1)] == [to_json(say("een b"))]


async def test_a_follower_that_keeps_losing_its_connection_loses_and_doubles_nothing(
    rooms: Rooms, clock: StoppedClock
) -> None:
    chance = random.Random(7)
    latest: dict[str, str] = {}

    async def write() -> None:
        for number in range(150):
            text = say(f"nummer {number}")
            if latest and chance.random() < 0.4:
                post = chance.choice(list(latest))
                await rooms.edit("atlantic", post, text)
            else:
                post = await rooms.post("atlantic", text, str(number))
            latest[post] = to_json(text)
            clock.advance(timedelta(milliseconds=chance.choice([-5, 0, 5])))

    seen: dict[str, str] = {}
    news: list[int] = []
    cursor = Cursor()
    writing = asyncio.create_task(write())
    while not writing.done() or cursor != (await rooms.history("atlantic")).cursor:
        # Each connection ends after a few posts, as the cursor of the last one says.
        for post in (await take(rooms, cursor, 1))[: chance.randint(1, 3)]:
            if post.id > cursor.post:
                news.append(post.id)
            cursor = cursor.past(post)
            seen[str(post.id)] = post.body
    await writing
    assert seen == latest
    assert len(news) == len(set(news))


async def test_a_follower_in_another_process_finds_posts_by_looking(db: Database) -> None:
    here, elsewhere = (Rooms(db, StoppedClock(), ROOMS, idle_seconds=0.05) for _ in range(2))
    following = asyncio.create_task(take(here, Cursor(), 1))
    await asyncio.sleep(0.01)
    await elsewhere.post("atlantic", say("van ver"), "1")
    assert len(await following) == 1


async def test_followers_end_when_the_rooms_close(rooms: Rooms) -> None:
    async def drain() -> int:
        return len([batch async for batch in rooms.follow("atlantic", Cursor())])

    following = [asyncio.create_task(drain()) for _ in range(3)]
    await asyncio.sleep(0.01)
    rooms.close()
    async with asyncio.timeout(5):
        await asyncio.gather(*following)


async def test_many_followers_at_once_all_see_everything(rooms: Rooms) -> None:
    following = [asyncio.create_task(take(rooms, Cursor(), 60)) for _ in range(25)]
    for number in range(60):
        await rooms.post("atlantic", say(str(number)), str(number))
    expected = [to_json(say(str(number))) for number in range(60)]
    for follower in following:
        assert [post.body for post in await follower] == expected


class HeldDatabase(Database):
    """A database whose first reader gets its answer only when told to."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.has_read = asyncio.Event()
        self.go_on = asyncio.Event()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        async with super().read() as tx:
            yield tx
            if not self.has_read.is_set():
                self.has_read.set()
                await self.go_on.wait()


async def test_a_follower_does_not_join_a_read_that_began_before_the_post_that_woke_it(
    url: str,
) -> None:
    database = HeldDatabase(url)
    rooms = Rooms(database, StoppedClock(), ROOMS, idle_seconds=600)
    early = asyncio.create_task(take(rooms, Cursor(), 1))
    await database.has_read.wait()
    await rooms.post("atlantic", say("nieuw"), "1")
    assert len(await take(rooms, Cursor(), 1)) == 1
    database.go_on.set()
    assert len(await early) == 1
    await database.close()
