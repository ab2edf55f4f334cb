"""The command that lets alerts of a subscription mention a role, on Discord."""

import re
from collections.abc import Sequence

from bot.chat.asking import Request
from bot.domain.mannerwords import OFF
from bot.domain.messages import Button, Message, Span, Text, say
from bot.domain.models import Subscription
from bot.errors import CommandError

WITH_ROLES = "discord"
MOST_SHOWN = 5

_ROLE = re.compile(r"<@&(\d{1,20})>\s+(?:(?:for|voor|bij)\s+)?(.+)", re.ASCII | re.IGNORECASE)
_NOBODY = re.compile(
    rf"(?:nobody|niemand|{'|'.join(sorted(OFF))})\s+(?:(?:for|voor|bij)\s+)?(.+)", re.IGNORECASE
)


async def mention(request: Request) -> Message:
    """Show or choose the role that alerts of a subscription mention."""
    tongue, asked = request.tongue, " ".join(request.argument.split())
    if request.place.address.platform != WITH_ROLES:
        return say(tongue("There is no role to mention here; that is for Discord."), private=True)
    if not asked:
        return await _overview(request)
    role, wanted = _read(asked)
    wishes = await request.manager.wishes(request.place, wanted)
    for wish in wishes:
        await request.use.tuning.mention(request.place, wish, role)
    label = Text(_labels(request, wishes), bold=True)
    if not role:
        return say(tongue.spans("Alerts about {label} mention nobody.", label=label))
    return say(
        tongue.spans("Alerts about {label} mention that role from now on.", label=label),
        tongue("It hears of it if the role may be mentioned by everyone, or I may mention all roles."),
        buttons=[[Button(tongue("Mention nobody"), f"/tune {wish.id} nobody")] for wish in wishes[:1]],
    )


async def _overview(request: Request) -> Message:
    tongue = request.tongue
    _, wishes = await request.manager.subscriptions(request.place)
    named = [wish for wish in wishes if wish.mention]
    how = tongue("Write /mention @role for nato, or /mention nobody for nato.")
    if not named:
        return say(tongue("No alert mentions a role."), how, private=True)
    label = Text(_labels(request, named), bold=True)
    lines: list[Sequence[Span]] = [tongue.spans("Alerts about {label} mention a role.", label=label), [how]]
    buttons = [
        [Button(f"✕ {request.manager.label(wish, request.language)[:40]}", f"/tune {wish.id} nobody")]
        for wish in named[:MOST_SHOWN]
    ]
    return say(*lines, buttons=buttons, private=True)


def _read(asked: str) -> tuple[str, str]:
    """The role's id, "" for nobody, and what is followed."""
    if found := _ROLE.fullmatch(asked):
        return found[1], found[2]
    if found := _NOBODY.fullmatch(asked):
        return "", found[1]
    raise CommandError(
        "I cannot read “{text}”.", "write /mention @role for nato, or /mention nobody for nato", text=asked
    )


def _labels(request: Request, wishes: Sequence[Subscription]) -> str:
    return request.tongue.listed([request.manager.label(wish, request.language) for wish in wishes])
