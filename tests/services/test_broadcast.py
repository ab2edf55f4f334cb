"""Announcements: to every active chat through the ledger, or to none."""

import pytest

from bot.errors import CommandError
from bot.ports import ChatEvent
from bot.services.broadcast import LONGEST, Broadcast
from bot.store import chats
from tests.support.newsroom import LANE, Newsroom, place


async def test_every_active_chat_hears_it_in_its_language(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chats, "PAGE", 2)
    for name in ("anna", "bo", "cas", "weg"):
        await room.manager.subscribe(place(name), "nato")
    await room.manager.manners.language(place("bo"), "nl")
    await room.manager.note(LANE, ChatEvent(place("weg").address, "gone", "blocked"))
    broadcast = Broadcast(room.database, room.clock)
    assert (await broadcast.audience(), await broadcast.announce(place(), "Onderhoud\nom vier uur")) == (3, 3)
    await room.deliver()
    heard = {to: message for to, message, _ in room.paper.sent}
    assert set(heard) == {"anna", "bo", "cas"}
    assert heard["anna"].lines[1:] == (("Onderhoud",), ("om vier uur",))
    assert heard["anna"].lines[0] != heard["bo"].lines[0]
    assert heard["anna"].silent


@pytest.mark.parametrize("text", ["", "   \n", "x" * (LONGEST + 1)])
async def test_nothing_or_too_much_is_not_announced(room: Newsroom, text: str) -> None:
    await room.manager.subscribe(place("anna"), "nato")
    with pytest.raises(CommandError, match="1 to 1500"):
        await Broadcast(room.database, room.clock).announce(place(), text)
    await room.deliver()
    assert room.paper.sent == []
