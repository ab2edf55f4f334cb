"""Webhooks as a chat platform: each is a chat that only listens; the ledger delivers to it as to any other.

Answers are only classified here; retrying is the pump's. Redirects are not followed and bodies of answers
not read. It must not decide what is told.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import aiohttp
import structlog
from aiohttp import hdrs
from yarl import URL

from bot.domain.messages import Message
from bot.domain.models import Address, Gone, Malformed, Outcome, RetryAfter, Sent, Transient, Unknown
from bot.domain.webhooks import Hook, body_of, edit_key, signed_headers
from bot.errors import FeedError
from bot.feeds.failures import named
from bot.feeds.guard import Guard, GuardedResolver, LookUp, system_look_up
from bot.feeds.headers import retry_after
from bot.ports import Clock

log = structlog.get_logger()

NAME = "webhook"
SECONDS = 10.0
CONNECT_SECONDS = 5.0
UNSAID_PAUSE, LONGEST_PAUSE = 60.0, 3600.0
REFUSED_BODY = frozenset({400, 405, 406, 411, 413, 414, 415, 422, 431})
"""What says that this message will never be taken as it is; another status may be mended by its owner."""


class WebhookPlatform:
    """The lane of all webhooks.

    Args:
        hooks: the receivers, by which chats exist.
        user_agent: names us to them.
        clock: the time, for the timestamps that are signed.
        seconds: how long a receiver may take to answer.
        look_up: resolves names; see `bot.feeds.guard`.
    """

    name = NAME
    lane = NAME

    def __init__(
        self,
        hooks: Sequence[Hook],
        user_agent: str,
        clock: Clock,
        *,
        seconds: float = SECONDS,
        look_up: LookUp = system_look_up,
    ) -> None:
        self._hooks: Mapping[str, Hook] = {hook.name: hook for hook in hooks}
        self._user_agent = user_agent
        self._clock = clock
        self._seconds = seconds
        self._guard = guard_of(hooks)
        self._look_up = look_up
        self._session: aiohttp.ClientSession | None = None
        self._resolver: GuardedResolver | None = None

    async def run(self) -> None:
        """Nothing to connect to; hold the connections until cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        """Let all connections go."""
        session, self._session = self._session, None
        resolver, self._resolver = self._resolver, None
        if session is not None:
            await session.close()
        if resolver is not None:
            await resolver.close()

    async def send(self, address: Address, message: Message, key: str) -> Outcome:
        """Post a message; the same key says that it is the same one again."""
        return await self._post(address.chat, key, message)

    async def edit(self, address: Address, message_id: str, message: Message) -> Outcome:
        """Post what takes the place of an earlier message."""
        outcome = await self._post(address.chat, edit_key(message_id, message), message, message_id)
        return Sent(message_id) if isinstance(outcome, Sent) else outcome

    async def _post(self, name: str, key: str, message: Message, replaces: str = "") -> Outcome:
        hook = self._hooks.get(name)
        if hook is None:
            return Gone("this webhook is no longer in the settings")
        now = self._clock.now()
        body = body_of(name, key, message, replaces)
        headers = signed_headers(hook.secret, key, int(now.timestamp()), body)
        host = URL(hook.url).host or ""
        try:
            self._guard.check_url(URL(hook.url))
            async with self._open().post(
                hook.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return outcome_of(answer.status, answer.headers, key, now)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            return Transient(str(named(error, host)))
        except FeedError as error:
            return Transient(str(error))
        except TimeoutError:
            return Unknown(f"{host} did not answer within {self._seconds:g} s")
        except (aiohttp.ClientError, OSError) as error:
            return Unknown(str(named(error, host)))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._resolver = GuardedResolver(self._guard, self._look_up)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=self._resolver, limit=32, ttl_dns_cache=60),
                timeout=aiohttp.ClientTimeout(total=self._seconds, sock_connect=CONNECT_SECONDS),
                headers={hdrs.USER_AGENT: self._user_agent},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def guard_of(hooks: Sequence[Hook]) -> Guard:
    """What keeps requests out of private networks, but for the hooks that are meant to stand there."""
    private = [URL(hook.url) for hook in hooks if hook.private]
    return Guard([f"[{url.host}]:{url.port}" for url in private])


def outcome_of(status: int, headers: Mapping[str, str], key: str, now: datetime) -> Outcome:
    """What an answer means for the message and its receiver."""
    if 200 <= status < 300:
        return Sent(key)
    if status == 410:
        return Gone("410: the receiver wants nothing more")
    if status == 429 or (status == 503 and hdrs.RETRY_AFTER in headers):
        pause = retry_after(headers, now)
        return RetryAfter(min(UNSAID_PAUSE if pause is None else pause, LONGEST_PAUSE))
    if status in REFUSED_BODY:
        return Malformed(f"the receiver answered {status}")
    if 300 <= status < 400:
        return Transient(f"the receiver answered {status}; redirects are not followed, set its new address")
    return Transient(f"the receiver answered {status}")
