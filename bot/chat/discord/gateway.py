"""Discord's gateway: discord.py's client, pointed where the settings say, its events carried to the hooks.

Only the `guilds` intent is asked for, which is not privileged: Heraut reads no messages and no members.
This must not send messages; deliveries go out through `rest`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.chat.discord import permissions
from bot.chat.discord.commands import registered, slash_commands
from bot.chat.discord.conversation import Conversation
from bot.chat.discord.forum import Forum, of_channel
from bot.chat.discord.inbound import NAME
from bot.domain.models import Address
from bot.ports import ChatEvent, Hooks

CLOSE_WITHIN = 4.0
MOST_SERVERS_CHECKED = 50

log = structlog.get_logger()


class Gateway(discord.Client):
    """One connection to Discord, from log-in to close. A new one is made for each attempt to connect."""

    def __init__(
        self,
        conversation: Conversation,
        hooks: Hooks,
        api_base: str | None,
        gateway_url: str | None,
        settle: float,
        pace: Callable[[], Awaitable[None]],
    ) -> None:
        self._far_end = (api_base, gateway_url, pace)
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we have no voice to miss
        super().__init__(
            intents=discord.Intents(guilds=True),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=60.0,
            guild_ready_timeout=settle,
        )
        self._conversation = conversation
        self._hooks_of_heraut = hooks
        self._handlers_running: set[asyncio.Task[Any]] = set()

    def _get_state(self, **options: Any) -> Any:
        # discord.py has no setting for its addresses; Route.BASE would change them for the whole process.
        # This is where the client hands its HTTP client to everything else, so ours goes in here.
        self.http = _Http(self.http, *self._far_end)
        return super()._get_state(**options)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        # discord.py forgets its loop on closing, and a timer it started before fails on that.
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def setup_hook(self) -> None:
        """Register the commands, if Discord does not have them as they are.

        A refusal is reported and no more: alerts and earlier commands work without.
        """
        ours = slash_commands(self._hooks_of_heraut.commands)
        assert self.application_id is not None  # noqa: S101  discord.py sets it before it calls this
        try:
            if not registered(ours, await self._known_commands(self.application_id)):
                await self.http.bulk_upsert_global_commands(self.application_id, ours)
                log.info("discord commands registered", commands=len(ours))
        except (discord.HTTPException, discord.RateLimited) as error:
            log.exception("discord commands not registered", why=str(error)[:300])

    async def _known_commands(self, application: int) -> Sequence[Mapping[str, Any]]:
        try:
            # discord.py asks for them without their translations.
            path = "/applications/{application_id}/commands?with_localizations=true"
            asked = self.http.request(discord.http.Route("GET", path, application_id=application))
            return cast("Sequence[Mapping[str, Any]]", await asked)
        except discord.HTTPException:  # then writing them tells whether it matters
            return ()

    async def on_ready(self) -> None:
        log.info("discord connected", bot=str(self.user), servers=len(self.guilds))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  discord.py runs each event in a task of its own
        self._handlers_running.add(task)
        try:
            await self._conversation.handle(interaction)
        finally:
            self._handlers_running.discard(task)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        # Also told for each server when we connect: what came back while we were away is noticed here.
        if len(self.guilds) <= MOST_SERVERS_CHECKED:
            await self._returned(_channels(guild))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._returned(_channels(guild))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._lost(_channels(guild), "the bot was removed from the server")

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._lost([channel], "the channel was deleted")

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        await self._observe(event.thread_id, "gone", "the thread was deleted")

    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        if _lacking(before) and not _lacking(after):
            await self._returned([after])

    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        if (before.locked and not after.locked) or (before.archived and not after.archived):
            await self._returned([after])

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        log.exception("discord event failed", event_name=event_method)

    def lacking(self, channel: int) -> tuple[str, ...]:
        """The permission that keeps us out of a channel, if the gateway has told us; () when we cannot say.

        Only the first one: discord.py takes those that depend on it away with it.
        """
        known = self.get_channel(channel)
        return _lacking(known)[:1] if isinstance(known, discord.abc.GuildChannel | discord.Thread) else ()

    def forum(self, channel: int) -> Forum | None:
        """A forum that the gateway has told us of."""
        known = self.get_channel(channel)
        return of_channel(known) if isinstance(known, discord.ForumChannel) else None

    async def shut(self) -> None:
        """Let answers on their way out finish for a moment, then close the connection."""
        if self._handlers_running:
            _, late = await asyncio.wait(self._handlers_running, timeout=CLOSE_WITHIN / 2)
            for task in late:
                task.cancel()
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await self.close()
        except TimeoutError:
            log.warning("discord close slow")

    async def _returned(self, channels: Iterable[discord.abc.GuildChannel | discord.Thread]) -> None:
        for channel in channels:
            if not _lacking(channel):
                await self._observe(channel.id, "joined", f"{channel.guild.name} #{channel.name}")

    async def _lost(self, channels: Iterable[discord.abc.GuildChannel | discord.Thread], why: str) -> None:
        for channel in channels:
            await self._observe(channel.id, "gone", why)

    async def _observe(self, channel: int, kind: Any, detail: str) -> None:
        await self._hooks_of_heraut.observe(ChatEvent(Address(NAME, str(channel)), kind, detail))


class _Http(HTTPClient):
    """discord.py's HTTP client with its two addresses exchanged, for this client only.

    A REST interface of its own names its gateway when no gateway is set.
    """

    def __init__(
        self,
        plain: HTTPClient,
        api_base: str | None,
        gateway_url: str | None,
        pace: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(plain.loop, max_ratelimit_timeout=plain.max_ratelimit_timeout)
        self._api_base = api_base
        self._gateway_url = gateway_url
        self._pace = pace

    async def request(self, route: Route, **kwargs: Any) -> Any:
        if self._api_base:
            route.url = self._api_base + route.url.removeprefix(Route.BASE)
        await self._pace()
        return await super().request(route, **kwargs)

    async def ws_connect(self, url: str, *, compress: int = 0) -> Any:
        asked, base = yarl.URL(url), self._gateway_url
        if base is None and self._api_base and asked.host == DiscordWebSocket.DEFAULT_GATEWAY.host:
            base = (await self.request(Route("GET", "/gateway/bot")))["url"]
        if base is not None:
            url = str(yarl.URL(base).with_query(asked.query))
        return await super().ws_connect(url, compress=compress)


def _channels(guild: discord.Guild) -> list[discord.abc.GuildChannel | discord.Thread]:
    """Where messages can go in a server. Categories hold channels, not messages."""
    kinds = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel
    return [*(channel for channel in guild.channels if isinstance(channel, kinds)), *guild.threads]


def _lacking(channel: discord.abc.GuildChannel | discord.Thread) -> tuple[str, ...]:
    try:
        allowed = channel.permissions_for(channel.guild.me)
    except (AttributeError, discord.ClientException):  # our own membership, or the parent, is not known yet
        return ()
    return permissions.missing(allowed, thread=isinstance(channel, discord.Thread))
