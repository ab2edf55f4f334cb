"""A web server on loopback that plays the sample day: feeds, article pages and pictures.

What it shows is a function of the clock alone, so it needs no task of its own. It serves no other files
than those in `bot/sample/pages/` that are named by a report, and listens on loopback only.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import structlog
from aiohttp import web

from bot.domain.models import FeedSpec, Outlet
from bot.feeds.sample.day import Day, Publisher, sample_folder
from bot.feeds.sample.render import CONTENT_TYPES, Entry, Renderer, entry, link_path
from bot.feeds.sample.timeline import Printed, Timeline
from bot.ports import Clock, SystemClock

DEMO_PACE = timedelta(seconds=2.5)
SLOW_PACE = timedelta(seconds=20)
PICTURE_TYPES = {"svg": "image/svg+xml", "png": "image/png"}

log = structlog.get_logger()


class SampleServer:
    """Serves a day of coverage from `start` on.

    Args:
        day: what to play.
        start: the moment that counts as the day's `now` (aware, UTC).
        pace: between two reports that appear after the start; zero shows the whole day at once.
        port: of 127.0.0.1; 0 takes a free one, which changes all addresses.
        clock: decides what has appeared.
    """

    def __init__(
        self,
        day: Day,
        *,
        start: datetime,
        pace: timedelta = DEMO_PACE,
        port: int = 0,
        clock: Clock | None = None,
    ) -> None:
        self.timeline = Timeline(day, start, pace)
        self._day = day
        self._start = start
        self._port = port
        self._clock = clock or SystemClock()
        self._publishers = {p.slug: p for p in day.publishers}
        self._pages = {link_path(self._publishers[r.outlet], r, start): r.number for r in day.reports}
        self._pictures = {report.image for report in day.reports if report.image}
        self._renderer = Renderer()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address of the index page, without a slash at its end. Only after `start`."""
        return f"http://127.0.0.1:{self._port}"

    def feeds(self) -> tuple[FeedSpec, ...]:
        """The outlets' feeds, as an editor would configure them. Only after `start`."""
        return tuple(
            FeedSpec(_feed_url(self.url, p), Outlet(p.name, p.owner), p.language, p.name)
            for p in self._day.publishers
        )

    async def start(self) -> None:
        """Listen. It is up when this returns.

        Raises:
            OSError: the port is taken.
        """
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._port = runner.addresses[0][1]
        log.info("sample_started", url=self.url, outlets=len(self._publishers), ends_at=self.timeline.ends_at)

    async def stop(self) -> None:
        """Answer what is being asked, then close. Stopping twice does nothing."""
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/", self._index), web.get("/media/{name}", self._picture)])
        for publisher in self._day.publishers:
            app.router.add_get(f"/{publisher.slug}/{publisher.feed}", self._feed)
            app.router.add_get(f"/{publisher.slug}/", self._front)
        app.router.add_get("/{outlet}/{rest:.+}", self._article)
        return app

    async def _index(self, request: web.Request) -> web.Response:
        shown = self._visible()
        counts = [(p, sum(s.report.outlet == p.slug for s in shown)) for p in self._day.publishers]
        return _page(self._renderer.index(counts, len(shown), len(self._day.reports)))

    async def _front(self, request: web.Request) -> web.Response:
        publisher = self._publishers[request.path.split("/")[1]]
        return _page(self._renderer.front(publisher, self._entries(publisher)))

    async def _feed(self, request: web.Request) -> web.Response:
        publisher = self._publishers[request.path.split("/")[1]]
        entries = self._entries(publisher)
        body = self._renderer.feed(publisher, entries, self.url)
        changed = max((e.printed.updated for e in entries), default=self._start)
        headers = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
            "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True),
            "Cache-Control": "no-cache",
        }
        if _unchanged(request, headers["ETag"], changed):
            return web.Response(status=304, headers=headers)
        kind = f"{CONTENT_TYPES[publisher.format]}; charset={publisher.encoding}"
        return web.Response(body=body, headers={**headers, "Content-Type": kind})

    async def _article(self, request: web.Request) -> web.Response:
        number = self._pages.get(request.path)
        publisher = self._publishers.get(request.match_info["outlet"])
        if number is None or publisher is None:
            raise web.HTTPNotFound
        entries = self._entries(publisher)
        shown = next((e for e in entries if e.printed.report.number == number), None)
        if shown is None:
            raise web.HTTPNotFound
        return _page(self._renderer.article(publisher, shown, [e for e in entries if e is not shown]))

    async def _picture(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self._pictures:
            raise web.HTTPNotFound
        body = (sample_folder() / "pages" / name).read_bytes()
        return web.Response(body=body, content_type=PICTURE_TYPES[name.rpartition(".")[2]])

    def _visible(self) -> tuple[Printed, ...]:
        return self.timeline.visible(self._clock.now())

    def _entries(self, publisher: Publisher) -> list[Entry]:
        """What an outlet has published so far, newest first."""
        mine = (p for p in self._visible() if p.report.outlet == publisher.slug)
        return [entry(publisher, printed, self.url, self._start) for printed in mine]


def _feed_url(base: str, publisher: Publisher) -> str:
    return f"{base}/{publisher.slug}/{publisher.feed}"


def _page(html: str) -> web.Response:
    return web.Response(text=html, content_type="text/html", charset="utf-8")


def _unchanged(request: web.Request, etag: str, changed: datetime) -> bool:
    """Whether the client's copy is still good; an ETag decides alone when it is sent (RFC 9110, 13.2.2)."""
    if request.if_none_match is not None:
        return any(known.value in ("*", etag.strip('"')) for known in request.if_none_match)
    since = request.if_modified_since
    return since is not None and changed.replace(microsecond=0) <= since
