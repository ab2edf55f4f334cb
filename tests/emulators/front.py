"""One address for several accounts of a platform: each request goes to the emulator whose token it carries.

Telegram and Discord have one address for all bots; what a bot sees, and its limits, are its own. An emulator
is one account with its world; here several of them stand behind one address. In a test:

    async with TelegramEmulator() as one, TelegramEmulator(OTHER) as two, one_bot_api(one, two) as url:
        ... start the bots with their tokens and api_base_url=url ...
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from yarl import URL

from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord.server import API
from tests.emulators.telegram import TelegramEmulator

_OF_THE_LINE = frozenset({"Host", "Connection", "Content-Length", "Transfer-Encoding"})

Pick = Callable[[web.Request], str]
"""The address, without a path, of the emulator that a request is meant for."""


@asynccontextmanager
async def one_bot_api(*bots: TelegramEmulator) -> AsyncIterator[str]:
    """The Bot API for all of these; an unknown token is refused by the first."""

    def pick(request: web.Request) -> str:
        meant = (bot for bot in bots if request.path.startswith(f"/bot{bot.token}/"))
        return next(meant, bots[0]).url

    async with _front(pick) as url:
        yield url


@asynccontextmanager
async def one_discord(*bots: DiscordEmulator) -> AsyncIterator[str]:
    """Discord's REST interface for all of these; it tells each account where its gateway is."""

    def meant(bot: DiscordEmulator, request: web.Request) -> bool:
        match request.path.removeprefix(API).split("/"):
            case [_, "interactions", number, *_]:
                return number in bot.world.interactions
            case [_, "webhooks", application, *_]:
                return application == bot.world.application
        return request.headers.get("Authorization") == f"Bot {bot.token}"

    def pick(request: web.Request) -> str:
        return next((bot for bot in bots if meant(bot, request)), bots[0]).api_base_url.removesuffix(API)

    async with _front(pick) as url:
        yield f"{url}{API}"


@asynccontextmanager
async def _front(pick: Pick) -> AsyncIterator[str]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:

        async def forward(request: web.Request) -> web.StreamResponse:
            target = URL(pick(request) + request.raw_path, encoded=True)
            headers = {name: value for name, value in request.headers.items() if name not in _OF_THE_LINE}
            try:
                async with session.request(
                    request.method, target, headers=headers, data=await request.read(), allow_redirects=False
                ) as answer:
                    body = await answer.read()
            except aiohttp.ClientError:
                # The emulator cut the line, or is down: so it is with whoever asked.
                if request.transport:
                    request.transport.abort()
                return web.Response()
            kept = {name: value for name, value in answer.headers.items() if name not in _OF_THE_LINE}
            return web.Response(status=answer.status, body=body, headers=kept)

        app = web.Application(client_max_size=20 * 1024 * 1024)
        app.router.add_route("*", "/{rest:.*}", forward)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
