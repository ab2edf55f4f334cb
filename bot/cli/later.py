"""Commands whose module is read when they are used: `heraut --help` and the filters start at once.

It must know no command; the table is in `bot/__main__.py`.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the table of commands.

    Args:
        name: as it is typed.
        where: the module and the function, or the `typer.Typer` of a family, as ``module:name``.
        help: the first sentence of its own help, which is shown in the list.
    """

    name: str
    where: str
    help: str


def register(cli: typer.Typer, command: Command) -> None:
    """Add a command to the command line without reading its module."""

    class Later(TyperCommand):
        def make_context(self, info_name: str | None, *args: Any, **named: Any) -> Any:
            """The context of the real command, which then parses its arguments and runs."""
            return read_command(command).make_context(info_name, *args, **named)

    cli.command(command.name, cls=Later, help=command.help)(_nothing)


def read_command(command: Command) -> Any:
    """The real command, from its module."""
    module, _, name = command.where.partition(":")
    with _much_to_keep():
        found: typer.Typer | Callable[..., None] = getattr(import_module(module), name)
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    alone = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)
    alone.command(command.name)(found)
    return typer.main.get_command(alone)


@contextmanager
def _much_to_keep() -> Iterator[None]:
    """What modules make stays for good: looking for garbage in it takes time now, and again ever after."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _nothing() -> None:
    """Stands for a command in the list; it is never run."""
