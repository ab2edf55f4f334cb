"""What a delivery says, as the chat that gets it wants to be told."""

from dataclasses import replace

import pytest

from bot.domain.messages import Message
from bot.domain.models import ParsedItem
from tests.support.newsroom import Newsroom, place, report

PICTURE = "https://proef.example/foto.jpg"


def pictured(room: Newsroom, number: int = 1, site: str = "proef") -> ParsedItem:
    title = "NAVO oefent met veertig schepen op de Waddenzee"
    return replace(report(title, number, room.clock.now(), site=site), image=PICTURE)


async def told(room: Newsroom, *settings: str) -> Message:
    """The alert that a chat with these settings gets."""
    for setting in settings:
        what, _, wanted = setting.partition(" ")
        await getattr(room.manager.manners, what)(place(), wanted)
    feed = await room.add_feed()
    await room.manager.subscribe(place(), "nato")
    await room.take(feed, [pictured(room)])
    await room.deliver()
    return room.paper.sent[-1][1]


async def test_an_alert_sounds_and_has_the_articles_picture(room: Newsroom) -> None:
    alert = await told(room)
    assert alert.card
    assert (alert.silent, alert.page_preview, alert.card.image) == (False, False, PICTURE)


async def test_a_chat_that_wants_no_sound_gets_none(room: Newsroom) -> None:
    assert (await told(room, "sound off")).silent


async def test_breaking_news_sounds_in_a_silent_chat(room: Newsroom) -> None:
    await room.manager.manners.sound(place(), "off")
    await room.manager.manners.quiet(place(), "off")
    await room.manager.subscribe(place(), "nato")
    for number in (1, 2, 3):
        feed = await room.add_feed(f"Krant {number}", f"krant{number}")
        await room.take(feed, [pictured(room, number, f"krant{number}")])
    await room.deliver()
    assert [message.silent for _, message, _ in room.paper.sent] == [False]


@pytest.mark.parametrize(("preview", "image", "page"), [("off", None, False), ("page", PICTURE, True)])
async def test_a_chat_chooses_what_stands_under_an_alert(
    room: Newsroom, preview: str, image: str | None, page: bool
) -> None:
    alert = await told(room, f"preview {preview}")
    assert alert.card
    assert (alert.card.image, alert.page_preview) == (image, page)
