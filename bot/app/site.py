"""The web side: pages, web chat, programs' access and health, on one port."""

import contextlib
import socket
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import structlog
from starlette.applications import Starlette
from starlette.routing import Route

from bot import __version__
from bot.app.chats import Chats
from bot.app.ground import Ground, Mode
from bot.config import Settings
from bot.ports import Connections
from bot.services.chatdesk import ChatDesk
from bot.services.manage import Manager
from bot.services.rulebook import RuleBook
from bot.store import feeds
from bot.store.database import Database
from bot.web.access import Access, Login
from bot.web.app import create_app
from bot.web.connections import details
from bot.web.desk import Desk
from bot.web.health import Health, create_probes
from bot.web.server import listen
from bot.web.settingsview import shown
from bot.web.webhook import telegram_webhook

log = structlog.get_logger()


def listener_of(settings: Settings, mode: Mode) -> "contextlib.closing[socket.socket] | None":
    """The port of the pages, or of a process without pages that shall say how it is; None without either.

    Raises:
        BadInput: the port is taken.
    """
    brought = mode.role.sends and any(each.webhook_url for each in settings.telegram.used().values())
    if not (brought or (settings.web.enabled or mode.demo if mode.role.serves else settings.web.probes)):
        return None
    return contextlib.closing(listen(settings.web.host, settings.web.port))


def site_of(
    settings: Settings, chats: Chats, manager: Manager, desk: Desk, ready: Callable[[], bool]
) -> Starlette:
    """The pages. `ready` says whether everything runs."""
    routes, hosts = _doors(chats)
    return create_app(
        desk=desk,
        chats=ChatDesk(desk.database, manager, desk.clock),
        settings=shown(settings),
        rooms=chats.rooms,
        say=chats.web.say,
        suggest=chats.web.suggest,
        commands=chats.router.specs,
        health=lambda: _health(desk.database, chats.connections),
        ready=ready,
        connections=chats.connections,
        version=__version__,
        token=settings.web.token.get_secret_value() if settings.web.token else "",
        login=_login(settings),
        hosts=[*settings.web.allowed_hosts, *hosts],
        routes=routes,
    )


def probes_of(
    ground: Ground, chats: Chats, book: RuleBook, ready: Callable[[], bool], attended: Mapping[str, bool]
) -> Starlette:
    """What a process without pages answers. `attended` says for which accounts it speaks now."""
    own = ground.settings.web
    token = own.token.get_secret_value() if own.token else ""
    routes, hosts = _doors(chats) if ground.mode.role.sends else ([], [])
    return create_probes(
        access=Access(ground.database, ground.clock, token=token, login=None),
        health=lambda: _health(ground.database, chats.connections),
        ready=ready,
        connections=chats.connections,
        attended=attended,
        version=__version__,
        book=book,
        hosts=[*own.allowed_hosts, *hosts],
        routes=routes,
    )


def _doors(chats: Chats) -> tuple[list[Route], list[str]]:
    """Where Telegram brings updates, whichever process of ours it reaches; and the names it calls us by."""
    routes, hosts = [], []
    for webhook in (account.webhook for account in chats.accounts.values()):
        if webhook:
            parts = urlsplit(webhook.url)
            hosts.append(parts.hostname or "")
            routes.append(telegram_webhook(parts.path or "/", webhook.is_genuine, webhook.take))
    return routes, hosts


def _login(settings: Settings) -> Login | None:
    own = settings.web
    return Login(own.login, own.password_hash.get_secret_value()) if own.password_hash else None


async def _health(database: Database, connections: Connections) -> Health:
    """A connection that is down is told, and no reason to end the process: it comes back by itself."""
    try:
        async with database.read() as tx:
            known = {"feeds": await feeds.count(tx)}
        told = details(connections())
        return Health(True, known | ({"connections": told} if told else {}))
    except Exception:
        # Whatever the database raises, the answer is the same: not healthy.
        log.exception("health check failed")
        return Health(False, {"reason": "the database does not answer"})
