"""When a chat is told, from the item to the message: quiet hours, digests, caps, mutes, bursts, and /why."""

from datetime import time, timedelta

import pytest

from bot.domain.manner import Manner
from bot.domain.messages import Message
from bot.domain.models import DeliveryState
from bot.errors import CommandError
from bot.services.digest import Digests
from bot.store import books, chats, folding
from tests.support.ledger import add_chats, owe_all, title_of
from tests.support.newsroom import Newsroom, place, report

EVENTS = (
    "NAVO oefent op de Waddenzee",
    "Spanje wijst hogere NAVO-bijdrage af",
    "Brand verwoest opslagloods van NAVO bij Napels",
    "Orkest van de NAVO speelt in Sarajevo",
    "Canada betaalt achterstallige contributie aan NAVO",
    "Satelliet van NAVO verliest contact met grondstation",
)


class Desk:
    """A newsroom with one feed and a chat that follows NATO."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room

    async def open(self, chat: str = "anna") -> "Desk":
        self.feed = await self.room.add_feed()
        await self.room.manager.subscribe(place(chat), "nato")
        return self

    async def news(self, *numbers: int) -> None:
        """These events are reported, and what may be told is told."""
        await self.owed(*numbers)
        await self.room.deliver()

    async def owed(self, *numbers: int) -> None:
        """These events are reported, and nothing is sent yet."""
        now = self.room.clock.now()
        items = [report(EVENTS[number], number + 1, now) for number in reversed(numbers)]
        await self.room.take(self.feed, items)

    async def later(self, **span: float) -> None:
        self.room.clock.advance(timedelta(**span))
        await Digests(self.room.database, self.room.clock).tick()
        await self.room.deliver()

    def messages(self, chat: str = "anna") -> list[str]:
        return [words(message) for to, message, _ in self.room.paper.sent if to == chat]

    async def states(self) -> dict[DeliveryState, int]:
        async with self.room.database.read() as tx:
            return await books.counts(tx)


def words(message: Message) -> str:
    if message.card:
        return message.card.title
    return " ".join(
        span if isinstance(span, str) else getattr(span, "text", "")
        for line in message.lines
        for span in line
    )


@pytest.fixture
async def desk(room: Newsroom) -> Desk:
    return await Desk(room).open()


async def test_what_happens_in_quiet_hours_comes_after_them_in_one_message(desk: Desk) -> None:
    await desk.room.manager.manners.quiet(place(), "12:00-20:00")
    await desk.news(0, 1, 2)
    assert desk.messages() == []
    await desk.later(hours=8)
    (batch,) = desk.messages()
    assert "During the quiet hours" in batch
    assert all(EVENTS[number] in batch for number in range(3))


async def test_a_single_alert_of_quiet_hours_comes_as_itself(desk: Desk) -> None:
    await desk.room.manager.manners.quiet(place(), "12:00-20:00")
    await desk.news(0)
    await desk.later(hours=8)
    assert desk.messages() == [EVENTS[0]]


async def test_a_story_that_enough_owners_report_breaks_the_quiet(desk: Desk) -> None:
    await desk.room.manager.manners.quiet(place(), "12:00-20:00 breaking 2")
    await desk.news(0)
    assert desk.messages() == []
    other = await desk.room.add_feed("Anderblad", "ander")
    await desk.room.take(other, [report(EVENTS[0], 77, desk.room.clock.now(), site="ander")])
    await desk.room.deliver()
    assert desk.messages() == [EVENTS[0]]


async def test_a_digest_instead_of_alerts_holds_every_story_of_the_day(desk: Desk) -> None:
    await desk.room.manager.manners.digest(place(), "only 18:00")
    await desk.news(0, 1)
    assert desk.messages() == []
    await desk.later(hours=5)
    (digest,) = desk.messages()
    assert EVENTS[0] in digest
    assert EVENTS[1] in digest
    await desk.later(hours=1)
    assert len(desk.messages()) == 1


async def test_a_digest_besides_alerts_tells_the_day_again_with_the_widest_covered_first(desk: Desk) -> None:
    await desk.room.manager.manners.digest(place(), "18:00")
    await desk.later(minutes=1)
    await desk.news(0, 1)
    other = await desk.room.add_feed("Anderblad", "ander")
    await desk.room.take(other, [report(EVENTS[1], 77, desk.room.clock.now(), site="ander")])
    await desk.later(hours=5)
    digest = desk.messages()[-1]
    assert digest.index(EVENTS[1]) < digest.index(EVENTS[0])


async def test_a_digest_is_owed_once_also_when_its_time_is_looked_at_again(desk: Desk) -> None:
    await desk.room.manager.manners.digest(place(), "18:00")
    await desk.news(0)
    await desk.later(hours=5)
    sent = len(desk.messages())
    for _ in range(3):
        await desk.later(minutes=1)
    assert len(desk.messages()) == sent


async def test_a_digest_that_was_just_chosen_does_not_tell_of_the_past(desk: Desk) -> None:
    await desk.news(0)
    await desk.room.manager.manners.digest(place(), "08:00")
    await desk.later(minutes=1)
    assert len(desk.messages()) == 1


async def test_above_the_hourly_limit_stories_come_in_a_digest_and_none_is_dropped(desk: Desk) -> None:
    await desk.room.manager.manners.limit(place(), "2")
    for number in range(4):
        await desk.news(number)
    assert desk.messages() == [EVENTS[0], EVENTS[1]]
    await desk.later(hours=1, minutes=4)
    digest = desk.messages()[-1]
    assert EVENTS[2] in digest
    assert EVENTS[3] in digest


async def test_a_muted_topic_is_not_told_and_then_is_again(desk: Desk) -> None:
    _, wishes = await desk.room.manager.subscriptions(place())
    await desk.room.manager.manners.mute(place(), wishes, timedelta(hours=3))
    await desk.news(0)
    assert desk.messages() == []
    desk.room.clock.advance(timedelta(hours=4))
    await desk.news(1)
    assert desk.messages() == [EVENTS[1]]


async def test_a_muted_story_is_not_told_to_the_chat_that_muted_it(desk: Desk) -> None:
    await desk.news(0)
    link = "https://proef.example/artikel/1"
    await desk.room.manager.manners.mute_story(place("bram"), link, timedelta(days=1))
    await desk.room.manager.subscribe(place("bram"), "nato")
    other = await desk.room.add_feed("Anderblad", "ander")
    desk.room.clock.advance(timedelta(minutes=5))
    await desk.room.take(other, [report(EVENTS[0], 77, desk.room.clock.now(), site="ander")])
    await desk.room.deliver()
    assert desk.messages("bram") == []


async def test_a_story_without_a_known_link_cannot_be_muted(desk: Desk) -> None:
    with pytest.raises(CommandError, match="no story"):
        await desk.room.manager.manners.mute_story(place(), "https://x.example/1", timedelta(days=1))


async def test_a_flood_of_alerts_for_one_chat_becomes_digests(room: Newsroom) -> None:
    desk = await Desk(room).open()
    async with room.database.read() as tx:
        chat = await chats.find(tx, place().lane, place().address)
    assert chat is not None
    await owe_all(room.database, place().lane, [chat.id], range(45), room.clock.now())
    await room.deliver()
    assert len(desk.messages()) == 5
    shown = " ".join(desk.messages())
    assert all(title_of(number) in shown for number in range(45))


async def test_what_waits_past_its_time_to_live_goes_into_the_chats_next_digest(desk: Desk) -> None:
    await desk.room.manager.manners.digest(place(), "only 08:00")
    async with desk.room.database.write() as tx:
        await chats.set_manner(tx, 1, Manner())
    await desk.room.take(desk.feed, [report(EVENTS[0], 1, desk.room.clock.now())])
    await desk.room.manager.manners.digest(place(), "08:00")
    await desk.later(hours=7)
    assert desk.messages() == []
    await desk.later(hours=13)
    (digest,) = desk.messages()
    assert EVENTS[0] in digest


async def test_what_is_late_does_not_break_the_quiet_hours(desk: Desk) -> None:
    await desk.room.take(desk.feed, [report(EVENTS[0], 1, desk.room.clock.now())])
    await desk.room.manager.manners.quiet(place(), "18:00-07:00")
    await desk.later(hours=9)
    assert desk.messages() == []
    await desk.later(hours=9)
    (digest,) = desk.messages()
    assert EVENTS[0] in digest


# --- what changes between the decision and the sending


async def test_quiet_hours_that_were_set_after_an_alert_was_owed_hold_it(desk: Desk) -> None:
    await desk.owed(0, 1)
    await desk.room.manager.manners.quiet(place(), "12:00-20:00")
    await desk.room.deliver()
    assert desk.messages() == []
    await desk.later(hours=8)
    (batch,) = desk.messages()
    assert "During the quiet hours" in batch


async def test_quiet_hours_that_begin_while_an_alert_waits_hold_it(desk: Desk) -> None:
    await desk.room.manager.manners.quiet(place(), "14:00-20:00")
    await desk.owed(0)
    desk.room.clock.advance(timedelta(hours=2))
    await desk.room.deliver()
    assert desk.messages() == []
    await desk.later(hours=7)
    assert desk.messages() == [EVENTS[0]]


async def test_breaking_news_that_waits_comes_through_quiet_hours_that_began(desk: Desk) -> None:
    other = await desk.room.add_feed("Anderblad", "ander")
    await desk.room.manager.manners.quiet(place(), "14:00-20:00 breaking 2")
    await desk.owed(0)
    await desk.room.take(other, [report(EVENTS[0], 77, desk.room.clock.now(), site="ander")])
    desk.room.clock.advance(timedelta(hours=2))
    await desk.room.deliver()
    assert desk.messages() == [EVENTS[0]]


async def test_without_quiet_hours_any_more_what_they_held_comes_at_once(desk: Desk) -> None:
    await desk.room.manager.manners.quiet(place(), "12:00-20:00")
    await desk.news(0, 1)
    await desk.room.manager.manners.quiet(place(), "off")
    await desk.later(seconds=1)
    (batch,) = desk.messages()
    assert EVENTS[0] in batch
    assert EVENTS[1] in batch


async def test_who_chooses_the_digest_alone_gets_what_is_owed_in_the_digest(desk: Desk) -> None:
    await desk.owed(0)
    await desk.room.manager.manners.digest(place(), "only 18:00")
    await desk.room.deliver()
    assert desk.messages() == []
    await desk.later(hours=5)
    (digest,) = desk.messages()
    assert EVENTS[0] in digest


async def test_what_is_owed_is_dropped_when_the_chat_unsubscribes(desk: Desk) -> None:
    await desk.owed(0)
    await desk.room.manager.unsubscribe(place(), "nato")
    await desk.room.deliver()
    assert desk.messages() == []
    assert await desk.states() == {DeliveryState.DROPPED: 1}
    found = await desk.room.manager.explainer.why(place(), "https://proef.example/artikel/1")
    assert found is not None
    assert found.alert is not None
    assert found.alert.detail == "unsubscribed before it was sent"


async def test_what_another_wish_asks_for_as_well_is_kept_when_the_chat_unsubscribes(desk: Desk) -> None:
    await desk.room.manager.subscribe(place(), '"waddenzee"')
    await desk.owed(0)
    await desk.room.manager.unsubscribe(place(), "nato")
    await desk.room.deliver()
    assert desk.messages() == [EVENTS[0]]


async def test_what_another_chat_asks_for_is_kept(desk: Desk) -> None:
    await desk.room.manager.subscribe(place("bram"), "nato")
    await desk.owed(0)
    await desk.room.manager.unsubscribe(place(), "nato")
    await desk.room.deliver()
    assert (desk.messages(), desk.messages("bram")) == ([], [EVENTS[0]])


async def test_what_is_owed_is_dropped_when_its_topic_is_muted(desk: Desk) -> None:
    await desk.owed(0)
    _, wishes = await desk.room.manager.subscriptions(place())
    await desk.room.manager.manners.mute(place(), wishes, timedelta(hours=3))
    await desk.room.deliver()
    assert desk.messages() == []
    assert await desk.states() == {DeliveryState.DROPPED: 1}


async def test_a_story_that_is_muted_is_left_out_of_the_batch_that_waits(desk: Desk) -> None:
    await desk.room.manager.manners.quiet(place(), "12:00-20:00")
    await desk.news(0, 1, 2)
    await desk.room.manager.manners.mute_story(place(), "https://proef.example/artikel/2", timedelta(days=1))
    await desk.later(hours=8)
    (batch,) = desk.messages()
    assert [EVENTS[number] in batch for number in range(3)] == [True, False, True]


async def test_a_story_that_is_muted_is_left_out_of_a_digest_that_is_owed(desk: Desk) -> None:
    await desk.owed(0, 1)
    async with desk.room.database.write() as tx:
        await folding.fold_chat(tx, 1, folding.BURST, "a test", desk.room.clock.now())
    await desk.room.manager.manners.mute_story(place(), "https://proef.example/artikel/2", timedelta(days=1))
    await desk.room.deliver()
    (digest,) = desk.messages()
    assert [EVENTS[number] in digest for number in range(2)] == [True, False]


async def test_quiet_that_begins_for_many_chats_at_once_holds_them_all_and_keeps_nobody_else_waiting(
    desk: Desk,
) -> None:
    room = desk.room
    addresses = [place(f"chat{number}").address for number in range(700)]
    ids = await add_chats(room.database, place().lane, addresses, room.clock.now())
    async with room.database.write() as tx:
        for chat in ids[:-1]:
            await chats.set_manner(tx, chat, Manner(quiet_from=time(12), quiet_until=time(20)))
    await owe_all(room.database, place().lane, ids, [1], room.clock.now())
    for _ in range(4):
        await room.deliver()
    assert [to for to, _, _ in room.paper.sent] == ["chat699"]
    assert await desk.states() == {DeliveryState.PENDING: 699, DeliveryState.SENT: 1}


# --- why


async def test_why_tells_fetched_matched_story_decided_and_sent(desk: Desk) -> None:
    await desk.news(0)
    found = await desk.room.manager.explainer.why(place(), "https://proef.example/artikel/1?utm_source=x")
    assert found is not None
    assert found.item.item.seen_at == desk.room.clock.now()
    assert [match.surface for match in found.matches] == ["NAVO"]
    assert found.story is not None
    assert [asked.passes for asked in found.asked] == [True]
    assert found.alert is not None
    assert (found.alert.state, found.alert.message_id) == (DeliveryState.SENT, "m1")


async def test_why_tells_what_an_alert_waits_for(desk: Desk) -> None:
    await desk.room.manager.manners.quiet(place(), "12:00-20:00")
    await desk.news(0)
    found = await desk.room.manager.explainer.why(place(), "https://proef.example/artikel/1")
    assert found is not None
    assert found.alert is not None
    assert found.alert.state is DeliveryState.PENDING
    assert "quiet hours" in found.alert.detail
    assert found.alert.not_before is not None


async def test_why_tells_that_the_chat_was_paused_or_muted_when_it_was_decided(desk: Desk) -> None:
    async with desk.room.database.write() as tx:
        await chats.pause(tx, place().lane, place().address, "the bot was blocked by the user")
    await desk.news(0)
    found = await desk.room.manager.explainer.why(place(), "https://proef.example/artikel/1")
    assert found is not None
    assert found.held_back == ("the chat is paused: the bot was blocked by the user", desk.room.clock.now())


async def test_why_tells_which_digest_a_story_went_into(desk: Desk) -> None:
    await desk.room.manager.manners.digest(place(), "only 18:00")
    await desk.news(0)
    await desk.later(hours=5)
    found = await desk.room.manager.explainer.why(place(), "https://proef.example/artikel/1")
    assert found is not None
    assert [line.state for line in found.lines] == [DeliveryState.FOLDED, DeliveryState.SENT]


async def test_why_knows_nothing_of_an_article_that_no_feed_brought(desk: Desk) -> None:
    assert await desk.room.manager.explainer.why(place(), "https://elders.example/1") is None
    with pytest.raises(CommandError, match="Which article"):
        await desk.room.manager.explainer.why(place(), "gisteren")


async def tuned(desk: Desk, **values: bool) -> None:
    _, [wish] = await desk.room.manager.subscriptions(place())
    async with desk.room.database.write() as tx:
        await chats.tune(tx, wish.id, **values)


async def test_a_paused_subscription_is_not_told_of_and_why_says_so(desk: Desk) -> None:
    await tuned(desk, paused=True)
    await desk.news(0)
    found = await desk.room.manager.explainer.why(place(), "https://proef.example/artikel/1")
    assert found is not None
    assert found.held_back is not None
    assert found.held_back[0] == "this subscription is paused"
    assert desk.messages() == []
    await tuned(desk, paused=False)
    await desk.news(1)
    assert len(desk.messages()) == 1


async def test_a_subscription_for_the_digest_waits_for_it_while_others_come_at_once(desk: Desk) -> None:
    await desk.room.manager.manners.digest(place(), "18:00")
    await tuned(desk, digest=True)
    await desk.news(0)
    assert desk.messages() == []
    await desk.room.manager.subscribe(place(), "rutte")
    await desk.room.take(desk.feed, [report("Rutte bij NAVO-oefening", 9, desk.room.clock.now())])
    await desk.room.deliver()
    assert len(desk.messages()) == 1
    await desk.later(hours=12)
    assert EVENTS[0] in desk.messages()[-1]


async def test_a_paused_subscription_stands_in_no_digest(desk: Desk) -> None:
    await desk.room.manager.manners.digest(place(), "18:00")
    await tuned(desk, paused=True)
    await desk.news(0)
    await desk.later(hours=12)
    assert desk.messages() == []
