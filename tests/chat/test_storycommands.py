"""Looking at a story and following it, as people type it."""

from datetime import timedelta

import pytest

from bot.services.following import SPAN
from tests.support.newsroom import Newsroom, place, report
from tests.support.talk import Talk

pytestmark = pytest.mark.slow

CABLES = "Rutte waarschuwt NAVO-landen voor sabotage van kabels in Noordzee"
LINK = "https://een.example/artikel/1"


async def told_by(room: Newsroom, owner: str, number: int, title: str = CABLES, language: str = "nl") -> None:
    feed = await room.add_feed(owner.title(), owner, language=language)
    room.clock.advance(timedelta(minutes=5))
    await room.take(feed, [report(title, number, room.clock.now(), site=owner)])


async def test_a_story_lists_its_reports_in_time_order_with_the_reason_that_joins_them(
    room: Newsroom,
) -> None:
    await told_by(room, "een", 1)
    await told_by(room, "twee", 2)
    talk = Talk(room)
    lines = (await talk.says(f"/story {LINK}")).splitlines()
    assert lines[:3] == [
        CABLES,
        "#1 2 reports from 2 independent sources; languages: Dutch",
        "Topics: NATO, Mark Rutte",
    ]
    reports = [line for line in lines if line.startswith("• ")]
    assert reports == [f"• 02 12:05 Een: {CABLES}", f"• 02 12:10 Twee: {CABLES}"]
    assert len([line for line in lines if line.startswith("   ↳ ")]) == 2
    assert talk.actions == ["/follow #1"]


@pytest.mark.parametrize("named", ["1", "#1", LINK, f"<{LINK}>", f"{LINK}?utm_source=x", f"{LINK}#top"])
async def test_a_story_is_found_by_number_and_by_any_form_of_its_link(room: Newsroom, named: str) -> None:
    await told_by(room, "een", 1)
    assert CABLES in await Talk(room).says(f"/story {named}")


async def test_a_long_story_has_pages(room: Newsroom) -> None:
    for number, owner in enumerate(("een", "twee", "drie", "vier", "vijf", "zes", "zeven"), 1):
        await told_by(room, owner, number)
    talk = Talk(room)
    assert "Zeven:" not in await talk.says("/story #1")
    assert "Zeven:" in await talk.presses("›")


@pytest.mark.parametrize("named", ["#999999999", "999", "-1", "https://elders.example/x", "x" * 9000, "٣"])
async def test_a_story_that_is_unknown_is_said_to_be(room: Newsroom, named: str) -> None:
    assert "I know no such story" in await Talk(room).says(f"/story {named}")


async def test_a_story_wants_a_name(room: Newsroom) -> None:
    assert "Which story?" in await Talk(room).says("/story")


async def test_following_a_story_tells_until_when_and_stops_by_its_button(room: Newsroom) -> None:
    await told_by(room, "een", 1)
    talk = Talk(room)
    assert f"Until {room.clock.now() + SPAN:%d %H:%M} this chat is told" in await talk.says(f"/follow {LINK}")
    assert f"#1 {CABLES}" in await talk.says("/follow")
    assert await talk.router.suggest("unfollow", "haven", talk.here) == []
    ((value, label),) = await talk.router.suggest("unfollow", "Noordzee", talk.here)
    assert (value, label) == ("#1", f"{CABLES[:39]}…")
    assert "1 story is no longer followed" in await talk.presses("#1")
    assert "follows no story" in await talk.says("/unfollow")
    assert await room.cases.following.followed(place()) == []


async def test_stopping_what_is_not_followed_is_refused(room: Newsroom) -> None:
    await told_by(room, "een", 1)
    assert "does not follow that story" in await Talk(room).says("/unfollow #1")
    assert "I know no such story" in await Talk(room).says("/unfollow #77")


async def test_all_followed_stories_end_at_once(room: Newsroom) -> None:
    await told_by(room, "een", 1)
    await told_by(room, "een", 2, "Haven van Delfzijl krijgt een nieuwe kade")
    talk = Talk(room)
    await talk.says("/follow 1")
    await talk.says("/follow 2")
    assert "2 stories are no longer followed" in await talk.says("/unfollow all")


async def test_only_administrators_follow_a_story_in_a_group(room: Newsroom) -> None:
    await told_by(room, "een", 1)
    guest = Talk(room, admin=False)
    assert "administrators" in await guest.says("/follow 1")
    assert "administrators" in await guest.says("/unfollow 1")
    assert CABLES in await guest.says("/story 1")
