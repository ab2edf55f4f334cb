"""When each report of the sample day appears, once the day is laid over the present. Pure.

Reports from before the day's `now` keep their distance to it: one written two hours earlier is two hours
old. Everything later (new reports and corrected headlines) appears one by one, `pace` apart.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.feeds.sample.day import Day, Report

FIRST_AFTER = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Printed:
    """A report as readers see it at some moment, with the headline it has then."""

    report: Report
    title: str
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class _Step:
    at: time
    report: Report
    title: str


class Timeline:
    """The day, played from `start` (aware, UTC) with `pace` between two changes (zero: all at once)."""

    def __init__(self, day: Day, start: datetime, pace: timedelta) -> None:
        steps = sorted(_steps(day), key=lambda step: (step.at, step.report.number))
        backlog = [step for step in steps if step.at < day.now]
        self._moments = [(start - _between(step.at, day.now), step) for step in backlog]
        first = start + min(pace, FIRST_AFTER)
        self._moments += [(first + n * pace, step) for n, step in enumerate(steps[len(backlog) :])]
        self.ends_at = self._moments[-1][0] if self._moments else start
        """When the last change appears; from then on the day stands still."""

    def visible(self, now: datetime) -> tuple[Printed, ...]:
        """What has been published by `now`, newest first."""
        shown: dict[int, Printed] = {}
        for moment, step in self._moments:
            if moment > now:
                break
            number = step.report.number
            published = shown[number].published if number in shown else moment
            shown[number] = Printed(step.report, step.title, published, updated=moment)
        return tuple(sorted(shown.values(), key=lambda p: (p.published, p.report.number), reverse=True))


def _steps(day: Day) -> list[_Step]:
    steps = [_Step(report.at, report, report.title) for report in day.reports]
    corrected = ((report, report.correction) for report in day.reports if report.correction)
    return steps + [_Step(change.at, report, change.title) for report, change in corrected]


def _between(early: time, late: time) -> timedelta:
    return _since_midnight(late) - _since_midnight(early)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
