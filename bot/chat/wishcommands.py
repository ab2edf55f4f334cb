"""The menu of what a chat follows: a card for each subscription, and the buttons that tune it."""

from collections.abc import Sequence

from bot.chat.asking import Request, rows
from bot.chat.menus import leaf, number_in, parts_of, turning, wish_of
from bot.domain.mannerwords import split_span
from bot.domain.messages import Button, Message, Moment, Span, Text, say
from bot.domain.models import Chat, ChatState, Subscription, Target
from bot.domain.strictness import step_of, steps
from bot.domain.tongue import Tongue
from bot.errors import CommandError, Phrase, RuleError
from bot.services.manage import Wish
from bot.services.tastes import Taste

ON_A_PAGE = 8
LABEL = 40
THOUSAND = 1000
"""A button says a threshold in thousandths."""

STEPS = (Phrase("every mention"), Phrase("the usual"), Phrase("only what it is about"))


async def subscriptions(request: Request, page: int = 1) -> Message:
    """What this chat follows, a button for each."""
    tongue = request.tongue
    chat, wishes = await request.manager.subscriptions(request.place)
    if not wishes or chat is None:
        return say(
            tongue("This chat follows nothing yet."),
            buttons=[[Button(tongue("Topics"), "/topics")]],
            private=True,
            in_place=True,
        )
    here = leaf(wishes, page, ON_A_PAGE)
    lines: list[Sequence[Span]] = [[Text(tongue("This chat follows"), bold=True)]]
    lines += [_line(wish, request) for wish in here.shown]
    if chat.state is ChatState.PAUSED:
        paused = tongue("Paused: {reason}", reason=tongue.recall(chat.paused_why))
        lines.append([Text(paused, italic=True)])
    buttons = [Button(f"⚙ {_label(wish, request)}", f"/wish {wish.id}") for wish in here.shown]
    return say(
        *lines,
        buttons=rows(buttons, 2) + turning("subscriptions", here.page, here.pages),
        private=True,
        in_place=True,
    )


async def wish(request: Request) -> Message:
    """The card of one subscription."""
    return await card(request, await wish_of(request, parts_of(request, 1)[0]))


async def tune(request: Request) -> Message:
    """What the buttons of a card do; the card follows them."""
    number, what, *rest = parts_of(request, 2)
    found = await wish_of(request, number)
    tuning, place = request.use.tuning, request.place
    match what:
        case "step":
            chosen = min(number_in("".join(rest[:1])), 2)
            await tuning.threshold(place, found, steps(tuning.usual)[chosen])
        case "at":
            await tuning.threshold(place, found, min(number_in("".join(rest[:1])) / THOUSAND, 1.0))
        case "pause" | "resume":
            await tuning.pause(place, found, what == "pause")
        case "digest" | "instant":
            await tuning.in_digest(place, found, what == "digest")
        case "nobody":
            await tuning.mention(place, found, "")
        case "mute":
            await _mute(request, found, rest)
        case "wake":
            await request.manager.manners.unmute([found], place)
        case _:
            number_in("")
    return await card(request, await wish_of(request, number))


async def taste(request: Request) -> Message:
    """What a topic or a subscription would have told of late."""
    wanted = request.argument
    asked: Wish | Subscription
    asked = await wish_of(request, wanted) if wanted.startswith("#") else request.manager.understand(wanted)
    label = Text(request.manager.label(asked, request.language), bold=True)
    found = await request.use.tastes.of(asked)
    follow = Button(request.tongue("Follow {topic}", topic=label.text), f"/subscribe {asked.value}")
    buttons = [] if isinstance(asked, Subscription) else [[follow]]
    return say(
        request.tongue.spans("What {label} would have told here:", label=label),
        *taste_lines(found, request.tongue),
        buttons=buttons,
        private=True,
    )


def taste_lines(found: Taste, tongue: Tongue) -> list[Sequence[Span]]:
    """How many alerts a day, and the last of them."""
    if not found.a_day:
        return [[tongue("In the last 14 days it would have told nothing.")]]
    lines: list[Sequence[Span]] = [
        [tongue("Lately that was about {rate:.1f} stories a day.", rate=found.a_day)]
    ]
    for each in found.shown:
        title = Text(each.title, url=each.url)
        lines.append(["• ", title, f" {each.outlet}, ", Moment(each.published)])
    return lines


async def card(request: Request, found: Subscription) -> Message:
    """A subscription with everything that can be changed of it."""
    chat = await request.manager.manners.chat(request.place)
    tongue, shown = request.tongue, request.manager.label(found, request.language)
    lines: list[Sequence[Span]] = [
        [Text(shown, bold=found.target is Target.TOPIC, code=found.target is Target.RULE)],
        [_strictness(found, request)],
        [_telling(found, chat, tongue)],
    ]
    if found.mention:
        lines.append([tongue("Its alerts mention a role.")])
    if found.paused:
        lines.append([Text(tongue("Paused: nothing of it is told."), italic=True)])
    elif found.muted_until is not None and found.muted_until > request.now:
        lines.append(tongue.spans("Rests until {moment}.", moment=Moment(found.muted_until)))
    return say(*lines, buttons=_card_buttons(found, request), private=True, in_place=True)


async def _mute(request: Request, found: Subscription, rest: Sequence[str]) -> None:
    _, span = split_span(f"x {''.join(rest[:1])}")
    if span is None:
        raise CommandError(
            "This button is no longer understood.", "ask again: /subscriptions, /topics or /help"
        )
    await request.manager.manners.mute(request.place, [found], span)


def _card_buttons(found: Subscription, request: Request) -> list[list[Button]]:
    tongue, say_it = request.tongue, f"/tune {found.id}"
    chosen = step_of(found.threshold, request.use.tuning.usual)
    strict = [
        Button(_ticked(tongue(STEPS[step]), step == chosen), f"{say_it} step {step}") for step in range(3)
    ]
    how = [
        Button(_ticked(tongue("At once"), not found.digest), f"{say_it} instant"),
        Button(_ticked(tongue("In the digest"), found.digest), f"{say_it} digest"),
    ]
    rest = _rest_buttons(found, request)
    look = [
        Button(tongue("What would I have got?"), f"/taste #{found.id}"),
        Button(tongue("Latest"), f"/page latest 1 #{found.id}"),
    ]
    end = [
        Button(tongue("Stop following"), f"/unsubscribe #{found.id}"),
        Button(f"‹ {tongue('All')}", "/page subscriptions 1"),
    ]
    if found.mention:
        look.append(Button(tongue("Mention nobody"), f"{say_it} nobody"))
    names_nobody = request.use.feedback.names_nobody(found)
    return [*([] if names_nobody else [strict]), how, rest, look, end]


def _rest_buttons(found: Subscription, request: Request) -> list[Button]:
    tongue, say_it = request.tongue, f"/tune {found.id}"
    if found.paused:
        return [Button(tongue("Resume"), f"{say_it} resume")]
    pause = Button(tongue("Pause"), f"{say_it} pause")
    if not found.awake(request.now):
        return [pause, Button(tongue("Wake it"), f"{say_it} wake")]
    return [
        pause,
        Button(tongue("Mute 8 hours"), f"{say_it} mute 8h"),
        Button(tongue("Mute 3 days"), f"{say_it} mute 3d"),
    ]


def _line(found: Subscription, request: Request) -> Sequence[Span]:
    tongue = request.tongue
    notes = [tongue("(rule #{id})", id=found.id)] if found.target is Target.RULE else []
    if found.paused:
        notes.append(tongue("paused"))
    elif not found.awake(request.now):
        notes.append(tongue("rests"))
    elif found.digest:
        notes.append(tongue("in the digest"))
    return [f"• {request.manager.label(found, request.language)}", *(f" {note}" for note in notes)]


def _label(found: Subscription, request: Request) -> str:
    shown = request.manager.label(found, request.language)
    return shown if len(shown) <= LABEL else f"{shown[: LABEL - 1]}…"


def _ticked(label: str, chosen: bool) -> str:
    return f"✓ {label}" if chosen else label


def _strictness(found: Subscription, request: Request) -> str:
    tongue = request.tongue
    if request.use.feedback.names_nobody(found):
        return tongue("It asks for words: every article that has them is told.")
    step = STEPS[step_of(found.threshold, request.use.tuning.usual)]
    return tongue("How much a story must be about it: {step}", step=step)


def _telling(found: Subscription, chat: Chat, tongue: Tongue) -> str:
    manner = chat.manner
    if not (found.digest or manner.digest_only):
        return tongue("Told at once.")
    times = tongue.listed([f"{each:%H:%M}" for each in manner.digest_times])
    return tongue("Told in the digest at {times}.", times=times) if times else tongue("Told at once.")


async def before_following(request: Request, asked: Wish) -> list[Sequence[Span]]:
    """What is shown when something was just followed; nothing when that cannot be told."""
    try:
        return taste_lines(await request.use.tastes.of(asked), request.tongue)
    except RuleError:
        return []
