"""The console: what a terminal shows, and commands typed there."""

import asyncio
import io
import os
import pty
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.chat.console import HERE, ConsolePlatform, clean, language_of, rendered
from bot.domain.messages import AlertCard, Button, Message, Moment, Text, say
from bot.domain.models import LaneDown, Sent
from bot.ports import Hooks
from tests.support.site import COMMANDS, SmallBot, alert


def shown(message: Message) -> str:
    return rendered(message).plain


def platform(out: TextIO, stdin: TextIO, bot: SmallBot | None = None) -> ConsolePlatform:
    bot = bot or SmallBot()
    hooks = Hooks(bot.receive, bot.suggest, bot.observe, COMMANDS)
    return ConsolePlatform(hooks, Console(file=out, width=100, force_terminal=False), stdin)


def test_an_alert_shows_outlet_headline_summary_link_and_topics() -> None:
    text = shown(Message(card=alert()))
    assert text.splitlines()[1:] == [
        "NAVO oefent bij Zeebrugge",
        "Twintig schepen oefenen drie dagen lang voor de kust.",
        "https://nieuws.example/navo-oefent",
    ]
    assert text.startswith("Kustbode · ")
    assert "#nato" in text


def test_an_article_behind_a_paywall_has_a_badge() -> None:
    assert "#nato  🔒 subscribers only" in shown(Message(card=replace(alert(), paywalled=True)))


def test_a_correction_and_further_sources_are_shown() -> None:
    card = AlertCard(
        title="Nieuw",
        url="",
        outlet="Kustbode",
        published=datetime(2026, 3, 2, tzinfo=UTC),
        summary="",
        topics=(),
        language="nl",
        sources=(("Avondblad", "https://a.example"), ("The Harbour Post", "https://b.example")),
        was="Oud",
    )
    text = shown(Message(card=card))
    assert "was: Oud\nNieuw\n+2: Avondblad, The Harbour Post" in text


def test_lines_links_moments_and_buttons_are_shown() -> None:
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    message = say(
        ["Zie ", Text("hier", bold=True, url="https://a.example/x"), " van ", Moment(at)],
        buttons=[[Button("Volg", "/subscribe nato"), Button("Open", url="https://a.example/x")]],
    )
    local = f"{at.astimezone():%Y-%m-%d %H:%M}"
    assert shown(message) == (
        f"Zie hier <https://a.example/x> van {local}\n[Volg] /subscribe nato  [Open] https://a.example/x"
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "tg://resolve",
        "https://a.example/\x1b]0;x",
        "http://",
        "https://[",
        "https://a b",
    ],
)
def test_an_address_that_is_no_plain_web_address_is_left_out(url: str) -> None:
    assert shown(say([Text("x", url=url)])) == "x"


@given(st.text())
def test_no_text_can_steer_the_terminal(text: str) -> None:
    steering = {
        chr(code) for code in [*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    }
    assert not steering & set(clean(text))


def test_rich_markup_of_a_feed_is_shown_as_it_is() -> None:
    out = io.StringIO()
    Console(file=out, width=100, force_terminal=True).print(
        rendered(Message(card=alert("[red]Let op[/red] :boom:")))
    )
    assert "[red]Let op[/red] :boom:" in out.getvalue()


async def test_a_message_is_printed_once_per_key_and_an_edit_again() -> None:
    out = io.StringIO()
    console = platform(out, io.StringIO())
    assert await console.send(HERE, say("een"), "k1") == Sent("k1")
    assert await console.send(HERE, say("een"), "k1") == Sent("k1")
    assert await console.edit(HERE, "k1", say("twee")) == Sent("k1")
    assert out.getvalue().split() == ["een", "twee"]


async def test_a_terminal_that_is_gone_stops_the_lane() -> None:
    end, other = os.pipe()
    os.close(end)
    out = os.fdopen(other, "w", buffering=1)
    console = platform(out, io.StringIO())
    assert isinstance(await console.send(HERE, say("een"), "k1"), LaneDown)
    with pytest.raises(BrokenPipeError):
        out.close()


@pytest.fixture
async def terminal() -> AsyncIterator[tuple[int, TextIO]]:
    controller, user = pty.openpty()
    stdin = os.fdopen(user, "r")
    yield controller, stdin
    stdin.close()
    os.close(controller)


async def until(text: str, out: io.StringIO) -> None:
    async with asyncio.timeout(10):
        while text not in out.getvalue():  # noqa: ASYNC110  a StringIO tells nobody
            await asyncio.sleep(0.01)


async def test_commands_typed_at_a_terminal_are_carried_out(terminal: tuple[int, TextIO]) -> None:
    controller, stdin = terminal
    out, bot = io.StringIO(), SmallBot()
    running = asyncio.create_task(platform(out, stdin, bot).run())
    os.write(controller, b"/sub")
    os.write(controller, b"scribe nato\n\n/status \xff\x1b[2J\n")
    await until("Gehoord: /subscribe nato", out)
    await until("Gehoord: /status", out)
    running.cancel()
    assert [said.text for said in bot.heard] == ["/subscribe nato", "/status �[2J"]
    assert bot.heard[0].address == HERE


async def test_the_end_of_input_ends_nothing_else(terminal: tuple[int, TextIO]) -> None:
    controller, stdin = terminal
    out = io.StringIO()
    console = platform(out, stdin)
    running = asyncio.create_task(console.run())
    os.write(controller, b"/status\n\x04")
    await until("Gehoord: /status", out)
    assert await console.send(HERE, say("alert"), "k1") == Sent("k1")
    assert not running.done()
    running.cancel()


async def test_without_a_terminal_nothing_is_read() -> None:
    bot = SmallBot()
    running = asyncio.create_task(platform(io.StringIO(), io.StringIO("/status\n"), bot).run())
    await asyncio.sleep(0.05)
    running.cancel()
    assert bot.heard == []


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "nl_NL.UTF-8"}, "nl"),
        ({"LANG": "en_GB", "LC_ALL": "nl_BE@euro"}, "nl"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LC_MESSAGES": "POSIX"}, "en"),
        ({}, "en"),
        ({"LANG": "../etc"}, "en"),
    ],
)
def test_the_language_is_that_of_the_terminal(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language
