"""`heraut doctor`: what is wrong with this installation, and what to do about it. It changes nothing."""

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape
from sqlalchemy.exc import SQLAlchemyError

from bot.app.ground import AS_SET, Ground
from bot.app.rules import load_names, load_rules
from bot.chat.probe import Probed, probe_discord, probe_telegram
from bot.cli.check import mistakes
from bot.cli.options import ConfigOption, exit_on_bad_input, read_config
from bot.config import Config, Settings, title_of
from bot.errors import BadInput, ConfigError
from bot.jobs.datalock import holder
from bot.ports import SystemClock
from bot.services.doctor import Finding, Level, look_at_database, look_at_folder
from bot.store.database import Database

OFF = timedelta(seconds=60)
CLOCK = "clock"
MARKS = {Level.WELL: "[green]✓[/]", Level.LOOK: "[yellow]![/]", Level.BAD: "[red]✗[/]"}

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Ask no platform whether it knows the token.")]


@exit_on_bad_input
def doctor(config: ConfigOption = None, offline: OfflineOption = False, as_json: JsonOption = False) -> None:
    """Tell what is wrong with this installation and what to do; exit 1 when something does not work."""
    findings = asyncio.run(_examine(config, offline))
    out = Console()
    for each in findings:
        if as_json:
            print(json.dumps(asdict(each)))
            continue
        out.print(f"{MARKS[each.level]} [bold]{escape(each.about)}[/]: {escape(each.seen)}")
        if each.advice:
            out.print(f"  → {escape(each.advice)}")
    if any(each.level is Level.BAD for each in findings):
        raise typer.Exit(1)


async def _examine(path: Path | None, offline: bool) -> list[Finding]:
    try:
        config = read_config(path)
    except ConfigError as error:
        return [Finding(Level.BAD, "settings", str(each), "correct it") for each in error.problems]
    settings = config.settings
    findings = _settings(config)
    findings.append(look_at_folder(settings.data_dir))
    findings.append(_running(settings))
    findings += await _stored(settings)
    if not offline:
        findings += await _platforms(settings)
    return findings


def _settings(config: Config) -> list[Finding]:
    found = [Finding(Level.BAD, "settings", str(each), "correct it") for each in mistakes(config)]
    return found or [Finding(Level.WELL, "settings", f"{config.path or 'defaults'}, no mistake")]


def _running(settings: Settings) -> Finding:
    owner = holder(settings.data_dir)
    seen = f"running here as process {owner}" if owner else "not running on this data folder"
    return Finding(Level.WELL, "service", seen)


async def _stored(settings: Settings) -> list[Finding]:
    """What the database says; none is made by looking."""
    if not (settings.database_url or (settings.data_dir / "heraut.sqlite3").exists()):
        return [Finding(Level.WELL, "database", "none yet; the first start makes it")]
    database = Database(settings.database)
    try:
        return [*await _database(database), *await _rules(settings, database)]
    finally:
        await database.close()


async def _database(database: Database) -> list[Finding]:
    try:
        async with database.read() as tx:
            return await look_at_database(tx, datetime.now(UTC))
    except (SQLAlchemyError, OSError) as error:
        # The error's text may name the address, and with it a password.
        reason = f"does not answer ({type(getattr(error, 'orig', None) or error).__name__})"
        return [Finding(Level.BAD, "database", reason, "is database_url right, and its server up?")]


async def _rules(settings: Settings, database: Database) -> list[Finding]:
    """What the packs here and the wishes in the database make; nothing where another finding tells why."""
    try:
        ground = Ground(settings, AS_SET, SystemClock(), database)
        book = (await load_rules(ground, *load_names(settings))).book
    except (BadInput, SQLAlchemyError, OSError):
        return []
    seen = f"{len(book)}, mark {book.mark}; every process should tell the same (/status, /metrics)"
    return [Finding(Level.WELL, "rules", seen)]


async def _platforms(settings: Settings) -> list[Finding]:
    """Every account, asked at the same time; a clock that is off is told once."""
    asked = [
        _platform(
            title_of("Telegram", name),
            probe_telegram(_secret(own.token), own.api_base_url or ""),
            "get a new token from @BotFather (/token)",
        )
        for name, own in settings.telegram.used().items()
    ]
    asked += [
        _platform(
            title_of("Discord", name),
            probe_discord(_secret(bot.token), bot.api_base_url),
            "reset it on the developer portal: your application, Bot",
        )
        for name, bot in settings.discord.used().items()
    ]
    found = [finding for findings in await asyncio.gather(*asked) for finding in findings]
    if not found:
        found.append(Finding(Level.LOOK, "platforms", "no token is set", "the README says how to get one"))
    clocks = [each for each in found if each.about == CLOCK]
    return [each for each in found if each.about != CLOCK] + clocks[:1]


def _secret(token: SecretStr | None) -> str:
    return token.get_secret_value() if token else ""


async def _platform(name: str, probing: Awaitable[Probed], remedy: str) -> list[Finding]:
    probed = await probing
    if probed.trouble:
        advice = (
            remedy if probed.refused else "is this machine's line up, and does a firewall stand in between?"
        )
        seen = "it does not know this token" if probed.refused else probed.trouble
        return [Finding(Level.BAD, name, seen, advice)]
    found = [Finding(Level.WELL, name, f"knows this token as {probed.name or 'a bot'}")]
    if probed.at is not None and abs(datetime.now(UTC) - probed.at) > OFF:
        seen = f"{abs(datetime.now(UTC) - probed.at)} off {name}'s"
        found.append(Finding(Level.BAD, CLOCK, seen, "set this machine's clock by NTP"))
    return found
