"""Messages with a picture: stored and read back, bounded, and told in words where it cannot be shown."""

import json

import pytest

from bot.chat.console import rendered
from bot.domain.messagecodec import from_json, to_json
from bot.domain.messages import LARGEST_PICTURE, Picture, Text, say, without_picture
from bot.errors import BadInput
from tests.support.pictures import ALT, with_picture


def test_a_message_with_a_picture_is_read_as_it_was_written() -> None:
    assert from_json(to_json(with_picture())) == with_picture()


@pytest.mark.parametrize(
    "picture",
    [
        {"data": "***", "name": "a.png", "alt": ""},
        {"data": "", "name": "a.png"},
        {"data": "", "name": "a.png", "alt": "", "more": 1},
        {"data": 5, "name": "a.png", "alt": ""},
        [],
    ],
)
def test_a_stored_picture_that_is_none_is_refused(picture: object) -> None:
    stored = json.loads(to_json(with_picture())) | {"picture": picture}
    with pytest.raises(BadInput):
        from_json(json.dumps(stored))


def test_a_picture_that_is_too_large_is_refused() -> None:
    with pytest.raises(BadInput, match="too large"):
        from_json(to_json(with_picture(bytes(LARGEST_PICTURE + 1))))


def test_without_its_picture_a_message_tells_what_it_showed() -> None:
    bare = without_picture(with_picture())
    assert (bare.picture, bare.lines[-1]) == (None, (Text(ALT, italic=True),))
    assert without_picture(say("hallo")) == say("hallo")


def test_the_bytes_of_a_picture_do_not_flood_the_log() -> None:
    assert "data" not in repr(Picture(b"x" * 1000, "a.png", "alt"))


def test_the_terminal_reads_a_picture_out() -> None:
    assert ALT in rendered(with_picture()).plain
