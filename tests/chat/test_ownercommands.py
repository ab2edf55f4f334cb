"""What those who run the bot may do from a chat, and nobody else."""

from pathlib import Path

import pytest

from bot.domain.models import ChatState
from bot.services.broadcast import LONGEST
from tests.support.newsroom import Newsroom, place
from tests.support.talk import OWNER, Talk


def boss(room: Newsroom) -> Talk:
    return Talk(room, "office", OWNER)


@pytest.mark.parametrize(
    "line", ["/allow", "/allow here", "/deny", "/deny paper:bo", "/broadcast", "/broadcast hi", "/backup"]
)
async def test_nobody_else_may(room: Newsroom, line: str) -> None:
    assert await Talk(room).says(line) == "Only those who run this bot can do that."


async def test_a_denied_chat_is_told_once_and_comes_back_by_the_button(room: Newsroom) -> None:
    owner, bo = boss(room), Talk(room, "bo")
    await bo.says("/subscribe nato")
    assert "paper:bo is not served any more" in await owner.says("/deny paper:bo too much noise")
    assert "too much noise" in await bo.says("/latest")
    assert await bo.says("/latest") == ""
    assert "• paper:bo denied: too much noise" in await owner.says("/deny")
    await owner.says("/deny paper:bo")
    assert "paper:bo is served." in await owner.presses("Undo")
    chat, _ = await room.manager.subscriptions(place("bo"))
    assert chat is not None
    assert chat.state is ChatState.ACTIVE
    assert "• paper:bo allowed" in await owner.says("/allow")


async def test_this_chat_is_meant_by_here(room: Newsroom) -> None:
    owner = Talk(room, "bo", OWNER)
    assert "paper:bo is not served any more" in await owner.says("/deny here for now")
    assert "for now" in await Talk(room, "bo").says("/latest")
    assert "paper:bo is served." in await owner.says("/allow HERE")


@pytest.mark.parametrize("text", ["nonsense", ":", "paper:", "p4per:1", "x" * 5000, "paper:\u202e1"])
async def test_what_is_no_chat_is_refused(room: Newsroom, text: str) -> None:
    for command in ("allow", "deny"):
        assert "is no chat" in await boss(room).says(f"/{command} {text}")


async def test_an_announcement_is_shown_first_and_sent_when_it_is_confirmed(room: Newsroom) -> None:
    await Talk(room).says("/subscribe nato")
    owner = boss(room)
    preview = await owner.says("/broadcast Vannacht staat alles\neen uur stil <b>")
    assert preview.splitlines()[-3:] == [
        "From those who run this bot",
        "Vannacht staat alles",
        "een uur stil <b>",
    ]
    assert "1 chat would see this" in preview
    await room.deliver()
    assert room.paper.sent == []
    assert "1 chat will be told" in await owner.presses("Tell them")
    await room.deliver()
    ((chat, message, _),) = room.paper.sent
    assert (chat, message.silent, message.lines[1:]) == (
        "anna",
        True,
        (("Vannacht staat alles",), ("een uur stil <b>",)),
    )


async def test_an_announcement_can_be_thought_over_and_is_sent_once(room: Newsroom) -> None:
    await Talk(room).says("/subscribe nato")
    owner = boss(room)
    await owner.says("/broadcast Hallo")
    confirm, cancel = owner.actions
    assert "Nothing was changed" in await owner.says(cancel)
    await owner.says(confirm)
    assert "Nothing waits" in await owner.says(confirm)
    await room.deliver()
    assert len(room.paper.sent) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "What shall all chats be told"), ("x" * (LONGEST + 1), "1 to 1500"), ("yes 9", "Nothing waits")],
)
async def test_an_announcement_of_no_use_is_refused(room: Newsroom, text: str, problem: str) -> None:
    assert problem in await boss(room).says(f"/broadcast {text}")


async def test_a_backup_is_a_database_in_the_folder_beside_the_data(room: Newsroom, tmp_path: Path) -> None:
    answer = await boss(room).says("/backup")
    (made,) = (tmp_path / "backups").iterdir()
    assert f"A copy was made: {made.name}, " in answer
    assert made.read_bytes().startswith(b"SQLite format 3\0")
