"""What keeps strangers and other sites out of the pages: headers, the Host list, same origin, pace.

Nothing here knows who may do what; it only makes sure that a request comes from our own page.
"""

import ipaddress
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def content_security_policy(remote_images: bool) -> str:
    """The policy of every page: own scripts and styles only, nothing inline, no frames."""
    images = "'self' https:" if remote_images else "'self'"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; font-src 'self'; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


def security_headers(remote_images: bool) -> dict[str, str]:
    """The headers of every answer.

    `Referrer-Policy` is ``same-origin`` and not ``no-referrer``: with the latter browsers send
    ``Origin: null`` with our own forms (Fetch standard, "append a request Origin header").
    """
    return {
        "content-security-policy": content_security_policy(remote_images),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }


class SecureHeaders:
    """Adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class HostGuard:
    """Answers only to known names, so that a hostile name which resolves to us (DNS rebinding) gets nothing.

    An address in numbers is always allowed: a page of another site never has ours as its own address.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset({"localhost", *(host.lower() for host in hosts)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._known(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse(
            "Heraut is not known by this name here (setting web.allowed_hosts).\n", 421
        )
        await refusal(scope, receive, send)

    def _known(self, host: str) -> bool:
        name = _hostname(host)
        if name is None:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._hosts
        return True


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def same_origin(request: Request) -> bool:
    """Whether a changing request comes from our own page, or from no page at all.

    Browsers say where a POST comes from in Sec-Fetch-Site or Origin; a command-line client sends neither.
    The scheme is not compared: behind a TLS proxy we see http where the browser says https.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    # "https://name:port", or "null" for a page without an origin (RFC 6454, section 7).
    _, found, place = origin.partition("://")
    return bool(found) and place.lower() == request.headers.get("host", "").lower()
