"""The site: which pages it has, and what stands in front of them. Everything it needs is passed in."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bot.errors import Phrase
from bot.ports import CommandSpec, Connections
from bot.services.chatdesk import ChatDesk
from bot.services.rooms import Rooms
from bot.web import api
from bot.web import pages as news
from bot.web.access import Access, Login
from bot.web.chat import Chat, Say, Suggest
from bot.web.connections import measured
from bot.web.desk import Desk, Frame
from bot.web.guard import Guard, Guesses
from bot.web.health import Ask, health_routes
from bot.web.metrics import Metrics
from bot.web.output import Output
from bot.web.render import Pages
from bot.web.security import HostGuard, SecureHeaders, security_headers
from bot.web.settingsview import Group
from bot.web.trials import Trials
from bot.web.words import language_of, words


def create_app(
    *,
    desk: Desk,
    chats: ChatDesk,
    rooms: Rooms,
    say: Say,
    suggest: Suggest,
    commands: Sequence[CommandSpec],
    health: Ask,
    version: str,
    ready: Callable[[], bool] = lambda: True,
    connections: Connections = dict,
    token: str = "",
    login: Login | None = None,
    title: str = "Heraut",
    hosts: Collection[str] = (),
    remote_images: bool = False,
    settings: Sequence[Group] = (),
    routes: Sequence[Route] = (),
) -> Starlette:
    """The site as an ASGI application.

    Args:
        desk: what the pages read.
        chats: the chats, for who may change them.
        rooms: the web chat's rooms; the first one is the home page.
        say: carries out what a person types.
        suggest: completes an argument.
        health: asked by ``/health``, which answers 200 or 503.
        ready: whether the work goes on: begun and not ending; asked by ``/ready``, for whoever sends traffic.
        connections: tells those of accounts that listen on several.
        token: opens the site to other machines, and to changes; "" for neither.
        login: name and password that do the same for people; None for neither.
        hosts: names besides localhost by which browsers may call us.
        remote_images: show the pictures of alerts. They stand on the publishers' servers, which would then
            see who reads what.
        settings: those of this installation, without any secret.
        routes: further endpoints, which check for themselves who calls.
    """
    pages = Pages(desk.clock.now, title, version, remote_images, desk.topic_names)
    access = Access(desk.database, desk.clock, token=token, login=login)
    guesses = Guesses()
    trials = Trials(desk)
    frame = Frame(pages, rooms, desk, access, chats, settings)
    chat = Chat(pages, rooms, say, suggest, commands, access)
    headers = security_headers(remote_images)
    on_error = _error_handler(pages, headers)
    return Starlette(
        routes=[
            *chat.routes,
            *Output(desk, trials).routes,
            *news.routes(frame, guesses, trials),
            *api.routes(desk, version),
            *Metrics(desk, version, lambda: measured(connections())).routes,
            *routes,
            *health_routes(health, ready, version),
            Mount("/static", Revalidated(directory=Path(__file__).parent / "static")),
        ],
        middleware=[
            Middleware(SecureHeaders, headers=headers),
            Middleware(HostGuard, hosts=hosts),
            Middleware(Guard, access=access, guesses=guesses, public=routes),
        ],
        exception_handlers={HTTPException: on_error, Exception: on_error},
    )


class Revalidated(StaticFiles):
    """Static files that browsers keep but ask about, so that an upgrade is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


def _error_handler(
    pages: Pages, headers: Mapping[str, str]
) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Errors as a page for people and as JSON for programs; nothing of a failure inside is shown."""

    async def handler(request: Request, error: Exception) -> Response:
        known = (
            error if isinstance(error, HTTPException) else HTTPException(500, Phrase("this is in the log"))
        )
        # An unexpected failure is answered outside of the middleware that adds the headers.
        own = {**(known.headers or {}), **headers}
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse({"error": known.detail}, known.status_code, headers=own)
        language = language_of(request)
        missing = known.status_code == HTTPStatus.NOT_FOUND
        word = words(language)
        heading = word("This page does not exist" if missing else "This did not work")
        html = pages.page(
            "error.html", language, heading=heading, detail="" if missing else word(known.detail)
        )
        return HTMLResponse(html, known.status_code, headers=own)

    return handler
