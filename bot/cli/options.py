"""What several commands share: the configuration option, and how mistakes end a command."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from bot.config import Config, load_config
from bot.errors import AlreadyRunning, BadInput, ConfigError

BAD_INPUT = 2

P = ParamSpec("P")

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", help="Settings file; config/heraut.toml when that exists.", show_default=False
    ),
]


def read_config(path: Path | None) -> Config:
    """The configuration, as `bot.config.load_config` reads it."""
    return load_config(path)


def exit_on_bad_input(command: Callable[P, None]) -> Callable[P, None]:
    """End a command with status 2 and a plain message where the input is at fault, not the program."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except ConfigError as error:
            print(f"{len(error.problems)} mistake(s) in the configuration:", file=sys.stderr)
            for problem in error.problems:
                print(f"  {problem}", file=sys.stderr)
            raise typer.Exit(BAD_INPUT) from None
        except (BadInput, AlreadyRunning) as error:
            print(str(error), file=sys.stderr)
            raise typer.Exit(BAD_INPUT) from None

    return wrapped
