"""The command table: every command once, for every platform. `bot.chat.router` runs them."""

from collections.abc import Sequence

from bot import __version__
from bot.chat.asking import Command, Request, rows, spec
from bot.chat.feedcommands import add_feed, list_feeds, remove_feed, state_of
from bot.chat.tellcommands import digest, limit, mute, quiet, resend, unmute, why
from bot.domain.messages import Button, Message, Moment, Span, Text, say
from bot.domain.models import ChatState, DeliveryState, Story, Target, Topic
from bot.ports import CommandSpec
from bot.services.feedwatch import feed_name
from bot.services.manage import topic_name

FIRST_TOPICS = 12
SHOWN_FAILURES = 5


async def start(request: Request) -> Message:
    """A short welcome that leads to a first subscription; a deep link's payload subscribes at once."""
    if request.argument.startswith("topic_") and request.inbound.is_admin:
        return await subscribe(request.asking(request.argument.removeprefix("topic_")))
    return say(
        [Text("Heraut", bold=True), " tells this chat of news, once per story, in Dutch and English."],
        "Choose what to follow; the next story about it appears here.",
        buttons=_topic_buttons(request, "/subscribe"),
    )


async def help_(request: Request) -> Message:
    """All commands, or one command in full."""
    wanted = request.argument.lstrip("/").lower()
    for command in COMMANDS:
        if command.spec.name == wanted:
            return _help_of(command)
    lines: list[Sequence[Span]] = [[Text("What you can say", bold=True)]]
    lines += [[Text(_usage(command.spec), code=True), f" {command.spec.description}"] for command in COMMANDS]
    lines.append(
        ["A rule looks like: ", Text('(@rutte OR @nato) AND "defence spending" NOT sport', code=True)]
    )
    return say(*lines, private=True)


async def topics(request: Request) -> Message:
    """What can be followed by name."""
    lines: list[Sequence[Span]] = [[Text("Topics", bold=True)]]
    lines += [
        [Text(topic.slug, code=True), f" {topic_name(topic, request.language)}"]
        for topic in request.manager.topics
    ]
    return say(*lines, buttons=_topic_buttons(request, "/subscribe"), private=True)


async def subscribe(request: Request) -> Message:
    """Follow a topic or a rule in this chat."""
    if not request.argument.strip():
        return say(
            "What would you like to follow? Choose a topic, or write a rule after the command.",
            buttons=_topic_buttons(request, "/subscribe"),
            private=True,
        )
    wish, is_new = await request.manager.subscribe(request.place, request.argument)
    label = request.manager.label(wish, request.language)
    stop = Button("Stop following", f"/unsubscribe {wish.value}")
    if not is_new:
        return say(
            ["This chat follows ", Text(label, bold=True), " already."], buttons=[[stop]], private=True
        )
    rate = await request.manager.daily_rate(wish)
    lately = f" Lately that was about {rate:.1f} stories a day." if rate else ""
    return say(
        [
            "This chat now follows ",
            Text(label, bold=True),
            ". The next story about it appears here, once.",
            lately,
        ],
        buttons=[[Button("Latest", f"/latest {wish.value}"), stop]],
    )


async def unsubscribe(request: Request) -> Message:
    """Stop following something in this chat."""
    if not request.argument.strip():
        _, wishes = await request.manager.subscriptions(request.place)
        if not wishes:
            return say("This chat follows nothing yet. See /topics.", private=True)
        return say("What shall this chat stop following?", buttons=await _stop_buttons(request), private=True)
    gone = await request.manager.unsubscribe(request.place, request.argument)
    labels = ", ".join(request.manager.label(wish, request.language) for wish in gone)
    again = [Button("Undo", f"/subscribe {gone[0].value}")] if len(gone) == 1 else []
    return say(
        ["This chat no longer follows ", Text(labels, bold=True), "."], buttons=[again] if again else []
    )


async def subscriptions(request: Request) -> Message:
    """What this chat follows."""
    chat, wishes = await request.manager.subscriptions(request.place)
    if not wishes or chat is None:
        return say(
            "This chat follows nothing yet.", buttons=_topic_buttons(request, "/subscribe"), private=True
        )
    lines: list[Sequence[Span]] = [[Text("This chat follows", bold=True)]]
    for wish in wishes:
        kind = "" if wish.target is Target.TOPIC else f" (rule #{wish.id})"
        lines.append([f"• {request.manager.label(wish, request.language)}{kind}"])
    if chat.state is ChatState.PAUSED:
        lines.append([Text(f"Paused: {chat.paused_why}", italic=True)])
    return say(*lines, buttons=await _stop_buttons(request), private=True)


async def latest(request: Request) -> Message:
    """The newest stories."""
    found = await request.manager.latest(request.place, request.argument)
    if not found:
        return say("Nothing yet. Stories appear here as soon as a feed reports one.", private=True)
    lines: list[Sequence[Span]] = [[Text("Latest", bold=True)]]
    lines += [_story_line(story) for story in found]
    return say(*lines, private=True)


async def status(request: Request) -> Message:
    """How Heraut is doing."""
    found = await request.manager.status()
    sent, owed = found.deliveries.get(DeliveryState.SENT, 0), found.deliveries.get(DeliveryState.PENDING, 0)
    polled: Sequence[Span] = (Moment(found.last_poll_at),) if found.last_poll_at else ("not yet",)
    lines: list[Sequence[Span]] = [
        [Text("Heraut is running", bold=True), f" (version {__version__})"],
        [f"Feeds: {found.feeds} watched, {len(found.failing)} failing; last read ", *polled],
        [f"Messages: {sent} sent, {owed} waiting, {found.deliveries.get(DeliveryState.FAILED, 0)} failed"],
        [f"Chats: {found.chats}, with {found.subscriptions} subscriptions"],
    ]
    troubles = [(each, state_of(each, request)) for each in await request.sources.listed()]
    told = [[f"⚠ {feed_name(each.spec)}: {trouble}"] for each, trouble in troubles if trouble]
    more = Button("All feeds", "/feeds")
    return say(*lines, *told[:SHOWN_FAILURES], buttons=[[more]] if told else (), private=True)


async def about(_request: Request) -> Message:
    """What Heraut is."""
    return say(
        [Text("Heraut", bold=True), f" {__version__}, a self-hosted news herald for Telegram and Discord."],
        "It reads news feeds, knows people and organisations by their names and titles in Dutch and English, "
        "and tells each story once. Headlines and teasers belong to their publishers.",
        private=True,
    )


COMMANDS: tuple[Command, ...] = (
    Command(spec("start", "Welcome, and the first topics to follow"), start),
    Command(spec("help", "What you can say", "command", "a command to explain"), help_),
    Command(spec("topics", "What can be followed by name"), topics),
    Command(
        spec(
            "subscribe", "Follow a topic or a rule in this chat", "topic", "a topic or a rule", changes=True
        ),
        subscribe,
    ),
    Command(
        spec("unsubscribe", "Stop following something", "topic", "what to stop following", changes=True),
        unsubscribe,
    ),
    Command(spec("subscriptions", "What this chat follows"), subscriptions),
    Command(spec("latest", "The newest stories", "topic", "a topic or a rule"), latest),
    Command(
        spec(
            "quiet",
            "Hours without alerts",
            "hours",
            "such as 23:00-07:00, or off",
            changes=True,
            completes=False,
        ),
        quiet,
    ),
    Command(
        spec(
            "digest",
            "One message with the day's stories",
            "times",
            "such as 08:00 18:00, sun 18:00, only 08:00, or off",
            changes=True,
            completes=False,
        ),
        digest,
    ),
    Command(
        spec(
            "limit",
            "At most so many alerts an hour",
            "number",
            "a number, or off",
            changes=True,
            completes=False,
        ),
        limit,
    ),
    Command(
        spec(
            "mute",
            "Let a topic or a story rest",
            "what",
            "a topic or a link, and how long: nato 3 days",
            changes=True,
        ),
        mute,
    ),
    Command(spec("unmute", "Wake what rests", "what", "a topic or a rule", changes=True), unmute),
    Command(
        spec(
            "resend",
            "What to do when an answer was lost",
            "choice",
            "on or off",
            changes=True,
            completes=False,
        ),
        resend,
    ),
    Command(spec("why", "Why an article was told here, or not", "link", "its link", completes=False), why),
    Command(spec("status", "How Heraut is doing"), status),
    Command(spec("feeds", "The feeds that are watched", "words", "a part of a feed's name"), list_feeds),
    Command(
        spec("addfeed", "Watch the feeds of a site", "address", "a site or a feed", completes=False),
        add_feed,
        for_owners=True,
    ),
    Command(
        spec("removefeed", "Stop watching a feed", "feed", "a feed's number or name"),
        remove_feed,
        for_owners=True,
    ),
    Command(spec("about", "What Heraut is"), about),
)


def _usage(asked: CommandSpec) -> str:
    return f"/{asked.name} {asked.argument}".strip()


def _help_of(command: Command) -> Message:
    asked = command.spec
    lines: list[Sequence[Span]] = [[Text(_usage(asked), code=True)], [asked.description + "."]]
    if asked.argument_help:
        lines.append([f"{asked.argument}: {asked.argument_help}."])
    if command.for_owners:
        lines.append(["Only those who run this bot may do this."])
    if asked.changes_chat:
        lines.append(["In a group or channel only its administrators may do this."])
    return say(*lines, private=True)


def _topic_buttons(request: Request, command: str) -> list[list[Button]]:
    shown: Sequence[Topic] = request.manager.topics[:FIRST_TOPICS]
    return rows([Button(topic_name(topic, request.language), f"{command} {topic.slug}") for topic in shown])


async def _stop_buttons(request: Request) -> list[list[Button]]:
    offers = await request.manager.complete("unsubscribe", "", request.place)
    return rows([Button(f"✕ {label[:40]}", f"/unsubscribe {value}") for value, label in offers])


def _story_line(story: Story) -> Sequence[Span]:
    first, more = story.items[0], len(story.items) - 1
    others = f" +{more}" if more else ""
    return [
        "• ",
        Text(first.title, url=first.url),
        f" {first.outlet.name}{others}, ",
        Moment(first.published),
    ]
