"""Following a story: what comes of it and who else reports it is told here, for a while, and no more."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from bot.domain.messages import Message
from bot.errors import CommandError
from bot.services.following import MOST_FOLLOWED, SPAN, Following, tell_followers, tell_report
from bot.services.tell import story_of
from bot.store import chats, follows, schema, stories
from tests.support.newsroom import Newsroom, place, report

CABLES = "Rutte waarschuwt NAVO-landen voor sabotage van kabels in Noordzee"
LINK = "https://een.example/artikel/1"


async def told_by(room: Newsroom, owner: str, number: int, title: str = CABLES) -> None:
    feed = await room.add_feed(owner.title(), owner)
    await room.take(feed, [report(title, number, room.clock.now(), site=owner)])


def notices(room: Newsroom, chat: str) -> list[str]:
    return [_text(message) for to, message, _ in room.paper.sent if to == chat and message.card is None]


def _text(message: Message) -> str:
    return "\n".join(
        "".join(span if isinstance(span, str) else getattr(span, "text", "") for span in line)
        for line in message.lines
    )


async def test_a_further_report_is_told_to_who_follows_the_story(room: Newsroom) -> None:
    await told_by(room, "een", 1)
    followed = await Following(room.database, room.clock).follow(place("bo"), LINK)
    await told_by(room, "twee", 2)
    await room.deliver()
    (line,) = notices(room, "bo")
    assert (followed.until, CABLES in line, "Twee" in line) == (room.clock.now() + SPAN, True, True)
    assert notices(room, "anna") == []


async def test_a_second_report_of_one_outlet_is_not_told(room: Newsroom) -> None:
    await told_by(room, "een", 1)
    await Following(room.database, room.clock).follow(place("bo"), LINK)
    await told_by(room, "een", 3, CABLES + " weer")
    await room.deliver()
    assert notices(room, "bo") == []


async def test_after_two_days_nothing_more_is_told(room: Newsroom) -> None:
    await told_by(room, "een", 1)
    following = Following(room.database, room.clock)
    await following.follow(place("bo"), LINK)
    room.clock.advance(SPAN)
    async with room.database.write() as tx:
        assert await follows.followers(tx, 1, room.clock.now()) == []
    assert await following.followed(place("bo")) == []


async def test_a_story_that_comes_of_it_is_told_once_and_followed_until_the_same_hour(room: Newsroom) -> None:
    await told_by(room, "een", 1)
    following, now = Following(room.database, room.clock), room.clock.now()
    until = (await following.follow(place("bo"), LINK)).until
    room.clock.advance(timedelta(hours=3))
    await told_by(room, "een", 2, "Dijken bij Delfzijl verhoogd")
    async with room.database.write() as tx:
        next_story = await stories.create(tx, now, follows=1)
        await tx.execute(
            insert(schema.story_items).values(item_id=2, story_id=next_story, why="", joined_at=now)
        )
        mutes: set[int] = set()
        for _ in range(2):
            await tell_followers(tx, next_story, 1, timedelta(hours=6), mutes, room.clock.now())
    await room.deliver()
    assert room.paper.titles("bo") == ["Dijken bij Delfzijl verhoogd"]
    assert {each.story.id: each.until for each in await following.followed(place("bo"))} == {
        1: until,
        next_story: until,
    }


async def test_a_muted_story_a_paused_chat_and_a_story_heard_of_enough_are_left_in_peace(
    room: Newsroom,
) -> None:
    await told_by(room, "een", 1)
    following, now = Following(room.database, room.clock), room.clock.now()
    for name in ("muted", "paused", "enough", "bo"):
        await following.follow(place(name), LINK)
    async with room.database.write() as tx:
        ids = {
            name: (await chats.find(tx, place(name).lane, place(name).address))
            for name in ("muted", "enough")
        }
        assert ids["muted"]
        assert ids["enough"]
        await chats.mute_story(tx, ids["muted"].id, 1, now + SPAN)
        await chats.pause(tx, place().lane, place("paused").address, "gone")
        many = schema.story_follows.c.chat_id == ids["enough"].id
        await tx.execute(update(schema.story_follows).where(many).values(told=30))
        assert await tell_report(tx, await story_of(tx, 1), 1, now) == 1


async def test_in_the_quiet_hours_a_line_waits_until_they_end(room: Newsroom) -> None:
    await told_by(room, "een", 1)
    await Following(room.database, room.clock).follow(place("bo"), LINK)
    await room.manager.manners.quiet(place("bo"), "12:00-15:00 Europe/London")
    await told_by(room, "twee", 2)
    await room.deliver()
    assert notices(room, "bo") == []
    room.clock.advance(timedelta(hours=3, minutes=1))
    await room.deliver()
    assert len(notices(room, "bo")) == 1


async def test_a_followed_story_is_told_also_when_the_chat_unsubscribes_meanwhile(room: Newsroom) -> None:
    await room.manager.subscribe(place("bo"), "nato")
    await told_by(room, "een", 1)
    await Following(room.database, room.clock).follow(place("bo"), LINK)
    await room.manager.unsubscribe(place("bo"), "nato")
    await room.deliver()
    assert room.paper.titles("bo") == [CABLES]


async def test_who_stops_following_hears_no_more(room: Newsroom) -> None:
    await told_by(room, "een", 1)
    following = Following(room.database, room.clock)
    await following.follow(place("bo"), "#1")
    assert await following.unfollow(place("bo"), "all") == 1
    await told_by(room, "twee", 2)
    await room.deliver()
    assert notices(room, "bo") == []
    with pytest.raises(CommandError, match="does not follow"):
        await following.unfollow(place("bo"), "1")


@pytest.mark.parametrize(
    "text", ["", "99", "#", "-1", "1" * 30, "https://nergens.example/1", "een verhaal", "\x00", "’; --"]
)
async def test_what_is_no_story_is_refused(room: Newsroom, text: str) -> None:
    with pytest.raises(CommandError, match="no such story"):
        await Following(room.database, room.clock).follow(place("bo"), text)


async def test_a_chat_follows_a_bounded_number_of_stories(room: Newsroom) -> None:
    await told_by(room, "een", 1)
    following, now = Following(room.database, room.clock), room.clock.now()
    await following.follow(place("bo"), "1")
    async with room.database.write() as tx:
        for _ in range(MOST_FOLLOWED - 1):
            await follows.follow(tx, [1], await stories.create(tx, now), now + SPAN)
    await following.follow(place("bo"), "1")
    await told_by(room, "een", 2, "Spanje wijst hogere NAVO-bijdrage af")
    with pytest.raises(CommandError, match="20 stories already"):
        await following.follow(place("bo"), "https://een.example/artikel/2")
