"""The commands that look around: the newest stories, how Heraut is doing, and what it is."""

import re
from collections.abc import Sequence

from bot import __version__
from bot.chat.asking import Request
from bot.chat.feedcommands import state_of
from bot.chat.menus import leaf, turning, wish_of
from bot.domain.messages import Button, Message, Moment, Span, Text, say
from bot.domain.models import DeliveryState, Story
from bot.services.feedwatch import feed_name
from bot.services.manage import Status

SHOWN_FAILURES = 5
STORIES, LATEST_PAGES = 5, 6
NUMBERED = re.compile(r"#\d{1,9}", re.ASCII)


async def latest(request: Request, page: int = 1) -> Message:
    """The newest stories: of a topic, rule or subscription (``#3``), or of all that is followed."""
    tongue, asked = request.tongue, request.argument
    wanted = (await wish_of(request, asked)).value if NUMBERED.fullmatch(asked) else asked
    found = await request.manager.latest(request.place, wanted, STORIES * LATEST_PAGES)
    if not found:
        return say(tongue("Nothing yet. Stories appear here as soon as a feed reports one."), private=True)
    here = leaf(found, page, STORIES)
    lines: list[Sequence[Span]] = [[Text(tongue("Latest"), bold=True)]]
    lines += [_story_line(story) for story in here.shown]
    return say(*lines, buttons=turning("latest", here.page, here.pages, asked), private=True, in_place=True)


async def status(request: Request) -> Message:
    """How Heraut is doing."""
    found = await request.manager.status()
    troubled = await request.sources.troubled(SHOWN_FAILURES)
    told = [[f"⚠ {feed_name(each.spec)}: {state_of(each, request)}"] for each in troubled]
    more = [[Button(request.tongue("All feeds"), "/feeds")]] if told else ()
    return say(*_figures(found, request), *told, buttons=more, private=True)


async def about(request: Request) -> Message:
    """What Heraut is."""
    tongue = request.tongue
    return say(
        tongue.spans(
            "{name} {version}, a self-hosted news herald for Telegram and Discord.",
            name=Text("Heraut", bold=True),
            version=__version__,
        ),
        tongue(
            "It reads news feeds, knows people and organisations by their names and titles in Dutch and "
            "English, and tells each story once. Headlines and teasers belong to their publishers."
        ),
        private=True,
    )


def _figures(found: Status, request: Request) -> list[Sequence[Span]]:
    tongue, by_state = request.tongue, found.deliveries
    watched = tongue("Feeds: {n} watched, {failing} failing", n=found.feeds, failing=found.failing)
    polled = (
        tongue.spans("last read {moment}", moment=Moment(found.last_poll_at))
        if found.last_poll_at
        else [tongue("not read yet")]
    )
    return [
        [
            Text(tongue("Heraut is running"), bold=True),
            " " + tongue("(version {version})", version=__version__),
        ],
        [watched, "; ", *polled],
        [
            tongue(
                "Messages: {sent} sent, {waiting} waiting, {failed} failed",
                sent=by_state.get(DeliveryState.SENT, 0),
                waiting=by_state.get(DeliveryState.PENDING, 0),
                failed=by_state.get(DeliveryState.FAILED, 0),
            )
        ],
        [tongue("Chats: {chats}, subscriptions: {wishes}", chats=found.chats, wishes=found.subscriptions)],
        [tongue("Rules in force: {n} ({mark})", n=found.rules, mark=found.mark)],
    ]


def _story_line(story: Story) -> Sequence[Span]:
    first, more = story.items[0], len(story.items) - 1
    others = f" +{more}" if more else ""
    return [
        "• ",
        Text(first.title, url=first.url),
        f" {first.outlet.name}{others}, ",
        Moment(first.published),
    ]
