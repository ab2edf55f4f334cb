"""A morning of invented news, taken in and told as the product does it, for pages to show."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.models import FeedDue, Gone, Malformed
from bot.store import feedlist, feeds
from bot.store.feeds import FeedEvent
from tests.support.clock import NOON, StoppedClock
from tests.support.newsroom import Newsroom, place, report

END = NOON
"""The time when all of it has happened."""
LEAD = "Rutte belooft Oekraïne meer luchtafweer op NAVO-top in Den Haag"
SECOND = "NAVO-top Den Haag: Rutte belooft Oekraïne extra luchtafweer"
ENGLISH = "Rutte promises Ukraine more air defence at NATO summit in The Hague"
HARBOUR = "Haven van Rotterdam sluit kade na brand op containerschip"
HOSTILE = '<script>alert(1)</script> NATO & "friends" <b>bold</b>'
LONG = (
    "De secretaris-generaal zei dat de bondgenoten niet langer wachten. Volgens Mark Rutte komt de eerste "
    + "batterij nog deze maand aan. "
    + "Het overleg duurde tot diep in de nacht en kende vele pauzes. " * 8
    + "De NAVO beslist in mei over een vervolg, zei hij."
)


@dataclass
class Press:
    """What was made: the newsroom it was made in, which is still open."""

    newsroom: Newsroom
    now: datetime
    feeds: Mapping[str, FeedDue]


async def print_morning(folder: Path, now: datetime = END, url: str = "") -> Press:
    """Four feeds, three stories and a hostile one; two chats that were told and one that is closed."""
    room = await Newsroom(folder, StoppedClock(now - timedelta(hours=5)), url).open()
    kust = await room.add_feed("Kustbode", "kust")
    proef = await room.add_feed("Proefkrant", "proef")
    gate = await room.add_feed("Harbour Gazette", "gazette")
    await room.add_feed("Stille Courant", "stil")
    for chat, topic in (("anna", "nato"), ("bert", "rutte"), ("cees", "harbour")):
        await room.manager.subscribe(place(chat), topic)

    async def take(due: object, *items: object) -> None:
        await room.take(due, list(items))  # type: ignore[arg-type]  # feeds and items of above
        room.clock.advance(timedelta(minutes=31))
        await room.deliver()

    start = room.clock.now()
    await take(kust, report(LEAD, 1, start, LONG, "kust"))
    await take(proef, report(SECOND, 2, start + timedelta(minutes=20), LONG, "proef"))
    await take(
        gate, report(ENGLISH, 3, start + timedelta(minutes=40), "NATO chief Mark Rutte spoke.", "gazette")
    )
    await take(kust, report(LEAD + ", ook raketten", 1, start, LONG, "kust"))
    room.paper.answers = [Malformed("the text is too long"), Malformed("the text is too long")]
    await take(
        proef, report(HARBOUR, 4, start + timedelta(minutes=100), "De brand is onder controle.", "proef")
    )
    room.paper.answers = [Gone("bot was blocked")]
    await take(
        gate,
        report(HOSTILE, 5, start + timedelta(minutes=130), "NATO <img src=x onerror=alert(2)>", "gazette"),
    )
    async with room.database.write() as tx:
        known = await feedlist.page(tx, now)
        await feeds.note(
            tx, FeedEvent(known[0].id, feeds.GAP, now - timedelta(hours=2), "3 items may be missing")
        )
    return Press(room, now, {"kust": kust, "proef": proef, "gazette": gate})


async def morning(url: str, now: datetime = END) -> None:
    """Puts it into a database, to be copied for each test, as making it takes a while."""
    with tempfile.TemporaryDirectory() as folder:
        await (await print_morning(Path(folder), now, url)).newsroom.close()
