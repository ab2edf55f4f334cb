"""Chats and what they subscribed to."""

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.domain.manner import Manner, from_stored, to_stored
from bot.domain.models import Address, Chat, ChatState, Subscription, Target
from bot.store.database import Transaction, upsert
from bot.store.deliveries import hold_chats
from bot.store.folding import welcome_back
from bot.store.schema import chats, deliveries, subscriptions
from bot.store.schema import story_mutes as muted

PAGE = 1_000

# Statements of every report that is told: made once, as making one costs more than running it.
_ASKED: ColumnElement[bool] = subscriptions.c.rule_key.in_(bindparam("keys", expanding=True))
_LISTENING = select(subscriptions.c.chat_id).where(_ASKED).distinct().order_by(subscriptions.c.chat_id)
_WISHES = (
    select(chats, *(column.label(f"s_{column.name}") for column in subscriptions.c))
    .join(subscriptions, subscriptions.c.chat_id == chats.c.id)
    .where(_ASKED, subscriptions.c.chat_id.between(bindparam("first"), bindparam("last")))
    .order_by(chats.c.id, subscriptions.c.id)
)
_MUTED = select(muted.c.chat_id).where(
    muted.c.story_id == bindparam("story"), muted.c.until > bindparam("now")
)


async def find(tx: Transaction, lane: str, address: Address) -> Chat | None:
    """The chat at an address, if Heraut knows it."""
    row = (await tx.execute(select(chats).where(*_at(lane, address)))).first()
    return chat_of(row) if row else None


async def by_id(tx: Transaction, chat_id: int) -> Chat | None:
    """The chat with this id."""
    row = (await tx.execute(select(chats).where(chats.c.id == chat_id))).first()
    return chat_of(row) if row else None


async def ensure(
    tx: Transaction, lane: str, address: Address, now: datetime, *, title: str, language: str, timezone: str
) -> Chat:
    """The chat at an address, made when it is new. A known chat gets its new title."""
    if known := await find(tx, lane, address):
        if title and title != known.title:
            await tx.execute(update(chats).where(chats.c.id == known.id).values(title=title[:300]))
        return known
    new = upsert(tx, chats).values(
        lane=lane,
        platform=address.platform,
        chat=address.chat,
        thread=address.thread,
        title=title[:300],
        language=language,
        timezone=timezone,
        created_at=now,
    )
    await tx.execute(new.on_conflict_do_nothing())
    made = await find(tx, lane, address)
    assert made is not None  # noqa: S101  inserted here, or by another transaction at the same time
    return made


async def pause(tx: Transaction, lane: str, address: Address, why: str) -> None:
    """Stop sending to a chat, with all its threads when `address` names none; its wishes are kept."""
    paused = update(chats).where(*_places(lane, address), chats.c.state == ChatState.ACTIVE)
    gone = await tx.execute(paused.values(state=ChatState.PAUSED, paused_why=why[:300]).returning(chats.c.id))
    await hold_chats(tx, [row.id for row in gone])


async def resume(tx: Transaction, lane: str, address: Address, now: datetime) -> None:
    """Send to a chat again, with all its threads when `address` names none; its backlog is one digest."""
    away = update(chats).where(*_places(lane, address), chats.c.state == ChatState.PAUSED)
    back = await tx.execute(away.values(state=ChatState.ACTIVE, paused_why="").returning(chats.c.id))
    await welcome_back(tx, [row.id for row in back], now)


async def move(tx: Transaction, lane: str, chat: str, to: str) -> None:
    """A chat has a new id. Where the new one is known already, the old one's wishes go to it."""
    for row in (await tx.execute(select(chats).where(chats.c.lane == lane, chats.c.chat == chat))).all():
        try:
            async with tx.begin_nested():
                await tx.execute(update(chats).where(chats.c.id == row.id).values(chat=to))
        except IntegrityError:
            known = await find(tx, lane, Address(row.platform, to, row.thread))
            assert known is not None  # noqa: S101  it is what the row clashed with
            await _hand_over(tx, row.id, known.id)


async def subscribe(
    tx: Transaction, chat_id: int, target: Target, value: str, threshold: float, now: datetime
) -> Subscription | None:
    """Add a wish; None when the chat has it already."""
    wish = Subscription(0, chat_id, target, value, threshold, now)
    try:
        async with tx.begin_nested():
            added = await tx.execute(
                insert(subscriptions).values(
                    chat_id=chat_id,
                    target=target,
                    value=value,
                    rule_key=wish.rule_key,
                    threshold=threshold,
                    created_at=now,
                )
            )
    except IntegrityError:
        return None
    key = added.inserted_primary_key
    assert key is not None  # noqa: S101  an INSERT of one row always has one
    return Subscription(int(key[0]), chat_id, target, value, threshold, now)


async def unsubscribe(tx: Transaction, chat_id: int, subscription_ids: Collection[int]) -> int:
    """Drop wishes of a chat; returns how many there were."""
    gone = await tx.execute(
        delete(subscriptions).where(
            subscriptions.c.chat_id == chat_id, subscriptions.c.id.in_(list(subscription_ids))
        )
    )
    return gone.rowcount


async def subscriptions_of(tx: Transaction, chat_id: int) -> list[Subscription]:
    """A chat's wishes, the oldest first."""
    rows = await tx.execute(
        select(subscriptions).where(subscriptions.c.chat_id == chat_id).order_by(subscriptions.c.id)
    )
    return [subscription_of(row) for row in rows]


async def subscribed_rules(tx: Transaction) -> set[str]:
    """The texts of all rules that some chat subscribed to."""
    rows = await tx.execute(
        select(subscriptions.c.value).where(subscriptions.c.target == Target.RULE).distinct()
    )
    return {row.value for row in rows}


async def listeners(
    tx: Transaction, rule_keys: Collection[str]
) -> AsyncIterator[list[tuple[Chat, str, Subscription]]]:
    """Every chat, with its lane, that subscribed to one of these rules, paused ones too.

    They come in pages of whole chats, so that a story for very many of them costs little memory.
    """
    asked = {"keys": list(rule_keys)}
    ids = [row.chat_id for row in await tx.execute(_LISTENING, asked)]
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        rows = await tx.execute(_WISHES, asked | {"first": page[0], "last": page[-1]})
        yield [(chat_of(row), row.lane, subscription_of(row, "s_")) for row in rows]


async def has_listeners(tx: Transaction, rule_keys: Collection[str]) -> bool:
    """Whether any chat subscribed to one of these rules."""
    found = select(subscriptions.c.id).where(subscriptions.c.rule_key.in_(list(rule_keys))).limit(1)
    return await tx.scalar(found) is not None


async def story_mutes(tx: Transaction, story_id: int, now: datetime) -> set[int]:
    """The chats that want to hear nothing more of a story for now."""
    rows = await tx.execute(_MUTED, {"story": story_id, "now": now})
    return {row.chat_id for row in rows}


async def muted_stories(tx: Transaction, chat_id: int, now: datetime) -> set[int]:
    """The stories of which a chat wants to hear nothing more for now."""
    rows = await tx.execute(select(muted.c.story_id).where(muted.c.chat_id == chat_id, muted.c.until > now))
    return {row.story_id for row in rows}


async def mute_story(tx: Transaction, chat_id: int, story_id: int, until: datetime) -> None:
    """A chat wants to hear nothing more of a story until then."""
    fresh = upsert(tx, muted).values(chat_id=chat_id, story_id=story_id, until=until)
    await tx.execute(
        fresh.on_conflict_do_update(index_elements=["chat_id", "story_id"], set_={"until": until})
    )


async def mute(tx: Transaction, subscription_ids: Collection[int], until: datetime | None) -> None:
    """Subscriptions rest until then; None wakes them."""
    await tx.execute(
        update(subscriptions).where(subscriptions.c.id.in_(list(subscription_ids))).values(muted_until=until)
    )


async def tune(tx: Transaction, subscription_id: int, **values: float | bool | str) -> bool:
    """Change a subscription's `threshold`, `paused`, `digest` or `mention`; False when it is gone."""
    done = await tx.execute(
        update(subscriptions).where(subscriptions.c.id == subscription_id).values(**values)
    )
    return done.rowcount == 1


async def reword(tx: Transaction, wish: Subscription, rule: str) -> bool:
    """Let a wish follow a rule in place of what it followed; False when the chat follows that already."""
    changed = replace(wish, target=Target.RULE, value=rule)
    try:
        async with tx.begin_nested():
            await tx.execute(
                update(subscriptions)
                .where(subscriptions.c.id == wish.id)
                .values(target=changed.target, value=changed.value, rule_key=changed.rule_key)
            )
    except IntegrityError:
        return False
    return True


async def set_manner(tx: Transaction, chat_id: int, manner: Manner) -> None:
    """How a chat wants to be told from now on."""
    await tx.execute(update(chats).where(chats.c.id == chat_id).values(manner=to_stored(manner)))


async def set_language(tx: Transaction, chat_id: int, language: str) -> None:
    """The language in which a chat is addressed, ISO 639-1."""
    await tx.execute(update(chats).where(chats.c.id == chat_id).values(language=language))


async def set_timezone(tx: Transaction, chat_id: int, timezone: str) -> None:
    """The timezone in which a chat's hours are meant."""
    await tx.execute(update(chats).where(chats.c.id == chat_id).values(timezone=timezone))


async def with_digests(tx: Transaction) -> list[tuple[Chat, str, datetime | None]]:
    """The active chats that chose digest times, with their lane and the digest they had last."""
    rows = await tx.execute(
        select(chats).where(chats.c.manner.is_not(None), chats.c.state == ChatState.ACTIVE)
    )
    found = [(chat_of(row), row.lane, row.digested_at) for row in rows]
    return [each for each in found if each[0].manner.digest_times]


async def digested(tx: Transaction, chat_id: int, slot: datetime) -> None:
    """A chat's digest of this time is written into the ledger."""
    await tx.execute(update(chats).where(chats.c.id == chat_id).values(digested_at=slot))


async def lanes_of(tx: Transaction, address: Address) -> list[str]:
    """The accounts that know a chat."""
    known = select(chats.c.lane).where(chats.c.platform == address.platform, chats.c.chat == address.chat)
    return [row.lane for row in await tx.execute(known.distinct().order_by(chats.c.lane))]


async def paused_for(tx: Transaction, lane: str, address: Address, why: str) -> bool:
    """Whether a chat is paused for this reason."""
    paused = select(chats.c.id).where(
        chats.c.lane == lane,
        chats.c.chat == address.chat,
        chats.c.state == ChatState.PAUSED,
        chats.c.paused_why == why,
    )
    return await tx.scalar(paused.limit(1)) is not None


async def paused_because(tx: Transaction, why: str) -> list[tuple[str, Address]]:
    """The chats, whole with their threads, that are paused for this reason, each with its account."""
    paused = select(chats.c.lane, chats.c.platform, chats.c.chat).where(
        chats.c.state == ChatState.PAUSED, chats.c.paused_why == why
    )
    return [(row.lane, Address(row.platform, row.chat)) for row in await tx.execute(paused.distinct())]


async def active(tx: Transaction) -> AsyncIterator[list[tuple[Chat, str]]]:
    """Every active chat with its lane, in pages."""
    last = 0
    here = select(chats).where(chats.c.state == ChatState.ACTIVE).order_by(chats.c.id).limit(PAGE)
    while rows := (await tx.execute(here.where(chats.c.id > last))).all():
        yield [(chat_of(row), row.lane) for row in rows]
        last = rows[-1].id


async def active_count(tx: Transaction) -> int:
    """How many chats are active."""
    here = select(func.count()).select_from(chats).where(chats.c.state == ChatState.ACTIVE)
    return await tx.scalar(here) or 0


async def counts(tx: Transaction) -> tuple[int, int]:
    """How many chats there are, and how many subscriptions."""
    chat_count = await tx.scalar(select(func.count()).select_from(chats))
    return chat_count or 0, await tx.scalar(select(func.count()).select_from(subscriptions)) or 0


async def _hand_over(tx: Transaction, old: int, new: int) -> None:
    has = select(subscriptions.c.rule_key).where(subscriptions.c.chat_id == new)
    await tx.execute(
        update(subscriptions)
        .where(subscriptions.c.chat_id == old, subscriptions.c.rule_key.not_in(has))
        .values(chat_id=new)
    )
    owed = select(deliveries.c.story_id).where(
        deliveries.c.chat_id == new, deliveries.c.story_id.is_not(None)
    )
    await tx.execute(
        update(deliveries)
        .where(
            deliveries.c.chat_id == old,
            or_(deliveries.c.story_id.is_(None), deliveries.c.story_id.not_in(owed)),
        )
        .values(chat_id=new)
    )
    await tx.execute(delete(chats).where(chats.c.id == old))


def _at(lane: str, address: Address) -> tuple[Any, ...]:
    return chats.c.lane == lane, chats.c.chat == address.chat, chats.c.thread == address.thread


def _places(lane: str, address: Address) -> tuple[Any, ...]:
    """A thread, or a chat with all its threads."""
    whole = chats.c.lane == lane, chats.c.chat == address.chat
    return (*whole, chats.c.thread == address.thread) if address.thread else whole


def chat_of(row: Row[Any]) -> Chat:
    """A chat from its row."""
    return Chat(
        id=row.id,
        address=Address(row.platform, row.chat, row.thread),
        title=row.title,
        language=row.language,
        timezone=row.timezone,
        state=ChatState(row.state),
        paused_why=row.paused_why,
        manner=from_stored(row.manner),
    )


def subscription_of(row: Row[Any], prefix: str = "") -> Subscription:
    """A wish from its row, whose columns may have a prefix."""
    values = row._mapping
    return Subscription(
        id=values[f"{prefix}id"],
        chat_id=values[f"{prefix}chat_id"],
        target=Target(values[f"{prefix}target"]),
        value=values[f"{prefix}value"],
        threshold=values[f"{prefix}threshold"],
        created_at=values[f"{prefix}created_at"],
        muted_until=values[f"{prefix}muted_until"],
        paused=values[f"{prefix}paused"],
        digest=values[f"{prefix}digest"],
        mention=values[f"{prefix}mention"],
    )
