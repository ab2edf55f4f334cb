"""The README tells the truth: the commands it lists are those that exist, and its links lead somewhere."""

import re
from pathlib import Path

import typer

from bot.__main__ import cli
from bot.chat.commands import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf8")


def test_the_chat_commands_are_listed_exactly() -> None:
    listed = re.findall(r"^\| `/(\w+)[^`]*` \| (.+?) \|$", README, flags=re.MULTILINE)
    assert listed == [(command.spec.name, command.spec.description) for command in COMMANDS]


def test_the_commands_of_the_shell_are_listed_exactly() -> None:
    listed = set(re.findall(r"^\| `heraut ([\w-]+)", README, flags=re.MULTILINE))
    assert listed == set(typer.main.get_command(cli).commands)  # type: ignore[attr-defined]  # a group has them


def test_every_link_to_a_file_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", README)
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_first_screen_has_the_two_commands_and_the_picture() -> None:
    first = "\n".join(README.splitlines()[:24])
    for part in ("make run", "make test", "docs/images/web-chat.png"):
        assert part in first
