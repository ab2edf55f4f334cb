"""The accounts on Telegram and Discord that are set up: each with its token, its lane and its own router.

One that cannot be used is left out and named in the log; the others go on without it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import structlog

from bot.chat.discord import DiscordPlatform
from bot.chat.router import Router
from bot.chat.telegram import TelegramPlatform, Webhook
from bot.chat.telegram.platform import lane_of
from bot.config import DiscordAccount, Settings, TelegramAccount
from bot.domain.accounts import key_of, owner_named
from bot.errors import BadInput
from bot.ports import Clock, Hooks
from bot.services.inbox import Inbox
from bot.store.database import Database

log = structlog.get_logger()

Platform = TelegramPlatform | DiscordPlatform


@dataclass(frozen=True, slots=True)
class Account:
    """An account in use.

    Args:
        webhook: where its updates are brought; None when it asks for them.
        paid: whether it sends above the free rate.
    """

    platform: Platform
    webhook: Webhook | None = None
    paid: bool = False


def open_accounts(
    settings: Settings, database: Database, clock: Clock, router_of: Callable[[dict[str, str]], Router]
) -> tuple[dict[str, Account], list[str]]:
    """The accounts as they are set up; none is connected yet.

    Args:
        settings: say which there are.
        database: where what is brought to them is kept.
        clock: the time.
        router_of: makes the router of one account from the lane that serves its platform.

    Returns:
        Those in use by their names in the settings, the first of a platform first; and the names of the rest.

    Raises:
        BadInput: there are accounts, and none of them can be used.
    """
    opened: dict[str, Account] = {}
    problems: dict[str, BadInput] = {}
    for key, make in _wanted(settings, database, clock):
        # What is said to an account is answered by it: two bots may know one person, or one group.
        lanes: dict[str, str] = {}
        try:
            account = make(hooks_of(router_of(lanes), settings))
        except BadInput as problem:
            log.critical("account left out", account=key, problem=problem.message, hint=problem.hint)
            problems[key] = problem
            continue
        lanes[account.platform.name] = account.platform.lane
        opened[key] = account
    if problems and not opened:
        raise next(iter(problems.values()))
    return opened, list(problems)


def hooks_of(router: Router, settings: Settings) -> Hooks:
    """What a platform calls, and offers."""
    owners = tuple(owner_named(owner).who for owner in settings.owners)
    return Hooks(router.receive, router.suggest, router.observe, router.specs, router.actions, owners)


def _wanted(
    settings: Settings, database: Database, clock: Clock
) -> Iterator[tuple[str, Callable[[Hooks], Account]]]:
    for name, own in settings.telegram.used().items():
        yield key_of(TelegramPlatform.name, name), partial(_telegram, own, database, clock)
    for name, bot in settings.discord.used().items():
        yield key_of(DiscordPlatform.name, name), partial(_discord, bot)


def _telegram(own: TelegramAccount, database: Database, clock: Clock, hooks: Hooks) -> Account:
    token, webhook = own.token.get_secret_value() if own.token else "", None
    if own.webhook_url and own.webhook_secret:
        inbox = Inbox(database, lane_of(token), clock)
        webhook = Webhook(own.webhook_url, own.webhook_secret.get_secret_value(), inbox)
    platform = TelegramPlatform(
        token,
        hooks,
        api_base_url=own.api_base_url,
        webhook=webhook,
        clock=clock,
        paid_broadcast=own.paid_broadcast,
    )
    return Account(platform, webhook, own.paid_broadcast)


def _discord(own: DiscordAccount, hooks: Hooks) -> Account:
    token = own.token.get_secret_value() if own.token else ""
    return Account(DiscordPlatform(token, hooks, api_base_url=own.api_base_url, gateway_url=own.gateway_url))
