"""The buttons under an alert: mute the story, less of this, wrong match; and the owners' list of blockers."""

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.asking import Request, rows
from bot.chat.menus import leaf, number_in, parts_of, turning, wish_of
from bot.chat.wishcommands import STEPS, THOUSAND
from bot.domain.messages import Button, Message, Moment, Span, Text, say
from bot.domain.models import Subscription, Target
from bot.domain.strictness import step_of, stricter
from bot.services.feedback import Proposal, Suspect

WORDS_SHOWN = 8
BLOCKERS_SHOWN = 8


async def hush(request: Request) -> Message:
    """Nothing more of a story."""
    number = number_in(parts_of(request, 1)[0])
    story, until = await request.use.feedback.mute_story(request.place, number)
    return say(
        request.tongue.spans(
            "Nothing more of this story until {moment}: {title}",
            moment=Moment(until),
            title=Text(story.items[0].title, italic=True),
        ),
        buttons=[[Button(request.tongue("Undo"), f"/unhush {number}")]],
        private=True,
    )


async def unhush(request: Request) -> Message:
    """Tell of a story again after all."""
    number = number_in(parts_of(request, 1)[0])
    story = await request.use.feedback.wake_story(request.place, number)
    title = Text(story.items[0].title, italic=True)
    return say(
        request.tongue.spans("This story is told on: {title}", title=title), private=True, in_place=True
    )


async def less(request: Request) -> Message:
    """Make the subscription that an alert was told for one step stricter.

    ``m12`` means the alert with this number of its platform, as a thumb down does; other messages of the
    chat are nobody's business.
    """
    story, *chosen = parts_of(request, 1)
    if story.startswith("m"):
        number = number_in(story.removeprefix("m"))
        told = await request.use.feedback.story_of(request.place, str(number))
        return await less(request.asking(str(told))) if told else Message()
    if chosen:
        return replace(await _stricter(request, await wish_of(request, chosen[0])), in_place=True)
    causes = await request.use.feedback.causes(request.place, number_in(story))
    if len(causes) == 1:
        return await _stricter(request, causes[0])
    buttons = [Button(_label(request, each), f"/less {story} {each.id}") for each in causes[:WORDS_SHOWN]]
    return say(request.tongue("Less of which?"), buttons=rows(buttons, 2), private=True)


async def wrong(request: Request) -> Message:
    """Ask which word was wrong, then in which phrase, and show what would change."""
    tongue, (story, *chosen) = request.tongue, parts_of(request, 1)
    if len(chosen) >= 2:
        item, number, choice = (number_in(each) for each in (*chosen, "0")[:3])
        proposal, suspect = await request.use.feedback.propose(
            request.place, number_in(story), item, number, choice
        )
        return _proposed(request, proposal, suspect, f"/wrong {story} {item} {number}", choice)
    suspects = await request.use.feedback.suspects(request.place, number_in(story))
    if not suspects:
        return say(tongue("No word of it can be told apart; write a rule with NOT instead."), private=True)
    buttons = [
        Button(_word(request, each), f"/wrong {story} {each.item_id} {each.number}")
        for each in suspects[:WORDS_SHOWN]
    ]
    return say(
        tongue("Which word means something else here?"),
        buttons=[*rows(buttons, 2), [Button(tongue("Cancel"), "/amend 0 no")]],
        private=True,
    )


async def amend(request: Request) -> Message:
    """Decide about a change: admins about their own rules, those who run the bot about packs."""
    number, what = parts_of(request, 2)[:2]
    feedback, place = request.use.feedback, request.place
    if what in ("accept", "dismiss"):
        return await _decided(request, number_in(number), what)
    if what == "yes":
        return _settled(request, *await feedback.settle(place, number_in(number)))
    if number_in(number):
        await feedback.withdraw(place, number_in(number))
    return say(request.tongue("Nothing was changed."), private=True, in_place=True)


async def blockers(request: Request, page: int = 1) -> Message:
    """The phrases that were accepted as meaning something else; `#3` takes one back."""
    tongue, known = request.tongue, request.use.feedback.blockers
    if request.argument:
        gone = await known.remove(request.place, number_in(request.argument.removeprefix("#")))
        done = tongue.spans("“{phrase}” no longer blocks a name.", phrase=Text(gone.phrase, bold=True))
        return say(done, buttons=[[Button(tongue("Blockers"), "/blockers")]], private=True, in_place=True)
    every = await known.listed()
    if not every:
        return say(tongue("No phrase was accepted as meaning something else."), private=True)
    here = leaf(every, page, BLOCKERS_SHOWN)
    lines: list[Sequence[Span]] = [[Text(tongue("These phrases mean something else"), bold=True)]]
    for each in here.shown:
        name = known.name_of(each.entity)
        lines.append(
            tongue.spans(
                "• {number} “{phrase}” is not {name}",
                number=Text(f"#{each.id}", code=True),
                phrase=Text(each.phrase, bold=True),
                name=name,
            )
        )
    buttons = [Button(f"✕ {each.phrase[:40]}", f"/blockers #{each.id}") for each in here.shown]
    return say(
        *lines,
        buttons=rows(buttons, 2) + turning("blockers", here.page, here.pages),
        private=True,
        in_place=True,
    )


async def _stricter(request: Request, wish: Subscription) -> Message:
    tongue, tuning, label = request.tongue, request.use.tuning, Text(_label(request, wish), bold=True)
    step = stricter(wish.threshold, tuning.usual)
    if step is None or request.use.feedback.names_nobody(wish):
        return say(
            tongue.spans("{label} cannot be stricter. Shall it come in the digest, or rest?", label=label),
            buttons=[
                [
                    Button(tongue("In the digest"), f"/tune {wish.id} digest"),
                    Button(tongue("Mute 3 days"), f"/tune {wish.id} mute 3d"),
                ]
            ],
            private=True,
        )
    await tuning.threshold(request.place, wish, step)
    return say(
        tongue.spans(
            "Less of {label}: from now on {step}.",
            label=label,
            step=tongue(STEPS[step_of(step, tuning.usual)]),
        ),
        buttons=[[Button(tongue("Undo"), f"/tune {wish.id} at {round(wish.threshold * THOUSAND)}")]],
        private=True,
    )


def _proposed(request: Request, proposal: Proposal, suspect: Suspect, again: str, choice: int) -> Message:
    tongue, made = request.tongue, proposal.amendment
    phrase = Text(made.phrase, bold=True)
    lines: list[Sequence[Span]]
    if made.entity:
        name = request.use.feedback.blockers.name_of(made.entity)
        lines = [
            tongue.spans("“{phrase}” would no longer name {name}, for every chat.", phrase=phrase, name=name),
            [tongue("Those who run this bot decide.")],
        ]
    else:
        lines = [
            tongue.spans("{label} would become:", label=Text(_label(request, proposal.wish), bold=True)),
            [Text(proposal.rule, code=True)],
        ]
    others = [
        Button(tongue("Rather “{phrase}”", phrase=each), f"{again} {number}")
        for number, each in enumerate(suspect.phrases)
        if number != choice
    ]
    yes = tongue("Propose it" if made.entity else "Change it")
    decide = [Button(yes, f"/amend {made.id} yes"), Button(tongue("Cancel"), f"/amend {made.id} no")]
    return say(*lines, buttons=[decide, *rows(others, 1)], private=True, in_place=True)


def _settled(request: Request, proposal: Proposal, asked: int) -> Message:
    tongue, made = request.tongue, proposal.amendment
    if not made.entity:
        return say(
            tongue("From now on this chat follows:"),
            [Text(proposal.rule, code=True)],
            buttons=[[Button(tongue("Settings"), f"/wish {proposal.wish.id}")]],
            private=True,
            in_place=True,
        )
    if request.is_owner:
        question = request.use.feedback.blockers.question(made, request.place.title, tongue)
        return replace(question, private=True, in_place=True)
    if not asked:
        return say(
            tongue("It was proposed before; those who run this bot know."), private=True, in_place=True
        )
    return say(tongue("Proposed to those who run this bot. Thank you."), private=True, in_place=True)


async def _decided(request: Request, number: int, what: str) -> Message:
    tongue, known = request.tongue, request.use.feedback.blockers
    if not request.is_owner:
        return say(tongue("Only those who run this bot can do that."), private=True)
    if what == "dismiss":
        made = await known.dismiss(request.place, number)
        done = tongue.spans("“{phrase}” still names what it did.", phrase=Text(made.phrase, bold=True))
        return say(done, private=True, in_place=True)
    made = await known.accept(request.place, number)
    return say(
        tongue.spans(
            "“{phrase}” no longer names {name}, for every chat.",
            phrase=Text(made.phrase, bold=True),
            name=known.name_of(made.entity),
        ),
        buttons=[[Button(tongue("Undo"), f"/blockers #{made.id}")]],
        private=True,
        in_place=True,
    )


def _word(request: Request, suspect: Suspect) -> str:
    meant = request.use.feedback.blockers.name_of(suspect.entity) if suspect.entity else ""
    return f"“{suspect.surface}” → {meant}" if meant else f"“{suspect.surface}”"


def _label(request: Request, wish: Subscription) -> str:
    shown = request.manager.label(wish, request.language)
    return shown if wish.target is Target.TOPIC or len(shown) <= 40 else f"{shown[:39]}…"
