"""The emulator is strict about what the real Bot API is strict about, and can be driven as a process."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.emulators.telegram import Limits, TelegramEmulator
from tests.emulators.telegram.faults import Meter


class Caller:
    """Calls methods as any program would."""

    def __init__(self, session: aiohttp.ClientSession, telegram: TelegramEmulator) -> None:
        self.session = session
        self.telegram = telegram

    async def call(self, method: str, token: str | None = None, **fields: Any) -> dict[str, Any]:
        url = f"{self.telegram.url}/bot{token or self.telegram.token}/{method}"
        async with self.session.post(url, json=fields) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == (200 if answer["ok"] else answer["error_code"])
            return answer

    async def refused(self, method: str, **fields: Any) -> str:
        return str((await self.call(method, **fields))["description"])


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with TelegramEmulator() as telegram, aiohttp.ClientSession() as session:
        yield Caller(session, telegram)


async def test_it_knows_its_token_and_its_methods(caller: Caller) -> None:
    assert (await caller.call("getMe"))["result"]["username"] == "heraut_bot"
    assert (await caller.call("getMe", token="1:x"))["error_code"] == 401
    assert (await caller.call("sendNothing"))["error_code"] == 404


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "  \n"}, "message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "a < b", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<br>", "parse_mode": "HTML"}, 'unsupported start tag "br"'),
        ({"text": "x", "parse_mode": "XML"}, "unsupported parse_mode"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "x", "chat_id": 404}, "chat not found"),
        ({"text": "x", "chat_id": "abc"}, "chat not found"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "message_thread_id": 9}, "message thread not found"),
        ({"text": "x", "message_thread": 9}, "unknown parameter message_thread"),
        ({"text": "x", "reply_markup": {"keyboard": []}}, "object expected as reply markup"),
    ],
)
async def test_messages_are_refused_as_telegram_refuses_them(
    caller: Caller, fields: dict[str, Any], expected: str
) -> None:
    chat = caller.telegram.add_chat()
    assert expected.lower() in (await caller.refused("sendMessage", **{"chat_id": chat, **fields})).lower()
    assert caller.telegram.messages(chat) == []


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ({"text": "", "callback_data": "x"}, "can't parse inline keyboard button"),
        ({"text": "x"}, "Text buttons are unallowed"),
        ({"text": "x", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "url": "javascript:x"}, "Wrong HTTP URL"),
        ({"text": "x", "url": "http://localhost/"}, "Wrong HTTP URL"),
    ],
)
async def test_buttons_are_refused_as_telegram_refuses_them(
    caller: Caller, button: dict[str, str], expected: str
) -> None:
    markup = {"inline_keyboard": [[button]]}
    chat = caller.telegram.add_chat()
    assert expected in await caller.refused("sendMessage", chat_id=chat, text="x", reply_markup=markup)


async def test_texts_at_the_limits_are_taken(caller: Caller) -> None:
    chat = caller.telegram.add_chat()
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "é" * 32}] * 8] * 12}
    text = f"<b>{'😀' * 2048}</b>"
    answer = await caller.call("sendMessage", chat_id=chat, text=text, parse_mode="HTML", reply_markup=markup)
    assert answer["ok"]


async def test_a_message_is_stored_trimmed_with_what_clients_find_in_it(caller: Caller) -> None:
    chat = caller.telegram.add_chat()
    text = ' \n<b>Kop</b> van @durov <a href="https://nos.example/">#tag</a> '
    await caller.call("sendMessage", chat_id=chat, text=text, parse_mode="HTML")
    (message,) = caller.telegram.messages(chat)
    assert message.text == "Kop van @durov #tag"
    assert message.links == ["https://nos.example/"]
    assert (message.marked("bold"), message.marked("mention")) == (["Kop"], ["@durov"])
    assert message.marked("hashtag") == []


async def test_edits_and_deletions_need_a_message(caller: Caller) -> None:
    chat = caller.telegram.add_chat()
    sent = (await caller.call("sendMessage", chat_id=chat, text="een"))["result"]["message_id"]
    here = {"chat_id": chat, "message_id": sent}
    assert "not modified" in await caller.refused("editMessageText", text="een", **here)
    assert "not found" in await caller.refused("editMessageText", chat_id=chat, message_id=9, text="x")
    assert "identifier" in await caller.refused("editMessageText", chat_id=chat, text="x")
    assert (await caller.call("deleteMessage", **here))["ok"]
    assert "not found" in await caller.refused("deleteMessage", **here)
    assert caller.telegram.messages(chat) == []


@pytest.mark.parametrize(
    "command",
    [
        {"command": "Start", "description": "x"},
        {"command": "x" * 33, "description": "x"},
        {"command": "start", "description": ""},
        {"command": "start", "description": "x" * 257},
    ],
)
async def test_bad_command_menus_are_refused(caller: Caller, command: dict[str, str]) -> None:
    assert "BOT_COMMAND" in await caller.refused("setMyCommands", commands=[command])


async def test_updates_come_until_they_are_confirmed(caller: Caller) -> None:
    chat = caller.telegram.add_chat()
    caller.telegram.user_says(chat, chat, "/een")
    first = (await caller.call("getUpdates"))["result"]
    assert first == (await caller.call("getUpdates"))["result"]
    offset = first[-1]["update_id"] + 1
    later = asyncio.create_task(caller.call("getUpdates", offset=offset, timeout=20))
    await caller.telegram.wait_confirmed()
    caller.telegram.user_says(chat, chat, "/twee")
    (update,) = (await later)["result"]
    assert update["message"]["text"] == "/twee"


async def test_updates_that_are_not_wanted_do_not_come(caller: Caller) -> None:
    chat = caller.telegram.add_chat("group")
    caller.telegram.kick_bot(chat)
    answer = await caller.call("getUpdates", allowed_updates=["message"])
    assert answer["result"] == []


async def test_only_one_may_poll(caller: Caller) -> None:
    first = asyncio.create_task(caller.call("getUpdates", timeout=20))
    assert await caller.telegram.world.until(lambda: bool(caller.telegram.requests), 10)
    assert (await caller.call("getUpdates"))["ok"]
    assert (await first)["error_code"] == 409
    await caller.call("setWebhook", url="https://heraut.example/")
    assert (await caller.call("getUpdates"))["error_code"] == 409
    assert (await caller.call("getWebhookInfo"))["result"]["url"] == "https://heraut.example/"


async def test_group_privacy_hides_ordinary_talk_from_the_bot(caller: Caller) -> None:
    group = caller.telegram.add_chat("group")
    caller.telegram.user_says(group, 1, "zomaar")
    caller.telegram.user_says(group, 1, "/topics")
    texts = [update["message"]["text"] for update in (await caller.call("getUpdates"))["result"]]
    assert texts == ["/topics"]


async def test_a_button_can_only_be_pressed_when_it_is_there(caller: Caller) -> None:
    chat = caller.telegram.add_chat()
    markup = {"inline_keyboard": [[{"text": "Open", "url": "https://nos.example/"}]]}
    await caller.call("sendMessage", chat_id=chat, text="x", reply_markup=markup)
    for label in ("Weg", "Open"):
        with pytest.raises(AssertionError):
            caller.telegram.press(chat, label)
    assert "query is too old" in await caller.refused("answerCallbackQuery", callback_query_id="9")


async def test_a_photo_is_kept_with_its_caption(caller: Caller) -> None:
    chat = caller.telegram.add_chat()
    photo = "https://beeld.example/1.png"
    assert (await caller.call("sendPhoto", chat_id=chat, photo=photo, caption="Grafiek"))["ok"]
    assert [(m.text, m.photo) for m in caller.telegram.messages(chat)] == [("Grafiek", photo)]
    assert "too long" in await caller.refused("sendPhoto", chat_id=chat, photo=photo, caption="x" * 1025)


async def test_chats_describe_themselves_and_their_people(caller: Caller) -> None:
    group = caller.telegram.add_chat("supergroup", title="Redactie")
    caller.telegram.set_admin(group, 7)
    assert (await caller.call("getChat", chat_id=group))["result"]["title"] == "Redactie"
    admins = (await caller.call("getChatAdministrators", chat_id=group))["result"]
    assert [admin["user"]["id"] for admin in admins] == [7]
    member = (await caller.call("getChatMember", chat_id=group, user_id=8))["result"]
    assert member["status"] == "left"


# --- limits


def allowed(meter: Meter, times: list[float], chat: int = 1, *, group: bool = False) -> int:
    return sum(meter.wait(chat, group=group, now=100 + time) == 0 for time in times)


def test_a_chat_takes_one_message_a_second_after_a_short_burst() -> None:
    meter = Meter(Limits())
    assert allowed(meter, [0.0] * 5) == 3
    assert meter.wait(1, group=False, now=100.0) == 1
    assert allowed(meter, [float(second) for second in range(1, 60)]) == 59


def test_a_group_takes_twenty_messages_a_minute() -> None:
    meter = Meter(Limits())
    assert allowed(meter, [2.0 * n for n in range(30)], group=True) == 20
    assert allowed(meter, [61.0 + 3 * n for n in range(19)], group=True) == 19


def test_all_chats_together_take_thirty_messages_a_second() -> None:
    meter = Meter(Limits())
    assert sum(meter.wait(chat, group=False, now=100.0) == 0 for chat in range(40)) == 30
    assert sum(meter.wait(chat, group=False, now=101.0) == 0 for chat in range(40, 70)) == 30


async def test_enforced_limits_are_answered_with_the_time_to_wait() -> None:
    async with TelegramEmulator(limits=Limits(chat_burst=1)) as telegram, aiohttp.ClientSession() as session:
        caller, chat = Caller(session, telegram), telegram.add_chat()
        assert (await caller.call("sendMessage", chat_id=chat, text="een"))["ok"]
        flood = await caller.call("sendMessage", chat_id=chat, text="twee")
        assert (flood["error_code"], flood["parameters"]) == (429, {"retry_after": 1})
        assert telegram.stats() == {"requests": 2, "messages": 1, "edits": 0, "floods": 1}


# --- as a process


@pytest.mark.slow
async def test_it_can_be_run_and_driven_as_a_process() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.emulators.telegram", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    url = (await process.stdout.readline()).decode().strip()
    try:
        async with aiohttp.ClientSession() as session:

            async def control(name: str, **arguments: Any) -> Any:
                async with session.post(f"{url}/control/{name}", json=arguments) as response:
                    return await response.json()

            token = TelegramEmulator().token
            chat = await control("add_chat", kind="group", title="Nieuws")
            await control("user_says", chat=chat, user=1, text="/topics")
            async with session.post(f"{url}/bot{token}/getUpdates") as response:
                (update,) = (await response.json())["result"]
            assert update["message"]["chat"] == {"id": chat, "type": "group", "title": "Nieuws"}
            await session.post(f"{url}/bot{token}/sendMessage", json={"chat_id": chat, "text": "Dag"})
            (message,) = await control("wait_messages", chat=chat, number=1)
            assert (message["text"], message["edited"], message["buttons"]) == ("Dag", False, [])
            assert (await control("stats"))["messages"] == 1
            assert "no such control" in (await control("stop"))["error"]
            assert "error" in await control("messages", chat=404)
    finally:
        process.terminate()
        await process.wait()
