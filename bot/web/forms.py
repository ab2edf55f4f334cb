"""Bodies of requests: read up to a limit of size and time, as a form."""

import asyncio
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

BODY_LIMIT = 4096
BODY_SECONDS = 10
FIELDS = 20


async def body_of(request: Request) -> bytes:
    """The body.

    Raises:
        HTTPException: 413 or 408, it passes a limit; 400, it does not arrive.
    """
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_LIMIT:
                    raise HTTPException(413, f"a message is at most {BODY_LIMIT} bytes")
    except TimeoutError as error:
        raise HTTPException(408, "the message did not arrive in time") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "the message did not arrive") from error
    return body


def kind_of(request: Request) -> str:
    """The media type of the body, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of a form, each once.

    Raises:
        HTTPException: 400, it is none.
    """
    try:
        pairs = parse_qs(body.decode("utf-8", "replace"), max_num_fields=FIELDS)
    except ValueError as error:
        raise HTTPException(400, "this is not a form") from error
    return {name: values[0] for name, values in pairs.items()}


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form.

    Raises:
        HTTPException: 415, it is no form; what the others here raise.
    """
    if kind_of(request) != "application/x-www-form-urlencoded":
        raise HTTPException(415, "send a form")
    return form_fields(await body_of(request))
