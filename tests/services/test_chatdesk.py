"""What those who run the bot do for any chat, on each kind of database."""

from datetime import time, timedelta

import pytest

from bot.domain.manner import Manner
from bot.domain.models import Address, ChatState
from bot.errors import CommandError
from bot.services.chatdesk import BY_HAND, OWNER, ChatDesk
from bot.services.places import Place
from bot.store import audit, websessions
from tests.support.newsroom import Newsroom, place, report


@pytest.fixture
async def desk(room: Newsroom) -> ChatDesk:
    for chat, topic in (("anna", "nato"), ("bert", "rutte"), ("cees", "nato")):
        await room.manager.subscribe(place(chat), topic)
    return ChatDesk(room.database, room.manager, room.clock)


async def test_chats_come_in_pages_with_what_they_follow(desk: ChatDesk) -> None:
    first = await desk.page(limit=2)
    assert [(entry.chat.title, [wish.value for wish in entry.wishes]) for entry in first] == [
        ("Anna", ["nato"]),
        ("Bert", ["rutte"]),
    ]
    rest = await desk.page(after=first[-1].chat.id, limit=2)
    assert [entry.chat.title for entry in rest] == ["Cees"]
    assert await desk.platforms() == {"paper": 3}
    assert await desk.page(platform="other", limit=2) == []


async def test_a_chat_that_is_paused_hears_nothing_until_it_is_resumed(
    desk: ChatDesk, room: Newsroom
) -> None:
    [anna, *_] = await desk.page(limit=1)
    feed = await room.add_feed()
    room.clock.advance(timedelta(minutes=2))
    await desk.pause(anna.chat.id)
    await desk.pause(anna.chat.id)
    found = await desk.entry(anna.chat.id)
    assert (found.chat.state, found.chat.paused_why) == (ChatState.PAUSED, BY_HAND)
    await room.take(feed, [report("NAVO oefent bij Zeebrugge", 1, room.clock.now())])
    await room.deliver()
    assert room.paper.titles("anna") == []
    assert room.paper.titles("cees") == ["NAVO oefent bij Zeebrugge"]
    await desk.resume(anna.chat.id)
    assert (await desk.entry(anna.chat.id)).chat.state is ChatState.ACTIVE


async def test_every_change_stands_in_the_log_with_who_made_it(desk: ChatDesk, room: Newsroom) -> None:
    [anna, *_] = await desk.page(limit=1)
    chat, wish = anna.chat.id, anna.wishes[0].id
    await desk.pause(chat)
    await desk.resume(chat)
    await desk.threshold(chat, wish, 0.5)
    await desk.mute(chat, wish, timedelta(hours=8))
    await desk.mute(chat, wish, None)
    await desk.behave(chat, Manner(), "nl", "UTC")
    await desk.follow(await desk.place(chat), "rutte")
    await desk.drop(chat, wish)
    async with room.database.read() as tx:
        found = await audit.changes(tx, who=OWNER)
    done = ["pause", "resume", "threshold", "mute", "unmute", "settings", "subscribe", "unsubscribe"]
    assert [change.what for change in reversed(found)] == done
    assert {change.chat for change in found} == {"anna"}


async def test_how_a_chat_is_told_is_set_at_once_or_not_at_all(desk: ChatDesk) -> None:
    [anna, *_] = await desk.page(limit=1)
    manner = Manner(quiet_from=time(23), quiet_until=time(7), digest_times=(time(8),))
    await desk.behave(anna.chat.id, manner, "nl", "UTC")
    chat = (await desk.entry(anna.chat.id)).chat
    assert (chat.manner, chat.language, chat.timezone) == (manner, "nl", "UTC")
    with pytest.raises(CommandError, match="timezone"):
        await desk.behave(anna.chat.id, Manner(), "en", "Mars/Base")
    assert (await desk.entry(anna.chat.id)).chat == chat


async def test_a_wish_of_another_chat_is_not_touched(desk: ChatDesk) -> None:
    anna, bert, _ = await desk.page(limit=3)
    other = bert.wishes[0].id
    for change in (
        desk.mute(anna.chat.id, other, timedelta(days=1)),
        desk.threshold(anna.chat.id, other, 0.9),
        desk.drop(anna.chat.id, other),
    ):
        with pytest.raises(CommandError):
            await change
    assert (await desk.entry(bert.chat.id)).wishes == bert.wishes


async def test_what_is_not_there_is_said(desk: ChatDesk) -> None:
    with pytest.raises(CommandError, match="no longer there"):
        await desk.entry(999)
    with pytest.raises(CommandError, match="no longer there"):
        await desk.at(place("nobody"))


async def test_what_a_webhook_follows_is_left_to_the_settings(desk: ChatDesk, room: Newsroom) -> None:
    hook = Place("webhook", Address("webhook", "newsdesk"), "newsdesk")
    await room.manager.subscribe(hook, "nato")
    number = await desk.at(hook)
    wish = (await desk.entry(number)).wishes[0].id
    with pytest.raises(CommandError, match="settings"):
        await desk.follow(hook, "rutte")
    with pytest.raises(CommandError, match="settings"):
        await desk.drop(number, wish)
    assert len((await desk.entry(number)).wishes) == 1


async def test_a_session_of_the_pages_holds_until_its_end_or_until_it_is_ended(room: Newsroom) -> None:
    now = room.clock.now()
    async with room.database.write() as tx:
        await websessions.begin(tx, "a", now + timedelta(days=1), now)
        await websessions.begin(tx, "b", now + timedelta(days=2), now)
    async with room.database.write() as tx:
        assert await websessions.holds(tx, "a", now)
        assert not await websessions.holds(tx, "a", now + timedelta(days=1))
        await websessions.end(tx, "b")
        assert not await websessions.holds(tx, "b", now)
