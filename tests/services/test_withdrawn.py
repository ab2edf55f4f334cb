"""An article that its outlet takes down is marked in the messages that told of it."""

from datetime import timedelta

import pytest

from bot.domain.badges import badges
from bot.domain.models import FeedDue, ParsedFeed, ParsedItem
from bot.errors import FeedGone, FeedUnreachable
from bot.services.tongues import tongue_of
from bot.services.withdrawn import Withdrawals
from tests.support.newsroom import Newsroom, place, report

TITLE = "NAVO stuurt schepen naar de Oostzee"
OTHERS = ("Zwembad in Zwolle", "Museum in Assen", "Brug in Gouda", "Bos bij Ede", "Markt in Hoorn")


class Pages:
    """A site's pages: what is not gone is there."""

    def __init__(self) -> None:
        self.answers: list[Exception | None] = []
        self.asked: list[str] = []

    async def fetch(self, url: str) -> object:
        self.asked.append(url)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        return object()


class Site:
    """A feed with an article that a chat was told of, among older ones."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.pages = Pages()
        self.withdrawals = Withdrawals(room.database, self.pages.fetch, room.clock, timedelta(seconds=30))

    async def open(self) -> "Site":
        self.feed: FeedDue = await self.room.add_feed()
        await self.room.manager.subscribe(place(), "nato")
        now = self.room.clock.now()
        self.told = report(TITLE, 50, now)
        self.others = [report(title, 40 - n, now - timedelta(hours=1 + n)) for n, title in enumerate(OTHERS)]
        await self.room.take(self.feed, [self.told, *self.others])
        await self.room.deliver()
        return self

    async def look(self, *items: ParsedItem) -> int:
        owed = await self.withdrawals.look(self.feed, ParsedFeed("", "", "nl", items))
        self.room.clock.advance(timedelta(minutes=1))
        await self.room.deliver()
        return owed


@pytest.fixture
async def site(room: Newsroom) -> Site:
    return await Site(room).open()


@pytest.mark.parametrize("gone", [FeedUnreachable("404", status=404), FeedGone("410", status=410)])
async def test_a_told_article_that_is_gone_is_marked_in_its_message(site: Site, gone: Exception) -> None:
    site.pages.answers = [gone]
    assert await site.look(*site.others) == 1
    assert site.pages.asked == [site.told.url]
    ((_, _, message),) = site.room.paper.edits
    assert message.card
    assert message.card.withdrawn
    assert badges(message.card, tongue_of("nl")) == ("⚠ door het medium verwijderd",)
    assert len(site.room.paper.sent) == 1


async def test_an_article_that_is_listed_is_not_asked_for(site: Site) -> None:
    assert await site.look(site.told, *site.others) == 0
    assert site.pages.asked == []


async def test_an_article_whose_page_is_there_stays_and_is_not_asked_for_again_soon(site: Site) -> None:
    assert await site.look(*site.others) == 0
    assert await site.look(*site.others) == 0
    assert site.pages.asked == [site.told.url]
    assert site.room.paper.edits == []


async def test_a_site_that_does_not_answer_takes_nothing_down(site: Site) -> None:
    site.pages.answers = [FeedUnreachable("no answer")]
    assert await site.look(*site.others) == 0
    assert site.room.paper.edits == []


async def test_what_nobody_was_told_of_is_not_looked_after(site: Site) -> None:
    assert await site.look(site.told, *site.others[1:]) == 0
    assert site.pages.asked == []


async def test_an_article_of_yesterday_is_not_looked_after(site: Site) -> None:
    site.room.clock.advance(timedelta(hours=30))
    assert await site.look(*site.others) == 0
    assert site.pages.asked == []


async def test_an_article_is_marked_once(site: Site) -> None:
    site.pages.answers = [FeedGone("410", status=410)]
    await site.look(*site.others)
    site.room.clock.advance(timedelta(hours=7))
    assert await site.look(*site.others) == 0
    assert len(site.room.paper.edits) == 1


async def test_an_article_that_comes_back_corrected_is_not_marked_any_longer(site: Site) -> None:
    site.pages.answers = [FeedGone("410", status=410)]
    await site.look(*site.others)
    back = report(TITLE + " en Noordzee", 50, site.told.published or site.room.clock.now())
    await site.room.take(site.feed, [back, *site.others])
    site.room.clock.advance(timedelta(minutes=5))
    await site.room.deliver()
    card = site.room.paper.edits[-1][2].card
    assert card
    assert not card.withdrawn
    assert card.was == TITLE
