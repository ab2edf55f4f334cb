"""Turning the pages of lists: which function shows each of them."""

from collections.abc import Awaitable, Callable, Mapping

from bot.chat.asking import Request
from bot.chat.feedbackcommands import blockers
from bot.chat.feedcommands import list_feeds
from bot.chat.followcommands import start, topics
from bot.chat.lookcommands import latest
from bot.chat.menus import number_in, parts_of
from bot.chat.owncommands import export, my_data
from bot.chat.searchcommands import search
from bot.chat.storycommands import story
from bot.chat.wishcommands import subscriptions
from bot.domain.messages import Message

LISTS: Mapping[str, Callable[[Request, int], Awaitable[Message]]] = {
    "blockers": blockers,
    "export": export,
    "feeds": list_feeds,
    "latest": latest,
    "mydata": my_data,
    "search": search,
    "start": start,
    "story": story,
    "subscriptions": subscriptions,
    "topics": topics,
}


async def page(request: Request) -> Message:
    """A page of a list: ``/page topics 2``, and behind it what the list was asked for."""
    name, number = parts_of(request, 2)[:2]
    if name not in LISTS:
        number_in("")
    rest = request.argument.split(maxsplit=2)[2:]
    return await LISTS[name](request.asking(" ".join(rest)), number_in(number))
