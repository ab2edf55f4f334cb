import pytest

from bot.domain.models import Document
from bot.domain.reading import Reading


def at(reading: Reading, word: str) -> int:
    return reading.words.index(f" {word} ") + 1


def test_words_stand_between_spaces_at_the_offsets_of_the_original() -> None:
    reading = Reading(Document("NAVO-top!", "Één (1) dag"))

    assert " navo top " in reading.words
    assert reading.cased[at(reading, "een") : at(reading, "een") + 3] == "Één"
    assert len(reading.words) == len(reading.folded) == len(reading.cased)


def test_a_span_says_field_and_offsets() -> None:
    reading = Reading(Document("Grote top", "De top is klein"))
    first, second = reading.words.index("top"), reading.words.rindex("top")

    assert (reading.span(first, first + 3).field, reading.span(first, first + 3).start) == ("title", 6)
    assert (reading.span(second, second + 3).field, reading.span(second, second + 3).start) == ("text", 3)
    assert reading.in_title(first)
    assert not reading.in_title(second)


def test_neighbouring_words_do_not_cross_fields() -> None:
    reading = Reading(Document("Een titel", "Dan tekst"))

    assert reading.next_word(at(reading, "titel") + 5) is None
    assert reading.previous_word(at(reading, "dan")) is None
    start, end = reading.previous_word(at(reading, "titel")) or (0, 0)
    assert reading.words[start:end] == "een"
    assert reading.previous_word(at(reading, "een")) is None
    assert reading.next_word(at(reading, "tekst") + 5) is None


def test_numbers_of_words_are_far_apart_between_fields() -> None:
    reading = Reading(Document("a b", "c d"))

    assert reading.word_number(at(reading, "b")) - reading.word_number(at(reading, "a")) == 1
    assert reading.word_number(at(reading, "c")) - reading.word_number(at(reading, "b")) > 100


@pytest.mark.parametrize(
    ("title", "is_title_case"),
    [
        ("Court Sides With Farmers Over River Rights", True),
        ("Court sides with farmers over river rights", False),
        ("Kabinet wil Rijnmond en Groningen helpen", False),
        ("Kort", False),
    ],
)
def test_title_case_is_seen_by_its_long_words(title: str, is_title_case: bool) -> None:
    assert Reading(Document(title, "")).is_title_case(1) is is_title_case


def test_capitals_are_judged_sentence_by_sentence() -> None:
    reading = Reading(Document("", "GROOT NIEUWS UIT GOES. Daarna werd het weer stil."))

    assert reading.is_shouted(at(reading, "nieuws"))
    assert not reading.is_shouted(at(reading, "daarna"))
    assert Reading(Document("zonder", "hoofdletters")).has_capitals is False


def test_an_empty_document_reads_as_nothing() -> None:
    reading = Reading(Document("", ""))

    assert reading.words.strip("\x01 ") == ""
    assert reading.word_starts == []
