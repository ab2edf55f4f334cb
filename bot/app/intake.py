"""The intake side: what asks publishers, reads what they say, and finds whom it concerns."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from urllib.parse import urlsplit

from bot import __version__
from bot.app.ground import AS_SET, Ground, Mode
from bot.app.rules import Rules
from bot.app.sample import pace_of_feeds
from bot.config import Settings
from bot.domain.models import FeedSpec
from bot.domain.stories import WINDOW, StoryWindow
from bot.feeds.article import ArticleReader
from bot.feeds.http import Fetcher, FetchLimits
from bot.feeds.parsing.parser import Parser
from bot.feeds.robots import Robots
from bot.feeds.sample import SampleServer
from bot.services.alarm import Alarms
from bot.services.articles import Articles, Patience
from bot.services.feedwatch import FeedWatch
from bot.services.grouping import story_window
from bot.services.ingest import Ingest, Policy, report_of
from bot.services.poller import Poller
from bot.services.rulebook import RuleBook
from bot.services.shorten import Shortener
from bot.services.sources import FIRST_INTERVAL
from bot.services.withdrawn import Withdrawals
from bot.store import feeds, stories


async def prepare_feeds(ground: Ground, specs: Sequence[FeedSpec]) -> None:
    """Keep the configured feeds, and take back what a process that died had leased, where there is one."""
    async with ground.database.write() as tx:
        await feeds.configure(tx, specs, ground.clock.now(), FIRST_INTERVAL)
        if not ground.shared:
            await feeds.release_all(tx)


async def open_poller(
    ground: Ground,
    stack: AsyncExitStack,
    rules: Rules,
    fetcher: Fetcher,
    sample: SampleServer | None,
    alarms: Alarms,
    announced: Callable[[], None],
) -> Poller:
    """What takes feeds in. `announced` is called when there is something to send."""
    database, clock, settings = ground.database, ground.clock, ground.settings
    policy = _policy(settings)
    parser = await stack.enter_async_context(Parser())
    articles = await _articles(ground, stack, rules.book, fetcher)
    return Poller(
        database,
        fetcher,
        Ingest(database, rules.book, await _window(ground), clock, policy),
        clock,
        pace_of_feeds(ground, sample),
        batch=settings.polling.batch,
        announced=announced,
        parse=parser.parse,
        watch=FeedWatch(alarms),
        briefs=articles.briefs,
        withdrawn=Withdrawals(database, fetcher.fetch_page, clock, policy.update_delay),
    )


def fetcher_of(settings: Settings, mode: Mode = AS_SET, sample: SampleServer | None = None) -> Fetcher:
    """What asks publishers, with the manners that are set."""
    own = settings.polling
    contact = f"; +{own.contact}" if own.contact else ""
    allowed = [*own.allow_hosts, *([urlsplit(sample.url).netloc] if sample else [])]
    limits = FetchLimits(
        max_bytes=own.max_feed_bytes,
        total_seconds=own.timeout_seconds,
        per_host=own.per_host,
        # The demo's feeds all come from one host, and it is ours.
        spacing_seconds=0 if mode.demo else own.host_spacing_seconds,
    )
    return Fetcher(
        f"Heraut/{__version__} (news herald; feed reader{contact})",
        allow_hosts=allowed,
        limits=limits,
        proxy=own.proxy,
    )


async def _articles(ground: Ground, stack: AsyncExitStack, book: RuleBook, fetcher: Fetcher) -> Articles:
    """What reads articles for their summaries, with a language model where one is set."""
    reader = shortener = None
    polling, own = ground.settings.polling, ground.settings.summary
    if polling.articles:
        robots = Robots(fetcher) if polling.robots else None
        reader = await stack.enter_async_context(ArticleReader(fetcher, robots=robots))
    if own.endpoint:
        key = own.key.get_secret_value() if own.key else ""
        shortener = await stack.enter_async_context(Shortener(own.endpoint, own.model, key))
    patience = Patience(polling.article_seconds, own.seconds)
    return Articles(
        ground.database, book, ground.clock, reader=reader, shortener=shortener, patience=patience
    )


async def _window(ground: Ground) -> StoryWindow:
    """The reports of the last days, from the store."""
    window = story_window(lexical=not ground.settings.alerts.meaning)
    async with ground.database.read() as tx:
        for told in await stories.since(tx, ground.clock.now() - WINDOW):
            if told.item.result is not None:
                window.add(told.story_id, report_of(told.item.id, told.item.item, told.item.result))
    return window


def _policy(settings: Settings) -> Policy:
    return Policy(
        timedelta(hours=settings.alerts.max_age_hours), timedelta(hours=settings.alerts.expire_hours)
    )
