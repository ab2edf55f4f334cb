"""Where Telegram brings updates when a webhook is set: checked, read within limits, handed over."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

MAX_UPDATE_BYTES = 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  a header's name


def telegram_webhook(
    path: str, is_genuine: Callable[[str | None], bool], take: Callable[[object], Awaitable[bool]]
) -> Route:
    """The endpoint for Telegram's updates (core.telegram.org/bots/api#setwebhook).

    Args:
        path: of the webhook's address.
        is_genuine: whether the secret that came along is ours.
        take: keeps an update; False when it has to be brought again.
    """

    async def endpoint(request: Request) -> Response:
        if not is_genuine(request.headers.get(SECRET_HEADER)):
            return _answer(HTTPStatus.FORBIDDEN)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_UPDATE_BYTES:
                return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return _answer(HTTPStatus.BAD_REQUEST)
        return _answer(HTTPStatus.OK if await take(update) else HTTPStatus.SERVICE_UNAVAILABLE)

    return Route(path, endpoint, methods=["POST"])


def _answer(status: HTTPStatus) -> Response:
    return PlainTextResponse(status.phrase, status)
