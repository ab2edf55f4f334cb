"""Topics: what people subscribe to by name. Reads their table; must not read files or parse rules."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.models import Topic
from bot.errors import PackError

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_KEYS = {"slug", "names", "rule"}
MAX_SLUG = 40


def read_topics(file: str, table: Mapping[str, Any]) -> tuple[Topic, ...]:
    """Read ``[[topic]]`` tables.

    Raises:
        PackError: what is wrong, with file and key.
    """
    entries = table.get("topic", [])
    if not isinstance(entries, list) or set(table) - {"topic"}:
        raise PackError(file, "topic", "expected [[topic]] tables and nothing else")
    topics = tuple(_topic(file, entry) for entry in entries)
    slugs = [topic.slug for topic in topics]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise PackError(file, f"topic[{slug}]", "this slug stands here twice")
    return topics


def merge_topics(shipped: Sequence[Topic], own: Sequence[Topic]) -> tuple[Topic, ...]:
    """`shipped`, with topics of `own` in place of those with the same slug, and its others behind."""
    merged = {topic.slug: topic for topic in shipped} | {topic.slug: topic for topic in own}
    return tuple(merged.values())


def _topic(file: str, entry: object) -> Topic:
    if not isinstance(entry, dict) or set(entry) - _KEYS:
        raise PackError(file, "topic", f"expected a table with {', '.join(sorted(_KEYS))}")
    slug = entry.get("slug")
    if not isinstance(slug, str) or not _SLUG.match(slug) or len(slug) > MAX_SLUG:
        raise PackError(file, "topic.slug", f"expected at most {MAX_SLUG} small letters, digits and hyphens")
    names = entry.get("names", {})
    if not isinstance(names, dict) or not names or not all(isinstance(name, str) for name in names.values()):
        raise PackError(file, f"topic[{slug}].names", 'expected names such as { nl = "NAVO", en = "NATO" }')
    rule = entry.get("rule")
    if not isinstance(rule, str) or not rule.strip():
        raise PackError(file, f"topic[{slug}].rule", 'expected a rule such as "@nato"')
    return Topic(slug, dict(names), rule)
