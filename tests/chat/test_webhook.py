"""Webhooks against a real receiver: signed, idempotent, classified, and kept out of private networks."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.abc import ResolveResult

from bot.chat.webhook import WebhookPlatform, outcome_of
from bot.domain.messages import Message, say
from bot.domain.models import (
    Address,
    ChatState,
    DeliveryState,
    Gone,
    Malformed,
    Outcome,
    RetryAfter,
    Sent,
    Transient,
    Unknown,
)
from bot.domain.webhooks import Hook
from bot.errors import CommandError
from bot.services.compose import Composer
from bot.services.delivery import LanePump
from bot.services.webhooks import REMOVED, Wanted, Webhooks
from bot.store import books, roster
from bot.store.books import LedgerFilter, LedgerLine
from bot.store.roster import Entry
from tests.support.clock import NOON, StoppedClock
from tests.support.newsroom import Newsroom, report
from tests.support.receiver import SECRET, Reaction, Receiver, running_receiver

DESK = Address("webhook", "desk")
AGENT = "Heraut-test"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running


def platform_for(receiver: Receiver, seconds: float = 10, *, private: bool = True) -> WebhookPlatform:
    hook = Hook("desk", receiver.url, SECRET, private=private)
    return WebhookPlatform([hook], AGENT, StoppedClock(), seconds=seconds)


@pytest.fixture
async def platform(receiver: Receiver) -> AsyncIterator[WebhookPlatform]:
    made = platform_for(receiver)
    yield made
    await made.close()


async def test_a_message_arrives_signed_with_its_key_and_the_time(
    receiver: Receiver, platform: WebhookPlatform
) -> None:
    assert await platform.send(DESK, say("dag"), "heraut-1") == Sent("heraut-1")
    [headers] = receiver.headers
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    assert headers["idempotency-key"] == headers["webhook-id"] == "heraut-1"
    assert (headers["user-agent"], headers["content-type"]) == (AGENT, "application/json")
    assert receiver.got[0]["text"] == "dag"


async def test_an_edit_says_what_it_replaces(receiver: Receiver, platform: WebhookPlatform) -> None:
    assert await platform.edit(DESK, "heraut-1", say("nieuw")) == Sent("heraut-1")
    assert await platform.edit(DESK, "heraut-1", say("nieuw")) == Sent("heraut-1")
    assert receiver.got[0]["replaces"] == "heraut-1"
    assert receiver.keys[0] == receiver.keys[1] != "heraut-1"


@pytest.mark.parametrize(
    ("reaction", "outcome"),
    [
        (200, Sent("k")),
        (202, Sent("k")),
        (410, Gone("410: the receiver wants nothing more")),
        ((429, {"retry-after": "7"}), RetryAfter(7)),
        (429, RetryAfter(60)),
        ((429, {"retry-after": "999999"}), RetryAfter(3600)),
        ((503, {"retry-after": "5"}), RetryAfter(5)),
        (503, Transient("the receiver answered 503")),
        (500, Transient("the receiver answered 500")),
        (401, Transient("the receiver answered 401")),
        (404, Transient("the receiver answered 404")),
        (413, Malformed("the receiver answered 413")),
        (422, Malformed("the receiver answered 422")),
        ("lose", Unknown("127.0.0.1 closed the connection")),
    ],
)
async def test_answers_are_classified(
    receiver: Receiver, platform: WebhookPlatform, reaction: Reaction, outcome: Outcome
) -> None:
    receiver.reactions = [reaction]
    assert await platform.send(DESK, say("dag"), "k") == outcome


@pytest.mark.parametrize("status", range(100, 600, 7))
def test_every_status_means_something(status: int) -> None:
    assert outcome_of(status, {}, "k", NOON)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(receiver: Receiver, platform: WebhookPlatform, status: int) -> None:
    elsewhere = receiver.url.replace("/in", "/elsewhere")
    receiver.reactions = [(status, {"location": elsewhere})]
    outcome = await platform.send(DESK, say("dag"), "k")
    assert isinstance(outcome, Transient)
    assert "redirects are not followed" in outcome.reason
    assert receiver.paths == ["/in"]


async def test_a_receiver_that_says_nothing_leaves_it_open_whether_it_has_it(receiver: Receiver) -> None:
    platform = platform_for(receiver, seconds=0.3)
    receiver.reactions = ["hang"]
    outcome = await platform.send(DESK, say("dag"), "k")
    await platform.close()
    assert isinstance(outcome, Unknown)


async def test_nobody_at_the_address_means_that_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        hook = Hook("desk", f"http://127.0.0.1:{port}/in", SECRET, private=True)
        platform = WebhookPlatform([hook], AGENT, StoppedClock())
        outcome = await platform.send(DESK, say("dag"), "k")
        await platform.close()
    assert isinstance(outcome, Transient)


async def test_nothing_is_posted_into_a_private_network_unless_that_is_meant(receiver: Receiver) -> None:
    platform = platform_for(receiver, private=False)
    outcome = await platform.send(DESK, say("dag"), "k")
    await platform.close()
    assert isinstance(outcome, Transient)
    assert "private network" in outcome.reason
    assert receiver.got == []


async def test_a_name_that_leads_into_a_private_network_is_refused(receiver: Receiver) -> None:
    def look_up(host: str, port: int, family: int) -> list[ResolveResult]:
        asked.append(host)
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=2, proto=6, flags=0)]

    asked: list[str] = []
    hook = Hook("desk", receiver.url.replace("127.0.0.1", "desk.example"), SECRET)
    platform = WebhookPlatform([hook], AGENT, StoppedClock(), look_up=look_up)
    outcome = await platform.send(DESK, say("dag"), "k")
    await platform.close()
    assert isinstance(outcome, Transient)
    assert asked == ["desk.example"]
    assert receiver.got == []


async def test_a_webhook_that_is_not_set_up_is_gone(platform: WebhookPlatform) -> None:
    assert isinstance(await platform.send(Address("webhook", "other"), say("dag"), "k"), Gone)


async def test_running_ends_when_it_is_cancelled_and_closes_its_connections(
    receiver: Receiver, platform: WebhookPlatform
) -> None:
    await platform.send(DESK, Message(), "k")
    running = asyncio.create_task(platform.run())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert platform._session is None


# --- through the ledger


class Desk:
    """A newsroom whose news goes to a webhook."""

    def __init__(self, room: Newsroom, receiver: Receiver) -> None:
        self.room = room
        hook = Hook("desk", receiver.url, SECRET, private=True)
        self.platform = WebhookPlatform([hook], AGENT, room.clock, seconds=30)
        self.hooks = Webhooks(room.database, room.manager, room.clock, "webhook", "nl")
        self.pump = LanePump(
            room.database,
            self.platform,
            Composer(room.database),
            room.clock,
            monotonic=lambda: room.clock.now().timestamp(),
        )

    async def deliver(self, after: timedelta = timedelta()) -> None:
        self.room.clock.advance(after)
        while await self.pump.turn():
            pass

    async def lines(self) -> list[LedgerLine]:
        async with self.room.database.read() as tx:
            return (await books.page(tx, LedgerFilter(lane="webhook"), 50))[::-1]

    async def entry(self) -> Entry:
        async with self.room.database.read() as tx:
            [found] = await roster.page(tx, platform="webhook")
        return found


@pytest.fixture
async def desk(tmp_path: Path, receiver: Receiver) -> AsyncIterator[Desk]:
    room = await Newsroom(tmp_path).open()
    made = Desk(room, receiver)
    await made.hooks.align([Wanted("desk", ["nato"])])
    room.clock.advance(timedelta(minutes=2))
    yield made
    await made.platform.close()
    await room.close()


async def take(desk: Desk, title: str = "NAVO oefent bij Zeebrugge", number: int = 1) -> None:
    due = await desk.room.add_feed("Proefkrant" + str(number), f"proef{number}")
    at = desk.room.clock.now()
    await desk.room.take(due, [report(title, number, at, "Twintig schepen.", f"proef{number}")])


async def test_a_lost_answer_is_asked_for_again_with_the_same_key(desk: Desk, receiver: Receiver) -> None:
    receiver.reactions = ["lose", 500, (429, {"retry-after": "3"}), 204]
    await take(desk)
    for _ in range(6):
        await desk.deliver(timedelta(minutes=5))
    [line] = await desk.lines()
    assert (line.state, line.message_id) == (DeliveryState.SENT, receiver.keys[0])
    assert len(receiver.got) == 4
    assert len(set(receiver.keys)) == 1
    assert len({str(told) for told in receiver.got}) == 1
    assert len({headers["webhook-timestamp"] for headers in receiver.headers}) == 4


async def test_who_answers_410_is_paused_with_the_reason_and_resumes_by_hand(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.reactions = [410]
    await take(desk)
    await desk.deliver()
    found = await desk.entry()
    assert (found.chat.state, found.chat.paused_why) == (
        ChatState.PAUSED,
        "410: the receiver wants nothing more",
    )
    await desk.hooks.align([Wanted("desk", ["nato"])])
    assert (await desk.entry()).chat.state is ChatState.PAUSED


async def test_a_webhook_follows_what_the_settings_say_and_nothing_else(desk: Desk) -> None:
    await desk.hooks.align([Wanted("desk", ["rutte", "brug AND open"])])
    found = await desk.entry()
    assert [wish.value for wish in found.wishes] == ["rutte", "brug AND open"]
    assert found.chat.language == "nl"
    again = (await desk.entry()).wishes
    await desk.hooks.align([Wanted("desk", ["rutte", "brug AND open"])])
    assert (await desk.entry()).wishes == again


async def test_a_webhook_that_left_the_settings_rests_until_it_is_back(
    desk: Desk, receiver: Receiver
) -> None:
    await desk.hooks.align([])
    found = await desk.entry()
    assert (found.chat.state, found.chat.paused_why) == (ChatState.PAUSED, REMOVED)
    await take(desk)
    await desk.deliver()
    assert receiver.got == []
    await desk.hooks.align([Wanted("desk", ["nato"])])
    assert (await desk.entry()).chat.state is ChatState.ACTIVE


async def test_what_a_webhook_cannot_follow_is_said_before_anything_changes(desk: Desk) -> None:
    with pytest.raises(CommandError):
        await desk.hooks.align([Wanted("desk", ["rutte", "@nobody-known"])])
    assert [wish.value for wish in (await desk.entry()).wishes] == ["nato"]
