"""Who may read and who may change: a session after signing in, a token for programs, and this machine.

Reading is free for requests of this machine. Everything else needs the token of the settings, in a signed
session or in the Authorization header. Changes need it always. Nothing here knows what is changed.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bot.ports import Clock

COOKIE = "heraut_session"
LASTS = timedelta(days=7)
TOKEN_LENGTH = 16
"""The least number of characters of a token: it is a key, not a word to remember."""
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in. `csrf` must come back with every change: another site cannot know it."""

    csrf: str


class Access:
    """Judges requests.

    Args:
        token: opens everything; "" for an installation that is read on its own machine only.
        clock: the time, for the end of sessions.
    """

    def __init__(self, token: str, clock: Clock) -> None:
        self._token = token
        self._clock = clock
        # From the token: a new token ends all sessions, a restart none. scrypt, so that a stolen cookie
        # is no quick way to try tokens.
        self._key = hashlib.scrypt(token.encode(), salt=b"heraut session", n=2**14, r=8, p=1)

    @property
    def can_change(self) -> bool:
        """Whether anybody can sign in here at all."""
        return bool(self._token)

    def knows(self, token: str) -> bool:
        """Whether this is the token. Takes the same time for every wrong one."""
        given = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        wanted = hashlib.sha256(self._token.encode()).digest()
        return hmac.compare_digest(given, wanted) and bool(self._token)

    def open(self, request: Request, response: Response) -> None:
        """Begin a session: the caller has shown the token."""
        issued = int(self._clock.now().timestamp())
        body = f"{issued}.{secrets.token_urlsafe(16)}"
        response.set_cookie(
            COOKIE,
            f"{body}.{self._signature(body)}",
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

    def close(self, response: Response) -> None:
        """End a session."""
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")

    def session(self, request: Request) -> Session | None:
        """The session of a request, if it has a valid one."""
        body, _, signature = request.cookies.get(COOKIE, "").rpartition(".")
        if not self._token or not hmac.compare_digest(
            signature.encode("utf-8", "replace"), self._signature(body).encode()
        ):
            return None
        issued, _, _nonce = body.partition(".")
        age = self._clock.now().timestamp() - int(issued)
        if not -60 <= age < LASTS.total_seconds():
            return None
        return Session(self._signature(f"csrf.{body}"))

    def presented(self, request: Request) -> str | None:
        """The token in the Authorization header: as a bearer's (RFC 6750) or as a password (RFC 7617)."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return value.strip()
        if scheme.lower() != "basic":
            return None
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except ValueError:  # binascii.Error and UnicodeDecodeError are ValueErrors
            return ""

    def may_read(self, request: Request) -> bool:
        """Whether this request may see what is shown; a presented token is judged by the caller."""
        return is_local(request) or self.session(request) is not None

    def _signature(self, body: str) -> str:
        digest = hmac.digest(self._key, body.encode("utf-8", "replace"), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_local(request: Request) -> bool:
    """Whether a request was made on this machine, for this machine, and not on somebody's behalf.

    A proxy that runs here connects from here too; it shows itself by its headers or by the name it was
    called by.
    """
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    return _loopback(request.client.host) and _loopback(_name_of(request))


def _name_of(request: Request) -> str:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
