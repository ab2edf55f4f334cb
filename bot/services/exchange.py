"""A chat's subscriptions as text, to keep or to take to another chat: /export and /import.

JSON holds them exactly; OPML is for who keeps lists in feed readers. What is read comes from outside: it is
bounded, and each wish is understood by the same rules as if somebody had typed it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from lxml import etree

from bot.domain.models import Subscription, Target
from bot.errors import BadInput, CommandError
from bot.services.manage import Manager, Wish
from bot.services.places import Place
from bot.services.tuning import Tuning

FORMAT = "heraut-subscriptions"
LARGEST = 200_000
"""Bytes of a text that is taken in."""
MOST_WISHES = 500
MOST_REFUSED = 20
"""Wishes that could not be taken in, which are named one by one."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a list. `refused` says of each wish that could not be taken in why; at most 20."""

    added: int
    known: int
    refused: Sequence[tuple[str, BadInput]]
    failed: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a list would change: what is new here, how much is followed already, and what is refused."""

    new: Sequence[Wish]
    known: int
    refused: Sequence[tuple[str, BadInput]]


class Exchange:
    """The use cases behind /export and /import of subscriptions.

    Args:
        manager: subscribes.
        tuning: sets how strict a subscription is, as its list says; None leaves the usual.
    """

    def __init__(self, manager: Manager, tuning: Tuning | None = None) -> None:
        self._manager = manager
        self._tuning = tuning

    async def export(self, place: Place, form: str = "json") -> str:
        """What a chat follows, as ``json`` or ``opml``.

        Raises:
            CommandError: another format is asked for, or the chat follows nothing.
        """
        _, wishes = await self._manager.subscriptions(place)
        if form.strip().lower() not in ("json", "opml"):
            raise CommandError("I write JSON and OPML.", "say: /export json")
        if not wishes:
            raise CommandError("This chat follows nothing yet.", "see /topics")
        if form.strip().lower() == "json":
            return as_json(wishes)
        return as_opml((self._manager.label(wish, place.language), wish) for wish in wishes)

    async def parts(self, place: Place, form: str, most: int) -> list[str]:
        """The same as `export` in messages of at most so many characters, each a list of its own.

        A subscription that is longer by itself makes a longer one.

        Raises:
            CommandError: as `export` does.
        """
        await self.export(place, form)
        _, wishes = await self._manager.subscriptions(place)
        whole: list[str] = []
        start = 0
        while start < len(wishes):
            end, text = start + 1, self._written(wishes[start : start + 1], form, place.language)
            while end < len(wishes):
                longer = self._written(wishes[start : end + 1], form, place.language)
                if len(longer) > most:
                    break
                end, text = end + 1, longer
            whole.append(text)
            start = end
        return whole

    async def preview(self, place: Place, text: str | bytes) -> Preview:
        """What `take_in` would change, without changing it.

        Raises:
            CommandError: it is no list of ours, or too long.
        """
        _, followed = await self._manager.subscriptions(place)
        have = {(wish.target, wish.value) for wish in followed}
        new: list[Wish] = []
        known = 0
        refused: list[tuple[str, BadInput]] = []
        for value in read_wishes(text):
            try:
                wish = self._manager.understand(value)
            except BadInput as error:
                refused.append((value[:80], error))
                continue
            if (wish.target, wish.value) in have:
                known += 1
            else:
                have.add((wish.target, wish.value))
                new.append(wish)
        return Preview(tuple(new), known, tuple(refused))

    def _written(self, wishes: Sequence[Subscription], form: str, language: str) -> str:
        if form.strip().lower() == "json":
            return as_json(wishes, indent=None)
        return as_opml((self._manager.label(wish, language), wish) for wish in wishes)

    async def take_in(self, place: Place, text: str | bytes) -> Imported:
        """Subscribe a chat to what a text lists that `export` wrote, here or elsewhere.

        Raises:
            CommandError: it is no such list, or too long.
        """
        added = known = failed = 0
        refused: list[tuple[str, BadInput]] = []
        wishes, strict = read_wishes(text), read_thresholds(text)
        for value in wishes:
            try:
                wish, new = await self._manager.subscribe(place, value)
            except BadInput as error:
                failed += 1
                if len(refused) < MOST_REFUSED:
                    refused.append((value[:80], error))
                continue
            added, known = added + new, known + (not new)
            if new and value in strict:
                await self._tune(place, wish, strict[value])
        return Imported(added, known, tuple(refused), failed)

    async def _tune(self, place: Place, wish: Wish, threshold: float) -> None:
        _, wishes = await self._manager.subscriptions(place)
        made = [each for each in wishes if (each.target, each.value) == (wish.target, wish.value)]
        for each in made:
            if self._tuning is not None and each.threshold != threshold:
                await self._tuning.threshold(place, each, threshold)


def as_json(wishes: Iterable[Subscription], indent: int | None = 2) -> str:
    """Subscriptions as JSON; in one line without an indent."""
    listed = [
        {"target": str(wish.target), "value": wish.value, "threshold": wish.threshold} for wish in wishes
    ]
    return json.dumps(
        {"format": FORMAT, "version": 1, "subscriptions": listed}, indent=indent, ensure_ascii=False
    )


def as_opml(wishes: Iterable[tuple[str, Subscription]]) -> str:
    """Labels and subscriptions as OPML 2.0 (http://opml.org/spec2.opml)."""
    lines = [
        f"    <outline text={_attribute(label)} type={_attribute(FORMAT)} target={_attribute(wish.target)} "
        f"value={_attribute(wish.value)}/>"
        for label, wish in wishes
    ]
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "  <head><title>Heraut</title></head>",
    )
    return "\n".join([*head, "  <body>", *lines, "  </body>", "</opml>", ""])


def read_wishes(text: str | bytes) -> list[str]:
    """The topics and rules that a list holds, each once, in its order.

    Raises:
        CommandError: it is no list of ours, or too long.
    """
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if len(data) > LARGEST:
        raise CommandError("This list is too long: {most} bytes are the most.", most=LARGEST)
    data = data.strip().removeprefix(b"\xef\xbb\xbf")
    found = _from_opml(data) if data.startswith(b"<") else _from_json(data)
    wishes = list(dict.fromkeys(value.strip() for value in found if value.strip()))
    if not wishes:
        raise _no_list()
    if len(wishes) > MOST_WISHES:
        raise CommandError("This list has {n} entries; {most} are the most.", n=len(wishes), most=MOST_WISHES)
    return wishes


def read_thresholds(text: str | bytes) -> dict[str, float]:
    """How strict a list in JSON says that its topics and rules are, 0..1; what says nothing is left out."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    try:
        entries = json.loads(data.strip().removeprefix(b"\xef\xbb\xbf"))["subscriptions"]
        found = [(str(entry["value"]).strip(), entry.get("threshold")) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {
        value: float(said)
        for value, said in found
        if isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said <= 1
    }


def _from_json(data: bytes) -> list[str]:
    try:
        listed = json.loads(data)
        if listed["format"] != FORMAT:
            raise _no_list()
        entries = [(Target(entry["target"]), entry["value"]) for entry in listed["subscriptions"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _no_list() from error
    if not all(isinstance(value, str) for _, value in entries):
        raise _no_list()
    return [value for _, value in entries]


def _from_opml(data: bytes) -> list[str]:
    # No DTD is read, no entity resolved and nothing fetched; huge trees are refused by the parser.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _no_list() from error
    ours = [outline for outline in root.iter("outline") if outline.get("type") == FORMAT]
    return [outline.get("value", "") for outline in ours]


def _no_list() -> CommandError:
    return CommandError("This is no list of subscriptions.", "give what /export wrote")


def _attribute(value: str) -> str:
    """A value that XML can hold: it has no place for control characters."""
    return quoteattr("".join(char if char.isprintable() else " " for char in value))
