"""Reads and writes the HTTP headers that matter to polling. Pure: the time comes in."""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aiohttp import hdrs
from yarl import URL

from bot.domain.models import PollState

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,9})", re.I)
_NOT_KEPT = re.compile(r"(?:^|[\s,])no-(?:store|cache)\b", re.I)
_APACHE_SUFFIX = '-gzip"'


def conditions(state: PollState) -> dict[str, str]:
    """The headers that ask for a body only if it changed (RFC 9110, section 13).

    Apache adds ``-gzip`` to the ETag of a compressed answer and then does not know it again
    (https://bz.apache.org/bugzilla/show_bug.cgi?id=45023), so the plain one is sent along.
    """
    asked: dict[str, str] = {}
    if state.etag:
        asked[hdrs.IF_NONE_MATCH] = state.etag
        if state.etag.endswith(_APACHE_SUFFIX):
            asked[hdrs.IF_NONE_MATCH] += f', {state.etag.removesuffix(_APACHE_SUFFIX)}"'
    if state.last_modified:
        asked[hdrs.IF_MODIFIED_SINCE] = state.last_modified
    return asked


def http_date(value: str | None) -> datetime | None:
    """An HTTP date (RFC 9110, section 5.6.7) in UTC, None for anything else."""
    if not value:
        return None
    try:
        found = parsedate_to_datetime(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from Retry-After as seconds or as a date (RFC 9110, section 10.2.3).

    A date is compared with the server's own clock when it tells it, so that a wrong clock here or there
    does no harm. None when the header is missing or makes no sense.
    """
    value = (headers.get(hdrs.RETRY_AFTER) or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    until = http_date(value)
    if until is None:
        return None
    return max(0.0, (until - (http_date(headers.get(hdrs.DATE)) or now)).total_seconds())


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the answer stays fresh: max-age less its age, else Expires (RFC 9111, section 4.2).

    None when the publisher says nothing or forbids keeping it.
    """
    control = headers.get(hdrs.CACHE_CONTROL)
    if control:
        if _NOT_KEPT.search(control):
            return None
        asked = _MAX_AGE.search(control)
        if asked:
            return timedelta(seconds=max(0, int(asked[1]) - _seconds(headers.get(hdrs.AGE, ""))))
    expires = http_date(headers.get(hdrs.EXPIRES))
    if expires is None:
        return None
    return max(timedelta(0), expires - (http_date(headers.get(hdrs.DATE)) or now))


def _seconds(value: str) -> int:
    return int(value[:9]) if value.isascii() and value.isdigit() else 0


def split_login(url: URL) -> tuple[URL, str | None]:
    """A URL without its user and password, and the Authorization header they make (RFC 7617)."""
    if url.raw_user is None and url.raw_password is None:
        return url, None
    pair = f"{url.user or ''}:{url.password or ''}".encode()
    return url.with_user(None), "Basic " + base64.b64encode(pair).decode("ascii")
