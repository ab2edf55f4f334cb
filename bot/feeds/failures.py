"""Names every failure of the network with one of our errors, in words for `/status`.

No text of a URL goes into a reason, because it may hold a password.
"""

import asyncio
import ssl

import aiohttp

from bot.errors import FeedError, FeedRefused, FeedUnreachable
from bot.feeds.guard import AddressRefused


def named(error: Exception, host: str, status: int | None = None) -> FeedError:
    """Our name for what aiohttp or the operating system raised while asking `host`.

    `status` is that of the answer, when it had begun.
    """
    cause = getattr(error, "os_error", None)
    if isinstance(cause, AddressRefused):
        return FeedRefused(f"{host} resolves to a private network")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FeedUnreachable(f"{host} does not resolve")
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return FeedUnreachable("the proxy does not let us through")
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return FeedUnreachable(f"no secure connection with {host}: {_tls_reason(error)}")
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return FeedRefused("the address or one of its headers cannot be sent")
    if isinstance(error, asyncio.TimeoutError):
        return FeedUnreachable(f"{host} does not accept connections in time")
    return FeedUnreachable(_connection_reason(error, cause, host), status=status)


def _tls_reason(error: Exception) -> str:
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    return getattr(inner, "verify_message", None) or getattr(inner, "reason", None) or type(inner).__name__


def _connection_reason(error: Exception, cause: object, host: str) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        words = cause.strerror if isinstance(cause, OSError) else None
        return f"no connection to {host}: {words or 'refused'}"
    if isinstance(error, aiohttp.ClientPayloadError):
        return f"the answer of {host} broke off or is encoded wrongly"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"{host} does not answer in HTTP"
    return f"{host} closed the connection"
