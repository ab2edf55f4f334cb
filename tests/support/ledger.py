"""A ledger with much in it, written as the product writes it: chats, stories and what is owed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert

from bot.domain.models import Address, DeliveryKind, Priority
from bot.store import chats, owing, stories
from bot.store.database import Database, Transaction
from bot.store.owing import Owed
from bot.store.schema import items

FAR = timedelta(days=2)


async def add_chats(database: Database, lane: str, addresses: Sequence[Address], now: datetime) -> list[int]:
    """Chats of a lane; their ids."""
    async with database.write() as tx:
        made = [
            await chats.ensure(
                tx, lane, address, now, title=address.chat, language="en", timezone="Europe/Amsterdam"
            )
            for address in addresses
        ]
    return [chat.id for chat in made]


async def add_story(
    tx: Transaction,
    number: int,
    now: datetime,
    owners: Sequence[str] = ("proef",),
    image: str | None = None,
) -> int:
    """A story with one report of each owner, which may have a picture."""
    story = await stories.create(tx, now)
    for owner in owners:
        url = f"https://{owner}.example/artikel/{number}"
        added = await tx.execute(
            insert(items).values(
                owner=owner,
                key=url,
                outlet=owner.title(),
                url=url,
                title=title_of(number),
                summary="",
                text="",
                language="nl",
                authors=[],
                published=now,
                seen_at=now,
                image=image,
            )
        )
        assert added.inserted_primary_key
        await stories.join(tx, story, int(added.inserted_primary_key[0]), "a test", now)
    return story


def title_of(number: int) -> str:
    """The headline of a made-up story; no two are alike."""
    return f"NAVO-bericht {number} uit Brussel"


async def owe_all(
    database: Database,
    lane: str,
    chat_ids: Sequence[int],
    numbers: Sequence[int],
    now: datetime,
    *,
    priority: int = Priority.ALERT,
    kind: DeliveryKind = DeliveryKind.ALERT,
    image: str | None = None,
) -> int:
    """Owe every one of these stories to every chat; how many rows that made."""
    async with database.write() as tx:
        made = [await add_story(tx, number, now, image=image) for number in numbers]
        owed = [
            Owed(lane, chat, kind, priority, story, expires_at=now + FAR)
            for story in made
            for chat in chat_ids
        ]
        return await owing.owe(tx, owed, now)
