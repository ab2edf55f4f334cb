"""The commands about what is kept of a chat: take it along or over, see all of it, have it forgotten."""

from collections.abc import Sequence

from bot.chat.asking import Request, clipped
from bot.chat.menus import leaf, turning
from bot.domain.messages import Button, Message, Text, say
from bot.domain.tongue import Tongue
from bot.errors import BadInput
from bot.services.exchange import Preview

PART = 900
"""Characters of a list in one message: the argument of a command has at most 1,000 on Discord."""
PAGE = 1_500
"""Characters of a document in one message: a Discord message has 2,000."""
SHOWN = 12
LABEL = 80
IMPORT = "import"
NOTHING = "/amend 0 no"
"""What a button says that changes nothing."""


async def export(request: Request, page: int = 1) -> Message:
    """What this chat follows as text that `/import` reads; of a long list each page is a list of its own."""
    tongue, form = request.tongue, request.argument.strip() or "json"
    parts = await request.use.exchange.parts(request.place, form, PART)
    here = leaf(parts, page, 1)
    head = tongue("Say this after /import in another chat:")
    if here.pages > 1:
        head = tongue("Say this after /import in another chat, and then the other pages:")
    buttons = turning("export", here.page, here.pages, form)
    return say(head, [Text(here.shown[0], code=True)], buttons=buttons, private=True, in_place=True)


def complete_format(typed: str) -> list[tuple[str, str]]:
    """The formats of `/export`."""
    return [(form, form.upper()) for form in ("json", "opml") if form.startswith(typed.strip().lower())]


async def import_(request: Request) -> Message:
    """Take over a list of subscriptions: first what it would change, then, confirmed, doing it."""
    tongue, asked = request.tongue, request.argument
    if not asked.strip():
        return say(tongue("Give what /export wrote in another chat: /import and that text"), private=True)
    if asked.startswith("yes "):
        text = request.use.drafts.take(request.place.address, IMPORT, asked.removeprefix("yes "))
        done = await request.use.exchange.take_in(request.place, text)
        lines = [tongue.count(done.added, "{n} subscription was added.", "{n} subscriptions were added.")]
        lines += _refused(done.refused, done.failed, tongue)
        button = Button(tongue("Subscriptions"), "/page subscriptions 1")
        return say(*lines, buttons=[[button]], private=True, in_place=True)
    found = await request.use.exchange.preview(request.place, asked)
    lines = _preview(found, request)
    if not found.new:
        return say(*lines, tongue("Nothing would change."), private=True)
    number = request.use.drafts.keep(request.place.address, IMPORT, asked)
    yes = Button(tongue("Follow all of these"), f"/import yes {number}")
    return say(*lines, buttons=[[yes, Button(tongue("Cancel"), NOTHING)]], private=True)


async def my_data(request: Request, page: int = 1) -> Message:
    """All that is kept of this chat and of who asks, as it is kept."""
    tongue = request.tongue
    if not request.inbound.is_admin:
        return say(tongue("Only the administrators of this chat can see what is kept of it."), private=True)
    here = leaf(_pieces(await request.use.privacy.document(request.place)), page, 1)
    head = tongue("All that is kept of this chat and of you. To remove it: /forgetme")
    lines = [[Text(line, code=True)] for line in here.shown[0]]
    buttons = turning("mydata", here.page, here.pages)
    return say([Text(head, bold=True)], *lines, buttons=buttons, private=True, in_place=True)


async def forget_me(request: Request) -> Message:
    """Remove all of that, after it was confirmed."""
    tongue = request.tongue
    if not request.argument.strip():
        return say(
            tongue("This removes everything that this chat follows and all that is kept of it."),
            tongue("It cannot be undone. To keep the subscriptions, take them along first: /export"),
            buttons=[
                [Button(tongue("Forget everything"), "/forgetme yes"), Button(tongue("Cancel"), NOTHING)]
            ],
            private=True,
        )
    done = await request.use.privacy.forget(request.place, request.argument)
    lines = [
        tongue("Done. Nothing is kept of this chat and of you any more."),
        tongue.count(done.total, "{n} entry was removed.", "{n} entries were removed."),
    ]
    if done.dropped:
        lines.append(
            tongue.count(
                done.dropped,
                "{n} message that waited is not sent any more.",
                "{n} messages that waited are not sent any more.",
            )
        )
    return say(*lines, private=True, in_place=True)


def _preview(found: Preview, request: Request) -> list[str]:
    tongue = request.tongue
    lines = [tongue("{n} would be new:", n=len(found.new))] if found.new else []
    lines += [
        f"+ {clipped(request.manager.label(wish, request.language), LABEL)}" for wish in found.new[:SHOWN]
    ]
    if len(found.new) > SHOWN:
        lines.append(tongue("… and {n} more.", n=len(found.new) - SHOWN))
    if found.known:
        lines.append(tongue("{n} are followed here already.", n=found.known))
    return lines + _refused(found.refused, len(found.refused), tongue)


def _refused(refused: Sequence[tuple[str, BadInput]], failed: int, tongue: Tongue) -> list[str]:
    lines = [
        tongue(
            "✕ {text}: {problem}",
            text=clipped(text, LABEL),
            problem=clipped(tongue(error.message), 2 * LABEL),
        )
        for text, error in refused[:SHOWN]
    ]
    more = failed - len(lines)
    return [*lines, tongue("… and {n} more that cannot be read.", n=more)] if more > 0 else lines


def _pieces(document: str) -> list[list[str]]:
    """The lines of a document in pages that fit a message."""
    pages: list[list[str]] = [[]]
    room, most_lines = PAGE, 40
    for line in (clipped(each, PAGE) for each in document.splitlines()):
        if pages[-1] and (len(line) > room or len(pages[-1]) == most_lines):
            pages.append([])
            room = PAGE
        pages[-1].append(line)
        room -= len(line) + 3
    return pages
