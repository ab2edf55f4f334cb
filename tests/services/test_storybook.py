"""A story with what is known of it, and with the story that it comes of."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.errors import CommandError
from bot.services.following import LONGEST_LINK
from bot.store import schema
from tests.support.newsroom import Newsroom, report

FIRST = "NAVO oefent bij Zeebrugge met twintig schepen"
NEXT = "Rutte bezoekt Ankara voor overleg over drones"


async def told(room: Newsroom) -> None:
    feed = await room.add_feed()
    await room.take(feed, [report(FIRST, 1, room.clock.now())])
    await room.take(feed, [report(NEXT, 2, room.clock.now())])
    async with room.database.write() as tx:
        await tx.execute(update(schema.stories).where(schema.stories.c.id == 2).values(follows=1))


async def test_a_story_names_the_one_it_comes_of(room: Newsroom) -> None:
    await told(room)
    tale = await room.cases.storybook.tale("2")
    assert (tale.story.id, tale.story.follows, tale.before) == (2, 1, FIRST)
    assert (await room.cases.storybook.tale("1")).before == ""


async def test_reports_stand_as_they_were_published_not_as_they_came(room: Newsroom) -> None:
    now = room.clock.now()
    for number, age in enumerate((1, 3, 2), 1):
        feed = await room.add_feed(f"Krant {number}", f"uitgever{number}")
        item = report(FIRST, number, now - timedelta(minutes=age), site=f"u{number}")
        await room.take(feed, [item])
    tale = await room.cases.storybook.tale("#1")
    assert [each.stored.item.outlet.name for each in tale.in_time] == ["Krant 2", "Krant 3", "Krant 1"]


@pytest.mark.parametrize(
    "text", ["", " ", "0", "#", "12345678901", "https://x.example/" + "a" * LONGEST_LINK, "\x07"]
)
async def test_what_names_no_story_is_refused(room: Newsroom, text: str) -> None:
    await told(room)
    with pytest.raises(CommandError, match="no such story"):
        await room.cases.storybook.tale(text)
