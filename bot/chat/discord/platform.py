"""The Discord platform: one bot account that listens through the gateway and delivers through REST.

`send` and `edit` make one request and say what came of it; the pump decides what follows. They work
whether or not the gateway is connected. No token ever reaches a log.
"""

import asyncio
import base64
import binascii
import hashlib
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import discord
import structlog

from bot.chat.discord import permissions, render
from bot.chat.discord.conversation import DEFER_AFTER, Conversation
from bot.chat.discord.forum import Forum, of_json, post
from bot.chat.discord.gateway import Gateway, Setup
from bot.chat.discord.inbound import NAME
from bot.chat.discord.limits import Limits
from bot.chat.discord.outcomes import KIND_OF_CHANNEL, MISSING_PERMISSIONS, Answer, classify, lost
from bot.chat.discord.posts import Posts
from bot.chat.discord.rest import API, Rest
from bot.chat.discord.sessions import EVERY, Starts
from bot.domain.messages import Message, Picture, without_picture
from bot.domain.models import Address, Gone, Malformed, Outcome, Sent, Transient, Vanished
from bot.errors import BadInput
from bot.ports import Connection, Hooks

LONGEST_KEY = 25
PERSON = "@"
"""Before a person's id in an address: their private conversation, which is opened when it is needed."""
RETRY_DELAYS = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
TOKEN_REFUSED_DELAY = 600.0
LASTING = 300.0  # seconds after which a connection counts as one that worked
_NO_ACCESS = 50001
_AUTHENTICATION_FAILED = 4004

log = structlog.get_logger()


class DiscordPlatform:
    """A bot account on Discord, as `bot.ports.ChatPlatform`.

    Args:
        token: the bot's token.
        hooks: whom to call, and which commands to offer.
        api_base_url: REST interface when it is not Discord's own, such as ``http://localhost:8080/api/v10``;
            a bare host, as proxies give it, means the same path as Discord's.
        gateway_url: WebSocket address of the gateway, when it is not what the REST interface says.
        timeout: seconds for one delivery request.
        retry_delays: seconds between attempts to connect; the last one repeats.
        defer_after: seconds after which a slow answer to a command is announced.
        settle: seconds of silence after which Discord has told all servers when connecting.
        identify_every: seconds between sessions that Discord lets begin one by one.
        clock: monotonic seconds.

    Raises:
        BadInput: the token holds characters that no token has.
    """

    name = NAME

    def __init__(
        self,
        token: str,
        hooks: Hooks,
        *,
        api_base_url: str | None = None,
        gateway_url: str | None = None,
        timeout: float = 15.0,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        defer_after: float = DEFER_AFTER,
        settle: float = 2.0,
        identify_every: float = EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lane = lane_of(token)
        self._token = token = token.strip()
        self._hooks = hooks
        api_base = versioned(api_base_url) if api_base_url else None
        self._retry_delays = retry_delays
        self._clock = clock
        self._limits = Limits()
        self._rest = Rest(token, api_base or API, timeout, self._pace)
        self._conversation = Conversation(self._rest, hooks, defer_after)
        self._gateway: Gateway | None = None
        self._refused = False
        self._listens = False
        self._directs: dict[str, str] = {}
        self._forums: dict[str, Forum] = {}
        self._posts = Posts(self._rest, self._deliver, own if _is_id(own := account_of(token)) else "")
        self._setup = Setup(
            self.lane,
            Starts(self.lane, identify_every, clock),
            self._pace,
            retry_delays,
            settle,
            api_base,
            gateway_url,
        )

    async def run(self) -> None:
        """Stay connected until cancelled, then close."""
        failures = 0
        self._listens = True
        try:
            while True:
                started = self._clock()
                delay = await self._connect_once(failures)
                lasted = self._clock() - started
                failures = 0 if lasted > LASTING else failures + 1
                await asyncio.sleep(delay * random.uniform(0.8, 1.2))  # noqa: S311  jitter, not a secret
        finally:
            self._listens = self._refused = False
            await self._rest.close()

    @property
    def refused(self) -> bool:
        """Whether Discord, asked last, did not know the token."""
        return self._refused and not any(each.up for each in self.connections())

    def connections(self) -> list[Connection]:
        """Our connections as they are now; none while this process does not listen for the account."""
        shards = self._gateway.kept if self._gateway else ()
        if self._listens and not shards:
            return [Connection(0, 1, up=False)]
        return [Connection(each.number, len(shards), each.up, each.lag) for each in shards]

    async def send(self, address: Address, message: Message, key: str) -> Outcome:
        """Post a message. `key` goes as the nonce, which Discord honours for some minutes."""
        channel = address.thread or address.chat
        if channel.startswith(PERSON):
            opened = await self._opened(channel.removeprefix(PERSON))
            if not isinstance(opened, str):
                return opened
            channel = opened
        if not _is_id(channel):
            return Gone(f"{channel!r} is not an id of Discord")
        payload = self._payload(message) | {"nonce": key[:LONGEST_KEY], "enforce_nonce": True}
        forum = self._forum(channel)
        if forum is None:
            outcome = await self._deliver("POST", channel, "messages", payload, message.picture)
            if isinstance(outcome, Gone) and outcome.reason == KIND_OF_CHANNEL:
                forum = await self._asked(channel)
        if forum is not None:
            outcome = await self._posts.send(channel, post(forum, message, payload), message.picture)
        if message.picture and isinstance(outcome, Gone | Malformed):
            # Files can be forbidden where text is not, and Discord may not like this one.
            return await self.send(address, without_picture(message), key)
        return outcome

    async def find(self, address: Address, message: Message, since: datetime) -> Outcome | None:
        """See `bot.ports.Finds`: posts have no nonce, other messages do."""
        channel = address.thread or address.chat
        if not _is_id(channel):
            return None
        known = self._gateway.get_channel(int(channel)) if self._gateway else None
        if known is not None and self._forum(channel) is None:
            return None
        payload = render.render(message).payload
        named = post(Forum(), message, payload)["name"]
        return await self._posts.find(channel, named, payload, since)

    async def edit(self, address: Address, message_id: str, message: Message) -> Outcome:
        """Replace a message of ours, its buttons included."""
        channel = address.thread or address.chat
        if not _is_id(channel) or not _is_id(message_id):
            return Vanished(f"{message_id!r} is not an id of Discord")
        payload = render.edit(self._payload(message))
        if self._forum(channel) is None:
            path = f"messages/{message_id}"
            outcome = await self._deliver("PATCH", channel, path, payload, message.picture)
            if not isinstance(outcome, Gone | Vanished) or await self._asked(channel) is None:
                return outcome
        return await self._posts.edit(message_id, payload, message.picture)

    def _forum(self, channel: str) -> Forum | None:
        """The forum with this id, as far as the gateway or an earlier refusal told us of one."""
        live = self._gateway.forum(int(channel)) if self._gateway else None
        return live or self._forums.get(channel)

    async def _asked(self, channel: str) -> Forum | None:
        """Ask what kind of channel refused a message, where the gateway has not told us."""
        if self._gateway is not None and self._gateway.get_channel(int(channel)) is not None:
            return None
        try:
            answer = await self._rest.call("GET", f"/channels/{channel}")
        except (aiohttp.ClientError, OSError):  # OSError includes TimeoutError
            return None
        found = of_json(answer.body) if answer.status < 300 else None
        if found is not None:
            self._forums[channel] = found
        return found

    async def _opened(self, person: str) -> str | Outcome:
        """The channel of a private conversation; Discord answers with the same one each time."""
        if person in self._directs:
            return self._directs[person]
        try:
            answer = await self._rest.call("POST", "/users/@me/channels", {"recipient_id": person})
        except (aiohttp.ClientError, OSError) as error:  # OSError includes TimeoutError
            return Transient(f"the conversation could not be opened ({type(error).__name__})")
        outcome = classify(answer)
        if isinstance(outcome, Sent):
            self._directs[person] = outcome.message_id
            return outcome.message_id
        return outcome

    async def _deliver(
        self, method: str, channel: str, path: str, payload: dict[str, Any], picture: Picture | None = None
    ) -> Outcome:
        route = f"{method} {channel} {path.partition('/')[0]}"
        if wait := self._limits.wait(route, self._clock()):
            return wait
        try:
            answer = await self._rest.call(method, f"/channels/{channel}/{path}", payload, picture=picture)
        except (aiohttp.ClientError, OSError) as error:  # OSError includes TimeoutError
            return lost(error)
        self._limits.learn(route, answer, self._clock())
        return self._named(classify(answer, editing=method == "PATCH"), answer, int(channel))

    @asynccontextmanager
    async def _pace(self) -> AsyncIterator[None]:
        """Connecting is allowed as many requests as messages are, and no more together."""
        now = self._clock()
        start = self._limits.start(now)
        if start > now:
            await asyncio.sleep(start - now)
        try:
            yield
        finally:
            self._limits.answered(start, self._clock())

    def _named(self, outcome: Outcome, answer: Answer, channel: int) -> Outcome:
        """The outcome, with the permission that is missing named if the gateway told us which."""
        if answer.code not in {MISSING_PERMISSIONS, _NO_ACCESS} or self._gateway is None:
            return outcome
        lacking = self._gateway.lacking(channel)
        return Gone(f"missing permission: {permissions.named(lacking)}") if lacking else outcome

    def _payload(self, message: Message) -> dict[str, Any]:
        rendered = render.render(message)
        for label in rendered.dropped:
            log.warning("discord button dropped", label=label)
        return rendered.payload

    async def _connect_once(self, failures: int) -> float:
        """Connect and stay so while it lasts; the answer is how many seconds to wait before the next time."""
        delay = self._retry_delays[min(failures, len(self._retry_delays) - 1)]
        self._gateway = Gateway(self._conversation, self._hooks, self._setup)
        try:
            await self._gateway.start(self._token)
        except Exception as error:  # noqa: BLE001  this loop owns the connection; deliveries go on without it
            self._refused = _token_refused(error)
            if self._refused:
                log.critical("discord token refused", lane=self.lane, hint="make a new token and restart")
                return max(delay, TOKEN_REFUSED_DELAY)
            log.warning("discord not connected", lane=self.lane, why=_short(error), retry_in=delay)
        finally:
            await self._gateway.shut()
            self._gateway = None
        return delay


def lane_of(token: str) -> str:
    """The account's name in the ledger, which stays the same when it gets a new token.

    Raises:
        BadInput: the token holds characters that no token has.
    """
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise BadInput("this is no Discord token", "copy it from the Bot page of the application")
    return f"{NAME}:{account_of(token)}"


def account_of(token: str) -> str:
    """The bot's user id, which a token carries in its first part; a fingerprint for other tokens."""
    first = token.partition(".")[0]
    try:
        account = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        account = ""
    return account if _is_id(account) else hashlib.sha256(token.encode()).hexdigest()[:12]


def versioned(base: str) -> str:
    """A REST address with the version we speak, where it names none.

    >>> versioned("http://localhost:8080/")
    'http://localhost:8080/api/v10'
    """
    base = base.rstrip("/")
    if base.endswith("/api"):
        return f"{base}/v10"
    return base if urlsplit(base).path else f"{base}/api/v10"


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 20


def _token_refused(error: Exception) -> bool:
    closed = isinstance(error, discord.ConnectionClosed) and error.code == _AUTHENTICATION_FAILED
    return closed or isinstance(error, discord.LoginFailure)


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
