"""What people can do with feeds: find those of a site, add, remove, list, and exchange them as OPML.

Feeds that were added live in the database beside those of the configuration. Who may do this is decided
by the caller.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from yarl import URL

from bot.domain.models import Address, FeedSpec, Outlet
from bot.domain.text import fold
from bot.errors import CommandError, FeedError
from bot.feeds.discover import Candidate, discover
from bot.feeds.headers import split_login
from bot.feeds.http import Fetcher
from bot.feeds.limits import registrable_domain
from bot.feeds.opml import Opml, write_opml
from bot.feeds.parsing.parser import Parser
from bot.ports import Clock
from bot.services.feedwatch import feed_name
from bot.services.manage import Place
from bot.store import audit, feedlist, feeds
from bot.store.database import Database, Transaction
from bot.store.feedlist import FeedCount, FeedFilter, FeedHealth

log = structlog.get_logger()

FIRST_INTERVAL = timedelta(minutes=5)
FIND_SECONDS = 60.0
READ_AT_ONCE = 8
MAX_FEEDS = 1_000_000
MAX_ADDRESS = 2000
OFFERS = 100
OFFERED = 25
"""Completions; Discord shows no more."""
_LONGEST_NAME = 60
_PARTS = re.compile(r"\s+[|–—-]\s+|:\s+|\s+»\s+")
_NUMBER = re.compile(r"#\d{1,9}", re.ASCII)
_NO_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Addition:
    """What became of a feed that was to be added. `new` is False when it was watched already."""

    id: int
    spec: FeedSpec
    new: bool
    read: Candidate


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one feed of an OPML file; `problem` is "" unless it could not be read."""

    spec: FeedSpec
    new: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What whoever adds a feed knows of it; None is guessed."""

    outlet: str | None = None
    owner: str | None = None
    language: str | None = None


class Sources:
    """The feeds that are watched.

    Args:
        database: knows them.
        fetcher: reads a feed before it is added.
        clock: the time.
        interval: the first interval of a new feed.
    """

    def __init__(
        self, database: Database, fetcher: Fetcher, clock: Clock, interval: timedelta = FIRST_INTERVAL
    ) -> None:
        self._database = database
        self._fetcher = fetcher
        self._clock = clock
        self._interval = interval
        self._offers: dict[tuple[str, Address], Sequence[Candidate]] = {}

    def offer(self, place: Place, found: Sequence[Candidate]) -> range:
        """Remember what a chat may choose from; returns the numbers to choose by."""
        here = place.lane, place.address
        self._offers.pop(here, None)
        self._offers[here] = found
        while len(self._offers) > OFFERS:
            del self._offers[next(iter(self._offers))]
        return range(1, len(found) + 1)

    def offered(self, place: Place, number: str) -> Candidate | None:
        """What a chat chose by number; None when it is no number of what was offered last.

        Raises:
            CommandError: it is a number, and nothing was offered under it.
        """
        if not (number.isascii() and number.isdigit() and len(number) < 4):
            return None
        found = self._offers.get((place.lane, place.address), ())
        if not 1 <= int(number) <= len(found):
            raise CommandError("Nothing was offered under that number.", "give the address again")
        return found[int(number) - 1]

    async def find(self, address: str, parser: Parser | None = None) -> list[Candidate]:
        """The feeds behind an address, each of them read; that of a feed is its own only answer.

        Args:
            address: as somebody typed it.
            parser: reads what is found; None takes one for this search.

        Raises:
            CommandError: it cannot be read, or has no feeds.
        """
        if not address or len(address) > MAX_ADDRESS or any(char.isspace() for char in address):
            raise CommandError(
                "That is no address.", "give one such as nos.nl or https://example.org/rss.xml"
            )
        try:
            async with asyncio.timeout(FIND_SECONDS):
                found = await discover(self._fetcher, address, parser)
        except FeedError as error:
            raise CommandError("That address cannot be read: {reason}.", reason=error.reason) from error
        except TimeoutError as error:
            raise CommandError("That site takes too long to answer.", "try the feed's own address") from error
        if not found:
            raise CommandError(
                "There is no feed to be found there.", "look for “RSS” on the site and give that address"
            )
        return found

    async def add(
        self, found: Candidate, address: str = "", wanted: Wanted = Wanted(), place: Place | None = None
    ) -> Addition:
        """Watch a feed that was read.

        Args:
            found: the feed.
            address: what was asked for; its login is kept when the feed is on the same host.
            wanted: what is known of its outlet.
            place: where it was asked, for the log of changes.

        Raises:
            CommandError: there are too many feeds.
        """
        async with self._database.write() as tx:
            if await feeds.count(tx) >= MAX_FEEDS:
                raise CommandError("There are {n} feeds already.", "remove one first", n=MAX_FEEDS)
            spec = described(found, await feedlist.of_site(tx, _names(found.url)), wanted)
            spec = replace(spec, url=_with_login(spec.url, address))
            feed_id, new = await feeds.add(tx, spec, self._clock.now(), self._interval)
            await self._note(tx, place, "addfeed", shown_address(spec.url))
        log.info("feed added", feed=feed_id, url=found.url, new=new)
        return Addition(feed_id, spec, new, found)

    async def listed(self, wanted: str = "", limit: int | None = None, skip: int = 0) -> list[FeedHealth]:
        """The feeds whose name, outlet, owner or address has these words; all with none. Worst first.

        Args:
            wanted: the words.
            limit: how many at most; None for all, which takes a minute where there are a million.
            skip: leave out so many of the first.
        """
        async with self._database.read() as tx:
            return await feedlist.page(tx, self._clock.now(), _filter(wanted), limit=limit, skip=skip)

    async def count(self, wanted: str = "") -> FeedCount:
        """How many feeds have these words, and of how many of them there is something to say."""
        async with self._database.read() as tx:
            return await feedlist.count(tx, self._clock.now(), _filter(wanted))

    async def troubled(self, limit: int) -> list[FeedHealth]:
        """The first feeds of which there is something to say."""
        async with self._database.read() as tx:
            return await feedlist.page(tx, self._clock.now(), FeedFilter(troubled=True), limit=limit)

    async def named(self, wanted: str, limit: int | None = None) -> list[FeedHealth]:
        """The feeds that somebody means: by number (``#12``), by address, or by words."""
        wanted = wanted.strip()
        number = int(wanted[1:]) if _NUMBER.fullmatch(wanted) else None
        async with self._database.read() as tx:
            exact = await feedlist.at(tx, self._clock.now(), number=number, url=wanted)
        return exact or await self.listed(wanted, limit)

    async def remove(self, feed: FeedHealth, place: Place | None = None) -> None:
        """Stop watching a feed, also one that the configuration lists; `place` is for the log of changes."""
        async with self._database.write() as tx:
            await feeds.remove(tx, feed.id)
            await self._note(tx, place, "removefeed", shown_address(feed.spec.url))
        log.info("feed removed", feed=feed.id, url=feed.spec.url)

    async def _note(self, tx: Transaction, place: Place | None, what: str, detail: str) -> None:
        here = place or Place("", Address("", ""))
        await audit.note(tx, here.change(self._clock.now(), what, detail))

    async def complete(self, typed: str) -> list[tuple[str, str]]:
        """The first feeds that fit what was typed, as (number, name)."""
        return [(f"#{one.id}", feed_name(one.spec)[:100]) for one in await self.listed(typed, OFFERED)]

    async def take_in(self, opml: Opml, *, unread: bool = False) -> AsyncGenerator[Imported]:
        """Watch the feeds of an OPML file, each read first; says of each what became of it, as it ends.

        Args:
            opml: the file.
            unread: add them without reading them.
        """
        slots = asyncio.Semaphore(READ_AT_ONCE)
        async with Parser() as parser:
            tasks = [asyncio.create_task(self._take_one(spec, slots, parser, unread)) for spec in opml.feeds]
            try:
                for done in asyncio.as_completed(tasks):
                    yield await done
            finally:
                for task in tasks:
                    task.cancel()

    async def _take_one(
        self, spec: FeedSpec, slots: asyncio.Semaphore, parser: Parser, unread: bool
    ) -> Imported:
        async with slots:
            if not unread:
                try:
                    found = await self.find(spec.url, parser)
                except CommandError as error:
                    return Imported(spec, problem=error.message)
                if len(found) != 1:
                    return Imported(spec, problem="this is a page with several feeds")
                url = _with_login(found[0].url, spec.url)
                spec = replace(spec, url=url, language=spec.language or found[0].language)
            async with self._database.write() as tx:
                _, new = await feeds.add(tx, spec, self._clock.now(), self._interval)
                if new:
                    await self._note(tx, None, "import", shown_address(spec.url))
            return Imported(spec, new)

    async def as_opml(self, configured: Sequence[FeedSpec] = (), title: str = "Heraut") -> bytes:
        """All feeds as OPML, without logins and headers.

        Args:
            configured: what stands in it while nothing was ever read.
            title: of the list.
        """
        specs = [one.spec for one in await self.listed()] or configured
        ordered = sorted(specs, key=lambda spec: feed_name(spec).casefold())
        return write_opml(ordered, title=title, created=self._clock.now())


def described(found: Candidate, known: Sequence[FeedSpec], wanted: Wanted = Wanted()) -> FeedSpec:
    """A feed as it will be watched, its outlet and owner guessed where nobody says.

    A feed of a domain that is watched already belongs to the same outlet. Else the outlet is the part of
    the feed's title that the domain's name agrees with, and the owner is that name.
    """
    domain = _domain(found.url)
    same = next((spec.outlet for spec in known if _domain(spec.url) == domain), None)
    title = " ".join(found.title.split())[:200]
    outlet = wanted.outlet or (same.name if same else _outlet_name(title, domain))
    owner = wanted.owner or (same.owner if same else _owner_of(domain))
    language = wanted.language or (found.language or "")[:2].lower() or None
    return FeedSpec(found.url, Outlet(outlet, owner), language, title if title != outlet else "")


def _domain(url: str) -> str:
    return registrable_domain(URL(url).host or "")


def _names(url: str) -> set[str]:
    """The domain of an address, as people write it and as machines do (RFC 5891)."""
    domain = _domain(url)
    return {fold(domain).text, URL.build(scheme="https", host=domain).raw_host or domain}


def _owner_of(domain: str) -> str:
    """The name that was registered; a bare address as a whole."""
    bare = domain.replace(".", "").isdigit()
    name = fold(domain if bare else domain.partition(".")[0]).text
    return _NO_SLUG.sub("-", name).strip("-")[:60] or "unknown"


def _outlet_name(title: str, domain: str) -> str:
    """Of “Voorpagina | Kustbode” on kustbode.example the second part; the domain when none agrees."""
    label = _plain(domain.partition(".")[0])
    parts = [part.strip() for part in _PARTS.split(title) if part.strip()]
    for part in parts:
        if _plain(part) and (_plain(part) in label or label in _plain(part)) and len(part) <= _LONGEST_NAME:
            return part
    return parts[0] if len(parts) == 1 and len(parts[0]) <= _LONGEST_NAME else domain


def _plain(text: str) -> str:
    return _NO_SLUG.sub("", fold(text).text)


def _with_login(url: str, address: str) -> str:
    """The address of a feed with the login that was given for it, when that was for the same host."""
    try:
        given = URL(address)
    except ValueError:
        return url
    found = URL(url)
    if given.raw_user is None or (given.host, given.port) != (found.host, found.port):
        return url
    return str(found.with_user(given.user).with_password(given.password))


def shown_address(url: str) -> str:
    """An address without its login; of what is none, nothing."""
    try:
        return str(split_login(URL(url))[0])
    except ValueError:
        return "(no address)"


def _filter(wanted: str) -> FeedFilter:
    return FeedFilter(fold(wanted).text.split())
