"""What is kept of a chat, shown and forgotten: all of it, and nothing of others."""

import json

import pytest
from sqlalchemy import func, select

from bot.domain.models import Address
from bot.domain.rooms import Author
from bot.errors import CommandError
from bot.services.following import Following
from bot.services.places import Place
from bot.services.privacy import Privacy
from bot.store import rooms, schema
from tests.support.newsroom import LANE, Newsroom, place, report

ANNA = Place(LANE, Address("paper", "anna"), "Anna", who="paper:7")
TITLE = "NAVO oefent op de Waddenzee"


async def told(room: Newsroom) -> None:
    feed = await room.add_feed()
    for who in (ANNA, place("bo")):
        await room.manager.subscribe(who, "nato")
    await room.take(feed, [report(TITLE, 1, room.clock.now())])
    await room.deliver()
    await room.take(feed, [report("Spanje wijst hogere NAVO-bijdrage af", 2, room.clock.now())])
    await Following(room.database, room.clock).follow(ANNA, "1")


async def counted(room: Newsroom) -> dict[str, int]:
    tables = (schema.chats, schema.subscriptions, schema.deliveries, schema.story_follows, schema.audit)
    async with room.database.read() as tx:
        return {table.name: await tx.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


async def test_the_document_holds_everything_of_this_chat_and_nothing_of_another(room: Newsroom) -> None:
    await told(room)
    known = json.loads(await Privacy(room.database, room.clock).document(ANNA))
    assert known["chats"][0]["title"] == "Anna"
    assert [each["value"] for each in known["subscriptions"]] == ["nato"]
    assert [each["state"] for each in known["messages"]] == ["pending", "sent"]
    assert [each["story_id"] for each in known["followed stories"]] == [1]
    assert {each["what"] for each in known["changes"]} == {"subscribe", "follow"}
    assert '"bo"' not in json.dumps(known)


async def test_a_chat_that_is_not_known_has_an_empty_document(room: Newsroom) -> None:
    known = json.loads(await Privacy(room.database, room.clock).document(place("niemand")))
    assert (known["chats"], known["messages"], known["changes"]) == ([], [], [])


async def test_forgetting_removes_everything_of_this_chat_alone(room: Newsroom) -> None:
    await told(room)
    gone = await Privacy(room.database, room.clock).forget(ANNA, "YES")
    assert gone.rows["messages"] == 2
    assert (gone.dropped, gone.rows["subscriptions"], gone.rows["chats"]) == (1, 1, 1)
    assert await counted(room) == {
        "chats": 1,
        "subscriptions": 1,
        "deliveries": 2,
        "story_follows": 0,
        "audit": 1,
    }
    before = len(room.paper.sent)
    await room.deliver()
    assert [to for to, _, _ in room.paper.sent[before:]] == ["bo"]


async def test_what_somebody_did_elsewhere_stays_without_their_name(room: Newsroom) -> None:
    group = Place(LANE, Address("paper", "groep"), who="paper:7")
    await room.manager.subscribe(group, "nato")
    await Privacy(room.database, room.clock).forget(ANNA, "ja")
    async with room.database.read() as tx:
        assert await tx.scalar(select(schema.audit.c.who)) == "forgotten"


async def test_the_posts_of_a_web_room_are_forgotten_too(room: Newsroom) -> None:
    here = Place("web", Address("web", "heraut"), who="web:visitor")
    async with room.database.write() as tx:
        for name in ("heraut", "atlantic"):
            await rooms.add(tx, name, Author.USER, "hallo", None, room.clock.now())
    privacy = Privacy(room.database, room.clock)
    assert [post["body"] for post in json.loads(await privacy.document(here))["posts"]] == ["hallo"]
    assert (await privacy.forget(here, "yes")).rows["posts"] == 1
    async with room.database.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(schema.web_messages)) == 1


@pytest.mark.parametrize("said", ["", "no", "yes please", "nee", "\x00", "y" * 5000])
async def test_nothing_is_forgotten_without_a_clear_yes(room: Newsroom, said: str) -> None:
    await told(room)
    with pytest.raises(CommandError, match="removes everything"):
        await Privacy(room.database, room.clock).forget(ANNA, said)
    assert (await counted(room))["chats"] == 2
