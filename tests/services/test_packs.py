from pathlib import Path

import pytest

from bot.domain.matcher import Matcher
from bot.domain.rules import parse_rule
from bot.errors import PackError
from bot.services.packs import MAX_PACK_BYTES, load_catalog, load_topics
from tests.support.packs import MORE_ENTITY


def test_the_shipped_packs_and_topics_hold_together() -> None:
    catalog = load_catalog()
    topics = load_topics()

    rules = {topic.slug: parse_rule(topic.rule, catalog.entities) for topic in topics}
    Matcher.build(catalog, rules)
    assert {"nato", "rutte", "trump", "zelensky", "ukraine"} <= set(rules)
    assert len(catalog.entities) >= 30
    assert len(catalog.given_names) > 4000


def test_every_topic_can_be_named_in_both_languages() -> None:
    for topic in load_topics():
        assert {"nl", "en"} <= set(topic.names), topic.slug


def test_further_packs_come_from_files_and_folders(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "mine.toml").write_text(MORE_ENTITY, encoding="utf-8")
    (folder / "notes.txt").write_text("no pack", encoding="utf-8")

    assert "somebody" in load_catalog([folder]).entities
    assert "somebody" in load_catalog([folder / "mine.toml"]).entities


def test_own_topics_join_the_shipped_ones(tmp_path: Path) -> None:
    own = tmp_path / "topics.toml"
    own.write_text(
        '[[topic]]\nslug = "nato"\nnames.nl = "Bond"\nrule = "@nato NOT sport"\n', encoding="utf-8"
    )

    topics = {topic.slug: topic for topic in load_topics(own)}
    assert topics["nato"].rule == "@nato NOT sport"
    assert "rutte" in topics


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[[entity", "is not TOML"),
        (b"title = '\xff'", "is not TOML"),
        (b"", "empty"),
        (b"#" * (MAX_PACK_BYTES + 1), "larger than"),
        (MORE_ENTITY.replace("Somebody Else", "Mark Rutte").encode(), "already a name of"),
    ],
)
def test_a_bad_pack_is_refused_whole(tmp_path: Path, content: bytes, says: str) -> None:
    pack = tmp_path / "bad.toml"
    pack.write_bytes(content)

    with pytest.raises(PackError) as error:
        load_catalog([pack])
    assert error.value.file == "bad.toml"
    assert says in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackError) as error:
        load_topics(tmp_path / "nowhere.toml")
    assert "nowhere.toml" in str(error.value)
