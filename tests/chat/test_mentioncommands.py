"""Roles that alerts mention on Discord, only where a subscription says so; through the real client."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.support.newsroom import Newsroom, report
from tests.support.talk import Talk
from tests.support.wires import OnDiscord, deliver, wire_of

pytestmark = pytest.mark.slow

ROLE, OTHER = "<@&4711>", "<@&4712>"
NATO = "NAVO oefent met schepen op de Waddenzee"
HARBOUR = "Haven van Delfzijl krijgt een nieuwe kade"


@pytest.fixture
async def wire(room: Newsroom) -> AsyncIterator[OnDiscord]:
    async with wire_of("discord", room) as wire:
        assert isinstance(wire, OnDiscord)
        await wire.says("/subscribe nato")
        await wire.says("/subscribe harbour")
        yield wire


async def told(room: Newsroom, wire: OnDiscord, *titles: str) -> list[list[str]]:
    """Whom the alerts of these reports ping."""
    feed = await room.add_feed()
    for number, title in enumerate(titles):
        await room.take(feed, [report(title, number, room.clock.now())])
    await deliver(room, wire)
    channel = wire._discord.messages(wire._channel)
    return [posted.pings for posted in channel if posted.embeds]


async def test_only_alerts_of_that_subscription_mention_the_role(room: Newsroom, wire: OnDiscord) -> None:
    assert "NATO mention that role" in (await wire.says(f"/mention {ROLE} for nato")).text
    assert await told(room, wire, NATO, HARBOUR) == [[ROLE], []]


async def test_nobody_is_mentioned_unless_that_was_asked_for(room: Newsroom, wire: OnDiscord) -> None:
    assert await told(room, wire, f"{NATO} {ROLE} @everyone") == [[]]


async def test_a_later_report_edits_the_alert_and_mentions_nobody_again(
    room: Newsroom, wire: OnDiscord
) -> None:
    await wire.says(f"/mention {ROLE} for nato")
    await told(room, wire, NATO)
    other = await room.add_feed("Kustbode", "kust")
    room.clock.advance(timedelta(minutes=5))
    await room.take(other, [report(NATO, 9, room.clock.now(), site="kust")])
    room.clock.advance(timedelta(minutes=5))
    await deliver(room, wire)
    (alert,) = [each for each in wire._discord.messages(wire._channel) if each.embeds]
    assert (alert.edited, alert.pings) == (1, [])


async def test_an_alert_for_two_subscriptions_mentions_both_roles(room: Newsroom, wire: OnDiscord) -> None:
    await wire.says(f"/mention {ROLE} voor nato")
    await wire.says(f"/mention {OTHER} harbour")
    assert await told(room, wire, "NAVO bouwt een haven in Delfzijl") == [[ROLE, OTHER]]


async def test_a_role_is_mentioned_until_nobody_is_to_be(room: Newsroom, wire: OnDiscord) -> None:
    await wire.says(f"/mention {ROLE} for nato")
    assert "NATO mention a role" in (await wire.says("/mention")).text
    await wire.says("/subscriptions")
    card = await wire.presses("⚙ NATO")
    assert "alerts mention a role" in card.text
    assert "mention a role" not in (await wire.presses("Mention nobody", on=card)).text
    assert "No alert mentions a role" in (await wire.says("/mention")).text
    await wire.says(f"/mention {ROLE} for nato")
    assert "mention nobody" in (await wire.says("/mention niemand voor nato")).text
    assert await told(room, wire, NATO) == [[]]


@pytest.mark.parametrize(
    ("garbage", "why"),
    [
        ("@everyone for nato", "I cannot read"),
        ("<@4711> for nato", "I cannot read"),
        (f"<@&{'9' * 30}> for nato", "I cannot read"),
        (ROLE, "I cannot read"),
        (f"{ROLE} for rutte", "does not follow"),
    ],
)
async def test_what_is_no_role_or_is_not_followed_is_refused(wire: OnDiscord, garbage: str, why: str) -> None:
    assert why in (await wire.says(f"/mention {garbage}")).text


async def test_where_there_are_no_roles_that_is_said(room: Newsroom) -> None:
    assert "that is for Discord" in await Talk(room).says(f"/mention {ROLE} for nato")
