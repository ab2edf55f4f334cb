"""Topics that are put in place of others are seen by whoever holds the list."""

from bot.domain.models import Topic
from bot.services.topics import Topics

SEALS, SHIPS = Topic("seals", {"nl": "Zeehonden"}, "zeehond*"), Topic("ships", {"nl": "Schepen"}, "schip*")


def test_who_holds_the_list_sees_the_topics_of_now() -> None:
    held = Topics([SEALS])
    held.put([SHIPS, SEALS])
    assert (held[0], list(held[1:]), len(held)) == (SHIPS, [SEALS], 2)
    assert SEALS in held


def test_a_list_that_is_being_read_is_read_to_its_end() -> None:
    held = Topics([SEALS, SHIPS])
    reading = iter(held)
    first = next(reading)
    held.put([])
    assert [first, *reading] == [SEALS, SHIPS]
