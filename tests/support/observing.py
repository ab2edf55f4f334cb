"""Hooks that write down what happens to chats, as the product's router does."""

from datetime import UTC, datetime
from pathlib import Path

from bot.ports import ChatEvent, Hooks
from bot.store import chats
from bot.store.database import Database
from tests.support.lane import deaf


def keeping(folder: Path, lane: str) -> Hooks:
    """Hooks of an account whose ledger is in a folder; commands are not answered."""
    none = deaf()

    async def observe(event: ChatEvent) -> None:
        database = Database(f"sqlite+aiosqlite:///{folder}/heraut.sqlite3")
        async with database.write() as tx:
            match event.kind:
                case "gone":
                    await chats.pause(tx, lane, event.address, event.detail)
                case "moved":
                    await chats.move(tx, lane, event.address.chat, event.detail)
                case "joined":
                    await chats.resume(tx, lane, event.address, datetime.now(UTC))
        await database.close()

    return Hooks(none.receive, none.suggest, observe, ())
