"""The commands about what a chat follows: what there is, follow it, stop; and the first three taps."""

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.asking import Request, refused, rows
from bot.chat.menus import LONGEST_ACTION, number_in, parts_of, ticks
from bot.chat.wishcommands import before_following
from bot.domain.messages import Button, Menu, Message, Option, Span, Text, say
from bot.domain.models import Target, Topic
from bot.errors import BadInput
from bot.services.manage import topic_name
from bot.services.tongues import languages, own_name

FIRST_TOPICS = 12
MENUS = ("start", "topics")
CHOICES = 25
"""Topics in a menu to choose from; others can be named."""
PREFILLED = 100
"""Characters of an action that brings back what was written; longer ones fit no button."""
EXAMPLE = '(@rutte OR @nato) AND "defence spending" NOT sport'


async def start(request: Request, page: int = 1) -> Message:
    """A short welcome with topics to tick; a deep link's payload subscribes at once."""
    if request.argument.startswith("topic_") and request.inbound.is_admin:
        return await subscribe(request.asking(request.argument.removeprefix("topic_")))
    tongue = request.tongue
    others = [
        Button(own_name(code), f"/pick language {code}") for code in languages() if code != request.language
    ]
    return say(
        tongue.spans(
            "{name} tells this chat of news, once per story, in Dutch and English.",
            name=Text("Heraut", bold=True),
        ),
        tongue("Tick what to follow, then press Done. A rule of your own: /subscribe"),
        buttons=[*await ticks(request, "start", page), [*others[:3], Button(tongue("Done"), "/pick done")]],
        in_place=True,
    )


async def topics(request: Request, page: int = 1) -> Message:
    """What can be followed by name, to tick."""
    tongue = request.tongue
    return say(
        [Text(tongue("Topics"), bold=True)],
        tongue("What has a ✓ is followed here. A rule of your own: /subscribe"),
        buttons=await ticks(request, "topics", page),
        private=True,
        in_place=True,
    )


async def pick(request: Request) -> Message:
    """What the buttons of these menus do: tick a topic or untick it, choose a language, be done."""
    what, *rest = parts_of(request, 1)
    if what == "done":
        return await _done(request)
    if what == "language":
        chat = await request.manager.manners.language(request.place, " ".join(rest))
        spoken = replace(request, place=replace(request.place, language=chat.language))
        return replace(await start(spoken.asking("")), language=chat.language)
    menu, page = rest[:1], number_in("".join(rest[1:2]))
    known = next((topic for topic in request.manager.topics if topic.slug == what), None)
    if known is None or menu not in ([MENUS[0]], [MENUS[1]]):
        number_in("")
    _, made = await request.manager.subscribe(request.place, what)
    if not made:
        await request.manager.unsubscribe(request.place, what)
    return await (start if menu == ["start"] else topics)(request.asking(""), page)


async def subscribe(request: Request) -> Message:
    """Follow a topic or a rule in this chat, and tell what that would have brought of late."""
    tongue = request.tongue
    if not request.argument.strip():
        return say(
            tongue("What would you like to follow? Choose a topic, or write a rule after the command."),
            buttons=[*topic_buttons(request, "/subscribe"), [_rule_button(request)]],
            private=True,
            menu=await _menu(request),
        )
    wish, is_new = await request.manager.subscribe(request.place, request.argument)
    label = Text(request.manager.label(wish, request.language), bold=True)
    number = await _number_of(request, wish.target, wish.value)
    name = wish.value if wish.target is Target.TOPIC else f"#{number}"
    tune = Button(tongue("Settings"), f"/wish {number}")
    stop = Button(tongue("Stop following"), f"/unsubscribe {name}")
    if not is_new:
        known = tongue.spans("This chat follows {label} already.", label=label)
        return say(known, buttons=[[tune, stop]], private=True)
    done: list[Sequence[Span]] = [
        tongue.spans(
            "This chat now follows {label}. The next story about it appears here, once.", label=label
        )
    ]
    if request.cases is not None:
        done += await before_following(request, wish)
    return say(*done, buttons=[[Button(tongue("Latest"), f"/page latest 1 {name}"), tune, stop]])


async def choose(request: Request) -> Message:
    """Follow exactly those of the menu's topics that were chosen."""
    tongue, (_, *wanted) = request.tongue, parts_of(request, 1)
    offered = [topic.slug for topic in request.manager.topics[:CHOICES]]
    if not set(wanted) <= set(offered):
        number_in("")
    followed = await _followed(request)
    for slug in offered:
        if slug in wanted and slug not in followed:
            await request.manager.subscribe(request.place, slug)
        elif slug in followed and slug not in wanted:
            await request.manager.unsubscribe(request.place, slug)
    _, wishes = await request.manager.subscriptions(request.place)
    labels = Text(
        tongue.listed([request.manager.label(each, request.language) for each in wishes]), bold=True
    )
    told = tongue.spans("This chat follows {label}.", label=labels)
    look = [Button(tongue("Settings"), "/settings"), Button(tongue("Latest"), "/latest")]
    return say(
        told if wishes else tongue("This chat follows nothing yet."),
        buttons=[[_rule_button(request), *look]],
        private=True,
        in_place=True,
        menu=await _menu(request),
    )


async def rule(request: Request) -> Message:
    """Follow a rule that was written in a form; where there is none, say how to write one."""
    tongue, written = request.tongue, request.argument
    if not written:
        how = tongue("Write /subscribe and a rule behind it, such as:")
        return say(how, [Text(EXAMPLE, code=True)], private=True)
    try:
        return await subscribe(request)
    except BadInput as problem:
        action = f"/rule {written}"
        again = Button(tongue("Try again"), action if len(action) <= PREFILLED else "/rule")
        told = refused(problem, tongue, [[again]])
        return replace(told, lines=(*told.lines, (Text(written, code=True),)))


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
    undo = Button(tongue("Undo"), f"/subscribe {gone[0].value}")
    again = [[undo]] if len(gone) == 1 and len(undo.action.encode()) <= LONGEST_ACTION else []
    return say(
        tongue.spans("This chat no longer follows {label}.", label=Text(labels, bold=True)),
        buttons=again,
        in_place=True,
    )


def topic_buttons(request: Request, command: str) -> list[list[Button]]:
    """A button for each of the first topics."""
    shown: Sequence[Topic] = request.manager.topics[:FIRST_TOPICS]
    return rows([Button(topic_name(topic, request.language), f"{command} {topic.slug}") for topic in shown])


async def _menu(request: Request) -> Menu:
    """The topics to choose from at once, for platforms that have such menus."""
    followed = await _followed(request)
    options = [
        Option(topic_name(topic, request.language), topic.slug, topic.slug in followed)
        for topic in request.manager.topics[:CHOICES]
    ]
    return Menu("/choose topics", tuple(options), request.tongue("Choose topics"), "/subscribe ")


async def _followed(request: Request) -> set[str]:
    _, wishes = await request.manager.subscriptions(request.place)
    return {wish.value for wish in wishes if wish.target is Target.TOPIC}


def _rule_button(request: Request) -> Button:
    return Button(request.tongue("Write a rule"), "/rule")


async def _done(request: Request) -> Message:
    """The third tap: what is followed, and its newest stories at once."""
    tongue = request.tongue
    _, wishes = await request.manager.subscriptions(request.place)
    if not wishes:
        return say(tongue("Tick at least one topic first."), private=True)
    shown = await request.use.tuning.show_latest(request.place)
    labels = tongue.listed([request.manager.label(wish, request.language) for wish in wishes])
    return say(
        tongue.spans("This chat follows {label}.", label=Text(labels, bold=True)),
        tongue("The newest stories come right away; each next one appears here, once.")
        if shown
        else tongue("The next story about it appears here, once."),
        buttons=[
            [
                Button(tongue("Subscriptions"), "/page subscriptions 1"),
                Button(tongue("Settings"), "/settings"),
                Button(tongue("Topics"), "/page topics 1"),
            ]
        ],
        in_place=True,
    )


async def _number_of(request: Request, target: Target, value: str) -> int:
    _, wishes = await request.manager.subscriptions(request.place)
    return next(wish.id for wish in wishes if (wish.target, wish.value) == (target, value))


async def _stop_buttons(request: Request) -> list[list[Button]]:
    offers = await request.manager.complete("unsubscribe", "", request.place)
    return rows([Button(f"✕ {label[:40]}", f"/unsubscribe {value}") for value, label in offers])
