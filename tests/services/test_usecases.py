"""The use cases together, behind the router: the gate stands before every command."""

from collections.abc import Collection
from pathlib import Path

from bot.chat.router import Router
from bot.domain.messages import Message
from bot.domain.models import Address
from bot.ports import Inbound
from bot.services.alarm import Alarms
from bot.services.charting import Painter
from bot.services.gate import Quotas
from bot.services.usecases import Footing, UseCases, use_cases
from tests.support.newsroom import LANE, TOPICS, Newsroom, place


async def _follow(texts: Collection[str]) -> None:
    """No rule is followed here."""


def cases(room: Newsroom, folder: Path, quotas: Quotas) -> UseCases:
    footing = Footing(room.book, TOPICS, _follow, Alarms([]).notify)
    return use_cases(
        room.database, room.clock, room.manager, Painter(), footing, folder=folder, quotas=quotas
    )


async def asked(room: Newsroom, known: UseCases, user: str) -> Message:
    router = Router(room.manager, room.sources, room.clock, {"paper": LANE}, ["paper:baas"], known)
    return await router.receive(Inbound(Address("paper", "anna"), "/subscribe nato", user))


async def test_a_chat_that_is_not_served_is_answered_once_and_changes_nothing(
    room: Newsroom, tmp_path: Path
) -> None:
    known = cases(room, tmp_path, Quotas(denied=frozenset({"paper:anna"})))
    first, second = await asked(room, known, "7"), await asked(room, known, "7")
    assert (first.empty, second.empty) == (False, True)
    assert await room.manager.subscriptions(place("anna")) == (None, [])
    assert not (await asked(room, known, "baas")).empty
    assert len((await room.manager.subscriptions(place("anna")))[1]) == 1


async def test_an_owners_word_goes_before_the_settings(room: Newsroom, tmp_path: Path) -> None:
    known = cases(room, tmp_path, Quotas(listed_only=True, denied=frozenset({"paper:anna"})))
    await known.gate.allow(place("baas"), "paper:anna")
    assert not (await asked(room, known, "7")).empty
