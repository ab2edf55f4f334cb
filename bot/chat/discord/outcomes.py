"""What Discord's answers mean for a delivery: one table from status and error code to an outcome.

Pure. Sources: https://docs.discord.com/developers/topics/opcodes-and-status-codes (JSON error codes) and
https://docs.discord.com/developers/topics/rate-limits.
"""

import asyncio
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.domain.models import (
    Gone,
    LaneDown,
    Malformed,
    Outcome,
    RetryAfter,
    Sent,
    Transient,
    Unknown,
    Vanished,
)

MISSING_PERMISSIONS = 50013
DEFAULT_WAIT = 5.0
BANNED_WAIT = 600.0
LONGEST_WAIT = 86_400.0

_PICTURE = re.compile(r"^embeds\.\d+\.(thumbnail|image)\b|^(attachments|files)\b")
"""Where Discord finds fault with a picture."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of Discord's REST interface. `body` is decoded JSON, or the text when it was not JSON."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> int:
        """Discord's own error code, 0 when there is none."""
        code = self.body.get("code", 0) if isinstance(self.body, dict) else 0
        return code if isinstance(code, int) else 0


_CODES: dict[int, tuple[Callable[[str], Outcome], str]] = {
    10003: (Gone, "the channel no longer exists"),
    10004: (Gone, "the server no longer exists"),
    10008: (Vanished, "the message no longer exists"),
    10013: (Gone, "the user no longer exists"),
    20022: (Transient, "too many changes to announcements; later"),
    20028: (Transient, "the channel's write limit is reached; later"),
    30046: (Vanished, "Discord allows no more edits of a message this old"),
    40001: (LaneDown, "Discord does not accept the token"),
    40002: (LaneDown, "the account has to be verified at Discord first"),
    40067: (Gone, "the forum asks for a tag that only moderators may set"),
    40005: (Malformed, "the message is too large"),
    50001: (Gone, "no access to the channel (View Channel is missing)"),
    50005: (Vanished, "the message belongs to another account"),
    50006: (Malformed, "the message is empty"),
    50007: (Gone, "this person accepts no messages from the bot"),
    50008: (Gone, "this kind of channel takes no messages"),
    MISSING_PERMISSIONS: (Gone, "a permission is missing in the channel"),
    50014: (LaneDown, "Discord does not accept the token"),
    50024: (Gone, "this kind of channel takes no messages"),
    50033: (Gone, "Discord knows no such person"),
    50035: (Malformed, "Discord does not accept the form of the message"),
    50083: (Gone, "the thread is archived"),
    50278: (Gone, "no server is shared with this person any more"),
    130000: (Transient, "Discord is overloaded"),
    160005: (Gone, "the thread is locked"),
    160006: (Transient, "the server has as many open threads as it may; later"),
    200000: (Malformed, "the server's moderation rules block this message"),
    200001: (Malformed, "the server's moderation rules block this message"),
    240000: (Malformed, "Discord's filter of harmful links blocks this message"),
}
KIND_OF_CHANNEL, THREAD_ARCHIVED = _CODES[50008][1], _CODES[50083][1]
"""Reasons after which a forum's posts are tried in another way."""


def classify(answer: Answer, *, editing: bool = False) -> Outcome:
    """The outcome of sending, or `editing`, a message.

    >>> classify(Answer(403, {"code": 50007, "message": "Cannot send messages to this user"}))
    Gone(reason='this person accepts no messages from the bot')
    """
    if answer.status == 429:
        return too_fast(answer)
    if 200 <= answer.status < 300:
        return _sent(answer.body)
    if answer.code in _CODES:
        outcome, reason = _CODES[answer.code]
        problems = _problems(answer.body)
        details = f": {'; '.join(map(': '.join, problems))[:300]}" if problems else ""
        if outcome is Malformed and any(_PICTURE.search(path) for path, _ in problems):
            return Malformed(reason + details, picture=True)
        return outcome(reason + details)
    return _by_status(answer, editing)


def too_fast(answer: Answer) -> RetryAfter:
    """How long a 429 asks to wait. One that is not Discord's own JSON comes from its proxy: a ban."""
    if not isinstance(answer.body, dict):
        return RetryAfter(_seconds(answer.headers.get("Retry-After"), BANNED_WAIT), whole_lane=True)
    wait = _seconds(answer.body.get("retry_after", answer.headers.get("Retry-After")), DEFAULT_WAIT)
    everywhere = bool(answer.body.get("global")) or answer.headers.get("X-RateLimit-Scope") == "global"
    return RetryAfter(wait, whole_lane=everywhere)


def lost(error: aiohttp.ClientError | OSError | TimeoutError) -> Outcome:
    """The outcome when no answer came. Only a connection that was never made is sure not to have sent."""
    reason = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Transient(f"Discord cannot be reached ({reason})")
    if isinstance(error, asyncio.TimeoutError):
        return Unknown("Discord did not answer in time")
    return Unknown(f"the connection broke before Discord answered ({reason})")


def _sent(body: Any) -> Outcome:
    message_id = body.get("id") if isinstance(body, dict) else None
    return Sent(str(message_id)) if message_id else Unknown("Discord answered without a message id")


def _by_status(answer: Answer, editing: bool) -> Outcome:
    status, reason = answer.status, _reason(answer)
    if status == 401:
        return LaneDown("Discord does not accept the token")
    if status in {504, 524}:
        return Unknown(f"Discord's proxy gave up waiting ({status})")
    if status >= 500 or status == 408 or not isinstance(answer.body, dict):
        return Transient(reason)
    if status == 403:
        return Gone(reason)
    if status == 404:
        return Vanished(reason) if editing else Gone(reason)
    return Malformed(reason)


def _reason(answer: Answer) -> str:
    message = answer.body.get("message") if isinstance(answer.body, dict) else None
    return f"Discord answered {answer.status}" + (f": {str(message)[:200]}" if message else "")


def _problems(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Where a form is wrong, from the nested `errors` of a 50035: ``embeds.0.title``, ``Must be …``."""
    found: list[tuple[str, str]] = []
    stack: list[tuple[str, Any]] = [("", body.get("errors"))]
    while stack and len(found) < 5:
        path, node = stack.pop()
        if not isinstance(node, dict):
            continue
        problems = node.get("_errors") or ()
        found += [(path, str(p.get("message", "") if isinstance(p, dict) else p)) for p in problems]
        stack += [(f"{path}.{key}".lstrip("."), value) for key, value in node.items() if key != "_errors"]
    return found


def _seconds(value: object, default: float) -> float:
    try:
        seconds = float(str(value))
    except ValueError:
        return default
    return min(seconds, LONGEST_WAIT) if math.isfinite(seconds) and seconds >= 0 else default
