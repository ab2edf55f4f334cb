"""The Discord emulator: REST and gateway on one port of loopback, with people, faults and limits."""

import asyncio
import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.emulators.discord.checks import ApiError
from tests.emulators.discord.faults import Fault, Pace, Refusal, refusal_body, refusal_headers
from tests.emulators.discord.gateway import GatewayServer
from tests.emulators.discord.people import Form, People, Reply
from tests.emulators.discord.posts import PostRoutes
from tests.emulators.discord.rest import Handler, RestRoutes, reply
from tests.emulators.discord.world import (
    FORUM,
    TEXT,
    THREAD,
    Channel,
    Guild,
    Posted,
    User,
    World,
    bits,
    snowflake,
)

API = "/api/v10"
_OWN_AUTHORIZATION = ("/interactions/", "/webhooks/")


@dataclass(frozen=True)
class Seen:
    """A request as it arrived, and the status it got; 0 when its connection was cut."""

    method: str
    path: str
    status: int


class DiscordEmulator:
    """A Discord of its own, for one bot, on an ephemeral port.

    Args:
        port: a fixed port, 0 for any free one.
        enforce_limits: answer 429 as Discord does, and tell the pace in headers.

    `api_base_url`, `gateway_url` and `token` are what a client needs. `requests` lists what was asked of it.
    """

    def __init__(self, port: int = 0, *, enforce_limits: bool = False) -> None:
        bot = User("Heraut")
        self.world = World(bot, application=bot.id)
        account = base64.urlsafe_b64encode(bot.id.encode()).decode().rstrip("=")
        self.token = f"{account}.Emul8d.not-a-real-token"
        self.gateway = GatewayServer(self.world, self.token)
        self.people = People(self.world, self.gateway)
        self.pace = Pace(enforced=enforce_limits)
        self.requests: list[Seen] = []
        self.revoked = False
        self.down = False
        self._rest = RestRoutes(self.world, self.gateway)
        self._faults: list[Fault] = []
        self._port = port
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def api_base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}{API}"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/gateway/"

    async def start(self) -> None:
        """Listen."""
        api = web.Application(middlewares=[self._guard], client_max_size=10_000_000)
        api.add_routes(self._rest.routes())
        api.add_routes(PostRoutes(self.world, self.gateway).routes())
        api.router.add_route("*", "/{rest:.*}", _unknown)
        app = web.Application()
        app.add_subapp(API, api)
        app.router.add_get("/gateway/", self.gateway.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await self._listen()

    async def stop(self) -> None:
        """Close everything."""
        await self.gateway.close(1001)
        if self._runner is not None:
            await self._runner.cleanup()

    async def go_down(self) -> None:
        """Be unreachable, as a platform is in an outage: connections are refused and cut."""
        self.down = True
        if self._site is not None:
            await self._site.stop()
            self._site = None
        await self.gateway.close(1012, forget=True)

    async def come_up(self) -> None:
        """Be reachable again, at the same address."""
        self.down = False
        await self._listen()

    def add_guild(self, name: str = "Newsroom", locale: str = "en-US", *, shard: int | None = None) -> str:
        """A server that the bot is a member of; the answer is its id, which is one of `shard` as advised."""
        number = int(snowflake())
        while shard is not None and (number >> 22) % self.gateway.starts.shards != shard:
            number += 1 << 22
        guild = Guild(str(number), name, locale)
        self.world.guilds[guild.id] = guild
        return guild.id

    async def join(self, name: str = "Newsroom", channels: tuple[str, ...] = ("general",)) -> str:
        """Invite the bot to a new server while it is connected."""
        guild = self.add_guild(name)
        for channel in channels:
            self._put(guild, channel, TEXT, None)
        data = self.world.guild_payload(self.world.guilds[guild])
        data.pop("unavailable")
        await self.gateway.dispatch("GUILD_CREATE", data)
        return guild

    async def add_channel(
        self, guild: str, name: str = "general", *, kind: int = TEXT, parent: str | None = None
    ) -> str:
        """A channel, or with `parent` a thread in it; the answer is its id."""
        channel = self._put(guild, name, THREAD if parent else kind, parent)
        event = "THREAD_CREATE" if parent else "CHANNEL_CREATE"
        await self.gateway.dispatch(event, channel.payload(self.world.bot.id))
        return channel.id

    async def add_forum(
        self, guild: str, name: str = "forum", *tags: str, needs_tag: bool = False, moderated: str = ""
    ) -> str:
        """A forum with tags, of which one may be for moderators only; the answer is its id."""
        forum = self._put(guild, name, FORUM, None)
        forum.tags = {tag: snowflake() for tag in tags}
        forum.needs_tag, forum.moderated_tags = needs_tag, {moderated} - {""}
        await self.gateway.dispatch("CHANNEL_CREATE", forum.payload(self.world.bot.id))
        return forum.id

    def posts(self, forum: str) -> list[Channel]:
        """The posts of a forum, the oldest first."""
        return [channel for channel in self.world.channels.values() if channel.parent == forum]

    def add_dm(self, user: str) -> str:
        """The private conversation of a person with the bot; the answer is its channel id."""
        return self._rest.dm(user).id

    async def set_permissions(self, channel: str, *missing: str) -> None:
        """Take permissions such as ``embed_links`` from the bot in a channel; none gives all back."""
        place = self.world.channels[channel]
        place.denied = bits(missing)
        await self.gateway.dispatch("CHANNEL_UPDATE", place.payload(self.world.bot.id))

    async def set_thread(self, thread: str, *, archived: bool = False, locked: bool = False) -> None:
        """Archive or lock a thread, or open it again."""
        place = self.world.channels[thread]
        place.archived, place.locked = archived, locked
        await self.gateway.dispatch("THREAD_UPDATE", place.payload(self.world.bot.id))

    def block(self, channel: str, blocked: bool = True) -> None:
        """A person stops taking the bot's private messages."""
        self.world.channels[channel].blocked = blocked

    async def remove_channel(self, channel: str) -> None:
        """Delete a channel or thread with all its messages."""
        place = self.world.channels.pop(channel)
        self.world.messages.pop(channel, None)
        event = "THREAD_DELETE" if place.kind == THREAD else "CHANNEL_DELETE"
        await self.gateway.dispatch(event, place.payload(self.world.bot.id))

    async def remove_bot(self, guild: str) -> None:
        """Kick the bot from a server."""
        self.world.guilds[guild].present = False
        await self.gateway.dispatch("GUILD_DELETE", {"id": guild})

    async def return_bot(self, guild: str) -> None:
        """Invite the bot to a server it was kicked from."""
        self.world.guilds[guild].present = True
        data = self.world.guild_payload(self.world.guilds[guild])
        data.pop("unavailable")
        await self.gateway.dispatch("GUILD_CREATE", data)

    def delete_message(self, channel: str, message_id: str) -> None:
        """A moderator removes a message."""
        del self.world.messages[channel][message_id]

    def revoke_token(self) -> None:
        """The bot's token is reset: every request and every new connection is refused."""
        self.revoked = True
        self.gateway.token = "revoked"

    def fail(self, how: str, **details: Any) -> Fault:
        """Make the next matching requests go wrong; see `faults.Fault`."""
        fault = Fault(how, **details)
        self._faults.append(fault)
        return fault

    def messages(self, channel: str) -> list[Posted]:
        """What a channel shows, oldest first. Ephemeral answers are not among it."""
        return list(self.world.messages.get(channel, {}).values())

    async def slash(
        self, channel: str, user: str, name: str, argument: str | None = None, **more: Any
    ) -> Reply:
        """Type a slash command as a person; see `People.slash`."""
        return await self.people.slash(channel, user, name, argument, **more)

    async def autocomplete(
        self, channel: str, user: str, name: str, typed: str, **more: Any
    ) -> list[tuple[str, str]]:
        """Complete an argument as a person; see `People.autocomplete`."""
        return await self.people.autocomplete(channel, user, name, typed, **more)

    async def press(self, message_id: str, button: str, user: str, **more: Any) -> Reply:
        """Press a button as a person; see `People.press`."""
        return await self.people.press(message_id, button, user, **more)

    async def choose(self, message_id: str, labels: Sequence[str], user: str, **more: Any) -> Reply:
        """Choose from a select menu as a person; see `People.choose`."""
        return await self.people.choose(message_id, labels, user, **more)

    async def open_form(self, message_id: str, button: str, user: str, **more: Any) -> Form:
        """Press a button that opens a form as a person; see `People.open_form`."""
        return await self.people.open_form(message_id, button, user, **more)

    async def submit(self, form: Form, text: str, user: str, **more: Any) -> Reply:
        """Send a form as a person; see `People.submit`."""
        return await self.people.submit(form, text, user, **more)

    def _put(self, guild: str, name: str, kind: int, parent: str | None) -> Channel:
        channel = Channel(snowflake(), kind, guild, name, parent)
        self.world.channels[channel.id] = channel
        return channel

    async def _listen(self) -> None:
        assert self._runner is not None
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await self._site.start()
        self._port = self._runner.addresses[0][1]
        self.gateway.url = self.gateway_url

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(API)
        if self.down:
            return self._cut(request, path)
        response = await self._served(request, handler, path)
        if response.status:
            self.requests.append(Seen(request.method, path, response.status))
            self.pace.note(response.status)
        return response

    async def _served(self, request: web.Request, handler: Handler, path: str) -> web.StreamResponse:
        if self.pace.banned:
            return _ban()
        fault = next((fault for fault in self._faults if fault.matches(request.method, path)), None)
        if fault is not None:
            fault.times -= 1
            return await self._go_wrong(fault, request, handler, path)
        return await self._regular(request, handler, path)

    async def _regular(self, request: web.Request, handler: Handler, path: str) -> web.StreamResponse:
        own = path.startswith(_OWN_AUTHORIZATION)
        try:
            if not own:
                self._authorize(request)
            refusal, headers = (None, {}) if own else self.pace.take(_route(request.method, path))
            if refusal is not None:
                return reply(refusal_body(refusal), 429, headers | refusal_headers(refusal))
            response = await handler(request)
            response.headers.update(headers)
        except ApiError as error:
            return reply(error.body, error.status)
        return response

    async def _go_wrong(
        self, fault: Fault, request: web.Request, handler: Handler, path: str
    ) -> web.StreamResponse:
        match fault.how:
            case "status":
                return reply({"message": "Injected", "code": fault.code}, fault.status)
            case "rate_limit":
                refusal = Refusal(fault.retry_after, fault.everywhere)
                return reply(refusal_body(refusal), 429, refusal_headers(refusal))
            case "ban":
                return _ban()
            case "drop":
                return self._cut(request, path)
        done = await self._regular(request, handler, path)
        if fault.how == "drop_after":
            return self._cut(request, path)
        if fault.how == "delay":
            await asyncio.sleep(fault.seconds)
            return done
        return web.Response(text=fault.body, status=fault.status, content_type="text/html")

    def _authorize(self, request: web.Request) -> None:
        if self.revoked or request.headers.get("Authorization") != f"Bot {self.token}":
            raise ApiError(401, 0, "401: Unauthorized")
        if not request.headers.get("User-Agent", "").startswith("DiscordBot ("):
            raise ApiError(403, 40333, "internal network error")

    def _cut(self, request: web.Request, path: str) -> web.Response:
        self.requests.append(Seen(request.method, path, 0))
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=0)


def _route(method: str, path: str) -> str:
    return f"{method} {re.sub(r'(?<=/messages/)[^/]+', ':id', path)}"


def _ban() -> web.Response:
    """The proxy's answer to an address that asked too much: no JSON, no Via."""
    return web.Response(
        text="error code: 1015", status=429, content_type="text/html", headers={"Retry-After": "900"}
    )


async def _unknown(_: web.Request) -> web.StreamResponse:
    raise ApiError(404, 0, "404: Not Found")
