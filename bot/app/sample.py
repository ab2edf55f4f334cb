"""The bundled day of news: its server, its pace, and the room where it appears."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from urllib.parse import urlsplit

from bot.app.ground import Ground, Role
from bot.chat.webchat import WebChatPlatform
from bot.domain.models import Address, FeedSpec
from bot.domain.rooms import Room
from bot.domain.schedule import Pace
from bot.errors import BadInput
from bot.feeds.sample import DEMO_PACE, SLOW_PACE, SampleServer, load_day
from bot.services.manage import Manager, Place
from bot.services.rooms import Rooms

SAMPLE_PACE = Pace(timedelta(seconds=2), timedelta(seconds=4))
HERALD = Room("heraut", "Heraut", "Talk to the bot", direct=True)
ATLANTIC = Room("atlantic", "atlantic", "A channel that everybody here shares")
ATLANTIC_TOPICS = ("nato", "rutte", "trump")


async def start_sample(ground: Ground, stack: AsyncExitStack) -> SampleServer | None:
    """The bundled day: in the demo, or where there is no chat to show anything else in.

    Raises:
        BadInput: its port is taken.
    """
    settings, demo = ground.settings, ground.mode.demo
    if ground.mode.role is not Role.ALL:
        return None
    wanted = settings.sample == "always" or (settings.sample == "auto" and not settings.account_titles)
    if not (demo or wanted):
        return None
    # A fixed port keeps the addresses of items, and so their identity, over a restart.
    port, pace = (0, DEMO_PACE) if demo else (settings.sample_port, SLOW_PACE)
    server = SampleServer(load_day(), start=ground.clock.now(), pace=pace, port=port, clock=ground.clock)
    try:
        await server.start()
    except OSError as error:
        raise BadInput(
            f"the sample feeds cannot use port {port}: {error.strerror}", "set sample_port"
        ) from error
    stack.push_async_callback(server.stop)
    return server


def rooms_of(ground: Ground, sample: SampleServer | None) -> Rooms:
    """The first one is the home page: with the sample, that is where something happens."""
    listed = [ATLANTIC, HERALD] if sample else [HERALD, ATLANTIC]
    # What other processes write is not announced here, so it is looked for.
    return Rooms(ground.database, ground.clock, listed, idle_seconds=1 if ground.shared else 10)


async def seed(manager: Manager, web: WebChatPlatform) -> None:
    """The channel of the sample follows the heart of the beat from the start."""
    place = Place(web.lane, Address(web.name, ATLANTIC.id), ATLANTIC.title)
    for topic in ATLANTIC_TOPICS:
        await manager.subscribe(place, topic)


def pace_of_feeds(ground: Ground, sample: SampleServer | None) -> Callable[[FeedSpec], Pace]:
    """How often feeds are polled: as set, and the sample as fast as its day goes by."""
    polling = ground.settings.polling
    usual = Pace(
        timedelta(seconds=polling.min_interval_seconds), timedelta(seconds=polling.max_interval_seconds)
    )
    own = urlsplit(sample.url).netloc if sample else ""

    def pace(spec: FeedSpec) -> Pace:
        return SAMPLE_PACE if own and urlsplit(spec.url).netloc == own else usual

    return pace
