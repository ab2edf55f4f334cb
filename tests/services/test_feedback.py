"""What is said of alerts: the words that were wrong, and what that changes."""

import pytest

from bot.errors import CommandError
from bot.store import amendments
from bot.store.amendments import State
from tests.support.newsroom import Newsroom, place, report


async def told(room: Newsroom, wish: str, title: str, summary: str = "") -> int:
    """The chat follows this and was told a story; returns its number."""
    await room.manager.subscribe(place(), wish)
    feed = await room.add_feed()
    await room.take(feed, [report(title, 1, room.clock.now(), summary)])
    await room.deliver()
    [story] = await room.manager.latest(place(), wish)
    return story.id


async def test_each_word_is_a_suspect_once_with_the_phrases_around_it(room: Newsroom) -> None:
    story = await told(room, "harbour", "Havens vol", "De havens zijn vol; de haven van Delft ook.")
    suspects = await room.cases.feedback.suspects(place(), story)
    assert [each.surface for each in suspects] == ["Havens", "haven"]
    assert suspects[1].phrases[0] == "de haven"


async def test_a_topic_of_words_becomes_a_rule_without_the_phrase(room: Newsroom) -> None:
    story = await told(room, "harbour", "Buurt wil bomen aan de Havenstraat Noord")
    feedback = room.cases.feedback
    [suspect] = await feedback.suspects(place(), story)
    proposal, _ = await feedback.propose(place(), story, suspect.item_id, suspect.number, 0)
    assert proposal.rule == '(haven* OR harbour*) NOT "Havenstraat Noord"'
    await feedback.settle(place(), proposal.amendment.id)
    _, [wish] = await room.manager.subscriptions(place())
    assert wish.rule_key == f"rule:{proposal.rule}"


async def test_a_proposal_that_is_looked_at_twice_is_one(room: Newsroom) -> None:
    story = await told(room, "nato", "Buurt wil bomen in de NAVO-straat")
    feedback = room.cases.feedback
    [suspect] = await feedback.suspects(place(), story)
    first, _ = await feedback.propose(place(), story, suspect.item_id, suspect.number, 0)
    again, _ = await feedback.propose(place(), story, suspect.item_id, suspect.number, 0)
    assert first.amendment == again.amendment
    await feedback.withdraw(place(), first.amendment.id)
    async with room.database.read() as tx:
        found = await amendments.find(tx, first.amendment.id)
    assert found is not None
    assert found.state is State.DISMISSED


@pytest.mark.parametrize(("item", "number", "choice"), [(99, 0, 0), (1, 99, 0), (1, 0, 99)])
async def test_a_word_or_phrase_that_is_not_there_is_refused(
    room: Newsroom, item: int, number: int, choice: int
) -> None:
    story = await told(room, "nato", "Buurt wil bomen in de NAVO-straat")
    [suspect] = await room.cases.feedback.suspects(place(), story)
    with pytest.raises(CommandError):
        await room.cases.feedback.propose(
            place(), story, suspect.item_id if item == 1 else item, number, choice
        )


async def test_a_story_that_no_subscription_asks_for_any_more_is_said_so(room: Newsroom) -> None:
    story = await told(room, "nato", "NAVO oefent op de Waddenzee")
    await room.manager.unsubscribe(place(), "nato")
    with pytest.raises(CommandError, match="Nothing that this chat follows"):
        await room.cases.feedback.causes(place(), story)
    with pytest.raises(CommandError, match="no longer stored"):
        await room.cases.feedback.causes(place(), story + 100)


async def test_a_muted_story_is_not_told_when_it_goes_on(room: Newsroom) -> None:
    await room.manager.subscribe(place(), "nato")
    feed = await room.add_feed()
    await room.take(feed, [report("NAVO oefent op de Waddenzee", 1, room.clock.now())])
    [story] = await room.manager.latest(place(), "nato")
    await room.cases.feedback.mute_story(place(), story.id)
    await room.deliver()
    assert room.paper.titles("anna") == []
