"""Who may read and who may change: a session after signing in, a token for programs, and this machine.

Reading is free for requests of this machine. Everything else needs a session, begun with the token or with
name and password of the settings, or the token in the Authorization header. Changes need a session always,
as only that can prove that a form is ours. Nothing here knows what is changed.

A session is a signed cookie whose random part also stands (hashed) in the database: it ends by its time, by
signing out, by signing in again, or by another token or password in the settings, wherever a copy of it is.
"""

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from starlette.requests import Request
from starlette.responses import Response

from bot.ports import Clock
from bot.store import websessions
from bot.store.database import Database

COOKIE = "heraut_session"
LASTS = timedelta(days=7)
TOKEN_LENGTH = 16
"""The least number of characters of a token: it is a key, not a word to remember."""
PASSWORD_MOST = 1024
_COOKIE_MOST = 300
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
_FOUND = "heraut.session"


@dataclass(frozen=True, slots=True)
class Login:
    """Name and password of who runs this; the password as Argon2 hash (RFC 9106) in its encoded form."""

    name: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in. `csrf` must come back with every change: another site cannot know it."""

    csrf: str


class Access:
    """Judges requests.

    Args:
        database: where sessions stand.
        clock: the time, for the end of sessions.
        token: opens everything; "" for none.
        login: name and password that open everything; None for none. With neither, nobody changes anything
            and the pages are read on this machine only.
    """

    def __init__(
        self, database: Database, clock: Clock, *, token: str = "", login: Login | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._token = token
        self._login = login
        # One password is tried at a time: each try takes 64 MiB for some 50 ms.
        self._trying = asyncio.Semaphore(1)
        # From the secrets: other ones end all sessions, a restart none. scrypt, so that a stolen cookie is
        # no quick way to try them.
        secret = "\0".join([token, login.name if login else "", login.password_hash if login else ""])
        self._key = hashlib.scrypt(secret.encode(), salt=b"heraut session", n=2**14, r=8, p=1)

    @property
    def can_change(self) -> bool:
        """Whether anybody can sign in here at all."""
        return self.has_token or self.has_login

    @property
    def has_token(self) -> bool:
        """Whether a token opens this site."""
        return bool(self._token)

    @property
    def has_login(self) -> bool:
        """Whether a name and a password open this site."""
        return self._login is not None

    def knows(self, token: str) -> bool:
        """Whether this is the token. Takes the same time for every wrong one."""
        return self.has_token and _same(token, self._token)

    async def admits(self, name: str, password: str) -> bool:
        """Whether name and password are the settings'. A wrong name takes as long as a wrong password."""
        if self._login is None or len(password) > PASSWORD_MOST:
            return False
        async with self._trying:
            right = await asyncio.to_thread(_verified, self._login.password_hash, password)
        return _same(name, self._login.name) and right

    async def open(self, request: Request, response: Response) -> None:
        """Begin a session: the caller has shown the token or the password. An earlier one of theirs ends."""
        now = self._clock.now()
        body = f"{int(now.timestamp())}.{secrets.token_urlsafe(24)}"
        async with self._database.write() as tx:
            if old := self._signed(request):
                await websessions.end(tx, _name(old))
            await websessions.begin(tx, _name(body), now + LASTS, now)
        response.set_cookie(
            COOKIE,
            f"{body}.{self._signature(body)}",
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=_over_tls(request),
        )

    async def close(self, request: Request, response: Response) -> None:
        """End a session, also for copies of its cookie."""
        if body := self._signed(request):
            async with self._database.write() as tx:
                await websessions.end(tx, _name(body))
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")

    async def recognise(self, request: Request) -> Session | None:
        """Find the session of a request, once, before anybody asks for it with `session`."""
        body = self._signed(request) if self.can_change else None
        found = None
        if body is not None and await self._stands(body):
            found = Session(self._signature(f"csrf.{body}"))
        request.scope[_FOUND] = found
        return found

    def session(self, request: Request) -> Session | None:
        """The session that `recognise` found."""
        found: Session | None = request.scope.get(_FOUND)
        return found

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

    def is_owner(self, request: Request) -> bool:
        """Whether whoever asks runs this bot: signed in, with the token, or at this very machine."""
        return self.may_read(request) or self.knows(self.presented(request) or "")

    def _signed(self, request: Request) -> str | None:
        """What a cookie of ours says: when it was issued and a random name; None for any other cookie."""
        cookie = request.cookies.get(COOKIE, "")
        body, _, signature = cookie.rpartition(".")
        ours = hmac.compare_digest(signature.encode("utf-8", "replace"), self._signature(body).encode())
        return body if ours and len(cookie) <= _COOKIE_MOST else None

    async def _stands(self, body: str) -> bool:
        issued = datetime.fromtimestamp(int(body.partition(".")[0]), UTC)
        now = self._clock.now()
        if not timedelta(minutes=-1) <= now - issued < LASTS:
            return False
        async with self._database.read() as tx:
            return await websessions.holds(tx, _name(body), now)

    def _signature(self, body: str) -> str:
        digest = hmac.digest(self._key, body.encode("utf-8", "replace"), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _name(body: str) -> str:
    """The name of a session in the database, from which nobody can make its cookie."""
    return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(
        hashlib.sha256(given.encode("utf-8", "replace")).digest(), hashlib.sha256(wanted.encode()).digest()
    )


def _verified(password_hash: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(password_hash, password.encode("utf-8", "replace"))
    except (VerificationError, InvalidHashError):
        return False


def _over_tls(request: Request) -> bool:
    """Whether the browser came by https: to us, or to a proxy that says so."""
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", "").strip().lower())


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
