"""What a webhook is sent: the body, and the headers that prove it is ours. Pure.

The headers are those of Standard Webhooks (https://www.standardwebhooks.com, its specification, version 1),
so that receivers may verify them with its libraries; `Idempotency-Key` says the same as `webhook-id`.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from bot.domain.messages import AlertCard, Message, Moment, Span, Text
from bot.domain.safelinks import safe_url

VERSION = 1
ENCODED_SECRET = "whsec_"  # noqa: S105  how an encoded secret begins
LEAST_SECRET = 16


@dataclass(frozen=True, slots=True)
class Hook:
    """A receiver.

    Args:
        name: of the chat that stands for it.
        url: http or https; only hosts of the public internet, unless `private`.
        secret: shared with the receiver; text, or ``whsec_`` and base64.
        private: it may stand in a private network.
    """

    name: str
    url: str
    secret: str = field(repr=False)
    private: bool = False


def body_of(hook: str, key: str, message: Message, replaces: str = "") -> bytes:
    """A message as JSON; the same message has the same body.

    Args:
        hook: the receiver's name.
        key: the idempotency key.
        message: what is told.
        replaces: the key of an earlier message that this one takes the place of; "" for none.
    """
    kind = "update" if replaces else "alert" if message.card else "message"
    body = {
        "version": VERSION,
        "id": key,
        "type": kind,
        "webhook": hook,
        "replaces": replaces or None,
        "language": message.language,
        "text": _text(message),
        "alert": _alert(message.card) if message.card else None,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def edit_key(message_id: str, message: Message) -> str:
    """The idempotency key of an edit: another one for other words, the same for the same."""
    words = body_of("", "", message, message_id)
    return f"{message_id}-{hashlib.sha256(words).hexdigest()[:12]}"


def signed_headers(secret: str, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a request.

    Args:
        secret: of the receiver.
        key: the idempotency key.
        timestamp: of this attempt, in seconds since 1970; receivers refuse old ones.
        body: what is signed together with both.
    """
    signed = f"{key}.{timestamp}.".encode() + body
    digest = hmac.digest(_key(secret), signed, "sha256")
    return {
        "content-type": "application/json",
        "idempotency-key": key,
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _key(secret: str) -> bytes:
    if not secret.startswith(ENCODED_SECRET):
        return secret.encode()
    return base64.b64decode(secret.removeprefix(ENCODED_SECRET), validate=True)


def secret_problem(secret: str) -> str:
    """What is wrong with a secret; "" when nothing is."""
    try:
        size = len(_key(secret))
    except ValueError:
        return f"expected base64 behind {ENCODED_SECRET}"
    return "" if size >= LEAST_SECRET else f"expected at least {LEAST_SECRET} bytes"


def _alert(card: AlertCard) -> dict[str, Any]:
    return {
        "title": card.title,
        "url": safe_url(card.url),
        "outlet": card.outlet,
        "published": card.published.isoformat(),
        "summary": card.summary,
        "topics": list(card.topics),
        "language": card.language,
        "image": safe_url(card.image),
        "sources": [{"outlet": outlet, "url": safe_url(url)} for outlet, url in card.sources],
        "was": card.was,
        "paywalled": card.paywalled,
        "shortened": card.shortened,
        "withdrawn": card.withdrawn,
    }


def _text(message: Message) -> str:
    if card := message.card:
        return "\n".join(part for part in (card.title, card.summary, safe_url(card.url)) if part)
    return "\n".join("".join(map(_plain, line)) for line in message.lines)


def _plain(span: Span) -> str:
    if isinstance(span, Moment):
        return span.at.isoformat()
    return span.text if isinstance(span, Text) else span
