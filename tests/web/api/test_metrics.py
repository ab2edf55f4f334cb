"""What Prometheus reads, and what an orchestrator asks."""

import json
import re
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from bot.store.schema import feeds
from tests.support.clock import StoppedClock
from tests.support.site import Site

pytestmark = pytest.mark.slow

DEPLOY = Path(__file__).parents[3] / "deploy"


async def scraped(client: aiohttp.ClientSession) -> dict[tuple[str, str], float]:
    """Every sample by its name and its one label."""
    async with client.get("/metrics") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        text = await answer.text()
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_the_numbers_are_those_of_the_database(client: aiohttp.ClientSession, site: Site) -> None:
    async with site.database.write() as tx:
        await tx.execute(update(feeds).where(feeds.c.outlet == "Stille Courant").values(failures=2))
    found = await scraped(client)
    assert found["heraut_items_total", ""] == 5
    assert found["heraut_stories_total", ""] == 3
    assert found["heraut_deliveries", "sent"] == 4
    assert found["heraut_deliveries", "failed"] == 1
    assert found["heraut_deliveries", "folded"] == 0
    assert found["heraut_feeds", "failing"] == 1
    assert found["heraut_feeds", "well"] == 3
    assert found["heraut_chats", ""] == 3
    assert found["heraut_info", "1.2.3"] == 1
    assert found["heraut_database_bytes", ""] > 100_000
    assert found["process_resident_memory_bytes", ""] > 0


async def test_feeds_that_nobody_reads_in_time_are_counted_with_the_time_they_wait(
    client: aiohttp.ClientSession, site: Site, clock: StoppedClock
) -> None:
    late = clock.now() - timedelta(minutes=20)
    async with site.database.write() as tx:
        await tx.execute(update(feeds).values(next_poll_at=clock.now() + timedelta(hours=1)))
        await tx.execute(update(feeds).where(feeds.c.outlet == "Stille Courant").values(next_poll_at=late))
    found = await scraped(client)
    assert found["heraut_feeds_overdue", ""] == 1
    assert found["heraut_feed_lag_seconds", ""] >= 1200


async def test_no_feed_is_late_when_none_is_due(
    client: aiohttp.ClientSession, site: Site, clock: StoppedClock
) -> None:
    async with site.database.write() as tx:
        await tx.execute(update(feeds).values(next_poll_at=clock.now() + timedelta(days=900)))
    assert (await scraped(client))["heraut_feed_lag_seconds", ""] == 0


async def test_whoever_asks_often_gets_the_same_answer_again(
    client: aiohttp.ClientSession, site: Site
) -> None:
    before = await scraped(client)
    async with site.database.write() as tx:
        await tx.execute(update(feeds).values(failures=2))
    assert await scraped(client) == before


async def test_metrics_are_not_for_strangers(client: aiohttp.ClientSession) -> None:
    async with client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"}) as answer:
        assert answer.status == 401


@pytest.mark.parametrize("path", ["/ready", "/health", "/live"])
async def test_an_orchestrator_may_ask_without_a_token(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path, headers={"x-forwarded-for": "203.0.113.9"}) as answer:
        assert (answer.status, (await answer.json())["status"]) == (200, "ok")


async def given(client: aiohttp.ClientSession) -> set[str]:
    """The names of what the pages' process tells, and of what a gateway adds (tests/web/test_health.py)."""
    async with client.get("/metrics") as answer:
        return {*re.findall(r"^# TYPE (\w+)", await answer.text(), re.MULTILINE), "heraut_lane_attended"}


async def test_the_dashboard_shows_only_metrics_that_there_are(client: aiohttp.ClientSession) -> None:
    board = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"(?:heraut|process)_\w+", target["expr"])
    }
    assert len(asked) >= 8
    assert asked <= await given(client)


async def test_alerts_and_autoscaling_ask_only_for_metrics_that_there_are(
    client: aiohttp.ClientSession,
) -> None:
    rules = (DEPLOY / "prometheus-rules.yaml").read_text(encoding="utf8")
    scaler = (DEPLOY / "kubernetes" / "base" / "autoscaling.yaml").read_text(encoding="utf8")
    asked = set(re.findall(r"\bheraut_\w+", rules + scaler))
    assert {"heraut_feed_lag_seconds", "heraut_lane_attended", "heraut_deliveries"} <= asked
    assert asked <= await given(client)
