"""Which slots of scheduled jobs are taken, so that a slot is worked on once, also over a restart."""

from datetime import datetime

from sqlalchemy import delete

from bot.store.database import Transaction, upsert
from bot.store.schema import job_slots


async def take(tx: Transaction, name: str, slot: datetime) -> bool:
    """Take a slot; False when it, or a later one, was taken before."""
    fresh = upsert(tx, job_slots).values(name=name, slot=slot)
    later = fresh.on_conflict_do_update(
        index_elements=["name"], set_={"slot": slot}, where=job_slots.c.slot < slot
    )
    return (await tx.execute(later)).rowcount == 1


async def forget_after(tx: Transaction, moment: datetime) -> None:
    """Slots that a clock took which has been set back since are free again."""
    await tx.execute(delete(job_slots).where(job_slots.c.slot > moment))
