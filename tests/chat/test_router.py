"""What is said in a chat, and what comes back: the same for every platform."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.chat.commands import ACTIONS, COMMANDS
from bot.chat.router import Router
from bot.domain.messages import Message, Text
from bot.domain.models import Address, ChatState
from bot.ports import ChatEvent, Inbound
from bot.store import roster
from tests.support.newsroom import LANE, Newsroom, place, report


@pytest.fixture
def router(room: Newsroom) -> Router:
    return Router(room.manager, room.sources, room.clock, {"paper": LANE}, ["paper:u1"], room.cases)


def words(message: Message) -> str:
    """A message as a reader sees it."""
    lines = [
        "".join(
            span if isinstance(span, str) else span.text if isinstance(span, Text) else "" for span in line
        )
        for line in message.lines
    ]
    return "\n".join(lines)


def actions(message: Message) -> list[str]:
    return [button.action for row in message.buttons for button in row]


async def say(router: Router, text: str, *, admin: bool = True, chat: str = "anna") -> Message:
    inbound = Inbound(Address("paper", chat), text, user="u1", is_private=admin, is_admin=admin)
    return await router.receive(inbound)


async def test_start_offers_the_first_topics(router: Router) -> None:
    answer = await say(router, "/start")
    assert "/pick nato start 1" in actions(answer)


async def test_a_deep_link_subscribes_at_once(router: Router) -> None:
    assert "now follows Mark Rutte" in words(await say(router, "/start topic_rutte"))


async def test_a_deep_link_changes_nothing_in_a_group_for_those_who_may_not(
    router: Router, room: Newsroom
) -> None:
    await say(router, "/start topic_rutte", admin=False)
    assert (await room.manager.subscriptions(place()))[1] == []


async def test_help_lists_exactly_the_commands_there_are(router: Router) -> None:
    answer = words(await say(router, "/help"))
    assert [line.split()[0] for line in answer.splitlines() if line.startswith("/")] == [
        f"/{command.spec.name}" for command in COMMANDS
    ]


@pytest.mark.parametrize("name", [command.spec.name for command in COMMANDS])
async def test_every_command_explains_itself_and_answers_without_an_argument(
    router: Router, name: str
) -> None:
    assert f"/{name}" in words(await say(router, f"/help {name}"))
    assert words(await say(router, f"/{name}"))


async def test_subscribing_is_confirmed_with_a_way_back(router: Router, room: Newsroom) -> None:
    answer = await say(router, "/subscribe nato")
    assert "now follows NATO" in words(answer)
    assert "/unsubscribe nato" in actions(answer)
    assert "already" in words(await say(router, "/subscribe NAVO"))
    _, wishes = await room.manager.subscriptions(place())
    assert [wish.rule_key for wish in wishes] == ["topic:nato"]


async def test_a_rule_can_be_followed_and_is_matched_from_then_on(router: Router, room: Newsroom) -> None:
    feed = await room.add_feed()
    await say(router, '/subscribe "extra schepen" AND @nato NOT sport')
    intake = await room.take(feed, [report("NAVO stuurt extra schepen", 1, room.clock.now())])
    assert intake.alerts == 1


async def test_a_rule_with_a_mistake_is_answered_with_its_place(router: Router) -> None:
    answer = words(await say(router, "/subscribe (schepen AND oostzee"))
    assert "⟶" in answer


async def test_an_unknown_topic_is_answered_with_the_nearest(router: Router) -> None:
    assert "did you mean rutte" in words(await say(router, "/subscribe ruttte")).lower()


async def test_an_unknown_command_is_answered_with_the_nearest(router: Router) -> None:
    assert "/subscribe" in actions(await say(router, "/subscrbe nato"))
    assert "/help" in words(await say(router, "/xyzzy"))


async def test_unsubscribing_offers_what_is_followed(router: Router) -> None:
    await say(router, "/subscribe nato")
    await say(router, "/subscribe haven* NOT Zwolle")
    assert len(actions(await say(router, "/unsubscribe"))) == 2
    assert "no longer follows NATO" in words(await say(router, "/unsubscribe nato"))
    assert "does not follow" in words(await say(router, "/unsubscribe nato"))
    assert "no longer follows" in words(await say(router, "/unsubscribe all"))
    assert "follows nothing" in words(await say(router, "/subscriptions"))


async def test_only_admins_change_what_a_group_follows(router: Router, room: Newsroom) -> None:
    for line in ("/subscribe nato", "/unsubscribe nato"):
        assert "Only the administrators" in words(await say(router, line, admin=False))
    assert (await room.manager.subscriptions(place()))[1] == []
    assert words(await say(router, "/latest", admin=False))


async def test_latest_shows_stories_of_the_chat_newest_first(router: Router, room: Newsroom) -> None:
    feed = await room.add_feed()
    await say(router, "/subscribe nato")
    await room.take(feed, [report("NAVO oefent op de Waddenzee", 1, room.clock.now())])
    await room.take(feed, [report("Spanje wijst hogere NAVO-bijdrage af", 2, room.clock.now())])
    answer = words(await say(router, "/latest"))
    assert answer.index("Spanje") < answer.index("Waddenzee")
    assert "Nothing yet" in words(await say(router, "/latest rutte"))


async def test_a_topics_name_alone_offers_to_follow_it(router: Router) -> None:
    assert "/subscribe nato" in actions(await say(router, "nato"))
    assert "/help" in actions(await say(router, "hello there"))


async def test_arguments_are_completed(router: Router) -> None:
    here = Address("paper", "anna")
    assert ("rutte", "Mark Rutte") in await router.suggest("subscribe", "rut", here)
    assert await router.suggest("unsubscribe", "", here) == []
    await say(router, "/subscribe nato")
    assert await router.suggest("unsubscribe", "", here) == [("nato", "NATO")]
    assert ("status", "/status") in await router.suggest("help", "st", here)


async def test_what_happens_to_a_chat_is_noted(router: Router, room: Newsroom) -> None:
    await say(router, "/subscribe nato")
    here = Address("paper", "anna")
    await router.observe(ChatEvent(here, "gone", "bot was kicked"))
    chat, _ = await room.manager.subscriptions(place())
    assert chat is not None
    assert (chat.state, chat.paused_why) == (ChatState.PAUSED, "bot was kicked")
    assert "Paused: bot was kicked" in words(await say(router, "/subscriptions"))
    await router.observe(ChatEvent(here, "joined", "Anna"))
    await router.observe(ChatEvent(here, "moved", "anna2"))
    chat, wishes = await room.manager.subscriptions(place("anna2"))
    assert chat is not None
    assert (chat.state, len(wishes)) == (ChatState.ACTIVE, 1)


async def test_a_bug_in_a_command_is_an_apology_not_a_crash(
    router: Router, room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(room.manager, "status", broken)
    assert "went wrong" in words(await say(router, "/status"))


ARGUMENTS = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            ["1", "#1", "yes", "no", "all", "nato", "start", "mute", "8h", "2 days", "-1", "٣", "\0"]
        ),
        max_size=4,
    ).map(" ".join),
)
LINES = st.one_of(
    st.text(max_size=80),
    st.tuples(st.sampled_from([each.spec.name for each in (*COMMANDS, *ACTIONS)]), ARGUMENTS).map(
        lambda said: f"/{said[0]} {said[1]}"
    ),
)
"""What people type, and what buttons say, or would if somebody made them up."""


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=LINES, owner=st.booleans())
async def test_whatever_is_said_gets_an_answer(room: Newsroom, line: str, owner: bool) -> None:
    room.clock.advance(timedelta(seconds=5))
    quick = Router(room.manager, room.sources, room.clock, {"paper": LANE}, ["paper:u1"] * owner, room.cases)
    assume(not line.strip().startswith(("/trend", "/addfeed")))  # they start a process, or ask the network
    answer = await say(quick, line)
    assert not answer.empty
    assert "went wrong" not in words(answer)


async def test_two_accounts_of_a_platform_keep_one_person_apart(room: Newsroom, router: Router) -> None:
    other = Router(room.manager, room.sources, room.clock, {"paper": "paper:2"}, cases=room.cases)
    await say(router, "/subscribe nato")
    assert "follows nothing" in words(await say(other, "/subscriptions"))
    await say(other, "/subscribe rutte")
    await other.observe(ChatEvent(Address("paper", "anna"), "gone", "blocked"))
    async with room.database.read() as tx:
        states = {
            entry.lane: (entry.chat.state, [wish.value for wish in entry.wishes])
            for entry in await roster.page(tx)
        }
    assert states == {LANE: (ChatState.ACTIVE, ["nato"]), "paper:2": (ChatState.PAUSED, ["rutte"])}
