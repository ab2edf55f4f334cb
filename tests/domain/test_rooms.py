"""Rooms and cursors."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rooms import Author, Cursor, Post, Room
from bot.errors import BadInput

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2280, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  zones=


@given(st.integers(0, 10**15 - 1), st.none() | TIMES)
def test_a_cursor_survives_as_text(post: int, edited_at: datetime | None) -> None:
    cursor = Cursor.at(post, edited_at)
    assert Cursor.parse(str(cursor)) == cursor
    if edited_at is not None:
        assert cursor.edited_at == edited_at


@pytest.mark.parametrize(
    "text", ["", "1", "1.", ".1", "-1.0", "1.0 ", "1.0.0", "a.b", "1." + "9" * 17, "١.٢"]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Cursor.parse(text)


def test_a_cursor_never_goes_back() -> None:
    post = Post(3, "r", Author.BOT, "{}", T0, T0)
    later = Cursor.at(9, T0 + timedelta(hours=1))
    assert later.past(post) == later
    assert Cursor().past(post) == Cursor.at(3, T0)


@pytest.mark.parametrize("name", ["", "A", "a b", "../x", "a" * 65, "-a", "é"])
def test_a_room_needs_a_name_that_fits_an_address(name: str) -> None:
    with pytest.raises(BadInput, match="no name for a room"):
        Room(name, "x")
