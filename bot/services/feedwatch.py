"""Writes down how a poll of a feed ended, and tells the people who run the bot what they have to know.

Both in the transaction of the poll, so that a notice is owed exactly when its reason is stored. It must not
decide what is worth telling: `bot.domain.schedule` does.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import structlog

from bot.domain.messages import Button, Message, Moment, Span, Text, say
from bot.domain.models import FeedDue, FeedSpec
from bot.domain.schedule import Notice, Polled
from bot.domain.tongue import Tongue
from bot.errors import Phrase
from bot.services.alarm import Alarms
from bot.store import feeds
from bot.store.database import Transaction
from bot.store.feeds import GAP, FeedEvent

log = structlog.get_logger()

_HEADLINES = {
    Notice.BROKEN: Phrase("A feed is broken"),
    Notice.BACK: Phrase("A feed is back"),
    Notice.RETIRED: Phrase("A feed was retired by its publisher"),
    Notice.SILENT: Phrase("A feed fell silent"),
}


class FeedWatch:
    """The books of the feeds' troubles.

    Args:
        alarms: tells the people who run the bot; None where nobody is told.
    """

    def __init__(self, alarms: Alarms | None = None) -> None:
        self._alarms = alarms

    async def finish(self, tx: Transaction, due: FeedDue, polled: Polled, now: datetime) -> None:
        """Write down what a poll taught; where it says so, note the event and owe the notice."""
        await feeds.finish(tx, due.id, polled.state, polled.next_poll_at)
        if polled.notice is None:
            return
        detail = polled.state.last_error or ""
        await feeds.note(tx, FeedEvent(due.id, str(polled.notice), now, detail))
        if polled.notice is Notice.BROKEN:
            await feeds.move_back(tx, due.id)
        if self._alarms:
            worded = partial(notice_message, polled.notice, due, polled)
            await self._alarms.notify(tx, f"feed:{due.id}:{polled.notice}", worded, now)
        log.warning("feed notice", feed=due.id, url=due.spec.url, notice=str(polled.notice), detail=detail)

    async def gap(self, tx: Transaction, due: FeedDue, detail: str, now: datetime) -> None:
        """Note that items may have come and gone between two polls of a feed."""
        await feeds.note(tx, FeedEvent(due.id, GAP, now, detail))
        log.warning("feed window overflowed", feed=due.id, url=due.spec.url, detail=detail)


def notice_message(notice: Notice, due: FeedDue, polled: Polled, tongue: Tongue) -> Message:
    """What the people who run the bot read about a feed."""
    lines: list[Sequence[Span]] = [[Text(tongue(_HEADLINES[notice]), bold=True)], [feed_name(due.spec)]]
    seen = due.state.last_success_at
    since: Sequence[Span] = (
        tongue.spans("Last read {moment}.", moment=Moment(seen)) if seen else [tongue("Never read so far.")]
    )
    problem = f"{tongue.recall(polled.state.last_error or '')}. "
    match notice:
        case Notice.BROKEN:
            lines.append([problem, *since, " ", tongue("It is tried again by itself.")])
        case Notice.RETIRED:
            lines.append([problem, *since, " ", tongue("It is not asked any more.")])
        case Notice.BACK:
            lines.append([*since, " ", tongue("All is well again.")])
        case Notice.SILENT:
            silent = tongue("It answers, but brings nothing new for longer than usual. Has it moved?")
            lines.append([silent])
    gone = notice in (Notice.BROKEN, Notice.RETIRED, Notice.SILENT)
    stop = Button(tongue("Stop watching it"), f"/removefeed #{due.id}")
    return say(*lines, buttons=[[stop]] if gone else ())


def feed_name(spec: FeedSpec) -> str:
    """How a feed is called in lists and notices: its own name, which has the outlet's in front."""
    if not spec.title or spec.title == spec.outlet.name:
        return spec.outlet.name
    return spec.title if spec.title.startswith(spec.outlet.name) else f"{spec.outlet.name}: {spec.title}"
