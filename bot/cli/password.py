"""`heraut password`: the hash of a password for signing in to the pages. It stores nothing."""

import sys

import typer
from argon2 import PasswordHasher

LEAST = 12
MOST = 1024


def password() -> None:
    """Ask for a password (or read a line) and print its hash for `web.password_hash`."""
    given = _asked() if sys.stdin.isatty() else sys.stdin.readline(MOST + 2).rstrip("\r\n")
    if not LEAST <= len(given) <= MOST:
        typer.echo(f"A password has {LEAST} to {MOST} characters.", err=True)
        raise typer.Exit(2)
    typer.echo(PasswordHasher().hash(given))


def _asked() -> str:
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed
