import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.chat.telegram import TelegramPlatform, Webhook
from bot.chat.telegram.platform import lane_of
from bot.domain.messages import AlertCard, Button, Message, say
from bot.domain.models import Address, Sent
from bot.errors import BadInput
from bot.ports import CommandSpec, Inbound, SystemClock
from bot.services.inbox import Inbox
from bot.store import inbox
from bot.store.database import Database
from tests.chat.telegram.conftest import COMMANDS, Heard, Start
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram.server import DEFAULT_TOKEN
from tests.support.clock import NOON
from tests.support.databases import ONLY_SQLITE
from tests.support.waiting import until

pytestmark = pytest.mark.slow


def at(chat: int) -> Address:
    return Address("telegram", str(chat))


def test_the_lane_is_the_bots_id_and_never_its_secret(heard: Heard) -> None:
    platform = TelegramPlatform(DEFAULT_TOKEN, heard.hooks())
    assert (platform.lane, platform.name) == ("telegram:110201543", "telegram")


@pytest.mark.parametrize("token", ["", "abc", "123:", "123:kort", "https://example.org", "1:" + "a b" * 20])
def test_what_can_not_be_a_token_is_refused_without_repeating_it(heard: Heard, token: str) -> None:
    with pytest.raises(BadInput) as refused:
        TelegramPlatform(token, heard.hooks())
    assert not token or token not in str(refused.value)


async def test_a_command_is_answered_in_its_chat_and_no_other(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat, other = telegram.add_chat(), telegram.add_chat()
    telegram.user_says(chat, chat, "/topics")
    (answer,) = await telegram.wait_messages(chat, 1)
    assert answer.text == "heard /topics"
    assert telegram.messages(other) == []


async def test_a_sent_message_can_be_edited(telegram: TelegramEmulator, platform: TelegramPlatform) -> None:
    channel = telegram.add_chat("channel")
    sent = await platform.send(at(channel), say("eerst", buttons=[[Button("Meer", "/topics")]]), "k")
    assert isinstance(sent, Sent)
    assert await platform.edit(at(channel), sent.message_id, say("daarna")) == sent
    (message,) = telegram.messages(channel)
    assert (message.text, message.edits, message.buttons) == ("daarna", ["eerst"], [])


async def test_a_silent_message_makes_no_sound(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat()
    await platform.send(at(chat), Message(lines=(("stil",),), silent=True), "k")
    await platform.send(at(chat), say("luid"), "k")
    assert [message.silent for message in telegram.messages(chat)] == [True, False]


async def test_what_stands_under_an_alert_is_its_picture_its_page_or_nothing(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat()
    page, picture = "https://nieuws.example/1", "https://nieuws.example/1.jpg"
    card = AlertCard("Kop", page, "De Morgenster", NOON, "", (), "nl", image=picture)
    for message in (
        Message(card=card),
        Message(card=card, page_preview=True),
        Message(card=replace(card, image=None)),
    ):
        await platform.send(at(chat), message, "k")
    shown = [message.preview for message in telegram.messages(chat)]
    assert [preview.get("url") for preview in shown] == [picture, page, None]
    assert [preview.get("is_disabled") for preview in shown] == [None, None, True]


async def test_buttons_that_do_not_fit_are_left_out_and_logged(
    telegram: TelegramEmulator, platform: TelegramPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = telegram.add_chat()
    buttons = [[Button("past", "/topics"), Button("te lang", "/subscribe " + "x" * 64)]]
    assert isinstance(await platform.send(at(chat), say("Kies", buttons=buttons), "k"), Sent)
    assert [button.label for button in telegram.messages(chat)[0].buttons] == ["past"]
    assert "te lang" in capsys.readouterr().out


async def test_the_command_menu_shows_members_of_groups_only_what_they_may(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    every = ["start", "topics", "subscribe"]
    assert telegram.commands("default") == every
    assert telegram.commands("all_private_chats") == every
    assert telegram.commands("all_chat_administrators") == every
    assert telegram.commands("all_group_chats") == ["start", "topics"]


async def test_what_is_for_private_chats_or_for_owners_is_offered_to_them_only(
    telegram: TelegramEmulator, start: Start, heard: Heard
) -> None:
    owner = telegram.add_chat()
    heard.owners = (f"telegram:{owner}", "telegram:999999", "discord:7")
    private = CommandSpec("link", "Manage a channel", changes_chat=True, private_only=True)
    heard.offers = (*COMMANDS, private, CommandSpec("backup", "Copy the data", for_owners=True))
    await start()
    every = ["start", "topics", "subscribe"]
    assert telegram.commands("default") == every
    assert telegram.commands("all_chat_administrators") == every
    assert telegram.commands("all_private_chats") == [*every, "link"]
    assert telegram.commands(str(owner)) == [*every, "link", "backup"]
    assert telegram.commands("999999") == []


async def test_a_refused_menu_keeps_nobody_from_talking(telegram: TelegramEmulator, start: Start) -> None:
    telegram.fault("status", method="setMyCommands", status=400, description="Bad Request: no", times=3)
    await start(connected=False)
    chat = telegram.add_chat()
    telegram.user_says(chat, chat, "/topics")
    await telegram.wait_messages(chat, 1)


async def test_a_server_that_is_down_at_start_is_tried_until_it_is_there(
    telegram: TelegramEmulator, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    await telegram.stop()
    await start(connected=False)
    chat = telegram.add_chat()
    telegram.user_says(chat, chat, "/topics")

    async def failed() -> bool:
        return "telegram_unreachable" in "".join(capsys.readouterr())

    await until(failed)
    await telegram.start()
    await telegram.wait_messages(chat, 1)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("status", {"status": 502}),
        ("status", {"status": 409, "description": "Conflict: terminated by other getUpdates request"}),
        ("garbage", {}),
        ("reset", {}),
        ("flood", {"retry_after": 1}),
    ],
)
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_polling_goes_on_after_trouble(
    telegram: TelegramEmulator, platform: TelegramPlatform, kind: Any, options: dict[str, Any]
) -> None:
    telegram.fault(kind, method="getUpdates", times=2 if kind != "flood" else 1, **options)
    chat = telegram.add_chat()
    for number in (1, 2):
        telegram.user_says(chat, chat, f"/topics {number}")
        await telegram.wait_messages(chat, number)


async def test_polling_goes_on_after_the_server_was_away(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    await telegram.stop()
    chat = telegram.add_chat()
    telegram.user_says(chat, chat, "/topics")
    await telegram.start()
    await telegram.wait_messages(chat, 1)


async def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(
    telegram: TelegramEmulator, platform: TelegramPlatform
) -> None:
    chat = telegram.add_chat()
    for _ in range(3):
        assert isinstance(await platform.send(at(chat), say("x"), "k"), Sent)
        await telegram.stop()
        await telegram.start()
    assert len(telegram.messages(chat)) == 3


async def test_each_update_is_handled_once(
    telegram: TelegramEmulator, platform: TelegramPlatform, heard: Heard
) -> None:
    chat = telegram.add_chat()
    for number in range(5):
        telegram.user_says(chat, chat, f"/topics {number}")
        await telegram.wait_messages(chat, number + 1)
    await telegram.wait_confirmed()
    assert len(heard.commands) == 5


async def test_a_revoked_token_is_reported_and_crashes_nothing(
    telegram: TelegramEmulator, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    telegram.revoke_token()
    platform = await start(connected=False)
    logged: list[str] = []

    async def refused() -> bool:
        logged.extend(capsys.readouterr())
        return "telegram_token_refused" in "".join(logged)

    await until(refused)
    assert platform.refused
    assert telegram.token.split(":")[1] not in "".join(logged)


async def test_the_token_is_never_logged(
    telegram: TelegramEmulator,
    start: Start,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("DEBUG")
    caplog.set_level("WARNING", logger="telegram")  # as `bot.log` does: on debug it logs the address
    platform = await start()
    for kind in ("status", "garbage", "reset", "lost"):
        telegram.fault(kind)
        await platform.send(at(telegram.add_chat()), say("x"), "k")
    await telegram.stop()
    await platform.send(at(1), say("x"), "k")
    output = capsys.readouterr()
    assert telegram.token.split(":")[1] not in caplog.text + output.out + output.err


async def test_stopping_lets_an_answer_under_way_go_out(telegram: TelegramEmulator, heard: Heard) -> None:
    platform = TelegramPlatform(telegram.token, heard.hooks(), api_base_url=telegram.url)
    running = asyncio.create_task(platform.run())
    chat = telegram.add_chat()
    telegram.fault("delay", seconds=0.3)
    telegram.user_says(chat, chat, "/topics")
    assert await telegram.world.until(lambda: bool(heard.commands), 10)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert len(telegram.messages(chat)) == 1
    assert [task.get_name() for task in asyncio.all_tasks() if "update" in task.get_name()] == []


async def test_it_can_be_run_again_after_it_was_stopped(telegram: TelegramEmulator, heard: Heard) -> None:
    platform = TelegramPlatform(telegram.token, heard.hooks(), api_base_url=telegram.url)
    chat = telegram.add_chat()
    for number in (1, 2):
        running = asyncio.create_task(platform.run())
        telegram.user_says(chat, chat, "/topics")
        await telegram.wait_messages(chat, number)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


# --- webhook

SECRET = "geheim-voor-de-proef"


def hook(database: Database, url: str = "https://heraut.example/hook") -> Webhook:
    return Webhook(url, SECRET, Inbox(database, lane_of(DEFAULT_TOKEN), SystemClock()))


@ONLY_SQLITE
async def test_updates_can_come_by_webhook(db: Database, telegram: TelegramEmulator, start: Start) -> None:
    calls: list[bool] = []
    webhook = hook(db)

    async def receive(request: web.Request) -> web.Response:
        genuine = webhook.is_genuine(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        taken = genuine and await webhook.take(await request.json())
        calls.append(taken)
        return web.Response(status=200 if taken else 503)

    app = web.Application()
    app.router.add_post("/hook", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        await start(webhook=replace(webhook, url=url))
        chat = telegram.add_chat()
        telegram.user_says(chat, chat, "/topics")
        await telegram.wait_messages(chat, 1)
        async with aiohttp.ClientSession() as session:
            forged = await session.post(url, json={"update_id": 1})
        assert (forged.status, calls) == (503, [True, False])
        assert "getUpdates" not in {method for _, method, _ in telegram.requests}
    finally:
        await runner.cleanup()


async def test_a_webhook_is_taken_away_when_updates_are_asked_for(
    telegram: TelegramEmulator, start: Start
) -> None:
    telegram.webhook = {"url": "https://elders.example/hook"}
    await start()
    chat = telegram.add_chat()
    telegram.user_says(chat, chat, "/topics")
    await telegram.wait_messages(chat, 1)


@ONLY_SQLITE
@pytest.mark.parametrize("header", [None, "", "geheim", SECRET + "x", "é"])
async def test_a_call_without_the_secret_is_not_telegrams(db: Database, header: str | None) -> None:
    webhook = hook(db)
    assert webhook.is_genuine(SECRET)
    assert not webhook.is_genuine(header)


def said(number: int, chat: int, text: str) -> dict[str, Any]:
    """An update as Telegram brings it."""
    people = {"id": chat, "type": "private", "first_name": "Anna"}
    sender = {"id": chat, "is_bot": False, "first_name": "Anna"}
    message = {"message_id": number, "date": 1_700_000_000, "chat": people, "from": sender, "text": text}
    return {"update_id": number, "message": message}


@ONLY_SQLITE
async def test_updates_that_come_before_the_account_is_connected_are_answered_in_order(
    db: Database, telegram: TelegramEmulator, start: Start, heard: Heard
) -> None:
    webhook, chat = hook(db, "http://127.0.0.1:1/hook"), telegram.add_chat()
    for number in (3, 1, 2, 1):
        assert await webhook.take(said(number, chat, f"/topics {number}"))
    await start(webhook=webhook)
    await telegram.wait_messages(chat, 3)
    assert [asked.text for asked in heard.commands] == ["/topics 1", "/topics 2", "/topics 3"]


@ONLY_SQLITE
async def test_an_update_that_fails_is_done_with_and_holds_up_no_other(
    db: Database, telegram: TelegramEmulator, start: Start, heard: Heard
) -> None:
    webhook, chat = hook(db, "http://127.0.0.1:1/hook"), telegram.add_chat()
    answer = heard.answers

    def fails(asked: Inbound) -> Message:
        if asked.text == "/topics 1":
            raise LookupError
        return answer(asked)

    heard.answers = fails
    await start(webhook=webhook)
    for number in (1, 2):
        await webhook.take(said(number, chat, f"/topics {number}"))
    await telegram.wait_messages(chat, 1)

    async def done() -> bool:
        async with db.read() as tx:
            return await inbox.waiting(tx, webhook.inbox.lane, 10) == 0

    await until(done)
    assert [asked.text for asked in heard.commands] == ["/topics 1", "/topics 2"]


@ONLY_SQLITE
@pytest.mark.parametrize(
    "garbage",
    [
        None,
        [],
        "x",
        {},
        {"update_id": "x"},
        {"update_id": True},
        {"update_id": -1},
        {"update_id": 2**63},
        {"update_id": 1, "message": 7},
        {"update_id": 2, "message": {"text": "\0"}},
    ],
)
async def test_garbage_by_webhook_is_taken_and_dropped(
    db: Database, telegram: TelegramEmulator, start: Start, heard: Heard, garbage: object
) -> None:
    webhook, chat = hook(db, "http://127.0.0.1:1/hook"), telegram.add_chat()
    await start(webhook=webhook)
    assert await webhook.take(garbage) is True
    assert await webhook.take(said(9, chat, "/topics")) is True
    await telegram.wait_messages(chat, 1)
    assert len(heard.commands) == 1
