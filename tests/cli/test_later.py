"""The list of commands is true, and costs nothing."""

import gc
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from bot.__main__ import COMMANDS, cli
from bot.cli.later import Command, read_command

HEAVY = ("sqlalchemy", "aiohttp", "pydantic", "telegram", "discord", "feedparser", "starlette", "numpy")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_is_what_its_line_in_the_list_says(command: Command) -> None:
    own = read_command(command).help.split("\n\n")[0]
    assert " ".join(own.split()) == command.help


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_shows_its_own_help(command: Command) -> None:
    shown = CliRunner().invoke(cli, [command.name, "--help"])
    assert shown.exit_code == 0
    assert command.name in shown.stdout
    assert " ".join(command.help.split()[:3]) in " ".join(shown.stdout.split())


def test_help_lists_every_command() -> None:
    shown = CliRunner().invoke(cli, ["--help"])
    assert shown.exit_code == 0
    assert all(command.name in shown.stdout for command in COMMANDS)


def test_a_command_that_does_not_exist_is_named_with_one_that_does() -> None:
    shown = CliRunner().invoke(cli, ["replya"])
    assert shown.exit_code == 2
    assert "replay" in shown.output


@pytest.mark.slow
def test_the_list_of_commands_reads_none_of_them() -> None:
    look = f"import sys, bot.__main__; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_garbage_is_looked_for_again_once_a_command_was_read() -> None:
    read_command(COMMANDS[0])
    assert gc.isenabled()
