"""Stories, items and coverage as the pages read them, from a morning taken in for real."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.models import DeliveryState
from bot.errors import BadInput
from bot.store import books, coverage, reports
from bot.store.books import LedgerFilter
from bot.store.database import Database
from bot.store.reports import StoryPlace
from tests.support import databases
from tests.support.clock import NOON
from tests.support.press import ENGLISH, HARBOUR, LEAD, SECOND, morning

pytestmark = pytest.mark.slow


@pytest.fixture
async def db(kind: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with databases.address(kind, tmp_path, fill=morning) as url:
        database = Database(url)
        yield database
        await database.close()


async def test_the_story_changed_last_comes_first(db: Database) -> None:
    async with db.read() as tx:
        found = await reports.recent(tx)
    moments = [story.updated_at for story in found]
    assert len(found) == 3
    assert moments == sorted(moments, reverse=True)


async def test_a_story_holds_its_reports_with_matches_and_reasons(db: Database) -> None:
    async with db.read() as tx:
        found = await reports.story(tx, 1)
    assert found is not None
    assert [report.stored.item.title for report in found.reports] == [
        LEAD + ", ook raketten",
        SECOND,
        ENGLISH,
    ]
    assert [report.edited_at is not None for report in found.reports] == [True, False, False]
    assert len({report.why for report in found.reports}) == 3
    assert found.owners == {"kust", "proef", "gazette"}
    assert found.languages == ("nl", "en")
    assert list(found.topics) == ["rutte", "nato"]
    for report in found.reports:
        assert report.stored.result
        for match in report.stored.result.matches:
            field = getattr(report.stored.item, match.field)
            assert field[match.start : match.end] == match.surface


async def test_pages_of_stories_join_without_loss_or_double(db: Database) -> None:
    async with db.read() as tx:
        whole = [story.id for story in await reports.recent(tx)]
        seen, before = [], None
        while page := await reports.recent(tx, before=before, limit=1):
            seen += [story.id for story in page]
            before = StoryPlace.parse(str(page[-1].place))
    assert seen == whole


async def test_a_topic_shows_only_its_stories(db: Database) -> None:
    async with db.read() as tx:
        [only] = await reports.recent(tx, rule_key="topic:harbour")
        assert only.reports[0].stored.item.title == HARBOUR
        assert await reports.recent(tx, rule_key="topic:nothing") == []
        assert await reports.story(tx, 999) is None


@pytest.mark.parametrize("text", ["", "1", "1.2.3", "x.1", "-1.2", "9" * 18 + ".1", "٣.1"])
def test_what_is_no_place_in_the_list_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        StoryPlace.parse(text)


async def test_items_come_newest_first_and_full_only_when_asked(db: Database) -> None:
    async with db.read() as tx:
        brief = await reports.items_before(tx, limit=10)
        full = await reports.items_before(tx, limit=2, before=brief[1].id, full=True)
        late = await reports.items_before(tx, limit=10, since=NOON + timedelta(days=1))
        stories = await reports.story_of_items(tx, [each.id for each in brief])
    assert [each.id for each in brief] == sorted((each.id for each in brief), reverse=True)
    assert {each.item.text for each in brief} == {""}
    assert all(each.item.text for each in full)
    assert late == []
    assert sorted(stories.values()) == [1, 1, 1, 2, 3]


async def test_coverage_is_counted_by_day_and_by_outlet(db: Database) -> None:
    async with db.read() as tx:
        found = await coverage.of_rule(tx, "topic:nato", NOON - timedelta(days=3))
        everything = await coverage.of_all(tx, NOON - timedelta(days=3))
        later = await coverage.of_rule(tx, "topic:nato", NOON + timedelta(days=3))
    assert found.days == {NOON.date(): 4}
    assert found.total == 4
    assert found.outlets == {"Harbour Gazette": 2, "Kustbode": 1, "Proefkrant": 1}
    assert everything["topic:harbour"] == {NOON.date(): 1}
    assert later.total == 0


async def test_the_ledger_is_filtered_by_state_account_and_chat(db: Database) -> None:
    async def ids(**wanted: object) -> list[str]:
        async with db.read() as tx:
            lines = await books.page(tx, LedgerFilter(**wanted), 50)  # type: ignore[arg-type]  # as named
        assert [line.id for line in lines] == sorted((line.id for line in lines), reverse=True)
        return sorted({line.chat_title for line in lines})

    assert await ids() == ["Anna", "Bert", "Cees"]
    assert await ids(states=frozenset({DeliveryState.FAILED})) == ["Cees"]
    assert await ids(chat="ANN") == ["Anna"]
    assert await ids(chat="%") == []
    assert await ids(lane="other:1") == []
    assert await ids(story_id=2) == ["Cees"]
    assert await ids(before=1) == []


async def test_headlines_are_those_of_the_first_reports(db: Database) -> None:
    async with db.read() as tx:
        found = await reports.headlines(tx, [1, 2, 999])
    assert found == {1: LEAD + ", ook raketten", 2: HARBOUR}
