"""Asks publishers' robots.txt whether a page may be read by a program (RFC 9309).

Feeds are published to be read by programs and are not asked about; pages are. It must not fetch pages.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from yarl import URL

from bot.errors import FeedError
from bot.feeds.http import Fetcher

MAX_BYTES = 500 * 1024
"""So much of a file is read; RFC 9309, section 2.5, asks for no more."""
MAX_RULES = 5_000
KEPT_SECONDS = 24 * 3600.0
AGAIN_SECONDS = 600.0
"""Where no answer came, nothing is read, and it is asked again after this."""
HOSTS = 1_000
_AS_IT_IS = "/?=&%:@!$*'(),;+~[]#"


@dataclass(frozen=True, slots=True)
class RobotRules:
    """What one file says to one program: paths with whether they may be read."""

    rules: Sequence[tuple[str, bool]] = ()

    def allow(self, path: str) -> bool:
        """Whether a path and query may be read: the longest rule that fits decides, of equals the kinder.

        The file itself may always be read.
        """
        path = _plain(path)
        found = [(len(pattern), kind) for pattern, kind in self.rules if _fits(pattern, path)]
        return path == "/robots.txt" or max(found, default=(0, True))[1]


EVERYTHING = RobotRules()
NOTHING = RobotRules((("/", False),))


def read_rules(body: bytes, name: str) -> RobotRules:
    """The rules of a robots.txt for a program.

    Args:
        body: the file; only its first 500 KB count.
        name: the program's product name. Without a group of that name, that of ``*`` counts.
    """
    groups: dict[str, list[tuple[str, bool]]] = {}
    names: list[str] = []
    naming, count = False, 0
    for key, value in _lines(body[:MAX_BYTES].decode("utf-8-sig", "replace")):
        if key == "user-agent":
            names = [*(names if naming else []), value.lower()]
            groups.setdefault(value.lower(), [])
            naming = True
        elif key in ("allow", "disallow"):
            naming, count = False, count + 1
            if value and count <= MAX_RULES:
                for each in names:
                    groups[each].append((_plain(value), key == "allow"))
    return RobotRules(tuple(groups.get(name.lower(), groups.get("*", ()))))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _plain(path: str) -> str:
    """A path in one spelling: what has to be escaped is, what does not is not."""
    try:
        return quote(unquote_to_bytes(path.replace("%2F", "%252F").replace("%2f", "%252F")), safe=_AS_IT_IS)
    except UnicodeEncodeError:  # lone surrogates
        return path


def _fits(pattern: str, path: str) -> bool:
    """Whether a path begins as a pattern says: ``*`` is anything, a ``$`` at the end is the end.

    The parts between the stars are looked for one after the other; no pattern takes long.
    """
    whole = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not parts:
        return not whole or len(path) == len(first)
    *middle, last = parts
    at = _after(middle, path, len(first))
    if at is None:
        return False
    return path.endswith(last) and len(path) - len(last) >= at if whole else path.find(last, at) >= 0


def _after(parts: Iterable[str], path: str, at: int) -> int | None:
    """Where the parts end that stand in a path one after the other; None when they do not."""
    for part in parts:
        found = path.find(part, at)
        if found < 0:
            return None
        at = found + len(part)
    return at


class Robots:
    """Remembers what publishers' files say. One per process.

    Args:
        fetcher: asks, under the same guard and limits as for pages.
        name: the product name by which files may call us.
    """

    def __init__(self, fetcher: Fetcher, name: str = "Heraut") -> None:
        self._fetcher = fetcher
        self._name = name
        self._known: OrderedDict[str, tuple[RobotRules, float]] = OrderedDict()
        self._asking: dict[str, asyncio.Lock] = {}

    async def allow(self, address: str) -> bool:
        """Whether a page may be read. Where the file cannot be had for a reason of the moment it may not."""
        try:
            url = URL(address)
            origin = str(url.origin())
        except ValueError:
            return False
        return (await self._rules(origin)).allow(url.raw_path_qs)

    async def _rules(self, origin: str) -> RobotRules:
        lock = self._asking.setdefault(origin, asyncio.Lock())
        try:
            async with lock:
                now = asyncio.get_running_loop().time()
                known = self._known.get(origin)
                if known is None or known[1] < now:
                    rules, seconds = await self._ask(origin)
                    known = self._known[origin] = rules, now + seconds
                self._known.move_to_end(origin)
        finally:
            if not lock.locked():
                self._asking.pop(origin, None)
        while len(self._known) > HOSTS:
            self._known.popitem(last=False)
        return known[0]

    async def _ask(self, origin: str) -> tuple[RobotRules, float]:
        """The rules and how long they hold: a file that is not there forbids nothing (section 2.3.1.3)."""
        try:
            page = await self._fetcher.fetch_page(f"{origin}/robots.txt")
        except FeedError as error:
            if error.status is not None and 400 <= error.status < 500 and error.status != 429:
                return EVERYTHING, KEPT_SECONDS
            return NOTHING, AGAIN_SECONDS
        return await asyncio.to_thread(read_rules, page.body, self._name), KEPT_SECONDS
