"""Logging: events with key=value on standard error, readable on a terminal, JSON elsewhere, no secrets."""

import logging
import re
import sys
from collections.abc import Collection
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[redacted]"

# Telegram (123456:AA…) and Discord (three dotted base64 parts) tokens, also where nobody registered them,
# and the login of an address: what stands before the @ of its host may be a token without a name.
_PATTERNS = (
    re.compile(r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{30,}"),
    re.compile(r"\b[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{5,8}\.[A-Za-z0-9_-]{25,}"),
    re.compile(r"""(?<=://)[^/\s"'<>]+(?=@)"""),
)


class Redactor:
    """Replaces secrets in everything that is logged.

    Args:
        secrets: the configured secrets; each is hidden wherever it appears.
    """

    def __init__(self, secrets: Collection[str] = ()) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) >= 6)

    def clean(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        for pattern in _PATTERNS:
            text = pattern.sub(REDACTED, text)
        return text

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        for key, value in event.items():
            event[key] = self._cleaned(value)
        return event

    def _cleaned(self, value: Any) -> Any:
        """A value without secrets; what has none stays what it is."""
        if isinstance(value, str):
            return self.clean(value)
        if value is None or isinstance(value, int | float):
            return value
        if isinstance(value, list | tuple | set | frozenset):
            return [self._cleaned(part) for part in value]
        if isinstance(value, dict):
            return {self._cleaned(key): self._cleaned(part) for key, part in value.items()}
        text = repr(value) if isinstance(value, BaseException) else str(value)
        clean = self.clean(text)
        return clean if clean != text or isinstance(value, BaseException) else value


def configure(
    level: str = "info",
    layout: Literal["auto", "console", "json"] = "auto",
    secrets: Collection[str] = (),
) -> None:
    """Set logging up for the process, for our own events and those of libraries.

    Args:
        level: the least level that is written.
        layout: how; "auto" is the console layout on a terminal and JSON elsewhere.
        secrets: texts that must never be written.
    """
    console = layout == "console" or (layout == "auto" and sys.stderr.isatty())
    redactor = Redactor(secrets)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
    ]
    render: list[Processor] = [structlog.processors.format_exc_info, redactor]
    render.append(structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in (
        "httpx",
        "httpcore",
        "aiosqlite",
        "alembic",
        "uvicorn.access",
        "discord",
        "telegram",
        "procrastinate",
    ):
        # They log every request, some with the token in its address.
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It warns of every tick that falls due while the last one is still busy: that is what coalescing is for.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
