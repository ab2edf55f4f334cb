"""What buttons say, also when it is garbled: no press ends in an error, and none changes what it may not."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.commands import ACTIONS, COMMANDS
from bot.chat.menus import LONGEST_ACTION, leaf, turning
from bot.chat.router import Router
from bot.domain.messages import Message
from bot.domain.models import Address
from bot.ports import Inbound
from tests.chat.test_router import actions, words
from tests.support.newsroom import LANE, Newsroom, place, report

pytestmark = pytest.mark.slow

TITLE = "Arno Rutte opent winkel in haven"


@pytest.fixture
def router(room: Newsroom) -> Router:
    return Router(room.manager, room.sources, room.clock, {"paper": LANE}, ["paper:boss"], room.cases)


async def press(
    router: Router, text: str, *, user: str = "u1", admin: bool = True, chat: str = "anna"
) -> Message:
    inbound = Inbound(Address("paper", chat), text, user=user, is_private=admin, is_admin=admin)
    return await router.receive(inbound)


async def told(room: Newsroom, router: Router, *wishes: str, title: str = TITLE) -> int:
    """The chat follows these and was told a story; returns its number."""
    feed = await room.add_feed()
    for wish in wishes:
        await press(router, f"/subscribe {wish}")
    await room.take(feed, [report(title, 3, room.clock.now())])
    await room.deliver()
    message = room.paper.sent[-1][1]
    return int(actions(message)[1].split()[1])


async def wish_id(room: Newsroom, value: str) -> int:
    _, wishes = await room.manager.subscriptions(place())
    return next(wish.id for wish in wishes if wish.value == value)


def test_a_list_is_turned_page_by_page_and_never_past_its_ends() -> None:
    assert [leaf(range(7), page, 3).shown for page in (-4, 1, 2, 3, 99)] == [
        range(0, 3),
        range(0, 3),
        range(3, 6),
        range(6, 7),
        range(6, 7),
    ]
    assert leaf([], 5, 3).pages == 1
    assert [button.label for button in turning("topics", 2, 3)[0]] == ["‹", "2/3", "›"]
    assert [button.label for button in turning("topics", 1, 3)[0]] == ["1/3", "›"]
    assert turning("topics", 1, 1) == []


def test_pages_of_something_too_long_for_a_button_are_not_offered() -> None:
    assert turning("latest", 1, 3, "é" * 40) == []
    assert all(len(b.action.encode()) <= LONGEST_ACTION for b in turning("latest", 1, 3, "nato")[0])


async def test_every_button_fits_telegram_whatever_is_followed(room: Newsroom, router: Router) -> None:
    rule = " OR ".join(f'"een heel lang begrip nummer {number}"' for number in range(8)) + " OR winkel"
    story = await told(room, router, rule, "nato", title="NAVO opent winkel in haven")
    number = await wish_id(room, rule)
    lines = [
        "/start",
        "/topics",
        "/subscribe",
        f"/subscribe {rule}",
        "/subscriptions",
        "/unsubscribe",
        "/mute",
    ]
    lines += [f"/wish {number}", f"/less {story}", f"/wrong {story}", "/feeds", "/latest", f"/latest {rule}"]
    lines += [f"/taste #{number}", f"/mute #{number} 8h", f"/unsubscribe #{number}"]
    for line in lines:
        answer = await press(router, line)
        assert "Something went wrong" not in words(answer)
        for action in actions(answer):
            assert len(action.encode()) <= LONGEST_ACTION, (line, action)


async def test_the_newest_stories_have_pages(room: Newsroom, router: Router) -> None:
    feed = await room.add_feed()
    await press(router, "/subscribe harbour")
    names = ("Delfzijl", "Vlissingen", "Rotterdam", "Harlingen", "Scheveningen", "Den Helder", "Moerdijk")
    events = ("brand", "staking", "feest", "storing", "veiling", "sluiting", "uitbreiding")
    now = room.clock.now()
    items = [
        report(f"Grote {event} in de haven van {name}", number, now)
        for number, (name, event) in enumerate(zip(names, events, strict=True))
    ]
    await room.take(feed, items)
    first = await press(router, "/latest harbour")
    assert "/page latest 2 harbour" in actions(first)
    second = await press(router, "/page latest 2 harbour")
    assert second.in_place
    assert not set(words(first).splitlines()[1:]) & set(words(second).splitlines()[1:])
    number = await wish_id(room, "harbour")
    assert words(await press(router, f"/page latest 1 #{number}")) == words(first)


async def test_done_shows_the_two_newest_stories_at_once_and_only_once(
    room: Newsroom, router: Router
) -> None:
    feed = await room.add_feed()
    now = room.clock.now()
    titles = (
        "NAVO oefent op de Waddenzee",
        "Brand in loods van NAVO bij Napels",
        "NAVO-top in Den Haag begint",
    )
    await press(router, "/subscribe harbour", chat="bob")
    await room.take(feed, [report(title, number, now) for number, title in enumerate(titles)])
    assert "Tick at least one" in words(await press(router, "/pick done"))
    assert "✓ NATO" in [b.label for row in (await press(router, "/pick nato start 1")).buttons for b in row]
    for _ in range(2):
        assert "newest stories" in words(await press(router, "/pick done"))
        await room.deliver()
    assert len(room.paper.titles("anna")) == 2
    assert set(room.paper.titles("anna")) <= set(titles)


async def test_the_language_of_the_start_can_be_changed_there(router: Router) -> None:
    answer = await press(router, "/pick language nl")
    assert answer.language == "nl"
    assert "Klaar" in [button.label for row in answer.buttons for button in row]
    assert "English" in [button.label for row in answer.buttons for button in row]


async def test_subscribing_shows_what_it_would_have_brought(room: Newsroom, router: Router) -> None:
    await told(room, router, "harbour", title="Kraan valt om in de haven van Delfzijl")
    for line in ("/taste harbour", "/subscribe kraan*", "/taste harbour"):
        answer = words(await press(router, line))
        assert "Kraan valt om" in answer
        assert "1.0 stories a day" in answer
    assert "would have told nothing" in words(await press(router, "/subscribe walvis"))


async def test_muting_a_story_is_for_this_chat_alone(room: Newsroom, router: Router) -> None:
    story = await told(room, router, "harbour")
    await press(router, "/subscribe harbour", chat="bob")
    assert "no longer stored" in words(await press(router, "/hush 99999"))
    assert actions(await press(router, f"/hush {story}")) == [f"/unhush {story}"]
    assert "told on" in words(await press(router, f"/unhush {story}"))


async def test_words_of_a_rule_cannot_be_more_or_less_about_something(room: Newsroom, router: Router) -> None:
    story = await told(room, router, "winkel")
    assert "cannot be stricter" in words(await press(router, f"/less {story}"))


async def test_undo_brings_back_a_threshold_that_is_no_step(room: Newsroom, router: Router) -> None:
    story = await told(room, router, "nato", title="NAVO opent winkel in haven")
    number = await wish_id(room, "nato")
    await press(router, f"/tune {number} at 337")
    undo = actions(await press(router, f"/less {story}"))
    assert undo == [f"/tune {number} at 337"]
    await press(router, undo[0])
    assert (await room.manager.wishes(place(), "nato"))[0].threshold == 0.337


async def test_a_change_of_a_rule_is_matched_from_then_on(room: Newsroom, router: Router) -> None:
    story = await told(room, router, "rutte*", title=TITLE)
    asked = await press(router, f"/wrong {story}")
    shown = await press(router, actions(asked)[0])
    assert 'rutte* NOT "Arno Rutte"' in words(shown)
    assert "follows" in words(await press(router, actions(shown)[0]))
    assert "decided already" in words(await press(router, actions(shown)[0]))
    feed = await room.add_feed("Ander", "ander")
    await room.take(feed, [report("Arno Rutte sluit winkel weer", 8, room.clock.now())])
    await room.take(feed, [report("Premier Rutte vertrekt", 9, room.clock.now())])
    await room.deliver()
    assert room.paper.titles("anna")[1:] == ["Premier Rutte vertrekt"]


async def test_an_accepted_phrase_blocks_the_name_for_every_chat_until_it_is_removed(
    room: Newsroom, router: Router
) -> None:
    story = await told(room, router, "nato", title="Buurt wil bomen in de NAVO-straat")
    shown = await press(router, actions(await press(router, f"/wrong {story}"))[0])
    proposed = actions(shown)[0]
    assert "Proposed" in words(await press(router, proposed))
    await room.deliver()
    to, question, _ = room.paper.sent[-1]
    assert to == "boss"
    accept, dismiss = actions(question)
    assert "Only those who run" in words(await press(router, accept))
    assert "no longer names NATO" in words(await press(router, accept, user="boss"))
    assert "decided already" in words(await press(router, dismiss, user="boss"))
    other = await room.add_feed("Ander", "ander")
    later = [report("Feest in de NAVO-straat", 8, room.clock.now())]
    assert (await room.take(other, later)).matched == 0
    listed = actions(await press(router, "/blockers"))
    assert "Only those who run" in words(await press(router, listed[0]))
    assert "no longer blocks" in words(await press(router, listed[0], user="boss"))
    more = [report("Optocht door de NAVO-straat", 9, room.clock.now())]
    assert (await room.take(other, more)).matched == 1


async def test_a_dismissed_phrase_changes_nothing(room: Newsroom, router: Router) -> None:
    story = await told(room, router, "nato", title="Buurt wil bomen in de NAVO-straat")
    shown = await press(router, actions(await press(router, f"/wrong {story}"))[0])
    number = actions(shown)[0].split()[1]
    assert "still names" in words(await press(router, f"/amend {number} dismiss", user="boss"))
    assert "No phrase was accepted" in words(await press(router, "/blockers"))


async def test_a_proposal_of_another_chat_is_not_ones_own(room: Newsroom, router: Router) -> None:
    story = await told(room, router, "rutte*")
    shown = await press(router, actions(await press(router, f"/wrong {story}"))[0])
    for chat in ("bob", "carl"):
        assert "never proposed here" in words(await press(router, actions(shown)[0], chat=chat))
    assert "Nothing was changed" in words(await press(router, actions(shown)[1]))


async def test_a_subscription_of_another_chat_cannot_be_tuned(room: Newsroom, router: Router) -> None:
    await press(router, "/subscribe nato")
    number = await wish_id(room, "nato")
    for what in ("pause", "step 2", "digest"):
        assert "does not follow" in words(await press(router, f"/tune {number} {what}", chat="bob"))
    wish = (await room.manager.wishes(place(), "nato"))[0]
    assert (wish.paused, wish.digest, wish.threshold) == (False, False, 0.25)


@pytest.mark.parametrize(
    "command", [each for each in ACTIONS if each.spec.changes_chat], ids=lambda c: c.spec.name
)
async def test_only_admins_press_what_changes_a_chat(router: Router, room: Newsroom, command: object) -> None:
    name = command.spec.name  # type: ignore[attr-defined]  # a Command
    assert "Only the administrators" in words(await press(router, f"/{name} 1 2", admin=False))


def test_no_action_stands_in_a_menu() -> None:
    offered = {command.spec.name for command in COMMANDS}
    assert not offered & {command.spec.name for command in ACTIONS}


NAMES = st.sampled_from([f"/{command.spec.name}" for command in (*ACTIONS, *COMMANDS)])
NUMBERS = (
    st.integers(-3, 10**12).map(str) | st.integers(0, 9).map(str) | st.sampled_from(["٣", "1e5", "½", "0x1"])
)
WORDS = "step at pause mute 8h 99999999d yes no accept topics start latest #1 nato done language nl feeds"
TOKENS = st.sampled_from([*WORDS.split(), "subscriptions", "blockers", "instant", "digest", "wake"])
PRESSES = st.builds(
    lambda name, parts: " ".join([name, *parts]),
    NAMES,
    st.lists(NUMBERS | TOKENS | st.text(max_size=8), max_size=5),
)


@pytest.mark.slow
@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(line=PRESSES)
async def test_no_garbled_press_ends_in_an_error(room: Newsroom, router: Router, line: str) -> None:
    if not room.paper.sent:
        await told(room, router, "nato", "winkel", title="NAVO opent winkel in haven")
    answer = await press(router, line, user="boss")
    assert "Something went wrong" not in words(answer)
