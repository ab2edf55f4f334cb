"""Signing in with name and password or with the token of the settings, and out again."""

from collections.abc import Mapping

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.errors import Phrase
from bot.web.access import PASSWORD_MOST, TOKEN_LENGTH
from bot.web.desk import Frame
from bot.web.forms import form_of
from bot.web.guard import Guesses
from bot.web.security import same_origin

log = structlog.get_logger()

HOME = "/"
NAME_MOST = 100


class Login:
    """The page for signing in. It is all that a stranger gets to see."""

    def __init__(self, frame: Frame, guesses: Guesses) -> None:
        self._frame = frame
        self._guesses = guesses

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/login", self.page, methods=["GET"]),
            Route("/login", self.enter, methods=["POST"]),
            Route("/logout", self.leave, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """The form."""
        return self._shown(request, inside(request.query_params.get("next", "")), wrong=False)

    async def enter(self, request: Request) -> Response:
        """Begin a session for who has the password or the token. It is a new one, whatever came along."""
        if not same_origin(request):
            raise HTTPException(403, Phrase("only this site's own pages may do that"))
        fields = await form_of(request)
        there = inside(fields.get("next", ""))
        wait = self._guesses.wait(request)
        if wait:
            raise HTTPException(429, Phrase("too many tries"), {"retry-after": str(int(wait) + 1)})
        if not await self._right(fields):
            log.warning("sign-in refused", client=request.client.host if request.client else "")
            return self._shown(request, there, wrong=True, name=fields.get("name", "")[:NAME_MOST])
        self._guesses.right(request)
        answer = RedirectResponse(there, 303)
        await self._frame.access.open(request, answer)
        return answer

    async def _right(self, fields: Mapping[str, str]) -> bool:
        access = self._frame.access
        if "token" in fields:
            return access.knows(fields["token"].strip())
        return await access.admits(fields.get("name", "").strip(), fields.get("password", ""))

    async def leave(self, request: Request) -> Response:
        """End the session."""
        await self._frame.changing(request)
        answer = RedirectResponse("/login", 303)
        await self._frame.access.close(request, answer)
        return answer

    def _shown(self, request: Request, there: str, *, wrong: bool, name: str = "") -> Response:
        return self._frame.bare(
            request,
            "login.html",
            403 if wrong else 200,
            wrong=wrong,
            next=there,
            has_login=self._frame.access.has_login,
            has_token=self._frame.access.has_token,
            name=name,
            name_most=NAME_MOST,
            password_most=PASSWORD_MOST,
            token_length=TOKEN_LENGTH,
        )


def inside(there: str) -> str:
    """A path of this site to go on to; the home page for everything else (an open redirect is a trap)."""
    plain = there.startswith("/") and not there.startswith(("//", "/\\")) and len(there) < 500
    return there if plain and there.isascii() and there.isprintable() and "\\" not in there else HOME
