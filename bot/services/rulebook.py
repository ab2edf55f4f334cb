"""The rules in force: rebuilt beside the event loop, swapped in at once.

Readers take `current` once per batch and go on with it; a rebuild never makes them wait. Must not
decide what the rules are.
"""

import asyncio
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter

import structlog

from bot.domain.entities import Catalog
from bot.domain.matcher import Matcher
from bot.domain.rule_tree import Rule

log = structlog.get_logger()

Words = Iterable[tuple[str, str]]
"""(entity, phrase in which its names mean something else)."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What a matcher is made of."""

    packs: Catalog
    words: tuple[tuple[str, str], ...]
    rules: Mapping[str, Rule]


@dataclass(frozen=True, slots=True)
class _Force:
    """A matcher, with what it was made of."""

    made: _Made
    matcher: Matcher
    mark: str


class RuleBook:
    """Holds the matcher for the packs, the accepted phrases and the present rules.

    Args:
        packs: the entities and offices to begin with, as the packs alone make them.
        rules: the rules to start with, by key.
        words: the phrases that mean something else, beside those of the packs.
    """

    def __init__(self, packs: Catalog, rules: Mapping[str, Rule], words: Words = ()) -> None:
        self._wanted = _Made(packs, tuple(sorted(words)), dict(rules))
        self._force = _build(self._wanted)
        self._turn = asyncio.Lock()
        self._asked = self._built = 0

    @property
    def packs(self) -> Catalog:
        """The entities and offices in force, as the packs alone make them."""
        return self._force.made.packs

    @property
    def catalog(self) -> Catalog:
        """The entities and offices in force, with the accepted phrases."""
        return self._force.matcher.catalog

    @property
    def current(self) -> Matcher:
        """The matcher to use now. It never changes; ask again to see new rules."""
        return self._force.matcher

    @property
    def mark(self) -> str:
        """A short hash of all that is in force: alike in two processes that match alike."""
        return self._force.mark

    def __len__(self) -> int:
        """How many rules are in force."""
        return len(self._force.made.rules)

    async def replace(self, rules: Mapping[str, Rule]) -> None:
        """Put `rules` in force, all of them in place of all present ones.

        Returns when they are, or newer ones: of calls that overlap only the last one's rules are built, and
        none that are in force already.
        """
        await self._settle(replace(self._wanted, rules=dict(rules)))

    async def know(self, words: Words) -> None:
        """Go on with these accepted phrases; returns when they are in force."""
        await self._settle(replace(self._wanted, words=tuple(sorted(words))))

    async def adopt(self, packs: Catalog, rules: Mapping[str, Rule]) -> None:
        """Go on with other packs, and the rules as they read with these; nothing of it when it raises."""
        async with self._turn:
            made = replace(self._wanted, packs=packs, rules=dict(rules))
            await self._put(made)
            # Phrases that came meanwhile are wanted still, and wait for their turn.
            self._wanted = replace(self._wanted, packs=packs, rules=made.rules)

    async def _settle(self, wanted: _Made) -> None:
        self._asked += 1
        self._wanted = wanted
        mine = self._asked
        async with self._turn:
            if mine <= self._built:
                return
            asked = self._asked
            await self._put(self._wanted)
            self._built = asked

    async def _put(self, made: _Made) -> None:
        began = perf_counter()
        built = await asyncio.to_thread(self._anew, made)
        if built is not None:
            self._force = built
            seconds = round(perf_counter() - began, 3)
            log.info("rules replaced", rules=len(made.rules), mark=built.mark, seconds=seconds)

    def _anew(self, made: _Made) -> _Force | None:
        """The matcher of these; None when they are in force."""
        return None if made == self._force.made else _build(made)


def _build(made: _Made) -> _Force:
    return _Force(made, Matcher.build(made.packs.blocking(made.words), made.rules), _mark(made))


def _mark(made: _Made) -> str:
    """The same for the same packs, phrases and rules, in whatever order they stand; 12 hexadecimal digits."""
    found = hashlib.sha256()
    entries: Collection[object] = (*made.packs.entities.values(), *made.packs.offices.values())
    for part in (
        sorted(map(repr, entries)),
        sorted(made.packs.given_names),
        map(repr, made.words),
        sorted(f"{key} {rule.text}" for key, rule in made.rules.items()),
    ):
        for line in part:
            found.update(line.encode("utf-8", "surrogatepass") + b"\0")
        found.update(b"\1")
    return found.hexdigest()[:12]
