"""What a chat asked, as the functions behind the commands see it, and a row of the command table.

Every text that a command answers with goes through `Request.tongue`; see `bot.domain.tongue` for how a new
one is added.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.messages import Button, Message, say
from bot.domain.tongue import Tongue
from bot.errors import BadInput
from bot.ports import CommandSpec, Inbound
from bot.services.manage import Manager, Place
from bot.services.sources import Sources
from bot.services.tongues import tongue_of
from bot.services.usecases import UseCases

BUTTONS_PER_ROW = 3


@dataclass(frozen=True, slots=True)
class Request:
    """A command as its function sees it. `is_owner` says whether whoever asks runs this bot."""

    place: Place
    argument: str
    inbound: Inbound
    manager: Manager
    sources: Sources
    now: datetime
    is_owner: bool = False
    cases: UseCases | None = None

    @property
    def use(self) -> UseCases:
        """The use cases beyond subscribing; only tests of other commands go without."""
        if self.cases is None:
            raise RuntimeError("this router was built without its use cases")
        return self.cases

    @property
    def language(self) -> str:
        """The language to answer in, ISO 639-1: one that we speak."""
        return self.tongue.language

    @property
    def tongue(self) -> Tongue:
        """What says the answer in the language of the chat."""
        return tongue_of(self.place.language)

    def asking(self, argument: str) -> "Request":
        """The same request with another argument."""
        return replace(self, argument=argument)


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the table.

    Args:
        spec: what platforms show of it.
        run: what it does.
        for_owners: only those who run the bot may give it an argument.
        hidden: nor may others see what it says without one.
    """

    spec: CommandSpec
    run: Callable[[Request], Awaitable[Message]]
    for_owners: bool = False
    hidden: bool = False


def spec(
    name: str,
    description: str,
    argument: str = "",
    argument_help: str = "",
    *,
    changes: bool = False,
    completes: bool = True,
    private: bool = False,
) -> CommandSpec:
    """A command with at most one argument, which is completed unless it says otherwise.

    `private` ones are offered in private chats only.
    """
    return CommandSpec(
        name=name,
        description=description,
        argument=argument,
        argument_help=argument_help,
        completes=bool(argument) and completes,
        changes_chat=changes,
        private_only=private,
    )


def refused(problem: BadInput, tongue: Tongue, buttons: Sequence[Sequence[Button]] = ()) -> Message:
    """What is said of something that cannot be done: why not, and what to do instead."""
    message, hint = tongue.problem(problem)
    return say(_sentence(message), *([_sentence(hint)] if hint else []), buttons=buttons, private=True)


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!", "”", '"')) else text + "."


def clipped(text: str, most: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def rows(buttons: Sequence[Button], per_row: int = BUTTONS_PER_ROW) -> list[list[Button]]:
    """Buttons in rows."""
    return [list(buttons[start : start + per_row]) for start in range(0, len(buttons), per_row)]
