"""The commands of those who run this bot: which chats are served, telling all of them, keeping a copy."""

from collections.abc import Sequence

from bot.chat.asking import Request
from bot.chat.owncommands import NOTHING
from bot.domain.messages import Button, Message, Span, Text, say
from bot.domain.models import Address
from bot.services.broadcast import checked
from bot.store.access import Ruling

SHOWN = 25
HERE = "here"
BROADCAST = "broadcast"


async def allow(request: Request) -> Message:
    """Serve a chat again, or one that is not served unless allowed."""
    if not request.argument.strip():
        return await _rulings(request)
    chat = await request.use.gate.allow(request.place, _meant(request))
    name = Text(_named(chat), code=True)
    return say(
        request.tongue.spans("{chat} is served.", chat=name),
        buttons=[[Button(request.tongue("Undo"), f"/deny {_named(chat)}")]],
        private=True,
        in_place=True,
    )


async def deny(request: Request) -> Message:
    """Serve a chat no more; it is told so once."""
    if not request.argument.strip():
        return await _rulings(request)
    chat = await request.use.gate.deny(request.place, _meant(request))
    name = Text(_named(chat), code=True)
    return say(
        request.tongue.spans("{chat} is not served any more. Nothing is sent there.", chat=name),
        buttons=[[Button(request.tongue("Undo"), f"/allow {_named(chat)}")]],
        private=True,
        in_place=True,
    )


async def broadcast(request: Request) -> Message:
    """Tell every chat something: first what they would see, then, confirmed, doing it."""
    tongue, use, asked = request.tongue, request.use, request.argument
    if not asked.strip():
        return say(tongue("What shall all chats be told? /broadcast and the words"), private=True)
    if asked.startswith("yes "):
        text = use.drafts.take(request.place.address, BROADCAST, asked.removeprefix("yes "))
        told = await use.broadcast.announce(request.place, text)
        done = tongue.count(told, "{n} chat will be told, silently.", "{n} chats will be told, silently.")
        return say(done, private=True, in_place=True)
    text, chats = checked(asked), await use.broadcast.audience()
    lines: list[Sequence[Span]] = [
        [tongue.count(chats, "{n} chat would see this:", "{n} chats would see this:")],
        [Text(tongue("From those who run this bot"), bold=True)],
        *([line] for line in text.splitlines()),
    ]
    number = use.drafts.keep(request.place.address, BROADCAST, text)
    yes = Button(tongue("Tell them"), f"/broadcast yes {number}")
    return say(*lines, buttons=[[yes, Button(tongue("Cancel"), NOTHING)]], private=True)


async def backup(request: Request) -> Message:
    """Copy the database into the folder for backups."""
    made = await request.use.backups.make(request.place)
    size = max(round(made.size / 1_000_000, 1), 0.1)
    return say(
        request.tongue.spans(
            "A copy was made: {name}, {size:.1f} MB, in the folder “backups” beside the data.",
            name=Text(made.path.name, code=True),
            size=size,
        ),
        private=True,
    )


async def _rulings(request: Request) -> Message:
    tongue, every = request.tongue, await request.use.gate.rulings()
    usage = tongue("Name a chat as platform:id, such as telegram:-1001234567890, or say: here")
    if not every:
        return say(tongue("No chat was allowed or denied."), usage, private=True)
    lines: list[Sequence[Span]] = [[Text(tongue("Chats that were allowed or denied"), bold=True)]]
    lines += [_ruling(each, request) for each in every[:SHOWN]]
    if len(every) > SHOWN:
        lines.append([tongue("… and {n} more.", n=len(every) - SHOWN)])
    return say(*lines, usage, private=True)


def _ruling(ruling: Ruling, request: Request) -> Sequence[Span]:
    name = Text(f"{ruling.platform}:{ruling.chat}", code=True)
    verdict = request.tongue("allowed") if ruling.allowed else request.tongue("denied")
    return ["• ", name, f" {verdict}", f": {ruling.reason}" if ruling.reason else ""]


def _meant(request: Request) -> str:
    """A chat and perhaps a reason; ``here`` is this chat."""
    name, _, reason = request.argument.strip().partition(" ")
    return f"{_named(request.place.address)} {reason}" if name.lower() == HERE else request.argument


def _named(chat: Address) -> str:
    return f"{chat.platform}:{chat.chat}"
