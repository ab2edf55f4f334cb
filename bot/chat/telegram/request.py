"""HTTP for python-telegram-bot over aiohttp, so that a failure says whether the request can have arrived.

The library's own client (httpx) folds "connection refused" and "connection reset after the request was
written" into one error, costs three times the processor time a request, and logs addresses,
which hold the bot's token. Nothing here logs, retries or waits.
"""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes. A hundred updates of the longest messages are well below it."""


class NotSent(NetworkError):
    """The request surely did not reach the server: no address, no connection, no TLS."""


class ServerFault(NetworkError):
    """The server answered with a status of 500 or more."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the server answered {status}")
        self.status = status


class AiohttpRequest(BaseRequest):
    """One pool of connections to the Bot API.

    Args:
        pool_size: connections at most.
        read_timeout: seconds to wait for an answer once the request is written.
        connect_timeout: seconds to wait for a connection.
    """

    def __init__(
        self, pool_size: int = 32, *, read_timeout: float = 15.0, connect_timeout: float = 8.0
    ) -> None:
        self._pool_size = pool_size
        self._read_timeout = read_timeout
        self._connect_timeout = connect_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._read_timeout

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._pool_size),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=True,
            )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as JSON; the library's own version logs all of what is none.

        Raises:
            NetworkError: it is no JSON object.
        """
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise NetworkError("the answer is no JSON object")
        return answer

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One request.

        Raises:
            NotSent: it cannot have arrived.
            TimedOut: it was written, no answer came in time.
            ServerFault: the status was 500 or more.
            NetworkError: it may have arrived, the answer was lost.
        """
        if self._session is None:
            raise NotSent("this account is not connected yet")
        read = seconds(read_timeout, self._read_timeout)
        connect = seconds(connect_timeout, self._connect_timeout)
        timeout = aiohttp.ClientTimeout(total=2 * read + connect, connect=connect, sock_read=read)
        try:
            async with self._session.request(
                method, url, data=form(request_data), timeout=timeout, allow_redirects=False
            ) as response:
                status, body = response.status, await read_body(response)
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError) as error:
            raise NotSent(f"no connection ({type(error).__name__})") from None
        except TimeoutError:
            raise TimedOut("no answer in time") from None
        except aiohttp.ClientError as error:
            raise NetworkError(f"the answer was lost ({type(error).__name__})") from None
        if status >= 500:
            raise ServerFault(status)
        return status, body


def seconds(value: object, default: float) -> float:
    """A time-out of the library: a number, None for its default, or the marker for 'not given'."""
    return float(value) if isinstance(value, int | float) else default


def form(request_data: RequestData | None) -> aiohttp.FormData | Mapping[str, str] | None:
    """The body of a request: form fields, or multipart when it carries files."""
    if request_data is None:
        return None
    fields = request_data.json_parameters
    if not request_data.contains_files:
        return fields
    data = aiohttp.FormData(fields)
    files: Mapping[str, Any] = request_data.multipart_data
    for name, (file_name, content, mime) in files.items():
        data.add_field(name, content, filename=file_name, content_type=mime)
    return data


async def read_body(response: aiohttp.ClientResponse) -> bytes:
    """The whole body, refused when it passes the limit."""
    chunks, size = [], 0
    async for chunk in response.content.iter_chunked(65536):
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise NetworkError("the answer is too large")
        chunks.append(chunk)
    return b"".join(chunks)
