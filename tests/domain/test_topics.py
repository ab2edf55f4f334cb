import pytest

from bot.domain.models import Topic
from bot.domain.topics import merge_topics, read_topics
from bot.errors import PackError

NATO = {"slug": "nato", "names": {"nl": "NAVO"}, "rule": "@nato"}


def test_topics_are_read_in_order() -> None:
    topics = read_topics("t.toml", {"topic": [NATO, NATO | {"slug": "f-16"}]})

    assert topics[0] == Topic("nato", {"nl": "NAVO"}, "@nato")
    assert topics[1].slug == "f-16"


def test_no_topics_is_a_valid_file() -> None:
    assert read_topics("t.toml", {}) == ()


def test_own_topics_replace_shipped_ones_and_are_added_behind() -> None:
    shipped = (Topic("a", {"en": "A"}, "a"), Topic("b", {"en": "B"}, "b"))
    own = (Topic("c", {"en": "C"}, "c"), Topic("a", {"en": "A2"}, "a2"))

    merged = merge_topics(shipped, own)

    assert [(topic.slug, topic.rule) for topic in merged] == [("a", "a2"), ("b", "b"), ("c", "c")]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"topics": []}, "topic"),
        ({"topic": {}}, "topic"),
        ({"topic": ["nato"]}, "topic"),
        ({"topic": [NATO | {"color": "red"}]}, "topic"),
        ({"topic": [NATO | {"slug": "NATO"}]}, "topic.slug"),
        ({"topic": [NATO | {"slug": "x" * 41}]}, "topic.slug"),
        ({"topic": [NATO | {"names": {}}]}, "topic[nato].names"),
        ({"topic": [NATO | {"names": {"nl": 1}}]}, "topic[nato].names"),
        ({"topic": [NATO | {"rule": " "}]}, "topic[nato].rule"),
        ({"topic": [NATO, NATO]}, "topic[nato]"),
    ],
)
def test_a_mistake_is_named_with_its_key(table: dict[str, object], key: str) -> None:
    with pytest.raises(PackError) as error:
        read_topics("t.toml", table)

    assert (error.value.file, error.value.key) == ("t.toml", key)
