"""Reads the pages of items that somebody will be told of, between parsing and ingest.

A page that is not read in time is told from its teaser: news never waits longer than the patience given here.
It must not decide what is told of an item (`bot.domain.brief` does), nor write anything.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from bot.domain.brief import brief_of, source_of
from bot.domain.identity import articles, change_of, recognise
from bot.domain.links import front_page
from bot.domain.models import Brief, Change, FeedDue, ItemChange, Matched, ParsedFeed
from bot.errors import FeedError, FeedUnreachable
from bot.feeds.article import ArticleReader
from bot.feeds.pages.extract import Article
from bot.ports import Clock
from bot.services.hearing import Hearing
from bot.services.ingest import document_of, item_of
from bot.services.rulebook import RuleBook
from bot.services.shorten import Shortener
from bot.store import chats, items
from bot.store.database import Database

log = structlog.get_logger()

AT_MOST = 6
"""Pages read for one feed document; a burst beyond is told from its teasers."""
REST = timedelta(minutes=10)
"""So long no page is asked of a host that gave none in time, so that its news does not wait each time."""
FEW = 6
"""So few items are sooner matched than the database is asked which of them are new."""
LONG = 1_500
"""Characters of a feed's own text from which the page has nothing to add."""

Aside = Callable[[], AbstractAsyncContextManager[None]]
"""Gives what is entered while others are waited for, so that they hold up nothing else."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that news may wait for a page, and then for a language model."""

    page: float = 3.0
    model: float = 4.0


class Articles:
    """What to tell of the items in a feed document that somebody listens to.

    Args:
        database: knows the items and who listens.
        rulebook: says what an item is about.
        clock: the time.
        reader: reads pages; None tells from the feeds alone.
        shortener: a language model that may shorten; None leaves the sentences as they are.
        patience: how long news may wait.
    """

    def __init__(
        self,
        database: Database,
        rulebook: RuleBook,
        clock: Clock,
        *,
        reader: ArticleReader | None = None,
        shortener: Shortener | None = None,
        patience: Patience = Patience(),
    ) -> None:
        self._database = database
        self._rulebook = rulebook
        self._clock = clock
        self._reader = reader
        self._shortener = shortener
        self._patience = patience
        self._resting: dict[str, datetime] = {}

    async def briefs(
        self,
        due: FeedDue,
        parsed: ParsedFeed,
        only: Collection[int] | None = None,
        hearing: Hearing | None = None,
        aside: Aside = nullcontext,
    ) -> Mapping[str, Brief]:
        """What to tell of items, by item key; those missing are told from the feed.

        Args:
            due: the feed.
            parsed: its document.
            only: the places of the items that may be new or changed; None means all.
            hearing: what the rules say of them.
            aside: entered while pages and models are waited for.
        """
        if self._reader is None and self._shortener is None:
            return {}
        told = await self._heard(due, parsed, only, hearing or Hearing(self._rulebook))
        if not told:
            return {}
        async with aside():
            found = await asyncio.gather(*(self._brief(due, each) for each in told[:AT_MOST]))
        return {each.change.item.key: brief for each, brief in zip(told, found, strict=False)}

    async def _heard(
        self, due: FeedDue, parsed: ParsedFeed, only: Collection[int] | None, hearing: Hearing
    ) -> list[Matched]:
        """The new and edited items that match what somebody follows, the newest first."""
        owner, now = due.spec.outlet.owner, self._clock.now()
        if only is not None and len(only) <= FEW:
            few = {at: item_of(parsed.items[at], "", due, now, parsed.language) for at in only}
            only = [at for at, item in few.items() if hearing.of(parsed.items[at], document_of(item)).rules]
        listed = articles(parsed.items, owner, only)
        if not listed:
            return []
        heard: list[Matched] = []
        async with self._database.read() as tx:
            known = await items.known(tx, owner, {key for _, keys in listed for key in keys.wanted})
            for found, keys in listed:
                before = recognise(keys, known)
                item = item_of(found, keys.key, due, now, parsed.language)
                change = change_of(item, before.item if before else None)
                if change is None or self._is_old(due, change):
                    continue
                result = hearing.of(found, document_of(item))
                if result.rules and await chats.has_listeners(tx, result.rules):
                    heard.append(Matched(change, result))
        return heard

    def _is_old(self, due: FeedDue, change: ItemChange) -> bool:
        """Whether an item is older than its feed is here: the first document is full of those."""
        return due.state.last_success_at is None and change.item.published < due.created_at

    async def _brief(self, due: FeedDue, told: Matched) -> Brief:
        item, result = told.change.item, told.result
        article = await self._article(due, told.change)
        brief = brief_of(item, result, article.text, paywalled=article.paywalled)
        if self._shortener is None or not brief.text:
            return brief
        source = source_of(item, article.text)
        text = await self._shortener.shorten(item.title, source, result.language, self._patience.model)
        return replace(brief, text=text, shortened=True) if text else brief

    async def _article(self, due: FeedDue, change: ItemChange) -> Article:
        """The article's page, or an empty article when it is not wanted or not to be had in time."""
        item = change.item
        host, now = urlsplit(item.url).netloc, self._clock.now()
        wanted = due.spec.article and len(item.text) < LONG and item.url != front_page(due.spec.url)
        if self._reader is None or not wanted or self._resting.get(host, now) > now:
            return Article("")
        try:
            async with asyncio.timeout(self._patience.page):
                return await self._reader.read(item.url, again=change.kind is Change.EDIT)
        except FeedError as error:
            log.info("article not read", feed=due.id, url=item.url, reason=error.reason)
            if type(error) is FeedUnreachable and error.status is None:
                self._rest(host, now)
        except TimeoutError:
            log.info("article not read in time", feed=due.id, url=item.url)
            self._rest(host, now)
        except Exception:
            # A bug met by one page must not hold back the news it is about.
            log.exception("article could not be read", feed=due.id, url=item.url)
        return Article("")

    def _rest(self, host: str, now: datetime) -> None:
        self._resting = {name: until for name, until in self._resting.items() if until > now}
        self._resting[host] = now + REST
