"""What a topic or rule would have told of late."""

from datetime import timedelta

from tests.support.newsroom import Newsroom, place, report

EVENTS = (
    "NAVO oefent op de Waddenzee",
    "Spanje wijst hogere NAVO-bijdrage af",
    "Brand verwoest opslagloods van NAVO bij Napels",
    "Orkest van de NAVO speelt in Sarajevo",
)


async def news(room: Newsroom, days: int) -> None:
    """One event a day; somebody follows it, so that it is told."""
    await room.manager.subscribe(place("somebody"), "nato")
    feed = await room.add_feed()
    for number in range(days):
        await room.take(feed, [report(EVENTS[number], number + 1, room.clock.now())])
        room.clock.advance(timedelta(days=1))


async def test_a_topic_is_told_by_the_stories_that_are_stored(room: Newsroom) -> None:
    await news(room, 4)
    taste = await room.cases.tastes.of(room.manager.understand("nato"))
    assert [sample.title for sample in taste.shown] == [EVENTS[3], EVENTS[2], EVENTS[1]]
    assert taste.a_day == 1.0


async def test_a_rule_that_nobody_follows_yet_is_tried_on_the_items(room: Newsroom) -> None:
    await news(room, 4)
    taste = await room.cases.tastes.of(room.manager.understand("(brand OR orkest) AND @nato"))
    assert [sample.title for sample in taste.shown] == [EVENTS[3], EVENTS[2]]
    assert 0 < taste.a_day < 1


async def test_what_is_older_than_a_fortnight_does_not_count(room: Newsroom) -> None:
    await news(room, 2)
    room.clock.advance(timedelta(days=30))
    for asked in ("nato", "oefent"):
        taste = await room.cases.tastes.of(room.manager.understand(asked))
        assert (taste.a_day, list(taste.shown)) == (0, [])


async def test_the_threshold_of_a_subscription_counts(room: Newsroom) -> None:
    await room.manager.subscribe(place("somebody"), "nato")
    feed = await room.add_feed()
    aside = "De gemeente zoekt de oorzaak. De NAVO zwijgt."
    await room.take(feed, [report("Kraan valt om in de haven", 1, room.clock.now(), aside)])
    [wish] = await room.manager.wishes(place("somebody"), "nato")
    assert (await room.cases.tastes.of(wish)).shown
    await room.cases.tuning.threshold(place("somebody"), wish, 0.5)
    [strict] = await room.manager.wishes(place("somebody"), "nato")
    assert not (await room.cases.tastes.of(strict)).shown
