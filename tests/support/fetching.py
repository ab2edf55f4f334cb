"""Limits under which fetching is quick to test."""

from bot.feeds.http import FetchLimits

QUICK = FetchLimits(max_bytes=200_000, total_seconds=0.6, connect_seconds=0.5, spacing_seconds=0)
