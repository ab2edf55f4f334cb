"""`heraut password`."""

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.cli.password import LEAST, MOST

PASSWORD = "vier woorden op een rij"


def test_what_is_printed_is_a_hash_of_the_password_and_another_one_each_time() -> None:
    first, second = (CliRunner().invoke(cli, ["password"], input=f"{PASSWORD}\n") for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout != second.stdout
    assert first.stdout.startswith("$argon2id$")
    assert PasswordHasher().verify(first.stdout.strip(), PASSWORD)


@pytest.mark.parametrize("given", ["", "x" * (LEAST - 1), "x" * (MOST + 1)])
def test_what_is_no_password_is_refused_without_being_shown(given: str) -> None:
    result = CliRunner().invoke(cli, ["password"], input=f"{given}\n")
    assert result.exit_code == 2
    assert "characters" in result.stderr
    assert result.stdout == ""
