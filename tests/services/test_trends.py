"""Trends: reports a day of a topic, and a picture or none."""

from datetime import timedelta

import pytest

from bot.domain.chart import Chart
from bot.domain.models import Target
from bot.domain.tongue import ENGLISH
from bot.errors import ChartFailed, CommandError
from bot.services.charting import Kind, Painter
from bot.services.trends import Trends
from tests.support.newsroom import Newsroom, report


class Board(Painter):
    """Draws nothing, and says what it was asked to draw."""

    def __init__(self, *, broken: bool = False) -> None:
        self.asked: list[Chart] = []
        self._broken = broken

    async def render(self, chart: Chart, kind: Kind = "png") -> bytes:
        self.asked.append(chart)
        if self._broken:
            raise ChartFailed("the pencil is blunt")
        return b"PNG"


async def filled(room: Newsroom) -> None:
    feed = await room.add_feed()
    now = room.clock.now()
    stories = [("NAVO oefent op de Waddenzee", 0), ("Spanje wijst hogere NAVO-bijdrage af", 2)]
    await room.take(
        feed, [report(title, n, now - timedelta(days=age)) for n, (title, age) in enumerate(stories)]
    )


async def test_reports_are_counted_by_day_up_to_today(room: Newsroom) -> None:
    await filled(room)
    trend = await Trends(room.database, room.clock, Board()).trend(Target.TOPIC, "nato", 4)
    assert (trend.counts, trend.total, dict(trend.outlets)) == ((0, 1, 0, 1), 2, {"Proefkrant": 2})
    assert trend.first == room.clock.now().date() - timedelta(days=3)


async def test_what_nobody_wrote_about_is_a_row_of_zeros(room: Newsroom) -> None:
    trend = await Trends(room.database, room.clock, Board()).trend(Target.RULE, "nooit OF te nimmer", 3)
    assert (trend.counts, trend.total) == ((0, 0, 0), 0)


@pytest.mark.parametrize("days", [-5, 0, 1, 367, 10**9])
async def test_a_number_of_days_out_of_bounds_is_refused(room: Newsroom, days: int) -> None:
    with pytest.raises(CommandError, match="2 to 366"):
        await Trends(room.database, room.clock, Board()).trend(Target.TOPIC, "nato", days)


async def test_the_picture_says_in_words_what_it_shows(room: Newsroom) -> None:
    await filled(room)
    board = Board()
    trends = Trends(room.database, room.clock, board)
    picture = await trends.picture(await trends.trend(Target.TOPIC, "nato", 4), "NATO", ENGLISH)
    assert picture is not None
    assert (picture.data, board.asked[0].counts) == (b"PNG", (0, 1, 0, 1))
    assert picture.alt.startswith("NATO: 2 reports in 4 days")


async def test_without_a_picture_the_numbers_are_still_there(room: Newsroom) -> None:
    trends = Trends(room.database, room.clock, Board(broken=True))
    assert await trends.picture(await trends.trend(Target.TOPIC, "nato"), "NATO", ENGLISH) is None


async def test_outlets_are_ranked_by_what_they_reported_with_their_owners(room: Newsroom) -> None:
    await filled(room)
    feed = await room.add_feed("Havenblad", "zeepers")
    now = room.clock.now()
    await room.take(feed, [report("NAVO stuurt schepen", 7, now), report("Markt in Goes", 8, now)])
    await room.take(feed, [report("Brug bij Ewijk open", 9, now - timedelta(days=20))])
    trends = Trends(room.database, room.clock, Board())
    found = [(each.outlet, each.owner, each.reports) for each in await trends.outlets()]
    assert found == [("Havenblad", "zeepers", 3), ("Proefkrant", "proef", 2)]
    found = [(each.outlet, each.owner, each.reports) for each in await trends.outlets("topic:nato", 7)]
    assert found == [("Proefkrant", "proef", 2), ("Havenblad", "zeepers", 1)]
    assert await trends.outlets("topic:rutte") == []
