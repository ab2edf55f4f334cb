"""The commands about how a chat is told: quiet hours, digests, limits, mutes, and why it was told or not."""

from collections.abc import Sequence
from datetime import timedelta

from bot.chat.asking import Request
from bot.chat.menus import short_name
from bot.domain.manner import LostAnswer, Manner
from bot.domain.mannerwords import OFF, ON, split_span
from bot.domain.messages import Button, Message, Moment, Span, Text, say
from bot.domain.models import Chat, DeliveryKind, DeliveryState, Subscription
from bot.domain.tongue import Tongue
from bot.errors import Phrase
from bot.services.explain import Explanation
from bot.services.manners import ALWAYS
from bot.store.books import LedgerLine

SHOWN_MATCHES = 8
OFFERED_SPANS = (("8h", timedelta(hours=8)), ("3d", timedelta(days=3)))
STATES = {
    DeliveryState.PENDING: Phrase("waits to be sent"),
    DeliveryState.SENDING: Phrase("is being sent"),
    DeliveryState.SENT: Phrase("sent"),
    DeliveryState.FAILED: Phrase("failed"),
    DeliveryState.DROPPED: Phrase("not sent"),
    DeliveryState.FOLDED: Phrase("told in a digest"),
}
KINDS = {DeliveryKind.UPDATE: Phrase("Edit"), DeliveryKind.DIGEST: Phrase("Digest")}


async def quiet(request: Request) -> Message:
    """Show or set the hours in which the chat is left alone."""
    tongue = request.tongue
    if not request.argument:
        chat = await request.manager.manners.chat(request.place)
        buttons = [[Button("23:00-07:00", "/quiet 23:00-07:00"), Button(tongue("Off"), "/quiet off")]]
        return say(quiet_line(chat, tongue), buttons=buttons, private=True)
    chat = await request.manager.manners.quiet(request.place, request.argument)
    return say(quiet_line(chat, tongue))


async def digest(request: Request) -> Message:
    """Show or set when the chat gets its digest."""
    tongue = request.tongue
    if not request.argument:
        chat = await request.manager.manners.chat(request.place)
        sunday = tongue("{day} at {time}", day=tongue.weekday(6), time="18:00")
        buttons = [
            [
                Button(tongue("Daily 08:00"), "/digest 08:00"),
                Button(tongue("Only 08:00"), "/digest only 08:00"),
            ],
            [Button(sunday, "/digest sun 18:00"), Button(tongue("Off"), "/digest off")],
        ]
        return say(digest_line(chat, tongue), buttons=buttons, private=True)
    chat = await request.manager.manners.digest(request.place, request.argument)
    return say(digest_line(chat, tongue))


async def limit(request: Request) -> Message:
    """Set how many alerts an hour the chat gets at most."""
    tongue = request.tongue
    if not request.argument:
        chat = await request.manager.manners.chat(request.place)
        ask = tongue("How many alerts an hour at most? Write /limit 10, or /limit off.")
        buttons = [[Button("5", "/limit 5"), Button("10", "/limit 10"), Button(tongue("Off"), "/limit off")]]
        return say(limit_line(chat.manner, tongue), ask, buttons=buttons, private=True)
    return say(limit_line(await request.manager.manners.limit(request.place, request.argument), tongue))


async def resend(request: Request) -> Message:
    """Choose between a message twice and a message lost, for when an answer was lost on the way."""
    word, tongue = request.argument.strip().lower(), request.tongue
    if word not in ON | OFF:
        return say(
            tongue(
                "When the line breaks it can be unknown whether a message arrived. Shall it be sent again?"
            ),
            buttons=[
                [
                    Button(tongue("Again, it may come twice"), "/resend on"),
                    Button(tongue("Never twice"), "/resend off"),
                ]
            ],
            private=True,
        )
    await request.manager.manners.resend(request.place, word in ON)
    return say(lost_line(LostAnswer.RESEND if word in ON else LostAnswer.SKIP, tongue))


async def mute(request: Request) -> Message:
    """Let a topic, a rule or a story rest for a time."""
    tongue = request.tongue
    if not request.argument:
        return await _offer_mutes(request)
    what, span = split_span(request.argument)
    if what.startswith(("http://", "https://")):
        title, until = await request.manager.manners.mute_story(request.place, what, span or ALWAYS)
        return say(
            tongue.spans(
                "Nothing more of this story: {title}. It may be told again {moment}.",
                moment=Moment(until),
                title=Text(title, italic=True),
            )
        )
    wishes = await request.manager.wishes(request.place, what)
    until = await request.manager.manners.mute(request.place, wishes, span or ALWAYS)
    return say(
        tongue.spans(
            "{names} rests. Alerts come again {moment}.", names=_names(wishes, request), moment=Moment(until)
        ),
        buttons=[[Button(tongue("Wake it"), f"/unmute {short_name(wishes[0])}")]],
    )


async def unmute(request: Request) -> Message:
    """Wake what rests."""
    wishes = await request.manager.wishes(request.place, request.argument or "all")
    await request.manager.manners.unmute(wishes, request.place)
    return say(request.tongue.spans("Alerts come again for {names}.", names=_names(wishes, request)))


async def why(request: Request) -> Message:
    """Why this chat heard of an article, or did not."""
    tongue = request.tongue
    found = await request.manager.explainer.why(request.place, request.argument)
    if found is None:
        return say(tongue("No feed has brought an article with this link so far."), private=True)
    item = found.item.item
    lines: list[Sequence[Span]] = [
        [Text(item.title, bold=True, url=item.url)],
        tongue.spans(
            "Fetched from {outlet} {seen}; published {published}",
            outlet=item.outlet.name,
            seen=Moment(item.seen_at),
            published=Moment(item.published),
        ),
        [_matched(found, tongue)],
        _story(found, tongue),
        *_decided(found, request),
        *(_ledger(line, tongue) for line in found.lines),
    ]
    return say(*lines, private=True)


def quiet_line(chat: Chat, tongue: Tongue) -> str:
    """The quiet hours of a chat in a sentence."""
    manner, zone = chat.manner, chat.timezone
    if manner.quiet_from is None or manner.quiet_until is None:
        return tongue("No quiet hours ({timezone}): alerts come at any time.", timezone=zone)
    hours = f"{manner.quiet_from:%H:%M}-{manner.quiet_until:%H:%M}"
    quiet = tongue(
        "Quiet from {hours} ({timezone}): what happens meanwhile comes after them in one message.",
        hours=hours,
        timezone=zone,
    )
    if not manner.breaking:
        return f"{quiet} {tongue('Nothing breaks them.')}"
    breaking = tongue.count(
        manner.breaking,
        "Breaking news comes at once.",
        "Breaking news by {n} or more independent owners comes at once.",
    )
    return f"{quiet} {breaking}"


def digest_line(chat: Chat, tongue: Tongue) -> str:
    """The digests of a chat in a sentence."""
    manner = chat.manner
    if not manner.digest_times:
        return tongue("No digest: stories come as alerts.")
    times = tongue.listed([f"{each:%H:%M}" for each in manner.digest_times])
    if manner.digest_day is None:
        when = tongue("A digest every day at {times} ({timezone})", times=times, timezone=chat.timezone)
    else:
        day = tongue.weekday(manner.digest_day)
        when = tongue(
            "A digest every {day} at {times} ({timezone})", day=day, times=times, timezone=chat.timezone
        )
    return f"{when}, {tongue('instead of alerts' if manner.digest_only else 'besides the alerts')}."


def limit_line(manner: Manner, tongue: Tongue) -> str:
    """The limit of a chat in a sentence."""
    if not manner.hourly_cap:
        return tongue("This chat gets every alert at once.")
    return tongue.count(
        manner.hourly_cap,
        "At most {n} alert an hour; what is more comes in a digest.",
        "At most {n} alerts an hour; what is more comes in a digest.",
    )


def lost_line(choice: LostAnswer, tongue: Tongue) -> str:
    """What becomes of messages that may be lost, in a sentence."""
    if choice is LostAnswer.RESEND:
        return tongue("A message that may be lost is sent again; seldom, one comes twice.")
    return tongue("No message is sent twice; seldom, one that may have arrived is left out.")


async def _offer_mutes(request: Request) -> Message:
    _, wishes = await request.manager.subscriptions(request.place)
    if not wishes:
        return say(request.tongue("This chat follows nothing yet. See /topics."), private=True)
    buttons = [
        [
            Button(
                f"{request.manager.label(wish, request.language)[:30]} {request.tongue.span(span)}",
                f"/mute {short_name(wish)} {short}",
            )
            for short, span in OFFERED_SPANS
        ]
        for wish in wishes[:8]
    ]
    return say(request.tongue("What shall rest, and how long?"), buttons=buttons, private=True)


def _names(wishes: Sequence[Subscription], request: Request) -> Text:
    return Text(", ".join(request.manager.label(wish, request.language) for wish in wishes), bold=True)


def _matched(found: Explanation, tongue: Tongue) -> str:
    words = list(dict.fromkeys(f"“{match.surface}” ({tongue.recall(match.why)})" for match in found.matches))
    if not words:
        return tongue("Nothing in it matched a name that is known.")
    shown = ", ".join(words[:SHOWN_MATCHES])
    if len(words) > SHOWN_MATCHES:
        return tongue("Matched by {words} and {n} more", words=shown, n=len(words) - SHOWN_MATCHES)
    return tongue("Matched by {words}", words=shown)


def _story(found: Explanation, tongue: Tongue) -> Sequence[Span]:
    if found.story is None:
        return [tongue("It satisfies no topic or rule that is followed.")]
    story, others = found.story, len(found.story.items) - 1
    values = {"id": story.id, "moment": Moment(story.created_at), "reason": tongue.recall(found.joined)}
    if not others:
        return tongue.spans("Story {id}, since {moment}: {reason}", **values)
    return tongue.count_spans(
        others,
        "Story {id} with {n} other report, since {moment}: {reason}",
        "Story {id} with {n} other reports, since {moment}: {reason}",
        **values,
    )


def _decided(found: Explanation, request: Request) -> list[Sequence[Span]]:
    if found.story is None:
        return []
    tongue = request.tongue
    lines: list[Sequence[Span]] = []
    for asked in found.asked:
        label = request.manager.label(asked.wish, request.language)
        if asked.salience is None:
            continue
        verdict = (
            tongue("enough")
            if asked.passes
            else tongue("below this chat's {threshold:.2f}: not told for it", threshold=asked.wish.threshold)
        )
        lines.append(
            [
                tongue(
                    "{label}: the story is about it by {salience:.2f}, {verdict}",
                    label=label,
                    salience=asked.salience,
                    verdict=verdict,
                )
            ]
        )
    if not lines:
        lines.append([tongue("Nothing that this chat follows fits it.")])
    if found.held_back is not None and found.alert is None:
        reason, at = found.held_back
        lines.append(
            tongue.spans(
                "Held back: {reason}, decided {moment}", reason=tongue.recall(reason), moment=Moment(at)
            )
        )
    return lines


def _ledger(line: LedgerLine, tongue: Tongue) -> Sequence[Span]:
    values = {
        "kind": KINDS.get(line.kind, Phrase("Alert")),
        "moment": Moment(line.created_at),
        "state": STATES[line.state],
    }
    if line.state is DeliveryState.PENDING and line.not_before is not None:
        spans = tongue.spans(
            "{kind}: owed {moment}, {state}; its time is {then}", then=Moment(line.not_before), **values
        )
    else:
        spans = tongue.spans("{kind}: owed {moment}, {state} {then}", then=Moment(line.updated_at), **values)
    return [*spans, f" ({tongue.recall(line.detail)})"] if line.detail else spans
