"""Discord's gateway: discord.py's client, pointed where the settings say, its events carried to the hooks.

It connects with as many shards as Discord advises, each kept up by itself (`shards`), all in one process.
Only the `guilds` intent is asked for, which is not privileged: Heraut reads no messages and no members.
This must not send messages; deliveries go out through `rest`.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Self, cast

import discord
import structlog
import yarl
from discord.http import HTTPClient, Route

from bot.chat.discord import permissions
from bot.chat.discord.commands import registered, slash_commands
from bot.chat.discord.conversation import Conversation
from bot.chat.discord.forum import Forum, of_channel
from bot.chat.discord.inbound import NAME
from bot.chat.discord.sessions import Advice, Starts, advice_of
from bot.chat.discord.shards import Shard
from bot.chat.discord.thrift import thrifty
from bot.domain.models import Address
from bot.ports import ChatEvent, Hooks

CLOSE_WITHIN = 4.0
MOST_SERVERS_CHECKED = 50
_WELCOMED = frozenset({"shard_connect", "shard_resumed"})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Setup:
    """How an account connects.

    `lane` is the account, for the log; `starts` tells whose turn it is to begin a session; `pace` is waited
    for before each request; `delays` are seconds between a shard's attempts to connect, `settle` those of
    silence after which Discord has told all servers. The addresses are None where they are Discord's own.
    """

    lane: str
    starts: Starts
    pace: Callable[[], AbstractAsyncContextManager[None]]
    delays: Sequence[float]
    settle: float
    api_base: str | None
    gateway_url: str | None


class Gateway(discord.AutoShardedClient):
    """An account's connections to Discord, from log-in to close. A new one is made for each log-in."""

    def __init__(self, conversation: Conversation, hooks: Hooks, setup: Setup) -> None:
        self._setup = setup
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we have no voice to miss
        super().__init__(
            intents=discord.Intents(guilds=True),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=60.0,
            guild_ready_timeout=setup.settle,
        )
        self.lane = setup.lane
        self.starts = setup.starts
        self.kept: Sequence[Shard] = ()
        self._conversation = conversation
        self._hooks_of_heraut = hooks
        self._handlers_running: set[asyncio.Task[Any]] = set()

    @property
    def client(self) -> Self:
        """See `shards.Account`, which this is."""
        return self

    def _get_state(self, **options: Any) -> Any:
        # discord.py has no setting for its addresses; Route.BASE would change them for the whole process.
        # This is where the client hands its HTTP client to everything else, so ours goes in here.
        self.http = _Http(self.http, self._setup)
        state = thrifty(super()._get_state(**options))
        state.parsers["READY"] = _numbered(state.parsers["READY"])
        return state

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        # discord.py forgets its loop on closing, and a timer it started before fails on that.
        if self.is_closed():
            return
        if event in _WELCOMED:  # told while the event is read, where a listener would be told later
            self.kept[args[0]].welcomed()
        super().dispatch(event, *args, **kwargs)

    async def connect(self, *, reconnect: bool = True) -> None:
        """Keep all shards up until cancelled; see `Shard.keep` for what ends it.

        discord.py's own loop repairs one shard after the other; see `shards`.
        """
        # discord.py takes the count from here, to tell which server is of which shard.
        count = (await self.starts.advice(self.advice, fresh=0.0)).shards
        self.shard_count = self._connection.shard_count = count
        self._connection.shard_ids = range(count)
        self.kept = [Shard(self, number, self._setup.delays) for number in range(count)]
        try:
            async with asyncio.TaskGroup() as group:
                for shard in self.kept:
                    group.create_task(shard.keep(), name=f"{self.lane} shard {shard.number}")
        except ExceptionGroup as refused:
            raise refused.exceptions[0] from None

    async def advice(self) -> Advice:
        """What Discord advises now: one connection, where a REST interface of its own knows no such thing.

        Raises:
            discord.HTTPException, discord.GatewayNotFound: it does not say.
        """
        set_url = self._setup.gateway_url
        try:
            told = await self.http.request(Route("GET", "/gateway/bot"))
        except discord.NotFound:
            if set_url is None:
                raise
            told = {}
        return advice_of({"url": set_url, **told} if set_url and isinstance(told, dict) else told)

    def forget(self, shard: int) -> None:
        """Drop the servers of a shard: it is told all of them anew, but not those it was removed from."""
        for guild in [guild for guild in self.guilds if guild.shard_id == shard]:
            self._connection._remove_guild(guild)

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

    async def on_shard_ready(self, number: int) -> None:
        servers = sum(guild.shard_id == number for guild in self.guilds)
        log.info(
            "discord shard connected", lane=self.lane, shard=number, of=self.shard_count, servers=servers
        )

    async def on_ready(self) -> None:
        log.info("discord connected", bot=str(self.user), shards=self.shard_count, servers=len(self.guilds))

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
    """discord.py's HTTP client with its two addresses exchanged, for this client only."""

    def __init__(self, plain: HTTPClient, setup: Setup) -> None:
        super().__init__(plain.loop, max_ratelimit_timeout=plain.max_ratelimit_timeout)
        self._api_base = setup.api_base
        self._gateway_url = setup.gateway_url
        self._pace = setup.pace

    async def request(self, route: Route, **kwargs: Any) -> Any:
        if self._api_base:
            route.url = self._api_base + route.url.removeprefix(Route.BASE)
        async with self._pace():
            return await super().request(route, **kwargs)

    async def ws_connect(self, url: str, *, compress: int = 0) -> Any:
        if self._gateway_url is not None:
            url = str(yarl.URL(self._gateway_url).with_query(yarl.URL(url).query))
        return await super().ws_connect(url, compress=compress)


def _numbered(parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """Proxies of the gateway may leave out which shard a session is of, where there is only one."""

    def parse_ready(data: Any) -> None:
        data.setdefault("shard", [0, 1])
        parse(data)

    return parse_ready


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
