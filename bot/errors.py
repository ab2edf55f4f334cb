"""Every error Heraut raises on purpose, named by what the caller can do about it.

HerautError
├── BadInput              somebody must change what they gave us; carries a hint
│   ├── ConfigError       all mistakes of the configuration at once
│   ├── RuleError         a rule that does not parse, with the position
│   ├── PackError         an entity pack that does not hold, with file and key
│   └── CommandError      a chat command that cannot be carried out as given
├── FeedError             this feed failed now; the others go on
│   ├── FeedUnreachable   no usable answer (DNS, TLS, reset, timeout, status); retry later
│   │   └── FeedHeld      it was not asked: its publisher wants a pause, or its host is busy
│   ├── FeedTooLarge      the answer passed a size or time limit
│   ├── FeedRefused       the address is not allowed (private network, scheme)
│   ├── FeedGone          410: the publisher retired it
│   └── FeedUnreadable    the answer is not a feed
├── ChartFailed           a picture could not be drawn; say it in words
└── AlreadyRunning        another process holds this data; stop it first
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Phrase(str):
    """An English text that can be said in another language too: it remembers its template and values.

    Args:
        template: the English text; with values, their places are in braces as in `str.format`.
        values: what stands there; another `Phrase` is translated as well.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> "Phrase":
        phrase = super().__new__(cls, template.format_map(values) if values else template)
        phrase.template, phrase.values = template, values
        return phrase

    def __reduce__(self) -> tuple[object, ...]:
        return _phrase, (self.template, dict(self.values))


def _phrase(template: str, values: Mapping[str, object]) -> Phrase:
    return Phrase(template, **values)


class HerautError(Exception):
    """Base of all errors raised on purpose."""


class BadInput(HerautError):
    """Input that somebody must change.

    Args:
        message: what is wrong, in a sentence; a template when there are values (see `Phrase`).
        hint: what to do instead; empty when there is nothing better to say than the message.
        values: what stands in the templates.
    """

    def __init__(self, message: str, hint: str = "", **values: object) -> None:
        self.message = message if isinstance(message, Phrase) else Phrase(message, **values)
        self.hint = hint if isinstance(hint, Phrase) else Phrase(hint, **values)
        super().__init__(str(self.message))

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One mistake in the configuration: where it stands and what was expected there."""

    file: str
    key: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.expected}"


class ConfigError(BadInput):
    """All mistakes of the configuration at once."""

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class RuleError(BadInput):
    """A rule that does not parse.

    Args:
        message: what is wrong.
        position: offset into the rule's text, in characters, where it goes wrong.
        hint: what to write instead.
        values: what stands in the templates.
    """

    def __init__(self, message: str, position: int, hint: str = "", **values: object) -> None:
        super().__init__(message, hint, **values)
        self.position = position


class PackError(BadInput):
    """An entity pack that does not hold together; nothing of it is loaded."""

    def __init__(self, file: str, key: str, message: str) -> None:
        super().__init__(f"{file}: {key}: {message}")
        self.file = file
        self.key = key
        self.problem = message


class CommandError(BadInput):
    """A chat command that cannot be carried out as given; the message is shown in the chat."""


class FeedError(HerautError):
    """A feed that failed now.

    Args:
        reason: a short sentence for `/status`, without the URL's credentials.
        retry_after: seconds the publisher asked us to wait, None when it did not.
        status: the HTTP status of the answer, None when no answer came (our own line may be down).
    """

    def __init__(self, reason: str, retry_after: float | None = None, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.status = status


class FeedUnreachable(FeedError):
    """No usable answer: DNS, TLS, reset, timeout, an error status."""


class FeedHeld(FeedUnreachable):
    """The feed was not asked; nothing is known against it. `retry_after` says when to come back."""


class FeedTooLarge(FeedError):
    """The answer passed a size or time limit."""


class FeedRefused(FeedError):
    """The address is not allowed: a private network or another scheme than http(s)."""


class FeedGone(FeedError):
    """The publisher answered 410 Gone: the feed is retired."""


class FeedUnreadable(FeedError):
    """The answer is not a feed that can be read."""


class ChartFailed(HerautError):
    """A chart could not be drawn, or not in time."""


class AlreadyRunning(HerautError):
    """Another process holds the lock on this data."""
