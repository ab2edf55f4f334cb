"""The emulated Discord itself: what it must be strict about for the other tests to mean anything."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.chat.discord import DiscordPlatform
from bot.chat.discord.rest import Rest
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord.checks import ApiError, check_commands, check_message
from tests.emulators.discord.markdown import read
from tests.support.discordbot import Desk, stop

ROOT = Path(__file__).parents[3]


def code_of(body: dict[str, Any], use: str = "create") -> int:
    """Discord's code for refusing a message; 0 when it takes it."""
    try:
        check_message(body, use)
    except ApiError as error:
        return int(error.body["code"])
    return 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": "a" * 2000}, 0),
        ({"content": "a" * 2001}, 50035),
        ({"content": ""}, 50006),
        ({"embeds": [{}]}, 50006),
        ({"embeds": [{"title": "t" * 257}]}, 50035),
        ({"embeds": [{"description": "d" * 4097}]}, 50035),
        ({"embeds": [{"description": "d" * 4000}, {"description": "d" * 2001}]}, 50035),
        ({"embeds": [{"title": "t", "url": "tg://x"}]}, 50035),
        ({"embeds": [{"title": "t", "author": {"name": ""}}]}, 50035),
        ({"embeds": [{"title": "t"}] * 11}, 50035),
        ({"content": "a", "nonce": "n" * 26}, 50035),
        ({"content": "a", "flags": 1 << 6}, 50035),
        ({"content": "a", "allowed_mentions": {"parse": ["all"]}}, 50035),
        ({"content": "a", "components": [{"type": 1, "components": []}]}, 50035),
        (
            {
                "content": "a",
                "components": [{"type": 1, "components": [{"type": 2, "style": 2, "label": "x"}]}],
            },
            50035,
        ),
    ],
)
def test_a_message_is_judged_as_discord_judges_it(body: dict[str, Any], code: int) -> None:
    assert code_of(body) == code


@pytest.mark.parametrize(
    ("button", "code"),
    [
        ({"style": 2, "label": "x", "custom_id": "c" * 100}, 0),
        ({"style": 2, "label": "x", "custom_id": "c" * 101}, 50035),
        ({"style": 5, "label": "x", "url": "https://nos.example"}, 0),
        ({"style": 5, "label": "x", "url": "https://nos.example/" + "u" * 512}, 50035),
        ({"style": 5, "label": "x", "url": "javascript:x"}, 50035),
        ({"style": 2, "label": "l" * 81, "custom_id": "c"}, 50035),
        ({"style": 2, "label": "", "custom_id": "c"}, 50035),
    ],
)
def test_a_button_is_judged_as_discord_judges_it(button: dict[str, Any], code: int) -> None:
    assert (
        code_of({"content": "a", "components": [{"type": 1, "components": [{"type": 2, **button}]}]}) == code
    )


def test_two_buttons_may_not_do_the_same() -> None:
    button = {"type": 2, "style": 2, "label": "x", "custom_id": "c"}
    assert code_of({"content": "a", "components": [{"type": 1, "components": [button, button]}]}) == 50035


def test_a_hundred_and_one_commands_are_too_many() -> None:
    with pytest.raises(ApiError, match="30032"):
        check_commands([{"name": f"c{n}", "description": "x"} for n in range(101)])


@pytest.mark.parametrize(
    ("text", "acted"),
    [
        ("**a**", ["bold"]),
        (r"\*\*a\*\*", []),
        ("[a](https://x.example)", ["masked"]),
        ("a_b_c", []),
        ("_a_", ["italic"]),
        ("# a", ["heading"]),
        ("#a", []),
        ("- a", ["list"]),
        ("<t:1:R>", ["time"]),
        ("https://x.example", ["url"]),
        ("`@everyone`", ["code"]),
        ("@everyone", ["@everyone"]),
    ],
)
def test_the_reader_of_markdown_sees_what_clients_see(text: str, acted: list[str]) -> None:
    assert [kind for kind, _ in read(text).active] == acted


async def test_json_has_no_charset(discord: DiscordEmulator) -> None:
    async with Rest(discord.token, discord.api_base_url) as rest:
        answer = await rest.call("GET", "/gateway/bot")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.body["url"] == discord.gateway_url


async def test_a_request_without_the_token_is_refused(discord: DiscordEmulator) -> None:
    async with Rest("wrong", discord.api_base_url) as rest:
        assert (await rest.call("GET", "/users/@me")).status == 401


async def test_more_than_five_messages_in_five_seconds_are_too_many(desk: Desk) -> None:
    async with (
        DiscordEmulator(enforce_limits=True) as discord,
        Rest(discord.token, discord.api_base_url) as rest,
    ):
        channel = await discord.add_channel(discord.add_guild())
        path = f"/channels/{channel}/messages"
        answers = [await rest.call("POST", path, {"content": "a"}) for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    assert answers[4].headers["X-RateLimit-Remaining"] == "0"
    assert answers[5].headers["Via"]
    assert 4 < answers[5].body["retry_after"] <= 5
    assert answers[5].body["global"] is False


async def test_more_than_fifty_requests_in_a_second_are_too_many() -> None:
    async with (
        DiscordEmulator(enforce_limits=True) as discord,
        Rest(discord.token, discord.api_base_url) as rest,
    ):
        guild = discord.add_guild()
        channels = [await discord.add_channel(guild) for _ in range(60)]
        send = [rest.call("POST", f"/channels/{channel}/messages", {"content": "a"}) for channel in channels]
        answers = await asyncio.gather(*send)
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert all(answer.body["global"] for answer in refused)
    assert discord.pace.too_fast == len(refused)


async def test_ten_thousand_refusals_are_a_ban(discord: DiscordEmulator) -> None:
    async with Rest("wrong", discord.api_base_url) as rest:
        await rest.call("GET", "/users/@me")
        discord.pace.refused.extend([discord.pace.refused[0]] * 9_999)
        answer = await rest.call("GET", "/users/@me")
    assert (answer.status, "Via" in answer.headers, answer.body) == (429, False, "error code: 1015")


async def test_a_privileged_intent_is_not_granted(discord: DiscordEmulator) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(discord.gateway_url) as socket:
        hello = await socket.receive_json()
        assert hello["op"] == 10
        await socket.send_json({"op": 2, "d": {"token": discord.token, "intents": 1 << 15}})
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 4014


@pytest.mark.parametrize(
    ("advised", "shard", "code"),
    [(1, [1, 1], 4010), (2, None, 4011), (2, [0, 1], 4011), (2, [2, 2], 4010), (2, [-1, 2], 4010)],
)
async def test_a_shard_that_cannot_be_is_refused(
    discord: DiscordEmulator, advised: int, shard: list[int] | None, code: int
) -> None:
    discord.gateway.advise(advised)
    async with identified(discord, shard) as socket:
        assert (await socket.receive()).data == code


async def test_a_session_that_begins_too_soon_after_one_of_its_group_is_invalid(
    discord: DiscordEmulator,
) -> None:
    discord.gateway.advise(3, at_once=2, window=300.0)
    async with identified(discord, [0, 3]) as one, identified(discord, [1, 3]) as other:
        assert [(await each.receive_json())["t"] for each in (one, other)] == ["READY", "READY"]
        async with identified(discord, [2, 3]) as third:
            assert (await third.receive_json())["op"] == 9
    assert discord.gateway.starts.too_soon == 1


async def test_who_goes_on_when_no_sessions_are_left_loses_the_token(discord: DiscordEmulator) -> None:
    discord.gateway.starts.total = 1
    async with identified(discord, None) as first:
        assert (await first.receive_json())["t"] == "READY"
        async with identified(discord, None) as second:
            assert (await second.receive()).data == 4004
    assert discord.gateway.starts.revoked


async def test_servers_are_told_to_their_own_shard(discord: DiscordEmulator) -> None:
    discord.gateway.advise(2)
    guild = discord.add_guild("Redactie", shard=1)
    async with identified(discord, [0, 2]) as first, identified(discord, [1, 2]) as second:
        ready = [(await each.receive_json())["d"] for each in (first, second)]
        assert [each["shard"] for each in ready] == [[0, 2], [1, 2]]
        assert [[told["id"] for told in each["guilds"]] for each in ready] == [[], [guild]]


@asynccontextmanager
async def identified(
    discord: DiscordEmulator, shard: list[int] | None
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A connection that has said who it is, and has not yet heard an answer."""
    data = {"token": discord.token, "intents": 1, "properties": {}} | ({"shard": shard} if shard else {})
    async with aiohttp.ClientSession() as session, session.ws_connect(discord.gateway_url) as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json({"op": 2, "d": data})
        yield socket


async def test_a_session_that_is_not_known_cannot_be_resumed(discord: DiscordEmulator) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(discord.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 6, "d": {"token": discord.token, "session_id": "x", "seq": 1}})
        assert await socket.receive_json() == {"op": 9, "d": False}


@pytest.mark.slow  # a process of its own
async def test_it_runs_as_a_process_and_is_steered_from_outside(desk: Desk) -> None:
    async with process() as (about, control):
        guild = await control("add_guild", name="Redactie")
        channel = await control("add_channel", guild=guild, name="nieuws")
        platform = DiscordPlatform(
            about["token"], desk.hooks, api_base_url=about["api_base_url"], gateway_url=about["gateway_url"]
        )
        running = asyncio.create_task(platform.run())
        try:
            reply = await control("slash", channel=channel, user="anna", name="about")
            offers = await control("autocomplete", channel=channel, user="anna", name="help", typed="")
            again = await control("press", message_id=reply["message_id"], button="Follow NATO", user="bob")
            unknown = await control("slash", channel=channel, user="anna", name="nonsense")
        finally:
            await stop(running)
        assert reply["text"] == "You said /about"
        assert again["text"] == "You said /subscribe nato"
        assert offers[0] == ["NATO", "nato"]
        assert [posted["message_id"] for posted in await control("messages", channel=channel)] == [
            reply["message_id"],
            again["message_id"],
        ]
        assert unknown == {"error": "NotOffered: /nonsense is not registered"}
        assert (await control("stats"))["identifies"] == 1


@asynccontextmanager
async def process() -> AsyncIterator[tuple[dict[str, Any], Any]]:
    """The emulator as a process: what it printed, and a function that calls its control interface."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.emulators.discord", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout is not None
    try:
        about = json.loads(await running.stdout.readline())
        async with aiohttp.ClientSession() as session:

            async def control(action: str, /, **arguments: Any) -> Any:
                async with session.post(about["control"] + action, json=arguments) as response:
                    return await response.json()

            yield about, control
    finally:
        running.terminate()
        await running.wait()
    assert running.returncode == 0
