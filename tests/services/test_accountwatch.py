"""Those who run the bot are told of an account that cannot be used."""

from datetime import timedelta

import pytest

from bot.domain.models import Address
from bot.errors import Phrase
from bot.services.accountwatch import MISTYPED, REFUSED, AccountWatch
from bot.services.alarm import Alarms, Notices, Owner
from tests.support.newsroom import LANE, Newsroom

OWNER = Address("paper", "boss")


class Trouble:
    """What is wrong now."""

    def __init__(self, room: Newsroom) -> None:
        self.now: dict[str, Phrase] = {}
        notices = Notices(room.database, room.clock, Alarms([Owner(LANE, OWNER)]).notify)
        self.watch = AccountWatch(room.clock, notices, lambda: self.now)


@pytest.fixture
def trouble(room: Newsroom) -> Trouble:
    return Trouble(room)


def notices(room: Newsroom) -> list[str]:
    return [str(message.lines) for chat, message, _ in room.paper.sent if chat == OWNER.chat]


async def test_an_account_that_is_refused_is_told_by_name_once_and_again_the_next_day(
    room: Newsroom, trouble: Trouble
) -> None:
    assert await trouble.watch.tick() == 0
    trouble.now = {"telegram.sport": REFUSED}
    for _ in range(3):
        assert await trouble.watch.tick() == 1
        room.clock.advance(timedelta(hours=2))
    await room.deliver()
    [notice] = notices(room)
    assert "telegram.sport cannot be used: the platform refuses its token" in notice
    room.clock.advance(timedelta(days=1))
    await trouble.watch.tick()
    await room.deliver()
    assert len(notices(room)) == 2


async def test_each_account_is_told_and_one_that_came_back_is_told_anew(
    room: Newsroom, trouble: Trouble
) -> None:
    for now in ({"telegram": MISTYPED, "discord": REFUSED}, {}, {"discord": REFUSED}):
        trouble.now = now
        await trouble.watch.tick()
        await room.deliver()
        room.clock.advance(timedelta(hours=2))
    assert sorted("discord" in notice for notice in notices(room)) == [False, True, True]
