"""One request to Discord, one answer: what the ledger needs and discord.py's own HTTP client is not made for.

discord.py sleeps and retries inside a call (429, 5xx, exhausted buckets), for minutes if it has to. A
delivery must come back with what happened instead, because the pump alone decides what to do next. So
messages and interaction answers go out here, everything else through discord.py. This must not retry.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from types import TracebackType
from typing import Any, Self

import aiohttp
import discord

from bot import __version__
from bot.chat.discord.outcomes import Answer
from bot.domain.messages import Picture

API = "https://discord.com/api/v10"
MAX_ANSWER = 1_000_000
USER_AGENT = f"DiscordBot (https://github.com/Rapptz/discord.py, {discord.__version__}) Heraut/{__version__}"


class Rest:
    """Discord's REST interface for one bot.

    Args:
        token: the bot's token; never logged.
        base: where the interface is, with its version and without a slash at the end.
        timeout: seconds for a whole request.
        pace: entered around each request that counts towards the bot's limit; waits until it may start.
    """

    def __init__(
        self,
        token: str,
        base: str = API,
        timeout: float = 15.0,
        pace: Callable[[], AbstractAsyncContextManager[None]] | None = None,
    ) -> None:
        self._token = token
        self._base = base
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, 5.0))
        self._pace = pace
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def call(
        self,
        method: str,
        path: str,
        payload: Any = None,
        *,
        as_bot: bool = True,
        picture: Picture | None = None,
    ) -> Answer:
        """Make one request.

        Args:
            picture: goes along as the file that the payload calls attachment 0.
            as_bot: send the token. Interaction answers carry their own token in the path; with ours on top
                they would count towards the bot's limit of 50 requests a second.

        Raises:
            aiohttp.ClientError, OSError, TimeoutError: no answer came back.
        """
        headers = {"User-Agent": USER_AGENT} | ({"Authorization": f"Bot {self._token}"} if as_bot else {})
        body = {"json": payload} if picture is None else {"data": _form(payload, picture)}
        async with (
            self._pace() if as_bot and self._pace else nullcontext(),
            self._open().request(method, self._base + path, headers=headers, **body) as response,
        ):
            raw = await _read(response)
            return Answer(response.status, _decoded(raw), dict(response.headers))

    async def close(self) -> None:
        """Close the connections. A later call opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=96, ttl_dns_cache=300)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session


def _form(payload: Any, picture: Picture) -> aiohttp.FormData:
    """A request with a file: https://docs.discord.com/developers/reference (uploading files)."""
    form = aiohttp.FormData()
    form.add_field("payload_json", json.dumps(payload), content_type="application/json")
    form.add_field("files[0]", picture.data, filename=picture.name, content_type="image/png")
    return form


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, of which more than a message can need is not read."""
    try:
        await response.content.readexactly(MAX_ANSWER)
    except asyncio.IncompleteReadError as end:
        return end.partial
    raise aiohttp.ClientPayloadError("the answer is larger than any message")


def _decoded(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw[:1000].decode("utf-8", "replace")
