"""The commands about how a chat is told: quiet hours, digests, limits, mutes, and why it was told or not."""

from collections.abc import Sequence

from bot.chat.asking import Request
from bot.domain.manner import Manner
from bot.domain.mannerwords import split_span
from bot.domain.messages import Button, Message, Moment, Span, Text, say
from bot.domain.models import DeliveryKind, DeliveryState
from bot.services.explain import Explanation
from bot.services.manners import ALWAYS
from bot.store.books import LedgerLine

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHOWN_MATCHES = 8
STATES = {
    DeliveryState.PENDING: "waits to be sent",
    DeliveryState.SENDING: "is being sent",
    DeliveryState.SENT: "sent",
    DeliveryState.FAILED: "failed",
    DeliveryState.DROPPED: "not sent",
    DeliveryState.FOLDED: "told in a digest",
}


async def quiet(request: Request) -> Message:
    """Show or set the hours in which the chat is left alone."""
    if not request.argument:
        chat = await request.manager.manners.chat(request.place)
        buttons = [[Button("23:00-07:00", "/quiet 23:00-07:00"), Button("Off", "/quiet off")]]
        return say(_quiet_line(chat.manner, chat.timezone), buttons=buttons, private=True)
    chat = await request.manager.manners.quiet(request.place, request.argument)
    return say(_quiet_line(chat.manner, chat.timezone))


async def digest(request: Request) -> Message:
    """Show or set when the chat gets its digest."""
    if not request.argument:
        chat = await request.manager.manners.chat(request.place)
        buttons = [
            [Button("Daily 08:00", "/digest 08:00"), Button("Only 08:00", "/digest only 08:00")],
            [Button("Sunday 18:00", "/digest sun 18:00"), Button("Off", "/digest off")],
        ]
        return say(_digest_line(chat.manner, chat.timezone), buttons=buttons, private=True)
    chat = await request.manager.manners.digest(request.place, request.argument)
    return say(_digest_line(chat.manner, chat.timezone))


async def limit(request: Request) -> Message:
    """Set how many alerts an hour the chat gets at most."""
    if not request.argument:
        return say("How many alerts an hour at most? Write /limit 10, or /limit off.", private=True)
    manner = await request.manager.manners.limit(request.place, request.argument)
    if not manner.hourly_cap:
        return say("This chat gets every alert at once.")
    return say(f"At most {manner.hourly_cap} alerts an hour; what is more comes in a digest.")


async def resend(request: Request) -> Message:
    """Choose between a message twice and a message lost, for when an answer was lost on the way."""
    word = request.argument.strip().lower()
    if word not in ("on", "off"):
        return say(
            "When the line breaks it can be unknown whether a message arrived. Shall it be sent again?",
            buttons=[
                [Button("Again, it may come twice", "/resend on"), Button("Never twice", "/resend off")]
            ],
            private=True,
        )
    await request.manager.manners.resend(request.place, word == "on")
    if word == "on":
        return say("A message that may be lost is sent again; seldom, one comes twice.")
    return say("No message is sent twice; seldom, one that may have arrived is left out.")


async def mute(request: Request) -> Message:
    """Let a topic, a rule or a story rest for a time."""
    if not request.argument:
        return await _offer_mutes(request)
    what, span = split_span(request.argument)
    if what.startswith(("http://", "https://")):
        title, until = await request.manager.manners.mute_story(request.place, what, span or ALWAYS)
        return say(["Nothing more of this story until ", Moment(until), ": ", Text(title, italic=True)])
    wishes = await request.manager.wishes(request.place, what)
    until = await request.manager.manners.mute(request.place, wishes, span or ALWAYS)
    names = ", ".join(request.manager.label(wish, request.language) for wish in wishes)
    return say(
        [Text(names, bold=True), " rests until ", Moment(until), "."],
        buttons=[[Button("Wake it", f"/unmute {wishes[0].value}"[:60])]],
    )


async def unmute(request: Request) -> Message:
    """Wake what rests."""
    wishes = await request.manager.wishes(request.place, request.argument or "all")
    await request.manager.manners.unmute(wishes)
    names = ", ".join(request.manager.label(wish, request.language) for wish in wishes)
    return say(["Alerts come again for ", Text(names, bold=True), "."])


async def why(request: Request) -> Message:
    """Why this chat heard of an article, or did not."""
    found = await request.manager.explainer.why(request.place, request.argument)
    if found is None:
        return say("No feed has brought an article with this link so far.", private=True)
    item = found.item.item
    lines: list[Sequence[Span]] = [
        [Text(item.title, bold=True, url=item.url)],
        [f"Fetched from {item.outlet.name} ", Moment(item.seen_at), "; published ", Moment(item.published)],
        [_matched(found)],
        *_story(found),
        *_decided(found, request),
        *(_ledger(line) for line in found.lines),
    ]
    return say(*lines, private=True)


def _quiet_line(manner: Manner, timezone: str) -> str:
    if manner.quiet_from is None or manner.quiet_until is None:
        return f"No quiet hours ({timezone}): alerts come at any time."
    breaks = (
        f"breaking news by {manner.breaking} or more independent owners comes at once"
        if manner.breaking
        else "nothing breaks them"
    )
    hours = f"{manner.quiet_from:%H:%M}-{manner.quiet_until:%H:%M}"
    return (
        f"Quiet from {hours} ({timezone}): what happens meanwhile comes after them in one message; {breaks}."
    )


def _digest_line(manner: Manner, timezone: str) -> str:
    if not manner.digest_times:
        return "No digest: stories come as alerts."
    times = " and ".join(f"{each:%H:%M}" for each in manner.digest_times)
    day = "every day" if manner.digest_day is None else f"every {WEEKDAYS[manner.digest_day]}"
    instead = "instead of alerts" if manner.digest_only else "besides the alerts"
    return f"A digest {day} at {times} ({timezone}), {instead}."


async def _offer_mutes(request: Request) -> Message:
    _, wishes = await request.manager.subscriptions(request.place)
    if not wishes:
        return say("This chat follows nothing yet. See /topics.", private=True)
    buttons = [
        [
            Button(
                f"{request.manager.label(wish, request.language)[:30]} {span}", f"/mute {wish.value} {span}"
            )
            for span in ("8h", "3d")
        ]
        for wish in wishes[:8]
    ]
    return say("What shall rest, and how long?", buttons=buttons, private=True)


def _matched(found: Explanation) -> str:
    words = list(dict.fromkeys(f"“{match.surface}” ({match.why})" for match in found.matches))
    if not words:
        return "Nothing in it matched a name that is known."
    more = f" and {len(words) - SHOWN_MATCHES} more" if len(words) > SHOWN_MATCHES else ""
    return f"Matched by {', '.join(words[:SHOWN_MATCHES])}{more}"


def _story(found: Explanation) -> list[Sequence[Span]]:
    if found.story is None:
        return [["It satisfies no topic or rule that is followed."]]
    story, others = found.story, len(found.story.items) - 1
    more = f" with {others} other report{'s' if others != 1 else ''}" if others else ""
    head: list[Span] = [f"Story {story.id}{more}, since ", Moment(story.created_at), f": {found.joined}"]
    return [head]


def _decided(found: Explanation, request: Request) -> list[Sequence[Span]]:
    if found.story is None:
        return []
    lines: list[Sequence[Span]] = []
    for asked in found.asked:
        label = request.manager.label(asked.wish, request.language)
        if asked.salience is None:
            continue
        verdict = (
            "enough" if asked.passes else f"below this chat's {asked.wish.threshold:.2f}: not told for it"
        )
        lines.append([f"{label}: the story is about it by {asked.salience:.2f}, {verdict}"])
    if not lines:
        lines.append(["Nothing that this chat follows fits it."])
    if found.held_back is not None and found.alert is None:
        reason, at = found.held_back
        lines.append([f"Held back: {reason}, decided ", Moment(at)])
    return lines


def _ledger(line: LedgerLine) -> Sequence[Span]:
    what = {DeliveryKind.UPDATE: "Edit", DeliveryKind.DIGEST: "Digest"}.get(line.kind, "Alert")
    spans: list[Span] = [f"{what}: owed ", Moment(line.created_at), f", {STATES[line.state]} "]
    if line.state is DeliveryState.PENDING and line.not_before is not None:
        spans += ["not before ", Moment(line.not_before)]
    else:
        spans.append(Moment(line.updated_at))
    return [*spans, f" ({line.detail})"] if line.detail else spans
