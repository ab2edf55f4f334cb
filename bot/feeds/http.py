"""Fetches feeds and pages over HTTP: conditionally, politely, within limits, never from private networks.

It must not parse what it fetches, nor decide when a feed is polled next (`bot.domain.schedule` does).
"""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import ClientResponse, hdrs
from multidict import CIMultiDict

from bot.domain.models import FeedSpec, Fetched, PollState
from bot.errors import FeedError, FeedGone, FeedRefused, FeedTooLarge, FeedUnreachable
from bot.feeds.digest import digest_of
from bot.feeds.failures import named
from bot.feeds.guard import Guard, GuardedResolver, LookUp, system_look_up
from bot.feeds.headers import conditions, freshness, retry_after
from bot.feeds.inflate import gunzip, is_gzip
from bot.feeds.limits import DomainHolds, HostGate
from bot.feeds.trail import Trail

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_ACCEPT_FEED = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"
_ENCODINGS = "gzip, deflate, br, zstd"
_READ_BUFFER = 64 * 1024
_LONGEST_HEADER = 32 * 1024
"""Bytes of one line of an answer's head: the security policies of large sites outgrow the usual 8 KB."""
_MOST_HEADERS = 256
_LONGEST_VALIDATOR = 1_000
_UNSAID_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one request may cost, and how close requests may follow each other.

    Args:
        max_bytes: of the decoded body.
        total_seconds: from the first connection to the last byte, over all redirects.
        connect_seconds: for one connection, TLS included.
        redirects: hops that are followed.
        connections: open at one moment, over all hosts.
        per_host: requests under way per host.
        spacing_seconds: between the starts of two requests to one host.
        patience_seconds: a request waits for its turn at its host before it is put off.
    """

    max_bytes: int = 10 * 1024 * 1024
    total_seconds: float = 30.0
    connect_seconds: float = 10.0
    redirects: int = 5
    connections: int = 64
    per_host: int = 2
    spacing_seconds: float = 0.5
    patience_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Page:
    """A web page, as bytes. `url` is where it was found after redirects; `content_type` has the charset."""

    url: str
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """A final answer: neither a redirect nor an error. `body` is None for 304."""

    trail: Trail
    headers: Mapping[str, str]
    body: bytes | None


class Fetcher(AbstractAsyncContextManager["Fetcher"]):
    """Asks publishers for feeds and pages. One per process, used inside ``async with``.

    Args:
        user_agent: names the bot, its version and an address where its operator can be found.
        allow_hosts: hosts exempt from the guard against private networks, as ``host`` or ``host:port``.
        limits: see `FetchLimits`.
        proxy: URL of an HTTP proxy for all requests but those of feeds with their own, or None.
        look_up: resolves names; see `bot.feeds.guard`.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        allow_hosts: Collection[str] = (),
        limits: FetchLimits | None = None,
        proxy: str | None = None,
        look_up: LookUp = system_look_up,
    ) -> None:
        self._user_agent = user_agent
        self._limits = limits or FetchLimits()
        self._proxy = proxy
        self._look_up = look_up
        self._guard = Guard(allow_hosts, proxy)
        self._holds = DomainHolds()
        self._gate = HostGate(
            self._limits.per_host, self._limits.spacing_seconds, self._limits.patience_seconds
        )
        self._session: aiohttp.ClientSession | None = None
        self._resolver: GuardedResolver | None = None

    async def __aenter__(self) -> Self:
        self._resolver = GuardedResolver(self._guard, self._look_up)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=self._resolver, limit=self._limits.connections, ttl_dns_cache=300
            ),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect_seconds),
            headers={hdrs.USER_AGENT: self._user_agent, hdrs.ACCEPT_ENCODING: _ENCODINGS},
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=_READ_BUFFER,
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
            max_headers=_MOST_HEADERS,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
        if self._resolver is not None:
            await self._resolver.close()

    async def fetch(self, spec: FeedSpec, state: PollState) -> Fetched:
        """Ask for a feed, saying what we already have.

        A body equal to the one before counts as unchanged, whatever the publisher's headers say.
        `moved_to` is set after a permanent redirect; remember it only once the answer proved to be a feed.

        Raises:
            FeedHeld: it was not asked: its domain wants a pause, or its host is busy.
            FeedUnreachable, FeedTooLarge, FeedRefused, FeedGone, FeedUnreadable: see `bot.errors`.
        """
        if spec.proxy:
            self._guard.trust_proxy(spec.proxy)
        known, proxy = conditions(state), spec.proxy or self._proxy
        try:
            answer = await self._ask(spec.url, _feed_headers(spec, known), proxy)
        except FeedUnreachable as error:
            # Servers that send a body after "304 Not Modified", as HTTP forbids, cannot be understood then.
            if not known or type(error.__cause__) is not aiohttp.ClientResponseError:
                raise
            answer = await self._ask(spec.url, _feed_headers(spec, {}), proxy)
        return _as_fetched(answer, state)

    async def fetch_page(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
        """Ask for a web page, under the same guard and limits as a feed.

        Raises:
            FeedError: as `fetch`.
        """
        asked = CIMultiDict({hdrs.ACCEPT: _ACCEPT_PAGE})
        asked.update(headers or {})
        answer = await self._ask(url, asked, self._proxy)
        if answer.body is None:
            raise FeedUnreachable("304 to a question without conditions", status=304)
        return Page(str(answer.trail.url), answer.body, answer.headers.get(hdrs.CONTENT_TYPE, ""))

    async def _ask(self, address: str, headers: Mapping[str, str], proxy: str | None) -> _Answer:
        """Follow redirects by hand, so that each hop passes the guard, the holds and the gate."""
        trail = _start(address, headers)
        left = self._limits.total_seconds
        for _ in range(self._limits.redirects + 1):
            self._guard.check_url(trail.url)
            host = trail.url.host or ""
            self._holds.check(host, _monotonic())
            await self._gate.enter(host)
            began = _monotonic()
            try:
                answer = await self._hop(trail, left, proxy)
            finally:
                self._gate.leave(host)
            left -= _monotonic() - began
            if isinstance(answer, _Answer):
                return answer
            trail = answer
        raise FeedUnreachable(f"more than {self._limits.redirects} redirects", status=302)

    async def _hop(self, trail: Trail, seconds: float, proxy: str | None) -> _Answer | Trail:
        """One request, within what is left of the total time."""
        status = None
        try:
            async with asyncio.timeout(seconds), self._get(trail, proxy) as response:
                status = response.status
                if status in _REDIRECTS:
                    return trail.next(status, response.headers.get(hdrs.LOCATION))
                self._check_status(response)
                body = None if status == 304 else await self._read(response)
                return _Answer(trail, response.headers, body)
        except FeedError:
            raise
        except aiohttp.ServerTimeoutError as error:
            raise named(error, trail.url.host or "") from error
        except TimeoutError as error:
            raise self._late(status) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise named(error, trail.url.host or "", status) from error

    def _late(self, status: int | None) -> FeedError:
        seconds = f"{self._limits.total_seconds:g} s"
        if status is None:
            return FeedUnreachable(f"no answer within {seconds}")
        return FeedTooLarge(f"the answer took longer than {seconds}", status=status)

    def _get(self, trail: Trail, proxy: str | None) -> AbstractAsyncContextManager[ClientResponse]:
        if self._session is None:
            raise RuntimeError("a Fetcher is used inside 'async with'")
        return self._session.get(trail.url, headers=trail.to_send(), allow_redirects=False, proxy=proxy)

    def _check_status(self, response: ClientResponse) -> None:
        status = response.status
        if 200 <= status < 300 or status == 304:
            return
        if status == 410:
            raise FeedGone("410: the publisher retired it", status=status)
        seconds = None
        if status in (403, 429) or status >= 500:
            seconds = retry_after(response.headers, datetime.now(UTC))
        if seconds is None and status == 429:
            seconds = _UNSAID_PAUSE
        if seconds is not None:
            self._holds.hold(response.url.host or "", seconds, _monotonic())
        raise FeedUnreachable(f"the server answered {status}", seconds, status)

    async def _read(self, response: ClientResponse) -> bytes:
        """The decoded body; of one that is too large, hardly more than the limit is ever in memory."""
        limit = self._limits.max_bytes
        if (response.content_length or 0) > limit:
            raise FeedTooLarge(f"more than {limit} bytes", status=response.status)
        parts: list[bytes] = []
        size = 0
        while part := await response.content.readany():
            size += len(part)
            if size > limit:
                raise FeedTooLarge(f"more than {limit} bytes", status=response.status)
            parts.append(part)
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        return gunzip(body, limit) if is_gzip(body) else body


def _as_fetched(answer: _Answer, state: PollState) -> Fetched:
    """What the answer means, given what we had. A 304 may refresh the validators (RFC 9111, 4.3.4)."""
    headers, body = answer.headers, answer.body
    etag, last_modified = (_validator(headers.get(name)) for name in (hdrs.ETAG, hdrs.LAST_MODIFIED))
    body_hash = state.body_hash
    if body is None:
        etag, last_modified = etag or state.etag, last_modified or state.last_modified
    else:
        body_hash = digest_of(body)
        body = None if body_hash == state.body_hash else body
    return Fetched(
        url=str(answer.trail.url),
        body=body,
        content_type=headers.get(hdrs.CONTENT_TYPE, ""),
        etag=etag,
        last_modified=last_modified,
        body_hash=body_hash,
        moved_to=answer.trail.new_address,
        max_age=freshness(headers, datetime.now(UTC)),
    )


def _monotonic() -> float:
    return asyncio.get_running_loop().time()


def _feed_headers(spec: FeedSpec, known: Mapping[str, str]) -> Mapping[str, str]:
    headers: Mapping[str, str] = {hdrs.ACCEPT: _ACCEPT_FEED, **known}
    if spec.headers:
        headers = CIMultiDict(headers)
        headers.update(spec.headers)
    return headers


def _validator(value: str | None) -> str | None:
    """An ETag or Last-Modified that can be kept and sent again: of bytes that are text, and not endless."""
    return value if value and value.isprintable() and len(value) <= _LONGEST_VALIDATOR else None


def _start(address: str, headers: Mapping[str, str]) -> Trail:
    try:
        return Trail.start(address, headers)
    except ValueError as error:
        raise FeedRefused("the address is not one that can be asked") from error
