"""Where a request is on its way through redirects, and what it may carry to the next host."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aiohttp import hdrs
from multidict import CIMultiDict
from yarl import URL

from bot.errors import FeedUnreachable
from bot.feeds.headers import split_login

_PERMANENT = frozenset((301, 308))
_FOR_ANY_HOST = frozenset(
    name.lower() for name in (hdrs.ACCEPT, hdrs.ACCEPT_LANGUAGE, hdrs.ACCEPT_ENCODING, hdrs.USER_AGENT)
)


@dataclass(frozen=True, slots=True)
class Trail:
    """One hop of a request.

    Args:
        url: what is asked now, without user and password.
        origin: what was asked first, with them.
        login: the Authorization header, None when there is none or it must stay behind.
        headers: the request's own headers.
        moved_to: where permanent redirects, and only those, led so far.
        seen: the URLs before this one.
    """

    url: URL
    origin: URL
    login: str | None
    headers: Mapping[str, str]
    moved_to: URL | None = None
    only_permanent: bool = True
    seen: frozenset[URL] = field(default_factory=frozenset)

    @classmethod
    def start(cls, address: str, headers: Mapping[str, str]) -> "Trail":
        """The first hop.

        Raises:
            ValueError: the address is not a URL.
        """
        origin = URL(address)
        url, login = split_login(origin)
        return cls(url.with_fragment(None) if url.raw_fragment else url, origin, login, headers)

    def to_send(self) -> Mapping[str, str]:
        """The headers of this hop."""
        if self.login is None:
            return self.headers
        sent = CIMultiDict(self.headers)
        sent.setdefault(hdrs.AUTHORIZATION, self.login)
        return sent

    def next(self, status: int, location: str | None) -> "Trail":
        """The hop a redirect leads to.

        Login and private headers (a cookie, a token) stay with the host they were meant for, and are
        never carried from https to http.

        Raises:
            FeedUnreachable: it leads nowhere, or back to where we were.
        """
        target = self._target(status, location)
        seen = self.seen | {self.url}
        if target in seen:
            raise FeedUnreachable("the redirects go round in a circle", status=status)
        only_permanent = self.only_permanent and status in _PERMANENT
        hop = replace(
            self,
            url=target,
            seen=seen,
            only_permanent=only_permanent,
            moved_to=target if only_permanent else self.moved_to,
        )
        return hop if self._trusts(target) else hop._without_secrets()

    def _target(self, status: int, location: str | None) -> URL:
        if not location:
            raise FeedUnreachable(f"{status} without an address to go to", status=status)
        try:
            target = self.url.join(URL(location))
        except ValueError as error:
            raise FeedUnreachable(f"{status} to something that is no address", status=status) from error
        return split_login(target)[0].with_fragment(None)

    def _trusts(self, target: URL) -> bool:
        if (target.scheme, target.host, target.port) == (self.url.scheme, self.url.host, self.url.port):
            return True
        upgraded = self.url.scheme == "http" and target.scheme == "https"
        return upgraded and target.host == self.url.host

    def _without_secrets(self) -> "Trail":
        kept = {name: value for name, value in self.headers.items() if name.lower() in _FOR_ANY_HOST}
        return replace(self, login=None, headers=kept)

    @property
    def new_address(self) -> str | None:
        """Where the feed lives from now on, with its login if that may go there; None if it has not moved."""
        if self.moved_to is None or self.moved_to == split_login(self.origin)[0]:
            return None
        if self.login is None:
            return str(self.moved_to)
        return str(self.moved_to.with_user(self.origin.user).with_password(self.origin.password))
