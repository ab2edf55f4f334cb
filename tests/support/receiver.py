"""A program that receives webhooks on loopback, checks their signature, and misbehaves when told to."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SECRET = "whsec_" + base64.b64encode(b"a secret that both of them know").decode()
Reaction = int | str | tuple[int, dict[str, str]]
"""A status, a status with headers, ``lose`` (take it and hang up), or ``hang`` (take it and say nothing)."""


@dataclass
class Receiver:
    """What arrived, with its headers, and what to do next; 204 when nothing is said."""

    url: str = ""
    reactions: list[Reaction] = field(default_factory=list)
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def keys(self) -> list[str]:
        """The idempotency keys, in order of arrival."""
        return [headers["webhook-id"] for headers in self.headers]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert verified(SECRET, headers, body), "the signature is wrong"
        self.got.append(json.loads(body))
        self.headers.append(headers)
        self.paths.append(request.path)
        reaction = self.reactions.pop(0) if self.reactions else 204
        if reaction == "lose":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if reaction == "hang":
            await self.release.wait()
            return web.Response()
        status, extra = reaction if isinstance(reaction, tuple) else (int(reaction), {})
        return web.Response(status=status, headers=extra)


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether a request is what it says, as the specification of Standard Webhooks has receivers check it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [each.partition(",") for each in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(value, wanted) for version, _, value in given)


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    """The program, on a free port."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    receiver.url = f"http://{host}:{port}/in"
    try:
        yield receiver
    finally:
        receiver.release.set()
        await runner.cleanup()
