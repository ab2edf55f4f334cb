"""Drawing: in a process of its own, within bounds of time and size, and never in this one."""

import subprocess
import sys
from datetime import date

import pytest

from bot.domain.chart import Chart, daily_chart
from bot.domain.messages import LARGEST_PICTURE
from bot.domain.tongue import ENGLISH
from bot.errors import ChartFailed
from bot.services.charting import Painter

CHART = daily_chart("Oekraïne", date(2026, 10, 24), [3, 0, 8, 2, 5, 1, 9], ENGLISH)
HARD = daily_chart("$x^2$ <b>@rutte</b> \x00 日本 🙂 " * 9, date(2026, 1, 1), [10**6] * 366, ENGLISH)


@pytest.mark.slow
async def test_charts_are_drawn_as_png_and_svg_and_alike_each_time() -> None:
    async with Painter(deadline=60) as painter:
        first, again = await painter.render(CHART), await painter.render(CHART)
        svg = await painter.render(CHART, "svg")
    assert first == again
    assert first.startswith(b"\x89PNG")
    assert (int.from_bytes(first[16:20]), int.from_bytes(first[20:24])) == (1080, 720)
    assert svg.lstrip().startswith(b"<?xml")
    assert b"<svg" in svg
    assert b"<script" not in svg


@pytest.mark.slow
async def test_hard_words_and_a_full_year_stay_within_the_size() -> None:
    async with Painter(deadline=60) as painter:
        picture = await painter.render(HARD)
    assert 1_000 < len(picture) <= LARGEST_PICTURE


@pytest.mark.slow
async def test_a_chart_that_cannot_be_drawn_fails_and_the_next_one_is_drawn() -> None:
    async with Painter(deadline=60) as painter:
        with pytest.raises(ChartFailed):
            await painter.render(Chart("leeg", "", date(2026, 1, 1), (), ()))
        assert await painter.render(CHART)


@pytest.mark.slow
async def test_a_chart_that_takes_too_long_is_given_up() -> None:
    async with Painter(deadline=0.001) as painter:
        with pytest.raises(ChartFailed, match="longer than"):
            await painter.render(CHART)


@pytest.mark.slow
def test_the_program_never_loads_matplotlib() -> None:
    look = "import sys, bot.__main__, bot.app; print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "False"
