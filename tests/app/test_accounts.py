"""Accounts as they are set up: which are used, which are left out, and which one warns whom."""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.app.accounts import Account, hooks_of, open_accounts
from bot.app.chats import Chats, alarms_of
from bot.chat.router import Router
from bot.chat.telegram import TelegramPlatform
from bot.chat.webchat import WebChatPlatform
from bot.config import Settings
from bot.domain.messages import say
from bot.domain.models import DeliveryState
from bot.errors import BadInput
from bot.ports import ChatPlatform
from bot.services.accountwatch import MISTYPED, REFUSED
from bot.services.rooms import Rooms
from bot.store import books, roster
from tests.support.newsroom import Newsroom

FIRST = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SPORT = "220201543:BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
DESK = "MTIzNDU2.Emul8d.not-a-real-token"
BROKEN = "zo geheim dat het geen token is"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    newsroom = await Newsroom(tmp_path).open()
    yield newsroom
    await newsroom.close()


def settings_of(**tables: Any) -> Settings:
    return Settings.model_validate({"web": {"enabled": False}, **tables})


def router_of(room: Newsroom, lanes: Mapping[str, str]) -> Router:
    return Router(room.manager, room.sources, room.clock, lanes, cases=room.cases)


def opened(room: Newsroom, settings: Settings) -> dict[str, Account]:
    return open_accounts(settings, room.database, room.clock, partial(router_of, room))[0]


async def test_every_account_with_a_token_has_its_lane_and_the_first_of_a_platform_comes_first(
    room: Newsroom,
) -> None:
    telegram = {"token": FIRST, "accounts": {"sport": {"token": SPORT, "paid_broadcast": True}, "spare": {}}}
    accounts = opened(room, settings_of(telegram=telegram, discord={"accounts": {"desk": {"token": DESK}}}))
    assert {key: account.platform.lane for key, account in accounts.items()} == {
        "telegram": "telegram:110201543",
        "telegram.sport": "telegram:220201543",
        "discord.desk": "discord:123456",
    }
    assert [key for key, account in accounts.items() if account.paid] == ["telegram.sport"]


async def test_a_token_that_cannot_be_one_leaves_its_account_out_by_name_and_harms_no_other(
    room: Newsroom,
) -> None:
    telegram = {"token": FIRST, "accounts": {"sport": {"token": BROKEN}}}
    settings = settings_of(telegram=telegram, discord={"token": BROKEN})
    with structlog.testing.capture_logs() as logged:
        assert list(opened(room, settings)) == ["telegram"]
    assert [each["account"] for each in logged if each["event"] == "account left out"] == [
        "telegram.sport",
        "discord",
    ]
    assert BROKEN not in str(logged)


async def test_accounts_that_are_left_out_or_refused_are_in_trouble_and_the_others_not(
    room: Newsroom,
) -> None:
    telegram = {"token": FIRST, "accounts": {"sport": {"token": SPORT}, "broken": {"token": BROKEN}}}
    settings = settings_of(telegram=telegram)
    accounts, left_out = open_accounts(settings, room.database, room.clock, partial(router_of, room))
    chats = chats_of(room, settings, accounts, left_out)
    assert chats.troubles() == {"telegram.broken": MISTYPED}
    platform = accounts["telegram.sport"].platform
    assert isinstance(platform, TelegramPlatform)
    platform.refused = True
    assert chats.troubles() == {"telegram.broken": MISTYPED, "telegram.sport": REFUSED}


async def test_a_start_in_which_no_account_can_be_used_is_refused(room: Newsroom) -> None:
    with pytest.raises(BadInput, match="no Telegram token") as refused:
        opened(room, settings_of(telegram={"token": BROKEN}))
    assert BROKEN not in str(refused.value)


@pytest.mark.parametrize(
    ("owner", "lane", "chat"),
    [
        ("telegram:7", "telegram:110201543", "7"),
        ("telegram.sport:7", "telegram:220201543", "7"),
        # Set up without a token: the platform's first account has to do.
        ("telegram.spare:7", "telegram:110201543", "7"),
        # The table [discord] has no token, so its first account is a named one.
        ("discord:7", "discord:123456", "@7"),
        ("discord.desk:7", "discord:123456", "@7"),
    ],
)
async def test_an_owner_is_warned_by_the_account_they_are_set_with(
    room: Newsroom, owner: str, lane: str, chat: str
) -> None:
    telegram = {"token": FIRST, "accounts": {"sport": {"token": SPORT}, "spare": {}}}
    settings = settings_of(owners=[owner], telegram=telegram, discord={"accounts": {"desk": {"token": DESK}}})
    assert await warned(room, settings) == [(lane, chat)]


async def test_an_owner_on_a_platform_that_is_not_set_up_is_not_warned(room: Newsroom) -> None:
    assert await warned(room, settings_of(owners=["discord:7"], telegram={"token": FIRST})) == []


def chats_of(
    room: Newsroom, settings: Settings, accounts: Mapping[str, Account], left_out: Sequence[str] = ()
) -> Chats:
    router, rooms = router_of(room, {}), Rooms(room.database, room.clock, [])
    web = WebChatPlatform(rooms, hooks_of(router, settings))
    platforms: list[ChatPlatform] = [*(account.platform for account in accounts.values()), web]
    return Chats(router, platforms, web, accounts, rooms, left_out)


async def warned(room: Newsroom, settings: Settings) -> list[tuple[str, str]]:
    """By which account, and in which chat, somebody is told of trouble."""
    alarms = alarms_of(settings, chats_of(room, settings, opened(room, settings)))
    async with room.database.write() as tx:
        await alarms.notify(tx, "trouble", lambda tongue: say("Trouble"), room.clock.now())
        lines = await books.lines(tx, {DeliveryState.PENDING})
        told = [(line.lane, await roster.one(tx, line.chat_id)) for line in lines]
    return [(lane, entry.chat.address.chat) for lane, entry in told if entry]
