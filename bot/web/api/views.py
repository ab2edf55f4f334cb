"""Values of the domain as answers of the API. Pure; secrets and full texts are left out here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.domain.models import Target, Topic
from bot.store.books import LedgerLine
from bot.store.coverage import Coverage
from bot.store.feedlist import FeedHealth
from bot.store.items import StoredItem
from bot.store.reports import Joined, StoryFile
from bot.web.pages.feeds import mood_of, shown_address

TOPIC = f"{Target.TOPIC}:"


def item_view(stored: StoredItem, story: int | None) -> dict[str, Any]:
    """An item without its full text."""
    item, result = stored.item, stored.result
    return {
        "id": stored.id,
        "url": item.url,
        "title": item.title,
        "summary": item.brief.text if item.brief else item.summary,
        "language": item.language,
        "outlet": item.outlet.name,
        "owner": item.outlet.owner,
        "published": item.published,
        "seen_at": item.seen_at,
        "story": story,
        "topics": [key.removeprefix(TOPIC) for key in result.rules if key.startswith(TOPIC)]
        if result
        else [],
        "salience": dict(result.salience) if result else {},
        "matches": [
            {
                "entity": match.entity,
                "surface": match.surface,
                "field": match.field,
                "start": match.start,
                "end": match.end,
                "why": match.why,
            }
            for match in (result.matches if result else ())
        ],
    }


def story_view(story: StoryFile) -> dict[str, Any]:
    """A story in a list."""
    return {
        "id": story.id,
        "title": story.reports[0].stored.item.title,
        "created_at": story.created_at,
        "updated_at": story.updated_at,
        "topics": dict(story.topics),
        "languages": list(story.languages),
        "owners": sorted(story.owners),
        "sources": story.sources,
        "follows": story.follows,
        "reports": len(story.reports),
    }


def story_file_view(story: StoryFile, lines: Sequence[LedgerLine]) -> dict[str, Any]:
    """A story with its reports and who was told of it."""
    return story_view(story) | {
        "reports": [_report_view(report, story.id) for report in story.reports],
        "deliveries": [delivery_view(line) for line in lines],
    }


def _report_view(report: Joined, story: int) -> dict[str, Any]:
    return item_view(report.stored, story) | {
        "why": report.why,
        "joined_at": report.joined_at,
        "edited_at": report.edited_at,
    }


def topic_view(topic: Topic) -> dict[str, Any]:
    """A topic."""
    return {"slug": topic.slug, "names": dict(topic.names), "rule": topic.rule}


def coverage_view(topic: Topic, coverage: Coverage) -> dict[str, Any]:
    """A topic with how much was written about it."""
    return topic_view(topic) | {
        "days": {day.isoformat(): count for day, count in sorted(coverage.days.items())},
        "outlets": dict(coverage.outlets),
    }


def feed_view(health: FeedHealth, now: datetime) -> dict[str, Any]:
    """A feed, without user, password, query, headers or proxy."""
    return {
        "id": health.id,
        "outlet": health.spec.outlet.name,
        "owner": health.spec.outlet.owner,
        "title": health.spec.title,
        "address": shown_address(health.spec.url),
        "language": health.spec.language or "",
        "state": mood_of(health, now),
        "interval_seconds": health.state.interval.total_seconds(),
        "last_success_at": health.state.last_success_at,
        "next_poll_at": health.next_poll_at,
        "last_gap_at": health.gap_at,
        "failures": health.state.failures,
        "last_error": health.state.last_error or "",
    }


def delivery_view(line: LedgerLine) -> dict[str, Any]:
    """A line of the ledger."""
    return {
        "id": line.id,
        "lane": line.lane,
        "chat": line.chat_id,
        "chat_title": line.chat_title,
        "kind": line.kind,
        "state": line.state,
        "story": line.story_id,
        "attempts": line.attempts,
        "detail": line.detail,
        "created_at": line.created_at,
        "updated_at": line.updated_at,
        "not_before": line.not_before,
    }
