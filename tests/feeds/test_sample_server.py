"""The sample feed server over real HTTP, read by feedparser, at moments a hand-set clock decides."""

import json
import re
from calendar import timegm
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import aiohttp
import feedparser
import pytest

from bot.domain.models import FeedSpec
from bot.feeds.sample import DEMO_PACE, Day, Format, Report, SampleServer, load_day
from tests.support.clock import StoppedClock

pytestmark = pytest.mark.slow

START = datetime(2031, 3, 4, 14, 30, tzinfo=UTC)
PACE = timedelta(seconds=10)


@pytest.fixture(scope="module")
def day() -> Day:
    return load_day()


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(START)


@pytest.fixture
async def server(day: Day, clock: StoppedClock) -> AsyncIterator[SampleServer]:
    server = SampleServer(day, start=START, pace=PACE, clock=clock)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def put(clock: StoppedClock, at: datetime) -> None:
    clock.advance(at - clock.now())


async def read(http: aiohttp.ClientSession, spec: FeedSpec) -> feedparser.FeedParserDict:
    async with http.get(spec.url) as answer:
        assert answer.status == 200
        headers = {"content-type": answer.headers["Content-Type"], "content-location": spec.url}
        return feedparser.parse(await answer.read(), response_headers=headers)


async def read_all(http: aiohttp.ClientSession, server: SampleServer) -> list[feedparser.FeedParserDict]:
    return [entry for spec in server.feeds() for entry in (await read(http, spec)).entries]


async def text_of(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        return await answer.text()


def corrected_after_start(day: Day) -> Report:
    return next(r for r in day.reports if r.correction and r.correction.at > day.now)


async def test_every_feed_parses_cleanly_and_ends_with_all_reports_of_its_outlet(
    day: Day, server: SampleServer, clock: StoppedClock, http: aiohttp.ClientSession
) -> None:
    put(clock, server.timeline.ends_at)
    for spec, publisher in zip(server.feeds(), day.publishers, strict=True):
        parsed = await read(http, spec)
        reports = [r for r in day.reports if r.outlet == publisher.slug]
        assert not parsed.bozo, parsed.get("bozo_exception")
        expected = {Format.RSS: "rss20", Format.ATOM: "atom10", Format.RDF: "rss10"}
        assert parsed.version == expected[publisher.format]
        assert parsed.feed.title == publisher.name == spec.outlet.name
        assert parsed.feed.language == publisher.language == spec.language
        assert len(parsed.entries) == len(reports) > 0
        assert {entry.summary for entry in parsed.entries} == {report.teaser for report in reports}


async def test_entries_carry_author_category_link_and_an_aware_date(
    day: Day, server: SampleServer, http: aiohttp.ClientSession
) -> None:
    authors = {report.author for report in day.reports}
    for entry in await read_all(http, server):
        assert entry.author in authors
        assert entry.tags[0].term
        assert entry.link.startswith(server.url)
        said = entry.get("published_parsed") or entry.updated_parsed
        assert datetime.fromtimestamp(timegm(said), UTC) <= START


async def test_about_a_third_is_already_out_with_ages_from_minutes_to_hours(
    day: Day, server: SampleServer
) -> None:
    backlog = server.timeline.visible(START)
    ages = [START - printed.published for printed in backlog]
    assert 0.25 < len(backlog) / len(day.reports) < 0.42
    assert timedelta(0) < min(ages) < timedelta(minutes=15)
    assert timedelta(hours=2) < max(ages) < timedelta(hours=12)


def test_the_rest_appears_one_change_a_pace_dated_at_the_moment_it_appears(
    day: Day, server: SampleServer
) -> None:
    moment = START + timedelta(seconds=2)
    while moment <= server.timeline.ends_at:
        shown = {p.report.number: p for p in server.timeline.visible(moment)}
        before = {p.report.number: p for p in server.timeline.visible(moment - timedelta(seconds=1))}
        changed = [p for number, p in shown.items() if before.get(number) != p]
        assert [p.updated for p in changed] == [moment]
        assert all(p.published == moment for p in changed if p.report.number not in before)
        moment += PACE
    assert len(server.timeline.visible(moment)) == len(day.reports)


def test_a_relevant_report_appears_within_three_seconds_of_the_demo(day: Day) -> None:
    timeline = SampleServer(day, start=START, pace=DEMO_PACE).timeline
    old = {printed.report.number for printed in timeline.visible(START)}
    new = [p for p in timeline.visible(START + timedelta(seconds=3)) if p.report.number not in old]
    assert [bool({"nato", "rutte", "trump"} & set(p.report.topics)) for p in new] == [True]


async def test_a_report_appears_in_its_feed_and_its_page_only_when_its_time_has_come(
    day: Day, server: SampleServer, clock: StoppedClock, http: aiohttp.ClientSession
) -> None:
    first = next(r for r in day.reports if r.at >= day.now)
    put(clock, START + timedelta(seconds=2))
    link = next(e.link for e in await read_all(http, server) if e.title == first.title)
    await text_of(http, link)
    put(clock, START)
    assert first.title not in {entry.title for entry in await read_all(http, server)}
    async with http.get(link) as answer:
        assert answer.status == 404


async def test_a_matching_etag_or_date_is_answered_with_304_until_the_feed_changes(
    server: SampleServer, clock: StoppedClock, http: aiohttp.ClientSession
) -> None:
    for spec in server.feeds():
        put(clock, START)
        async with http.get(spec.url) as answer:
            etag, date = answer.headers["ETag"], answer.headers["Last-Modified"]
        conditions = ({"If-None-Match": f'W/"x", {etag}'}, {"If-Modified-Since": date})
        put(clock, START + timedelta(seconds=1))
        for condition in conditions:
            async with http.get(spec.url, headers=condition) as answer:
                assert (answer.status, await answer.read(), answer.headers["ETag"]) == (304, b"", etag)
        put(clock, server.timeline.ends_at)
        for condition in conditions:
            async with http.get(spec.url, headers=condition) as answer:
                assert answer.status == 200
                assert answer.headers["ETag"] != etag


async def test_an_etag_that_does_not_match_outweighs_a_date_that_does(
    server: SampleServer, http: aiohttp.ClientSession
) -> None:
    url = server.feeds()[0].url
    async with http.get(url) as answer:
        date = answer.headers["Last-Modified"]
    async with http.get(url, headers={"If-None-Match": '"old"', "If-Modified-Since": date}) as answer:
        assert answer.status == 200


async def test_a_corrected_headline_keeps_its_guid_link_and_date(
    day: Day, server: SampleServer, clock: StoppedClock, http: aiohttp.ClientSession
) -> None:
    report = corrected_after_start(day)
    assert report.correction
    moments = [START + n * PACE for n in range(len(day.reports))]
    visible = server.timeline.visible
    put(clock, next(m for m in moments if any(p.report.number == report.number for p in visible(m))))
    before = next(e for e in await read_all(http, server) if e.title == report.title)
    put(clock, server.timeline.ends_at)
    after = next(e for e in await read_all(http, server) if e.title == report.correction.title)
    assert (after.link, after.id, after.published) == (before.link, before.id, before.published)
    assert report.title not in {entry.title for entry in await read_all(http, server)}
    page = await text_of(http, after.link)
    assert f"<h1>{report.correction.title}</h1>" in page


async def test_every_article_page_holds_its_whole_text_twice_and_says_that_it_is_invented(
    day: Day, server: SampleServer, clock: StoppedClock, http: aiohttp.ClientSession
) -> None:
    put(clock, server.timeline.ends_at)
    reports = {(r.correction.title if r.correction else r.title): r for r in day.reports}
    entries = await read_all(http, server)
    for entry in entries:
        page = await text_of(http, entry.link)
        embedded = re.search(r'<script type="application/ld\+json">(.+?)</script>', page, re.DOTALL)
        assert embedded
        data = json.loads(embedded[1])
        report = reports[entry.title]
        assert data["articleBody"].split("\n\n") == list(report.paragraphs)
        assert page.count("<p>") >= len(report.paragraphs)
        assert "verzonnen" in page or "invented" in page
        assert "Lees ook" in page or "Read also" in page
        assert re.search(r"\d+ (maart|March) 2031, \d\d:\d\d", page)
    assert len(entries) == len(day.reports)


async def test_a_page_links_to_other_headlines_but_not_to_itself(
    server: SampleServer, http: aiohttp.ClientSession
) -> None:
    entries = (await read(http, server.feeds()[0])).entries
    page = await text_of(http, entries[0].link)
    links = re.findall(r'<li><a href="([^"]+)"', page)
    assert links == [entry.link for entry in entries[1:5]]


async def test_pictures_are_served_and_other_files_are_not(
    day: Day, server: SampleServer, http: aiohttp.ClientSession
) -> None:
    pictures = {report.image for report in day.reports if report.image}
    assert {name.rpartition(".")[2] for name in pictures} == {"svg", "png"}
    for name in pictures:
        async with http.get(f"{server.url}/media/{name}") as answer:
            assert (answer.status, answer.content_type.partition("/")[0]) == (200, "image")
    for path in ("/media/article.html", "/media/..%2Fday.toml", "/media/", "/nowhere/", "/waterlinie/x/y"):
        async with http.get(server.url + path) as answer:
            assert answer.status == 404


async def test_the_index_and_front_pages_list_outlets_and_headlines(
    day: Day, server: SampleServer, http: aiohttp.ClientSession
) -> None:
    index = await text_of(http, server.url + "/")
    for publisher in day.publishers:
        assert publisher.name in index
        front = await text_of(http, f"{server.url}/{publisher.slug}/")
        assert front.count("<li>") == sum(r.outlet == publisher.slug and r.at < day.now for r in day.reports)


async def test_addresses_stay_the_same_on_the_same_date_and_port(day: Day) -> None:
    servers = [SampleServer(day, start=START + timedelta(hours=n), port=8) for n in (0, 3)]
    assert servers[0]._pages == servers[1]._pages
    assert servers[0].feeds() == servers[1].feeds()


async def test_stopping_frees_the_port_and_can_be_repeated(day: Day) -> None:
    server = SampleServer(day, start=START)
    await server.start()
    url = server.url
    await server.stop()
    await server.stop()
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get(url)


async def test_a_taken_port_is_reported_and_leaves_nothing_open(day: Day, server: SampleServer) -> None:
    port = int(server.url.rpartition(":")[2])
    second = SampleServer(day, start=START, port=port)
    with pytest.raises(OSError, match="address already in use"):
        await second.start()
    await second.stop()


def test_a_pace_of_zero_shows_the_whole_day_at_once(day: Day) -> None:
    timeline = SampleServer(day, start=START, pace=timedelta(0)).timeline
    assert len(timeline.visible(START)) == len(day.reports)
    assert timeline.ends_at == START


def test_the_day_starts_in_its_middle_by_its_own_clock(day: Day) -> None:
    assert time(6) < day.now < time(20)
