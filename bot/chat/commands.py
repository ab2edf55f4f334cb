"""The command table: every command once, for every platform. `bot.chat.router` runs them."""

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.asking import Command, Request, spec
from bot.chat.feedbackcommands import amend, blockers, hush, less, unhush, wrong
from bot.chat.feedcommands import add_feed, list_feeds, remove_feed
from bot.chat.followcommands import EXAMPLE, choose, pick, rule, start, subscribe, topics, unsubscribe
from bot.chat.linkcommands import link, unlink
from bot.chat.lookcommands import about, latest, status
from bot.chat.mentioncommands import mention
from bot.chat.owncommands import export, forget_me, import_, my_data
from bot.chat.ownercommands import allow, backup, broadcast, deny
from bot.chat.pagecommand import page
from bot.chat.searchcommands import search, try_out
from bot.chat.settingcommands import language, preview, settings, sound, timezone
from bot.chat.storycommands import follow, story, unfollow
from bot.chat.tellcommands import digest, limit, mute, quiet, resend, unmute, why
from bot.chat.trendcommands import sources, trend
from bot.chat.wishcommands import subscriptions, taste, tune, wish
from bot.domain.messages import Message, Span, Text, say
from bot.domain.tongue import Tongue
from bot.ports import CommandSpec


async def help_(request: Request) -> Message:
    """All commands, or one command in full."""
    tongue, wanted = request.tongue, request.argument.lstrip("/").lower()
    for command in COMMANDS:
        if command.spec.name == wanted:
            return _help_of(command, tongue)
    lines: list[Sequence[Span]] = [[Text(tongue("What you can say"), bold=True)]]
    lines += [
        [Text(_usage(command.spec, tongue), code=True), f" {tongue(command.spec.description)}"]
        for command in COMMANDS
    ]
    lines.append(tongue.spans("A rule looks like: {rule}", rule=Text(EXAMPLE, code=True)))
    return say(*lines, private=True)


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
        spec("search", "Search what was reported", "words", 'such as kabels "North Sea"', completes=False),
        search,
    ),
    Command(
        spec("story", "Who reported a story, and when", "story", "a link or a number", completes=False), story
    ),
    Command(
        spec(
            "follow",
            "Follow a story for two days",
            "story",
            "a link or a number",
            changes=True,
            completes=False,
        ),
        follow,
    ),
    Command(
        spec("unfollow", "Stop following a story", "story", "a link, a number, or all", changes=True),
        unfollow,
    ),
    Command(spec("trend", "How much was written about it, as a chart", "topic", "a topic, and days"), trend),
    Command(spec("sources", "Who reported most", "topic", "a topic or a rule"), sources),
    Command(spec("test", "What a rule would have told", "rule", "a rule or a topic"), try_out),
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
            "sound",
            "Whether alerts make a sound",
            "choice",
            "on or off",
            changes=True,
            completes=False,
        ),
        sound,
    ),
    Command(
        spec(
            "preview",
            "What stands under an alert",
            "choice",
            "picture, page or off",
            changes=True,
            completes=False,
        ),
        preview,
    ),
    Command(
        spec(
            "mention",
            "Mention a role in the alerts of a subscription",
            "role",
            "such as @role for nato, or nobody for nato",
            changes=True,
            completes=False,
        ),
        mention,
    ),
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
    Command(
        spec("language", "The language to speak here", "language", "such as English", changes=True), language
    ),
    Command(
        spec(
            "timezone", "The timezone of the hours here", "timezone", "such as Europe/Amsterdam", changes=True
        ),
        timezone,
    ),
    Command(spec("settings", "Everything that is set here"), settings),
    Command(
        spec(
            "link",
            "Manage a channel from this private chat",
            "channel",
            "such as @channel",
            changes=True,
            completes=False,
            private=True,
        ),
        link,
    ),
    Command(spec("unlink", "Manage that channel no longer", changes=True, private=True), unlink),
    Command(spec("export", "Your subscriptions as text", "format", "json or opml"), export),
    Command(
        spec(
            "import", "Take over subscriptions", "text", "what /export wrote", changes=True, completes=False
        ),
        import_,
    ),
    Command(spec("mydata", "What is kept of this chat and of you"), my_data),
    Command(
        spec("forgetme", "Have all of that removed", "yes", "to confirm it", changes=True, completes=False),
        forget_me,
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
    Command(
        spec("allow", "Serve a chat", "chat", "platform:id, or here", completes=False),
        allow,
        for_owners=True,
        hidden=True,
    ),
    Command(
        spec("deny", "Serve a chat no more", "chat", "platform:id, and why", completes=False),
        deny,
        for_owners=True,
        hidden=True,
    ),
    Command(
        spec("broadcast", "Tell every chat something", "text", "what to tell", completes=False),
        broadcast,
        for_owners=True,
        hidden=True,
    ),
    Command(spec("backup", "Make a copy of the data"), backup, for_owners=True, hidden=True),
    Command(
        spec("blockers", "Words that were said to mean something else", "number", "of one to take back"),
        blockers,
        for_owners=True,
    ),
    Command(spec("about", "What Heraut is"), about),
)

ACTIONS: tuple[Command, ...] = (
    Command(CommandSpec("page", "Turn a page"), page),
    Command(CommandSpec("pick", "Tick a topic", changes_chat=True), pick),
    Command(CommandSpec("choose", "Choose topics", changes_chat=True), choose),
    Command(
        replace(
            spec(
                "rule", "Write a rule", "rule", 'such as @nato AND "defence"', changes=True, completes=False
            ),
            form=True,
        ),
        rule,
    ),
    Command(CommandSpec("wish", "The card of a subscription"), wish),
    Command(CommandSpec("tune", "Change a subscription", changes_chat=True), tune),
    Command(CommandSpec("taste", "What would have been told"), taste),
    Command(CommandSpec("hush", "Mute a story", changes_chat=True), hush),
    Command(CommandSpec("unhush", "Wake a story", changes_chat=True), unhush),
    Command(CommandSpec("less", "Less of this", changes_chat=True), less),
    Command(CommandSpec("wrong", "A wrong match", changes_chat=True), wrong),
    Command(CommandSpec("amend", "Decide about a change", changes_chat=True), amend),
)
"""What buttons say besides commands; it stands in no menu and no help."""


def _usage(asked: CommandSpec, tongue: Tongue) -> str:
    return f"/{asked.name} {tongue(asked.argument)}".strip()


def _help_of(command: Command, tongue: Tongue) -> Message:
    asked = command.spec
    lines: list[Sequence[Span]] = [
        [Text(_usage(asked, tongue), code=True)],
        [tongue(asked.description) + "."],
    ]
    if asked.argument_help:
        lines.append([f"{tongue(asked.argument)}: {tongue(asked.argument_help)}."])
    if command.for_owners:
        lines.append([tongue("Only those who run this bot may do this.")])
    if asked.changes_chat:
        lines.append([tongue("In a group or channel only its administrators may do this.")])
    return say(*lines, private=True)
