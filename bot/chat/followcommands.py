"""The commands about what a chat follows: what there is, follow it, stop, see what is followed."""

from collections.abc import Sequence

from bot.chat.asking import Request, rows
from bot.domain.messages import Button, Message, Span, Text, say
from bot.domain.models import ChatState, Target, Topic
from bot.services.manage import topic_name

FIRST_TOPICS = 12


async def start(request: Request) -> Message:
    """A short welcome that leads to a first subscription; a deep link's payload subscribes at once."""
    if request.argument.startswith("topic_") and request.inbound.is_admin:
        return await subscribe(request.asking(request.argument.removeprefix("topic_")))
    tongue = request.tongue
    return say(
        tongue.spans(
            "{name} tells this chat of news, once per story, in Dutch and English.",
            name=Text("Heraut", bold=True),
        ),
        tongue("Choose what to follow; the next story about it appears here."),
        buttons=topic_buttons(request, "/subscribe"),
    )


async def topics(request: Request) -> Message:
    """What can be followed by name."""
    lines: list[Sequence[Span]] = [[Text(request.tongue("Topics"), bold=True)]]
    lines += [
        [Text(topic.slug, code=True), f" {topic_name(topic, request.language)}"]
        for topic in request.manager.topics
    ]
    return say(*lines, buttons=topic_buttons(request, "/subscribe"), private=True)


async def subscribe(request: Request) -> Message:
    """Follow a topic or a rule in this chat."""
    tongue = request.tongue
    if not request.argument.strip():
        return say(
            tongue("What would you like to follow? Choose a topic, or write a rule after the command."),
            buttons=topic_buttons(request, "/subscribe"),
            private=True,
        )
    wish, is_new = await request.manager.subscribe(request.place, request.argument)
    label = Text(request.manager.label(wish, request.language), bold=True)
    stop = Button(tongue("Stop following"), f"/unsubscribe {wish.value}")
    if not is_new:
        known = tongue.spans("This chat follows {label} already.", label=label)
        return say(known, buttons=[[stop]], private=True)
    done = tongue.spans(
        "This chat now follows {label}. The next story about it appears here, once.", label=label
    )
    rate = await request.manager.daily_rate(wish)
    if rate:
        done += [" ", tongue("Lately that was about {rate:.1f} stories a day.", rate=rate)]
    return say(done, buttons=[[Button(tongue("Latest"), f"/latest {wish.value}"), stop]])


async def unsubscribe(request: Request) -> Message:
    """Stop following something in this chat."""
    tongue = request.tongue
    if not request.argument.strip():
        _, wishes = await request.manager.subscriptions(request.place)
        if not wishes:
            return say(tongue("This chat follows nothing yet. See /topics."), private=True)
        question = tongue("What shall this chat stop following?")
        return say(question, buttons=await _stop_buttons(request), private=True)
    gone = await request.manager.unsubscribe(request.place, request.argument)
    labels = ", ".join(request.manager.label(wish, request.language) for wish in gone)
    again = [[Button(tongue("Undo"), f"/subscribe {gone[0].value}")]] if len(gone) == 1 else []
    return say(
        tongue.spans("This chat no longer follows {label}.", label=Text(labels, bold=True)), buttons=again
    )


async def subscriptions(request: Request) -> Message:
    """What this chat follows."""
    tongue = request.tongue
    chat, wishes = await request.manager.subscriptions(request.place)
    if not wishes or chat is None:
        return say(
            tongue("This chat follows nothing yet."),
            buttons=topic_buttons(request, "/subscribe"),
            private=True,
        )
    lines: list[Sequence[Span]] = [[Text(tongue("This chat follows"), bold=True)]]
    for wish in wishes:
        kind = "" if wish.target is Target.TOPIC else " " + tongue("(rule #{id})", id=wish.id)
        lines.append([f"• {request.manager.label(wish, request.language)}{kind}"])
    if chat.state is ChatState.PAUSED:
        paused = tongue("Paused: {reason}", reason=tongue.recall(chat.paused_why))
        lines.append([Text(paused, italic=True)])
    return say(*lines, buttons=await _stop_buttons(request), private=True)


def topic_buttons(request: Request, command: str) -> list[list[Button]]:
    """A button for each of the first topics."""
    shown: Sequence[Topic] = request.manager.topics[:FIRST_TOPICS]
    return rows([Button(topic_name(topic, request.language), f"{command} {topic.slug}") for topic in shown])


async def _stop_buttons(request: Request) -> list[list[Button]]:
    offers = await request.manager.complete("unsubscribe", "", request.place)
    return rows([Button(f"✕ {label[:40]}", f"/unsubscribe {value}") for value, label in offers])
