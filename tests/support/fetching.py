"""Limits for tests: patient with servers that answer, quick to give up where a test waits for that."""

from dataclasses import replace

from bot.feeds.http import FetchLimits

PATIENT = FetchLimits(max_bytes=200_000, total_seconds=20, connect_seconds=20, spacing_seconds=0)
QUICK = replace(PATIENT, total_seconds=0.6, connect_seconds=0.5)
"""A server that is well answers in time only when the machine is not busy: nothing may hang on that."""
BRISK = replace(PATIENT, total_seconds=3, connect_seconds=3)
"""For one thing that ends late beside others that must not."""
