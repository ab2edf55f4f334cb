"""Managing a channel from a private chat, on each kind of database."""

from dataclasses import dataclass, field, replace

import pytest

from bot.domain.models import Address
from bot.errors import CommandError
from bot.ports import Standing
from bot.services.linking import Linking
from bot.services.places import Place
from tests.support.newsroom import LANE, Newsroom, place

HARBOUR = Address("paper", "-100")


@dataclass
class Board:
    """A platform that knows one channel, and who is an administrator there."""

    lane: str = LANE
    admins: set[str] = field(default_factory=lambda: {"anna"})
    cannot: str = ""

    async def standing(self, chat: str, user: str) -> Standing | None:
        if chat not in {"@harbour", HARBOUR.chat}:
            return None
        return Standing(HARBOUR, "Harbour", user in self.admins, self.cannot)


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def linking(room: Newsroom, board: Board) -> Linking:
    room.cases.linking.serve(board)
    return room.cases.linking


async def aimed(linking: Linking, user: str = "anna", *, changing: bool = True) -> Place:
    return await linking.aimed(place(), user, changing=changing)


async def test_what_is_said_in_a_linked_chat_is_about_the_channel_until_it_is_unlinked(
    linking: Linking,
) -> None:
    assert await aimed(linking) == place()
    assert (await linking.link(place(), "@harbour", "anna")).address == HARBOUR
    there = await aimed(linking)
    assert (there.address, there.title) == (HARBOUR, "Harbour")
    gone = await linking.unlink(place())
    assert gone
    assert gone.title == "Harbour"
    assert await aimed(linking) == place()
    assert await linking.unlink(place()) is None


async def test_another_chat_is_not_aimed_there(linking: Linking) -> None:
    await linking.link(place(), "@harbour", "anna")
    assert await linking.aimed(place("bert"), "bert", changing=True) == place("bert")


async def test_linking_again_replaces_what_was_linked(linking: Linking) -> None:
    await linking.link(place(), "@harbour", "anna")
    await linking.link(place(), HARBOUR.chat, "anna")
    assert (await aimed(linking)).address == HARBOUR


@pytest.mark.parametrize(
    ("name", "user", "cannot", "why"),
    [
        ("@nowhere", "anna", "", "no channel or group"),
        ("@harbour", "bert", "", "Only an administrator of Harbour"),
        ("@harbour", "anna", "permission missing: posting messages", "may not post in Harbour"),
    ],
)
async def test_only_an_administrator_links_a_channel_that_the_bot_may_post_in(
    linking: Linking, board: Board, name: str, user: str, cannot: str, why: str
) -> None:
    board.cannot = cannot
    with pytest.raises(CommandError, match=why):
        await linking.link(place(), name, user)
    assert await linking.linked(place()) is None


async def test_who_is_no_administrator_any_more_loses_the_link(linking: Linking, board: Board) -> None:
    await linking.link(place(), "@harbour", "anna")
    board.admins.clear()
    with pytest.raises(CommandError, match="no administrator there"):
        await aimed(linking, changing=False)
    board.admins.add("anna")
    assert await aimed(linking) == place()


async def test_where_the_bot_may_no_longer_post_one_may_look_but_not_change(
    linking: Linking, board: Board
) -> None:
    await linking.link(place(), "@harbour", "anna")
    board.cannot = "permission missing: posting messages"
    assert (await aimed(linking, changing=False)).address == HARBOUR
    with pytest.raises(CommandError, match="may not post"):
        await aimed(linking, changing=True)


async def test_forgetting_a_person_forgets_the_link(room: Newsroom, linking: Linking) -> None:
    await linking.link(place(), "@harbour", "anna")
    await room.cases.privacy.forget(place(), "yes")
    assert await linking.linked(place()) is None


async def test_what_is_managed_with_one_account_is_not_with_another(linking: Linking) -> None:
    await linking.link(place(), "@harbour", "anna")
    other = replace(place(), lane="paper:2")
    assert not linking.offered(other)
    assert await linking.aimed(other, "anna", changing=True) == other
    assert await linking.linked(other) is None
