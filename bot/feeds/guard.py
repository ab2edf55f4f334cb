"""Keeps requests out of private networks (server-side request forgery).

The rule is applied twice: to the URL before each request and each redirect (scheme, names of this machine,
literal addresses in any notation), and to every address a name resolves to, at the moment of connecting,
so that a name whose address changes between check and use (DNS rebinding) gains nothing. It must not
connect or fetch anything itself.

See RFC 6890 (special-purpose addresses) and the OWASP cheat sheet on server-side request forgery.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.errors import FeedRefused

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_REFUSED_V6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "64:ff9b:1::/48",  # local NAT64, Teredo and 6to4: the IPv4 address inside may be private
            "2001::/32",
            "2002::/16",
            "fec0::/10",  # site-local, deprecated and still routed here and there
        ),
    )
)
_REFUSED_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "168.63.129.16/32",  # the metadata service of Azure, and below that of Oracle: public ranges
            "192.0.0.0/24",
        ),
    )
)
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".localdomain")
_DNS_THREADS = 8

LookUp = Callable[[str, int, int], list[ResolveResult]]
"""Asks for the addresses of (host, port, address family); raises OSError. It may block."""


class AddressRefused(OSError):
    """A name resolved to addresses of private networks only."""


def is_public(address: str) -> bool:
    """Whether a literal IPv4 or IPv6 address belongs to the public internet.

    An IPv6 address that wraps an IPv4 one (mapped, NAT64) is judged by the one inside.

    Raises:
        ValueError: it is not an address in its canonical notation.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return _is_public_v4(ip.ipv4_mapped)
        if ip in _NAT64:
            return _is_public_v4(IPv4Address(ip.packed[-4:]))
        if any(ip in network for network in _REFUSED_V6):
            return False
        return ip.is_global and not (ip.is_multicast or ip.is_reserved)
    return _is_public_v4(ip)


def _is_public_v4(ip: IPv4Address) -> bool:
    refused = ip.is_multicast or ip.is_reserved or any(ip in network for network in _REFUSED_V4)
    return ip.is_global and not refused


def _is_odd_ipv4(host: str) -> bool:
    """Whether the operating system would read this as IPv4 though it is not in dotted-quad notation.

    Decimal (2130706433), hexadecimal (0x7f.1), octal (0177.0.0.1) and shortened (127.1) forms.
    """
    try:
        socket.inet_aton(host)
    except (OSError, UnicodeError):
        return False
    try:
        IPv4Address(host)
    except ValueError:
        return True
    return False


class Guard:
    """Says which addresses may be asked.

    Args:
        allow_hosts: exceptions, as ``host`` or ``host:port``; they are compared with the host of the URL.
        proxy: URL of the HTTP proxy that all requests go through, or None. With a proxy the names of
            feeds are resolved by the proxy, so their addresses are its to judge.
    """

    def __init__(self, allow_hosts: Collection[str] = (), proxy: str | None = None) -> None:
        self._allowed = frozenset(map(_host_and_port, allow_hosts))
        self._proxies: set[tuple[str | None, int | None]] = set()
        if proxy:
            self.trust_proxy(proxy)

    def trust_proxy(self, proxy: str) -> None:
        """Let connections to this proxy through; as the address of a feed it stays refused."""
        url = URL(proxy)
        self._proxies.add((url.host, url.port))

    def allows_by_name(self, host: str, port: int | None) -> bool:
        """Whether a setting names this host."""
        return bool(self._allowed) and ((host, None) in self._allowed or (host, port) in self._allowed)

    def check_url(self, url: URL) -> None:
        """Refuse what can be refused without asking DNS.

        Raises:
            FeedRefused: the scheme, host or literal address is not allowed.
        """
        if url.scheme not in ("http", "https"):
            raise FeedRefused(f"the scheme {url.scheme or '(none)'} is not http or https")
        host = (url.host or "").lower().rstrip(".")
        if not host:
            raise FeedRefused("the address has no host")
        if self.allows_by_name(host, url.port):
            return
        if host == "localhost" or host.endswith(_LOCAL_SUFFIXES) or (host, url.port) in self._proxies:
            raise FeedRefused(f"{host} is inside a private network")
        self._check_literal(host)

    def _check_literal(self, host: str) -> None:
        if ":" not in host and not host.rpartition(".")[2][:1].isdigit():
            return  # every notation of an IPv4 address ends in a number
        if _is_odd_ipv4(host):
            raise FeedRefused(f"{host} is an address in disguise")
        try:
            public = is_public(host)
        except ValueError:
            return
        if not public:
            raise FeedRefused(f"{host} is inside a private network")

    def allows_connection(self, host: str, port: int, address: str) -> bool:
        """Whether a connection to this address, for this name, may be opened."""
        return (host, port) in self._proxies or self.allows_by_name(host, port) or is_public(address)


def _host_and_port(entry: str) -> tuple[str, int | None]:
    """``host``, ``host:80``, ``::1``, ``[::1]`` or ``[::1]:80``."""
    host, _, port = entry.lower().rpartition(":")
    if host and port.isdigit() and (host.endswith("]") or ":" not in host):
        return host.strip("[]"), int(port)
    return entry.lower().strip("[]"), None


class GuardedResolver(AbstractResolver):
    """Resolves names and keeps only the addresses that the guard allows.

    It has threads of its own: a name server that does not answer must not take the threads in which
    feeds are parsed.

    Args:
        guard: the judge.
        look_up: who is asked, the operating system by default.
    """

    def __init__(self, guard: Guard, look_up: LookUp) -> None:
        self._guard = guard
        self._look_up = look_up
        self._threads = ThreadPoolExecutor(_DNS_THREADS, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The allowed addresses of a name.

        Raises:
            AddressRefused: the name has addresses, and all of them are private.
            OSError: the name does not resolve.
        """
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._look_up, host, port, family
        )
        kept = [one for one in found if self._guard.allows_connection(host.lower(), port, one["host"])]
        if found and not kept:
            raise AddressRefused(f"{host} resolves to a private network")
        return kept

    async def close(self) -> None:
        """Let the threads go; a lookup under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def system_look_up(host: str, port: int, family: int) -> list[ResolveResult]:
    """Ask the operating system (hosts file, DNS)."""
    answers = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
    return [
        ResolveResult(
            hostname=host,
            host=str(where[0]),
            port=port,
            family=kind,
            proto=proto,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for kind, _, proto, _, where in answers
    ]
