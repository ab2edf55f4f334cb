"""`heraut run` and `heraut demo`: the service itself."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot import app, log
from bot.cli.options import ConfigOption, exit_on_bad_input, read_config
from bot.config import (
    AlertSettings,
    Config,
    LogSettings,
    PollingSettings,
    WebSettings,
    secrets_of,
    settings_of,
)

ConsoleOption = Annotated[
    bool, typer.Option("--console", help="Show alerts and take commands on this terminal too.")
]
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="Port of the web chat; 0 takes a free one.")]


RoleOption = Annotated[
    app.Role,
    typer.Option(
        help="What this process does, of several on one PostgreSQL: worker (reads feeds and matches; any "
        "number), gateway (speaks for the accounts; one is active, others stand by), web (the pages)."
    ),
]


@exit_on_bad_input
def run(config: ConfigOption = None, console: ConsoleOption = False, role: RoleOption = app.Role.ALL) -> None:
    """Run the service: poll feeds, match, and tell the chats that asked.

    Settings come from config/heraut.toml and the environment (HERAUT_TELEGRAM__TOKEN,
    HERAUT_DISCORD__TOKEN, …). Without a token it opens the web chat and plays the bundled sample too.
    SIGTERM or Ctrl-C drains and stops within 10 seconds.
    """
    found = read_config(config)
    _start(found, app.Mode(console=console, role=role, ready=lambda url: _greet(found, url)))


@exit_on_bad_input
def demo(port: PortOption = 8017, console: ConsoleOption = False) -> None:
    """Play a bundled day of invented news at a quick pace, in the web chat. No account, no network."""
    with tempfile.TemporaryDirectory(prefix="heraut-demo-") as folder:
        settings = settings_of(
            data_dir=Path(folder),
            web=WebSettings(port=port),
            polling=PollingSettings(min_interval_seconds=2),
            alerts=AlertSettings(),
            log=LogSettings(level="warning"),
        )
        _start(Config(settings, (), None), app.Mode(demo=True, console=console, ready=_greet_demo))


def _start(config: Config, mode: app.Mode) -> None:
    settings = config.settings
    log.configure(settings.log.level, settings.log.format, list(secrets_of(settings)))
    run_app = app.run(config, mode)
    try:
        import uvloop
    except ImportError:  # not on Windows
        asyncio.run(run_app)
    else:
        uvloop.run(run_app)


def _greet(config: Config, url: str) -> None:
    settings, out = config.settings, Console(stderr=True)
    if names := settings.account_titles:
        out.print(f"Heraut watches {len(config.feeds)} feeds for {', '.join(names)}.")
    else:
        out.print("No Telegram or Discord token is set, so Heraut speaks in the web chat only.")
    if url:
        out.print(f"Web chat: [link={url}]{url}[/link]   (Ctrl-C stops)")
    sys.stderr.flush()


def _greet_demo(url: str) -> None:
    out = Console()
    out.print("A bundled day of invented news, at a quick pace. First alerts follow within seconds.")
    out.print(f"Open the web chat: [link={url}]{url}[/link]   (Ctrl-C stops)")
    sys.stdout.flush()
