"""The chat side: the commands, the platforms that take them, the pumps that send, the owners to warn."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from yarl import URL

from bot import __version__
from bot.app.ground import Ground
from bot.app.rules import Rules
from bot.app.sample import HERALD
from bot.chat.console import ConsolePlatform
from bot.chat.discord import DiscordPlatform
from bot.chat.discord.inbound import NAME as DISCORD
from bot.chat.discord.platform import PERSON
from bot.chat.router import Router
from bot.chat.telegram import TelegramPlatform, Webhook
from bot.chat.webchat import OWNER, WebChatPlatform
from bot.chat.webhook import WebhookPlatform, guard_of
from bot.config import Settings
from bot.domain.models import Address
from bot.domain.pacing import pace_of
from bot.errors import BadInput, FeedRefused
from bot.ports import ChatPlatform, Clock, Hooks
from bot.services.alarm import Alarms, Owner
from bot.services.blockers import Notify
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
    """The router, its platforms, and the rooms of the web chat."""

    router: Router
    platforms: Sequence[ChatPlatform]
    web: WebChatPlatform
    telegram: TelegramPlatform | None
    rooms: Rooms


def open_chats(ground: Ground, manager: Manager, sources: Sources, rooms: Rooms, cases: UseCases) -> Chats:
    """The platforms that are set up, and the commands they carry."""
    settings, mode = ground.settings, ground.mode
    lanes: dict[str, str] = {}
    router = _router(ground, manager, sources, lanes, cases)
    hooks = Hooks(
        router.receive,
        router.suggest,
        router.observe,
        router.specs,
        router.actions,
        tuple(settings.owners),
    )
    web = WebChatPlatform(rooms, hooks)
    telegram = None if mode.demo else _telegram(settings, hooks, ground.clock)
    discord = None if mode.demo else _discord(settings, hooks)
    console = ConsolePlatform(hooks, Console(), sys.stdin) if mode.console else None
    hooked = None if mode.demo else _webhooks(settings, ground.clock)
    platforms: list[ChatPlatform] = [
        platform for platform in (telegram, discord, console, web, hooked) if platform is not None
    ]
    if telegram is not None:
        cases.linking.serve(telegram)
    lanes |= {platform.name: platform.lane for platform in platforms}
    return Chats(router, platforms, web, telegram, rooms)


def manager_of(ground: Ground, rules: Rules) -> Manager:
    """The use cases behind the commands."""
    alerts = ground.settings.alerts
    quotas = ground.settings.access
    defaults = Defaults(alerts.threshold, alerts.timezone, quotas.subscriptions, quotas.rule_length)
    return Manager(
        ground.database, rules.topics, rules.catalog.entities, rules.follow, ground.clock, defaults
    )


def cases_of(ground: Ground, manager: Manager, painter: Painter, rules: Rules, notify: Notify) -> UseCases:
    """The use cases beyond subscribing. `notify` tells those who run the bot."""
    settings, own = ground.settings, ground.settings.access
    quotas = Quotas(own.listed_only, own.commands_a_minute, frozenset(own.allow), frozenset(own.deny))
    return use_cases(
        ground.database,
        ground.clock,
        manager,
        painter,
        Footing(rules.catalog, rules.book, rules.topics, rules.follow, notify, settings.alerts.threshold),
        folder=settings.data_dir / "backups",
        quotas=quotas,
        timezone=settings.alerts.timezone,
    )


def pumps_of(ground: Ground, chats: Chats, alarms: Alarms) -> list[LanePump]:
    """One for each account, as fast as its platform allows."""
    paid = ground.settings.telegram.paid_broadcast
    return [
        LanePump(
            ground.database,
            platform,
            Composer(ground.database),
            ground.clock,
            pace=pace_of(platform.name, paid=paid),
            alarms=alarms,
        )
        for platform in chats.platforms
    ]


def alarms_of(settings: Settings, chats: Chats) -> Alarms:
    """Where those who run the bot are told of trouble: ``platform:user`` in the settings, and our own page.

    A private chat has its person's id on Telegram; on Discord it has to be opened. The web chat counts
    as only owners open it: at this machine, or signed in.
    """
    lanes = {platform.name: platform.lane for platform in chats.platforms}
    people = [owner.partition(":") for owner in settings.owners if not owner.startswith("web:")]
    places = [
        Address(platform, f"{PERSON}{user}" if platform == DISCORD else user)
        for platform, _, user in people
        if platform in lanes
    ]
    own = settings.web
    if own.enabled and (own.host in LOOPBACK or own.token or own.password_hash):
        places.append(Address(WebChatPlatform.name, HERALD.id))
    return Alarms([Owner(lanes[place.platform], place) for place in places], settings.alerts.timezone)


def _router(
    ground: Ground, manager: Manager, sources: Sources, lanes: Mapping[str, str], cases: UseCases
) -> Router:
    """The commands. Owners are who the settings name, who sits at the terminal, and whom the pages know."""
    owners = {*ground.settings.owners, "console:console", f"{WebChatPlatform.name}:{OWNER}"}
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


def _telegram(settings: Settings, hooks: Hooks, clock: Clock) -> TelegramPlatform | None:
    own = settings.telegram
    if own.token is None:
        return None
    webhook = None
    if own.webhook_url and own.webhook_secret:
        webhook = Webhook(own.webhook_url, own.webhook_secret.get_secret_value())
    return TelegramPlatform(
        own.token.get_secret_value(),
        hooks,
        api_base_url=own.api_base_url,
        webhook=webhook,
        clock=clock,
        paid_broadcast=own.paid_broadcast,
    )


def _discord(settings: Settings, hooks: Hooks) -> DiscordPlatform | None:
    own = settings.discord
    if own.token is None:
        return None
    return DiscordPlatform(
        own.token.get_secret_value(), hooks, api_base_url=own.api_base_url, gateway_url=own.gateway_url
    )
