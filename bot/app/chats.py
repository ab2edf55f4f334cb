"""The chat side: the commands, the platforms that take them, the pumps that send, the owners to warn."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from yarl import URL

from bot import __version__
from bot.app.accounts import Account, hooks_of, open_accounts
from bot.app.ground import Ground
from bot.app.rules import Rules
from bot.app.sample import HERALD
from bot.chat.console import ConsolePlatform
from bot.chat.discord import DiscordPlatform
from bot.chat.discord.inbound import NAME as DISCORD
from bot.chat.discord.platform import PERSON
from bot.chat.router import Router
from bot.chat.telegram import TelegramPlatform
from bot.chat.webchat import OWNER, WebChatPlatform
from bot.chat.webhook import WebhookPlatform, guard_of
from bot.config import Settings
from bot.domain.accounts import owner_named
from bot.domain.models import Address
from bot.domain.pacing import pace_of
from bot.errors import BadInput, FeedRefused, Phrase
from bot.ports import ChatPlatform, Clock, Connection
from bot.services.accountwatch import MISTYPED, REFUSED
from bot.services.alarm import Alarms, Notify, Owner
from bot.services.charting import Painter
from bot.services.compose import Composer
from bot.services.delivery import LanePump
from bot.services.gate import Quotas
from bot.services.manage import Defaults, Manager
from bot.services.rooms import Rooms
from bot.services.sources import Sources
from bot.services.usecases import Footing, UseCases, use_cases
from bot.services.webhooks import Wanted, Webhooks

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Chats:
    """The platforms and the rooms of the web chat.

    Args:
        accounts: those in use on Telegram and Discord, by their names in the settings.
        left_out: the names of those that cannot be used.
    """

    router: Router
    platforms: Sequence[ChatPlatform]
    web: WebChatPlatform
    accounts: Mapping[str, Account]
    rooms: Rooms
    left_out: Sequence[str] = ()

    def troubles(self) -> dict[str, Phrase]:
        """The accounts that cannot be used now, and why."""
        refused = {key: REFUSED for key, account in self.accounts.items() if account.platform.refused}
        return dict.fromkeys(self.left_out, MISTYPED) | refused

    def connections(self) -> dict[str, Sequence[Connection]]:
        """Those of the accounts that listen on several, as far as this process listens for them."""
        sharded = [platform for platform in self.platforms if isinstance(platform, DiscordPlatform)]
        return {each.lane: found for each in sharded if (found := each.connections())}


def open_chats(ground: Ground, manager: Manager, sources: Sources, rooms: Rooms, cases: UseCases) -> Chats:
    """The platforms that are set up, and the commands they carry.

    Raises:
        BadInput: no account can be used as it is set up.
    """
    settings, mode = ground.settings, ground.mode
    router_of = partial(_router, ground, manager, sources, cases)
    router = router_of(
        {WebChatPlatform.name: WebChatPlatform.lane, ConsolePlatform.name: ConsolePlatform.lane}
    )
    hooks = hooks_of(router, settings)
    web = WebChatPlatform(rooms, hooks)
    accounts, left_out = (
        ({}, []) if mode.demo else open_accounts(settings, ground.database, ground.clock, router_of)
    )
    console = ConsolePlatform(hooks, Console(), sys.stdin) if mode.console else None
    hooked = None if mode.demo else _webhooks(settings, ground.clock)
    platforms: list[ChatPlatform] = [account.platform for account in accounts.values()]
    for platform in platforms:
        if isinstance(platform, TelegramPlatform):
            cases.linking.serve(platform)
    platforms += [platform for platform in (console, web, hooked) if platform is not None]
    return Chats(router, platforms, web, accounts, rooms, left_out)


def manager_of(ground: Ground, rules: Rules) -> Manager:
    """The use cases behind the commands."""
    alerts = ground.settings.alerts
    quotas = ground.settings.access
    defaults = Defaults(alerts.threshold, alerts.timezone, quotas.subscriptions, quotas.rule_length)
    return Manager(ground.database, rules.topics, rules.book, rules.follow, ground.clock, defaults)


def cases_of(ground: Ground, manager: Manager, painter: Painter, rules: Rules, notify: Notify) -> UseCases:
    """The use cases beyond subscribing. `notify` tells those who run the bot."""
    settings, own = ground.settings, ground.settings.access
    quotas = Quotas(own.listed_only, own.commands_a_minute, frozenset(own.allow), frozenset(own.deny))
    return use_cases(
        ground.database,
        ground.clock,
        manager,
        painter,
        Footing(rules.book, rules.topics, rules.follow, notify, settings.alerts.threshold),
        folder=settings.data_dir / "backups",
        quotas=quotas,
        timezone=settings.alerts.timezone,
    )


def pumps_of(ground: Ground, chats: Chats, alarms: Alarms) -> list[LanePump]:
    """One for each account, as fast as its platform allows."""
    paid = {account.platform.lane for account in chats.accounts.values() if account.paid}
    return [
        LanePump(
            ground.database,
            platform,
            Composer(ground.database),
            ground.clock,
            pace=pace_of(platform.name, paid=platform.lane in paid),
            alarms=alarms,
        )
        for platform in chats.platforms
    ]


def alarms_of(settings: Settings, chats: Chats) -> Alarms:
    """Where those who run the bot are told of trouble: as the settings name them, and on our own page.

    Each is told by the account they are named with; where that is not in use, by the first of its platform.
    A private chat has its person's id on Telegram; on Discord it has to be opened. The web chat counts as
    only owners open it: at this machine, or signed in.
    """
    lanes = {key: account.platform.lane for key, account in chats.accounts.items()}
    for platform in chats.platforms:
        lanes.setdefault(platform.name, platform.lane)
    owners = []
    for named in map(owner_named, settings.owners):
        person = f"{PERSON}{named.person}" if named.platform == DISCORD else named.person
        lane = lanes.get(named.key, lanes.get(named.platform))
        if lane and named.platform != WebChatPlatform.name:
            owners.append(Owner(lane, Address(named.platform, person)))
    own = settings.web
    if own.enabled and (own.host in LOOPBACK or own.token or own.password_hash):
        owners.append(Owner(chats.web.lane, Address(chats.web.name, HERALD.id)))
    return Alarms(owners, settings.alerts.timezone)


def _router(
    ground: Ground, manager: Manager, sources: Sources, cases: UseCases, lanes: Mapping[str, str]
) -> Router:
    """The commands. Owners are who the settings name, who sits at the terminal, and whom the pages know."""
    named = {owner_named(owner).who for owner in ground.settings.owners}
    owners = {*named, "console:console", f"{WebChatPlatform.name}:{OWNER}"}
    return Router(manager, sources, ground.clock, lanes, owners, cases)


async def align_webhooks(ground: Ground, manager: Manager) -> None:
    """Let the webhooks of the settings follow what these say, and others rest.

    Raises:
        BadInput: one of their topics or rules cannot be understood, or one stands in a private network.
    """
    settings = ground.settings
    hooks = () if ground.mode.demo else settings.webhook
    guard = guard_of([each.hook() for each in hooks])
    for each in hooks:
        try:
            guard.check_url(URL(each.url))
        except FeedRefused as error:
            raise BadInput(
                f"the webhook {each.name}: {error}", "set private = true if it is meant"
            ) from error
    wanted = [Wanted(each.name, (*each.topics, *each.rules)) for each in hooks]
    chats = Webhooks(ground.database, manager, ground.clock, WebhookPlatform.name, settings.alerts.language)
    await chats.align(wanted)


def _webhooks(settings: Settings, clock: Clock) -> WebhookPlatform | None:
    if not settings.webhook:
        return None
    hooks = [each.hook() for each in settings.webhook]
    return WebhookPlatform(hooks, f"Heraut/{__version__} (news herald; webhook)", clock)
