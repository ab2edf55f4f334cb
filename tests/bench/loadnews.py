"""The news of the load: which feed says what, when. It follows from the load and the time alone.

Each event has people, a place and a number of its own, so that no two are taken for one; its other words
stand as often as in news. Some are reported by the feeds of a group, each in its own words. One in `hot`
names somebody whom chats follow.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import accumulate, islice
from pathlib import Path
from random import Random

import bot
from bot.domain.models import ParsedItem

GROUP = 3
"""So many feeds may report one event."""
SHARED = 0.15
"""Part of what is published that a whole group reports."""
LOOK_BACK = 400
ADDRESS = re.compile(r"https://krant(\d+)\.example/artikel/(\d+)")
RATES = Path(bot.__file__).with_name("packs") / "news-rates.txt"
FIRST = 1000
"""The turn that runs when the load begins; those before it are the articles that stand there already."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ONSETS = _words(
    "Aal Bar Bee Bol Dam Dek Drie Eger Fok Gel Gras Haar Hoek Jon Kamp Klei Koster Lang Lijn Maar "
    "Nij Oost Paal Ros Schel Stok Teun Uil Veld Vin Waar Wind Zand Zwart"
)
MIDDLES = _words("ber den der el en er gen hui in ke len ler mer na ne pel re sen sing ter ven wer zen")
CODAS = _words(
    "aard broek burg daal dijk donk eind gaard horst hout kamp kema laar loo ma meer ninga oord rade "
    "schot stede stra veen voort waard wijk zicht zijl"
)
ROLES = _words(
    "wethouder burgemeester minister gezant hoogleraar rechter directeur voorzitter onderzoeker "
    "officier ondernemer boswachter imker architect reder curator"
)
ACTS = (
    "stapt op na ruzie over {thing}", "opent onderzoek naar {thing}", "stopt {count} miljoen in {thing}",
    "verliest rechtszaak om {thing}", "waarschuwt voor instorten van {thing}", "verkoopt {thing} aan {other}",
    "legt bouw van {thing} stil", "ontkent fraude met {thing}", "haalt {count} man weg bij {thing}",
    "sluit akkoord met {other} over {thing}", "vindt {count} vaten gif onder {thing}",
    "schrapt {count} banen bij {thing}", "wint prijs voor {thing}", "belooft herstel van {thing}",
    "dreigt {thing} te sluiten", "krijgt boete van {count} duizend euro om {thing}",
)  # fmt: skip
KINDS = _words(
    "sluis pont brug kliniek toren bad opslag park werf station tuin fabriek lijn kazerne dam boot"
)
QUOTES = (
    "{name} noemt {thing} in {place} een les, zegt {other}.",
    "{other} en {name} waren er in {place} bij.",
)


@dataclass(frozen=True, slots=True)
class Load:
    """What there is to do.

    Args:
        feeds: how many.
        changed: which part of them has something new when it is asked again.
        rules: how many different ones are followed, shared evenly by the chats.
        chats: how many follow something.
        interval: seconds between two polls of a feed, and between its turns.
        hot: one in so many events is about somebody who is followed.
        epoch: the time of turn 0, in seconds.
        entries: articles in a document.
        sentences: how long each of them is.
        by_request: a feed's next turn begins when it is asked, not after `interval` seconds.
        restless: all entries of a document change with each turn, in what no reader looks at.
    """

    feeds: int
    changed: float
    rules: int
    chats: int
    interval: float
    hot: int
    epoch: float
    entries: int = 10
    sentences: int = 4
    by_request: bool = False
    restless: bool = False

    def phase(self, feed: int) -> float:
        """Seconds within an interval at which the feed's turns begin."""
        return _chance(f"phase {feed}") * self.interval

    def turn_at(self, feed: int, now: float) -> int:
        """The turn that runs."""
        return int((now - self.epoch - self.phase(feed)) // self.interval)

    def published(self, feed: int, turn: int) -> float:
        """When the article of a turn appeared."""
        return self.epoch + self.phase(feed) + turn * self.interval

    def brings(self, feed: int, turn: int) -> bool:
        """Whether the feed has an article of this turn."""
        if self.shares(feed, turn):
            return True
        alone = (self.changed - self.changed * SHARED) / (1 - self.changed * SHARED)
        return _chance(f"{feed}/{turn}") < alone

    def shares(self, feed: int, turn: int) -> bool:
        """Whether its group reports one event in this turn."""
        return _chance(f"group {feed // GROUP}/{turn}") < self.changed * SHARED

    def latest(self, feed: int, turn: int) -> int:
        """The last turn until this one that brought an article: its document is still the same."""
        return next(each for each in range(turn, turn - LOOK_BACK, -1) if self.brings(feed, each))

    def last(self, feed: int, turn: int) -> Sequence[int]:
        """The turns whose articles stand in a document, the newest first."""
        brought = (each for each in range(turn, turn - LOOK_BACK, -1) if self.brings(feed, each))
        return list(islice(brought, self.entries))


@dataclass(frozen=True, slots=True)
class Article:
    """One report. `event` is the same in all reports of one; `rule` is who is followed in it, or None."""

    event: str
    rule: int | None
    address: str
    title: str
    text: str
    published: datetime

    def parsed(self) -> ParsedItem:
        """As it is read from its feed."""
        return ParsedItem(self.address, self.address, self.title, self.text, self.text, self.published)


def phrase(number: int) -> str:
    """Whom the rule of this number looks for."""
    words = Random(number)
    return f"{_name(words)} {_name(words)}e{number}"


@lru_cache(maxsize=80_000)
def article(load: Load, feed: int, turn: int) -> Article:
    """What a feed reports in a turn that brings something."""
    event = f"{feed // GROUP}-{turn}" if load.shares(feed, turn) else f"{feed}.{turn}"
    facts, words = Random(event), Random(f"{feed}/{turn}")
    hot = facts.randrange(load.hot) == 0
    rule = facts.randrange(load.rules) if hot else None
    name = phrase(rule) if rule is not None else f"{facts.choice(ROLES)} {_name(facts)}"
    known = {
        "name": name,
        "other": _name(facts),
        "place": _name(facts),
        "thing": f"{_name(facts)}{facts.choice(KINDS)}",
        "count": facts.randrange(3, 990),
    }
    act = facts.choice(ACTS).format(**known)
    form = words.choice(("{name} {act} in {place}", "{place}: {name} {act}", "{name} uit {place} {act}"))
    title = form.format(act=act, **known)
    # What is known of the event is told by all, in words of their own.
    told = [
        words.choice(QUOTES).format(**known),
        *_sentences(facts, 1),
        *_sentences(words, load.sentences - 2),
    ]
    return Article(
        event,
        rule,
        f"https://krant{feed}.example/artikel/{1_000_000 + turn}",
        title[:1].upper() + title[1:],
        " ".join(told),
        datetime.fromtimestamp(int(load.published(feed, turn)), UTC),
    )


def read_address(address: str) -> tuple[int, int] | None:
    """The feed and the turn of an article's address; None when it is none of ours."""
    found = ADDRESS.match(address)
    return (int(found[1]), int(found[2]) - 1_000_000) if found else None


def document(load: Load, feed: int, turn: int) -> bytes:
    """A feed in a turn, as RSS."""
    extra = f"<slash:comments>{turn}</slash:comments>" if load.restless else ""
    entries = "".join(f"<item>{_entry(load, feed, each)}{extra}</item>" for each in load.last(feed, turn))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" '
        'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>'
        f"<title>Krant {feed}</title><link>https://krant{feed}.example/</link><description/>"
        f"<language>nl</language>{entries}</channel></rss>\n"
    ).encode()


@lru_cache(maxsize=80_000)
def _entry(load: Load, feed: int, turn: int) -> str:
    told = article(load, feed, turn)
    return (
        f"<title>{told.title}</title><link>{told.address}</link><description>{told.text}</description>"
        f"<pubDate>{format_datetime(told.published, usegmt=True)}</pubDate><guid>{told.address}</guid>"
    )


def _sentences(chance: Random, count: int) -> list[str]:
    """Of words as often as they stand in news: that is what tells reports of one event from others."""
    words, weights = _news_words()
    found = (chance.choices(words, cum_weights=weights, k=chance.randint(8, 14)) for _ in range(count))
    return [f"{' '.join(each).capitalize()}." for each in found]


@cache
def _news_words() -> tuple[list[str], list[float]]:
    lines = RATES.read_text(encoding="utf8").splitlines()
    rates = [line.split() for line in lines if line and not line.startswith("#")]
    return [word for word, _ in rates], list(accumulate(float(rate) for _, rate in rates))


def _name(words: Random) -> str:
    pick: Callable[[Sequence[str]], str] = words.choice
    return f"{pick(ONSETS)}{pick(MIDDLES)}{pick(CODAS)}"


def _chance(what: str) -> float:
    """A number from 0 to 1, always the same for the same words."""
    return int.from_bytes(blake2b(what.encode(), digest_size=6).digest()) / 2**48
