"""A folder of packs that changes while the program runs: what holds counts, what does not changes nothing."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot.domain.entities import Catalog
from bot.domain.messages import Message
from bot.domain.models import Topic
from bot.domain.tongue import Tongue
from bot.errors import PackError
from bot.services.alarm import Notices
from bot.services.packs import MAX_PACKS, load_catalog, load_topics
from bot.services.packwatch import PackWatch
from bot.services.tongues import tongue_of
from bot.store.database import Database, Transaction
from tests.support.clock import StoppedClock
from tests.support.databases import ONLY_SQLITE
from tests.support.packs import MORE_ENTITY

pytestmark = ONLY_SQLITE
SEALS = "[[topic]]\nslug = 'seals'\nnames = { nl = 'Zeehonden' }\nrule = 'zeehond*'\n"
OTHER = MORE_ENTITY.replace("somebody", "another").replace("Somebody Else", "Another One")


class Newsroom:
    """A folder that is watched, what was taken from it, and what owners were told."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.taken: list[Catalog] = []
        self.told: list[tuple[str, str]] = []
        self.unsuitable = ""
        self.topics = folder.parent / "topics.toml"
        self.topics_taken: list[Sequence[Topic]] = []
        folder.mkdir(exist_ok=True)
        self.topics.write_text(SEALS, encoding="utf-8")
        notices = Notices(database, StoppedClock(), self._notify)
        self._watch = PackWatch([folder, self.topics], self._load, self._adopt, notices)

    async def look(self) -> list[str]:
        """Two looks, as it takes; the entities of our own packs that were taken last."""
        before = len(self.taken)
        for _ in range(2):
            await self._watch.tick()
        if len(self.taken) == before:
            return ["nothing taken"]
        return sorted({"somebody", "another"} & self.taken[-1].entities.keys())

    def _load(self) -> tuple[Catalog, Sequence[Topic]]:
        return load_catalog([self.folder]), load_topics(self.topics)

    async def _adopt(self, catalog: Catalog, topics: Sequence[Topic]) -> None:
        if self.unsuitable:
            raise PackError("topics", "topic", self.unsuitable)
        self.taken.append(catalog)
        self.topics_taken.append(topics)

    async def _notify(
        self, tx: Transaction, key: str, worded: Callable[[Tongue], Message], now: datetime
    ) -> int:
        self.told.append((key, " ".join(map(str, worded(tongue_of("en")).lines))))
        return 1


@pytest.fixture
def room(tmp_path: Path, db: Database) -> Newsroom:
    return Newsroom(tmp_path / "packs", db)


async def test_what_stood_there_at_the_start_is_not_taken_again(tmp_path: Path, db: Database) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "a.toml").write_text(MORE_ENTITY, encoding="utf-8")
    assert await Newsroom(tmp_path / "packs", db).look() == ["nothing taken"]


async def test_packs_that_are_added_changed_and_removed_count(room: Newsroom) -> None:
    assert await room.look() == ["nothing taken"]
    (room.folder / "a.toml").write_text(MORE_ENTITY, encoding="utf-8")
    assert await room.look() == ["somebody"]
    (room.folder / "a.toml").write_text(OTHER, encoding="utf-8")
    assert await room.look() == ["another"]
    (room.folder / "b.toml").write_text(MORE_ENTITY, encoding="utf-8")
    assert await room.look() == ["another", "somebody"]
    (room.folder / "a.toml").unlink()
    assert await room.look() == ["somebody"]


async def test_a_file_that_is_still_being_written_is_left_until_it_rests(room: Newsroom) -> None:
    await room.look()
    half = len(MORE_ENTITY) // 2
    with (room.folder / "a.toml").open("w", encoding="utf-8", newline="") as file:
        file.write(MORE_ENTITY[:half])
        file.flush()
        await room._watch.tick()
        file.write(MORE_ENTITY[half:])
    assert await room.look() == ["somebody"]
    assert room.told == []


async def test_a_touched_file_that_says_the_same_changes_nothing(room: Newsroom) -> None:
    (room.folder / "a.toml").write_text(MORE_ENTITY, encoding="utf-8")
    await room.look()
    os.utime(room.folder / "a.toml", (1, 1))
    assert await room.look() == ["nothing taken"]


async def test_a_folder_that_is_swapped_as_a_whole_counts(room: Newsroom, tmp_path: Path) -> None:
    for name, text in (("old", MORE_ENTITY), ("new", OTHER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.toml").write_text(text, encoding="utf-8")
    (room.folder / "..data").symlink_to(tmp_path / "old")
    (room.folder / "a.toml").symlink_to("..data/a.toml")
    assert await room.look() == ["somebody"]
    (room.folder / "..next").symlink_to(tmp_path / "new")
    (room.folder / "..next").rename(room.folder / "..data")
    assert await room.look() == ["another"]


async def test_a_bad_pack_is_told_once_and_the_good_ones_wait_for_it(room: Newsroom) -> None:
    await room.look()
    (room.folder / "a.toml").write_text(MORE_ENTITY, encoding="utf-8")
    (room.folder / "b.toml").write_text("[[entity]\n", encoding="utf-8")
    for _ in range(3):
        assert await room.look() == ["nothing taken"]
    ((key, words),) = room.told
    assert key.startswith("packs:")
    assert "b.toml" in words
    assert "is not TOML" in words
    (room.folder / "b.toml").write_text(OTHER, encoding="utf-8")
    assert await room.look() == ["another", "somebody"]
    assert len(room.told) == 1


async def test_packs_that_a_topic_cannot_do_without_are_refused(room: Newsroom) -> None:
    await room.look()
    room.unsuitable = "there is no entity @nato"
    (room.folder / "a.toml").write_text(MORE_ENTITY, encoding="utf-8")
    assert await room.look() == ["nothing taken"]
    assert "@nato" in room.told[0][1]


@pytest.mark.parametrize("kind_of_file", ["pipe", "folder", "dangling", "huge", "many", "binary", "gone"])
async def test_garbage_in_the_folder_is_refused_and_stops_nothing(room: Newsroom, kind_of_file: str) -> None:
    await room.look()
    place = room.folder / "x.toml"
    match kind_of_file:
        case "pipe":
            os.mkfifo(place)
        case "folder":
            place.mkdir()
        case "dangling":
            place.symlink_to("nowhere")
        case "huge":
            os.truncate(os.open(place, os.O_CREAT | os.O_WRONLY), 1 << 40)
        case "many":
            for number in range(MAX_PACKS + 1):
                (room.folder / f"{number}.toml").touch()
        case "binary":
            place.write_bytes(bytes(range(256)))
        case "gone":
            room.folder.rmdir()
    assert await room.look() == ["nothing taken"]
    assert len(room.told) == 1


async def test_two_processes_tell_the_same_trouble_by_one_key(room: Newsroom, db: Database) -> None:
    other = Newsroom(room.folder, db)
    for each in (room, other):
        await each.look()
    (room.folder / "b.toml").write_text("[[entity]\n", encoding="utf-8")
    for each in (room, other):
        await each.look()
    assert room.told == other.told


async def test_topics_that_change_count_together_with_the_packs(room: Newsroom) -> None:
    assert await room.look() == ["nothing taken"]
    room.topics.write_text(SEALS.replace("zeehond*", "@somebody"), encoding="utf-8")
    (room.folder / "a.toml").write_text(MORE_ENTITY, encoding="utf-8")
    assert await room.look() == ["somebody"]
    (topics,) = room.topics_taken
    assert [topic.rule for topic in topics if topic.slug == "seals"] == ["@somebody"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[topic]\n", "is not TOML"),
        (SEALS + SEALS, "stands here twice"),
        (SEALS + "odd = 1\n", "expected a table"),
        ("x" * 2_000_000, "larger than"),
    ],
)
async def test_bad_topics_are_told_once_and_nothing_of_them_is_taken(
    room: Newsroom, text: str, problem: str
) -> None:
    await room.look()
    room.topics.write_text(text, encoding="utf-8")
    for _ in range(3):
        assert await room.look() == ["nothing taken"]
    ((_, words),) = room.told
    assert "topics.toml" in words
    assert problem in words
    room.topics.unlink()
    assert await room.look() == ["nothing taken"]
    assert len(room.told) == 2
