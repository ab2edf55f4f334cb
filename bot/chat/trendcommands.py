"""The commands about coverage: how much was written about something, and who wrote it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.chat.asking import Request, clipped
from bot.chat.menus import LONGEST_ACTION
from bot.domain.chart import described
from bot.domain.messages import Button, Message, Span, Text, say
from bot.errors import CommandError
from bot.services.trends import USUAL_DAYS

SPANS = (7, 30, 90)
OUTLETS = 15
LABEL = 72
_DAYS = re.compile(r"(?:^|\s)(\d{1,6})\s*(?:days?|dagen|dag|d)?$", re.ASCII | re.IGNORECASE)


async def trend(request: Request) -> Message:
    """Reports a day as a chart, or in words where it cannot be drawn."""
    tongue, trends = request.tongue, request.use.trends
    text, days = with_days(request.argument)
    if not text:
        raise CommandError("The trend of what?", "name a topic, and days if you like: /trend nato 14")
    wish = request.manager.understand(text)
    found = await trends.trend(wish.target, wish.value, days)
    label = clipped(request.manager.label(wish, request.language), LABEL)
    buttons = _spans(wish.value, days, request)
    said = described(trends.chart(found, label, tongue), tongue)
    if not found.total:
        return say(said, buttons=buttons, private=True)
    lines: list[Sequence[Span]] = []
    if found.outlets:
        most = tongue.listed([f"{name} ({count})" for name, count in found.outlets.items()])
        lines.append([tongue("Most by {outlets}.", outlets=most)])
    picture = await trends.picture(found, label, tongue)
    if picture is None:
        return say(said, *lines, buttons=buttons, private=True)
    head: Sequence[Span] = (Text(said, bold=True),)
    return replace(say(head, *lines, buttons=buttons), picture=picture)


async def sources(request: Request) -> Message:
    """The outlets that reported most in thirty days, with who owns them; of a topic, or of all."""
    tongue, asked = request.tongue, request.argument.strip()
    wish = request.manager.understand(asked) if asked else None
    found = await request.use.trends.outlets(f"{wish.target}:{wish.value}" if wish else "", USUAL_DAYS)
    if not found:
        return say(tongue("Nothing was reported in the last {days} days.", days=USUAL_DAYS), private=True)
    if wish:
        label = clipped(request.manager.label(wish, request.language), LABEL)
        head = tongue("Who reported on {label} in the last {days} days", label=label, days=USUAL_DAYS)
    else:
        head = tongue("Who reported in the last {days} days", days=USUAL_DAYS)
    lines: list[Sequence[Span]] = [[Text(head, bold=True)]]
    for place, each in enumerate(found[:OUTLETS], 1):
        reports = tongue.count(each.reports, "{n} report", "{n} reports")
        owned = f" ({each.owner})" if each.owner != each.outlet else ""
        lines.append([f"{place}. ", Text(each.outlet, bold=True), f"{owned}: {reports}"])
    if len(found) > OUTLETS:
        more = len(found) - OUTLETS
        lines.append([tongue.count(more, "… and {n} outlet more.", "… and {n} outlets more.")])
    owners = len({each.owner for each in found})
    lines.append([tongue.count(owners, "They have {n} owner.", "They have {n} different owners.")])
    return say(*lines, private=True)


def with_days(text: str) -> tuple[str, int]:
    """What is asked for, and the number of days behind it; the usual number where there is none."""
    found = _DAYS.search(text.strip())
    if not found:
        return text.strip(), USUAL_DAYS
    return text.strip()[: found.start()].strip(), int(found[1])


def _spans(value: str, shown: int, request: Request) -> list[list[Button]]:
    """The same for other lengths of time; nothing for a rule that is longer than a button can say."""
    offers = [
        Button(request.tongue("{n} days", n=days), f"/trend {value} {days}")
        for days in SPANS
        if days != shown
    ]
    return [offers] if all(len(each.action.encode()) <= LONGEST_ACTION for each in offers) else []
