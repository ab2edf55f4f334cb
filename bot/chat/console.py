"""The console as a chat platform: alerts on a terminal, and commands typed there.

Nothing of a feed can act on the terminal: control characters are taken out, and rich's own markup is
never parsed. Output to something that is not a terminal (a log, a pipe) has no colours and no commands.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping
from typing import TextIO
from unicodedata import category
from urllib.parse import urlsplit

import structlog
from rich.console import Console
from rich.padding import Padding
from rich.style import Style
from rich.text import Text as Styled

from bot.domain.badges import badges
from bot.domain.messages import AlertCard, Button, Message, Moment, Span
from bot.domain.models import Address, LaneDown, Outcome, Sent
from bot.domain.tongue import Tongue
from bot.ports import Hooks, Inbound
from bot.services.tongues import tongue_of

LINE_LIMIT = 1000
CHUNK = 4096
QUEUE = 256
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
HERE = Address("console", "console")

log = structlog.get_logger()


class ConsolePlatform:
    """The chat platform of the terminal Heraut was started in.

    Args:
        hooks: whom to call for what is typed.
        console: where to print.
        stdin: read only when it is a terminal.
    """

    name = "console"
    lane = "console"

    def __init__(self, hooks: Hooks, console: Console, stdin: TextIO) -> None:
        self._hooks = hooks
        self._console = console
        self._stdin = stdin
        self._sent: set[str] = set()

    async def run(self) -> None:
        """Carry out what is typed; without a terminal, wait to be cancelled."""
        if self._stdin.isatty():
            async for line in _lines(self._stdin.fileno()):
                await self._carry_out(line)
        await asyncio.Event().wait()

    async def send(self, address: Address, message: Message, key: str) -> Outcome:
        """Print it, once per key while this process lives."""
        if key in self._sent:
            return Sent(key)
        outcome = await self._print(message, key)
        if isinstance(outcome, Sent):
            self._sent.add(key)
        return outcome

    async def edit(self, address: Address, message_id: str, message: Message) -> Outcome:
        """Print it again: what stands on a terminal cannot be changed."""
        return await self._print(message, message_id)

    async def _carry_out(self, line: str) -> None:
        said = Inbound(
            address=HERE,
            text=line,
            user="console",
            user_name="console",
            chat_title="console",
            reply_language=language_of(os.environ),
        )
        await self._print(await self._hooks.receive(said), "")

    async def _print(self, message: Message, message_id: str) -> Outcome:
        try:
            # A terminal can be paused; that must hold up this message and nothing else.
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            log.warning("console_closed", error=str(error))
            return LaneDown("the terminal is gone")
        return Sent(message_id)

    def _write(self, message: Message) -> None:
        # Written here and not by rich, which ends the program when a pipe is closed.
        with self._console.capture() as capture:
            self._console.print(Padding(rendered(message), (0, 0, 1, 0)))
        self._console.file.write(capture.get())
        self._console.file.flush()


def language_of(environment: Mapping[str, str]) -> str:
    """The language a terminal is set to, ISO 639-1, as POSIX says (locale(7)); English when it names none."""
    chosen = next((value for name in LOCALES if (value := environment.get(name))), "")
    code = re.split(r"[_.@]", chosen)[0].lower()
    return code if re.fullmatch(r"[a-z]{2,3}", code) else "en"


def rendered(message: Message) -> Styled:
    """A message as styled text for a terminal."""
    parts = [_card(message.card, tongue_of(message.language))] if message.card else []
    parts += [Styled.assemble(*(_span(span) for span in line)) for line in message.lines]
    if message.picture:
        parts.append(Styled(clean(message.picture.alt), "italic"))
    parts += [Styled("  ").join(_button(button) for button in row) for row in message.buttons if row]
    return Styled("\n").join(parts)


def _card(card: AlertCard, tongue: Tongue) -> Styled:
    first = f"{clean(card.outlet)} · {card.published.astimezone():%H:%M} · {clean(card.language)}"
    tags = [(f"  #{clean(topic)}", "magenta") for topic in card.topics]
    tags += [(f"  {badge}", "yellow") for badge in badges(card, tongue)]
    lines = [Styled.assemble((first, "cyan"), *tags)]
    if card.was:
        lines.append(Styled.assemble(tongue("was: "), (clean(card.was), "strike")))
    lines.append(Styled(clean(card.title), "bold"))
    if card.summary:
        lines.append(Styled(clean(card.summary)))
    if url := _web(card.url):
        lines.append(Styled(url, Style(color="blue", link=url)))
    if card.sources:
        lines.append(
            Styled(f"+{len(card.sources)}: {', '.join(clean(outlet) for outlet, _ in card.sources)}", "dim")
        )
    return Styled("\n").join(lines)


def _span(span: Span) -> Styled:
    match span:
        case str():
            return Styled(clean(span))
        case Moment(at):
            return Styled(f"{at.astimezone():%Y-%m-%d %H:%M}")
    style = " ".join(
        name for name, on in (("bold", span.bold), ("italic", span.italic), ("cyan", span.code)) if on
    )
    url = _web(span.url or "")
    return Styled.assemble((clean(span.text), style), f" <{url}>" if url else "")


def _button(button: Button) -> Styled:
    goal = clean(button.action) if button.action else _web(button.url)
    return Styled.assemble((f"[{clean(button.label)}]", "reverse"), f" {goal}" if goal else "")


def clean(text: str) -> str:
    """The text without characters that steer a terminal or reorder its line; line breaks become spaces."""
    spaced = " ".join(text.splitlines())
    return "".join(char for char in spaced if category(char) not in ("Cc", "Cf", "Cs") or char == "\u200d")


def _web(url: str) -> str | None:
    # Rich puts the link into an escape sequence, where a space or control character could end it.
    if not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


async def _lines(fd: int) -> AsyncIterator[str]:
    """Lines typed at a terminal, without making it non-blocking: that would break what prints to it."""
    chunks: asyncio.Queue[bytes] = asyncio.Queue(QUEUE)
    loop = asyncio.get_running_loop()

    def take() -> None:
        chunk = _read(fd)
        if not chunk:
            loop.remove_reader(fd)
        if not chunks.full():
            chunks.put_nowait(chunk)

    loop.add_reader(fd, take)
    typed = b""
    try:
        while chunk := await chunks.get():
            *lines, typed = (typed + chunk).split(b"\n")
            typed = typed[:CHUNK]
            for line in lines:
                if text := clean(line.decode("utf-8", "replace")).strip()[:LINE_LIMIT]:
                    yield text
    finally:
        loop.remove_reader(fd)


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, CHUNK)
    except OSError:  # the terminal was closed
        return b""
