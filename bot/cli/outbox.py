"""`heraut outbox`: the books of what is owed, and what to do with messages that failed.

It may be used while the service runs: both work on the same ledger.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.cli.options import ConfigOption, exit_on_bad_input, read_config
from bot.config import Config
from bot.domain.models import DeliveryState
from bot.errors import BadInput
from bot.store import books
from bot.store.books import LedgerLine
from bot.store.database import Database, Transaction

T = TypeVar("T")

OPEN = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.FAILED)
EVERY = tuple(DeliveryState)

StateOption = Annotated[
    list[DeliveryState] | None, typer.Option("--state", help="Only in this state; may be repeated.")
]
LaneOption = Annotated[str, typer.Option(help="Only of this account, such as telegram:123456.")]
LimitOption = Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Ids = Annotated[list[int], typer.Argument(help="Numbers of messages, as `heraut outbox list` shows them.")]
SomeIds = Annotated[list[int] | None, typer.Argument(help="Numbers of messages; none takes all that failed.")]

outbox = typer.Typer(no_args_is_help=True, help="What is owed to chats: look, send again, give up.")


@outbox.command("list")
@exit_on_bad_input
def list_(
    config: ConfigOption = None,
    state: StateOption = None,
    lane: LaneOption = "",
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """Show messages that are open (waiting, under way, failed), or those in the states you name."""

    async def look(tx: Transaction) -> tuple[list[LedgerLine], dict[DeliveryState, int], int, list[str]]:
        held = (await books.held_lanes(tx)).values()
        return (
            await books.lines(tx, state or OPEN, lane=lane, limit=limit),
            await books.counts(tx, lane),
            await books.lost_answers(tx, lane),
            [f"{each.lane}: held until {each.until:%H:%M:%S} UTC: {each.reason}" for each in held],
        )

    lines, counts, lost, held = _on_ledger(read_config(config), look, write=False)
    if as_json:
        for line in lines:
            print(json.dumps(_plain(line)))
        return
    out = Console()
    out.print(_table(lines))
    out.print(", ".join(f"{counts.get(each, 0)} {each}" for each in EVERY), f"· answers lost: {lost}")
    for each in held:
        out.print(escape(each), style="bold red")


@outbox.command()
@exit_on_bad_input
def retry(ids: SomeIds = None, config: ConfigOption = None) -> None:
    """Send failed messages once more."""

    async def again(tx: Transaction) -> int:
        return await books.retry(tx, ids or None, datetime.now(UTC))

    done = _on_ledger(read_config(config), again)
    print(f"{done} message(s) will be sent again")
    _insist(done, ids)


@outbox.command()
@exit_on_bad_input
def drop(ids: Ids, config: ConfigOption = None) -> None:
    """Give messages up. They stay in the books as dropped."""

    async def give_up(tx: Transaction) -> int:
        return await books.drop(tx, ids, datetime.now(UTC))

    done = _on_ledger(read_config(config), give_up)
    print(f"{done} message(s) dropped")
    _insist(done, ids)


def _insist(done: int, ids: list[int] | None) -> None:
    if ids and done < len(set(ids)):
        raise BadInput(
            f"{len(set(ids)) - done} of these are in no state for that",
            "see heraut outbox list --state failed",
        )


def _on_ledger(config: Config, work: Callable[[Transaction], Awaitable[T]], *, write: bool = True) -> T:
    async def run() -> T:
        database = Database(config.settings.database)
        try:
            await database.migrate()
            async with database.write() if write else database.read() as tx:
                return await work(tx)
        finally:
            await database.close()

    return asyncio.run(run())


def _table(lines: list[LedgerLine]) -> Table:
    table = Table("no.", "account", "chat", "kind", "story", "state", "tries", "since", "why", box=None)
    for line in lines:
        table.add_row(
            str(line.id),
            escape(line.lane),
            escape(line.chat_title or str(line.chat_id)),
            str(line.kind),
            str(line.story_id or ""),
            str(line.state),
            str(line.attempts),
            f"{line.updated_at:%m-%d %H:%M:%S}",
            escape(line.detail),
        )
    return table


def _plain(line: LedgerLine) -> dict[str, object]:
    return {
        "id": line.id,
        "lane": line.lane,
        "chat": line.chat_title or str(line.chat_id),
        "kind": line.kind,
        "story": line.story_id,
        "state": line.state,
        "attempts": line.attempts,
        "message": line.message_id,
        "detail": line.detail,
        "owed": line.created_at.isoformat(),
        "changed": line.updated_at.isoformat(),
        "not_before": line.not_before.isoformat() if line.not_before else None,
        "digest": line.folded_into,
    }
