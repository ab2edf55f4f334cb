"""Menus that are turned over in place: pages of long lists, and topics to tick.

What a button says must fit Telegram's 64 bytes, so a subscription is named by its number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.chat.asking import Request, rows
from bot.domain.messages import Button
from bot.domain.models import Subscription, Target
from bot.errors import CommandError
from bot.services.manage import topic_name

T = TypeVar("T")
TOPICS_SHOWN = 9
LONGEST_ACTION = 62
"""Bytes; under an alert Telegram's renderer puts one more before it."""
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Leaf(Generic[T]):
    """A page of a list. `page` and `pages` count from 1."""

    shown: Sequence[T]
    page: int
    pages: int


def leaf(every: Sequence[T], page: int, size: int) -> Leaf[T]:
    """A page of so many entries; one that is past the end is the last."""
    page, pages = turned(len(every), page, size)
    return Leaf(every[(page - 1) * size : page * size], page, pages)


def turned(entries: int, page: int, size: int) -> tuple[int, int]:
    """Which page of a list of so many entries is shown, and how many there are."""
    pages = max(-(-entries // size), 1)
    return min(max(page, 1), pages), pages


def turning(what: str, page: int, pages: int, rest: str = "") -> list[list[Button]]:
    """The row ``‹ 1/3 ›`` that turns the pages of a list; none for a single page.

    Args:
        what: the list, as `/page` knows it.
        page: this page.
        pages: how many there are.
        rest: what the list was asked for.
    """

    def to(label: str, number: int) -> Button:
        return Button(label, f"/page {what} {number} {rest}".rstrip())

    row = [to("‹", page - 1)] if page > 1 else []
    row += [to(f"{page}/{pages}", page)]
    row += [to("›", page + 1)] if page < pages else []
    fits = all(len(button.action.encode()) <= LONGEST_ACTION for button in row)
    return [row] if pages > 1 and fits else []


async def ticks(request: Request, menu: str, page: int) -> list[list[Button]]:
    """Topics to tick, those that the chat follows with a ✓, and the row that turns the pages.

    Args:
        request: who asks.
        menu: the menu that the ticks stand in: ``start`` or ``topics``.
        page: of the topics.
    """
    _, wishes = await request.manager.subscriptions(request.place)
    followed = {wish.value for wish in wishes if wish.target is Target.TOPIC}
    here = leaf(request.manager.topics, page, TOPICS_SHOWN)
    buttons = []
    for topic in here.shown:
        mark = "✓ " if topic.slug in followed else ""
        name = topic_name(topic, request.language)
        buttons.append(Button(f"{mark}{name}", f"/pick {topic.slug} {menu} {here.page}"))
    return rows(buttons) + turning(menu, here.page, here.pages)


def short_name(wish: Subscription) -> str:
    """What a button calls a subscription: its topic, or its number, as a rule may be long."""
    return wish.value if wish.target is Target.TOPIC else f"#{wish.id}"


async def wish_of(request: Request, number: str) -> Subscription:
    """The subscription of this chat with a number such as ``12`` or ``#12``.

    Raises:
        CommandError: it has none.
    """
    return (await request.manager.wishes(request.place, f"#{number_in(number.removeprefix('#'))}"))[0]


def number_in(text: str) -> int:
    """A number that a button says.

    Raises:
        CommandError: it is none.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise CommandError(
            "This button is no longer understood.", "ask again: /subscriptions, /topics or /help"
        )
    return int(text)


def parts_of(request: Request, least: int) -> list[str]:
    """The words that a button says, at least so many.

    Raises:
        CommandError: they are fewer.
    """
    found = request.argument.split()
    if len(found) < least:
        number_in("")
    return found
