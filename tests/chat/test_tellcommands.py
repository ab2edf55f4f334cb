"""The commands about how a chat is told, as people type them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.router import Router
from bot.domain.messages import Message, Moment, Text
from bot.domain.models import Address
from bot.ports import Inbound
from tests.support.newsroom import LANE, Newsroom, place, report


class Chat:
    """Somebody in a chat."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self._router = Router(room.manager, room.sources, room.clock, {"paper": LANE}, cases=room.cases)

    async def says(self, text: str, *, admin: bool = True) -> str:
        said = Inbound(Address("paper", "anna"), text, "u1", is_private=admin, is_admin=admin)
        return words(await self._router.receive(said))


def words(message: Message) -> str:
    def word(span: object) -> str:
        if isinstance(span, Moment):
            return f"{span.at:%d %H:%M}"
        return span.text if isinstance(span, Text) else str(span)

    return "\n".join("".join(map(word, line)) for line in message.lines)


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    room = await Newsroom(tmp_path).open()
    yield Chat(room)
    await room.close()


async def test_quiet_hours_are_shown_set_and_taken_away(chat: Chat) -> None:
    assert "No quiet hours" in await chat.says("/quiet")
    assert "Quiet from 23:00-07:00 (Europe/Amsterdam)" in await chat.says("/quiet 23-7")
    assert "Europe/London" in await chat.says("/quiet 23:00-07:00 europe/london")
    assert "No quiet hours" in await chat.says("/quiet off")


async def test_quiet_hours_that_cannot_be_read_get_an_example(chat: Chat) -> None:
    assert "/quiet 23:00-07:00" in await chat.says("/quiet at night")


async def test_digests_are_shown_set_and_taken_away(chat: Chat) -> None:
    assert "No digest" in await chat.says("/digest")
    assert "every day at 08:00 and 18:00" in await chat.says("/digest 18:00 8:00")
    assert "every Sunday at 18:00 (Europe/Amsterdam), instead of alerts" in await chat.says(
        "/digest sun 18:00 only"
    )
    assert "No digest" in await chat.says("/digest off")


async def test_a_limit_and_what_to_do_with_lost_answers(chat: Chat) -> None:
    assert "At most 5 alerts an hour" in await chat.says("/limit 5")
    assert "every alert at once" in await chat.says("/limit off")
    assert "Shall it be sent again" in await chat.says("/resend")
    assert "No message is sent twice" in await chat.says("/resend off")
    assert "sent again" in await chat.says("/resend on")


async def test_a_topic_rests_for_a_time_and_wakes(chat: Chat) -> None:
    await chat.says("/subscribe nato")
    assert "What shall rest" in await chat.says("/mute")
    assert "NATO rests. Alerts come again 02 15:00" in await chat.says("/mute nato 3 hours")
    assert "come again for NATO" in await chat.says("/unmute nato")


async def test_what_is_not_followed_cannot_rest(chat: Chat) -> None:
    assert "does not follow" in await chat.says("/mute rutte 3d")
    assert "follows nothing" in await chat.says("/mute")


async def test_only_administrators_change_how_a_group_is_told(chat: Chat) -> None:
    for line in ("/quiet 23-7", "/digest 8", "/limit 3", "/mute nato", "/unmute nato", "/resend off"):
        assert "administrators" in await chat.says(line, admin=False)


async def test_why_answers_step_by_step_with_times(chat: Chat) -> None:
    feed = await chat.room.add_feed()
    await chat.says("/subscribe nato")
    await chat.room.take(feed, [report("NAVO oefent op de Waddenzee", 1, chat.room.clock.now())])
    waiting = await chat.says("/why https://proef.example/artikel/1")
    assert "waits to be sent" in waiting
    await chat.room.deliver()
    answer = await chat.says("/why https://proef.example/artikel/1")
    assert "Fetched from Proefkrant 02 12:00; published 02 12:00" in answer
    assert "Matched by “NAVO”" in answer
    assert "Story 1, since 02 12:00" in answer
    assert "NATO: the story is about it by" in answer
    assert "Alert: owed 02 12:00, sent 02 12:00" in answer


async def test_why_a_chat_that_follows_something_else_heard_nothing(chat: Chat) -> None:
    feed = await chat.room.add_feed()
    await chat.says("/subscribe harbour")
    await chat.room.take(feed, [report("NAVO oefent op de Waddenzee", 1, chat.room.clock.now())])
    assert "Nothing that this chat follows fits it." in await chat.says(
        "/why https://proef.example/artikel/1"
    )


async def test_why_without_a_known_link(chat: Chat) -> None:
    assert "Which article?" in await chat.says("/why")
    assert "No feed has brought" in await chat.says("/why https://elders.example/x")


async def test_subscribing_tells_how_many_stories_a_day_to_expect(chat: Chat) -> None:
    feed = await chat.room.add_feed()
    await chat.room.manager.subscribe(place("bram"), "nato")
    for number in range(7):
        title = f"NAVO {'ABCDEFG'[number] * 9} {number}"
        await chat.room.take(feed, [report(title, number, chat.room.clock.now())])
    assert "Lately that was about" in await chat.says("/subscribe nato")
