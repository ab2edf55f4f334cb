"""Those who run the bot are told of trouble: seldom, and through an account that works."""

from datetime import timedelta

import pytest

from bot.domain.messagecodec import from_json
from bot.domain.messages import say
from bot.domain.models import Address, DeliveryState, LaneDown, Malformed
from bot.services.alarm import Alarms, Notices, Owner, attention
from bot.services.compose import Composer
from bot.services.delivery import LanePump
from bot.services.lanewatch import LaneWatch
from bot.store import books, chats, deliveries
from tests.support.newsroom import Newsroom, place, report

BOSS = Owner("web", Address("web", "heraut"))
EVENTS = ("NAVO oefent op de Waddenzee", "Spanje wijst hogere NAVO-bijdrage af")


class Guarded:
    """A newsroom whose pump has somebody to tell."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.alarms = Alarms([BOSS])
        self.pump = LanePump(
            room.database,
            room.paper,
            Composer(room.database),
            room.clock,
            alarms=self.alarms,
            monotonic=lambda: room.clock.now().timestamp(),
        )

    async def news(self, number: int) -> None:
        feed = await self.room.add_feed()
        await self.room.manager.subscribe(place(), "nato")
        await self.room.take(feed, [report(EVENTS[number], number + 1, self.room.clock.now())])

    async def notices(self) -> list[str]:
        """What is owed to the boss."""
        async with self.room.database.read() as tx:
            owed = await deliveries.ready(tx, BOSS.lane, 10)
        payloads = [from_json(each.payload) for each in owed if each.payload]
        return [str(line[0]) for message in payloads for line in message.lines[1:2]]


@pytest.fixture
async def guarded(room: Newsroom) -> Guarded:
    return Guarded(room)


async def test_a_refused_account_is_told_through_another_one(guarded: Guarded) -> None:
    await guarded.news(0)
    guarded.room.paper.answers = [LaneDown("the token was revoked")]
    await guarded.pump.turn()
    (notice,) = await guarded.notices()
    assert "everything is kept: the token was revoked" in notice


async def test_the_same_trouble_is_told_once_an_hour(guarded: Guarded) -> None:
    for number in (0, 1):
        await guarded.news(number)
        guarded.room.paper.answers = [Malformed("bad"), Malformed("bad")]
        await guarded.pump.turn()
    assert len(await guarded.notices()) == 1


async def test_a_lane_that_stands_still_is_told(guarded: Guarded) -> None:
    await guarded.news(0)
    room = guarded.room
    notices = Notices(room.database, room.clock, guarded.alarms.notify)
    watch = LaneWatch(room.database, room.clock, notices)
    assert await watch.tick() == 0
    guarded.room.clock.advance(timedelta(minutes=20))
    assert await watch.tick() == 1
    (notice,) = await guarded.notices()
    assert "1 message waits, for 20 minutes" in notice


async def test_a_notice_that_stands_alone_is_owed_once_an_hour_about_each_thing(guarded: Guarded) -> None:
    room = guarded.room
    notices = Notices(room.database, room.clock, guarded.alarms.notify)
    owed = []
    for key, passed in (("a", 0), ("a", 59), ("b", 0), ("a", 1)):
        room.clock.advance(timedelta(minutes=passed))
        await notices.owe(key, lambda tongue: attention(tongue, "look"))
        async with room.database.read() as tx:
            owed.append((await books.counts(tx))[DeliveryState.PENDING])
    assert owed == [1, 1, 2, 3]
    assert await guarded.notices() == ["look"]


async def test_nobody_to_tell_is_no_trouble(guarded: Guarded) -> None:
    async with guarded.room.database.write() as tx:
        assert await Alarms([]).notify(tx, "x", lambda tongue: say("x"), guarded.room.clock.now()) == 0


async def test_an_owner_is_told_in_the_language_of_their_chat(guarded: Guarded) -> None:
    room = guarded.room
    async with room.database.write() as tx:
        now = room.clock.now()
        await chats.ensure(tx, BOSS.lane, BOSS.address, now, title="baas", language="nl", timezone="UTC")
    await guarded.news(0)
    room.paper.answers = [LaneDown("the account was deleted")]
    await guarded.pump.turn()
    (notice,) = await guarded.notices()
    assert "het account wordt geweigerd" in notice
    assert notice.endswith("alles wordt bewaard: het account is verwijderd")
