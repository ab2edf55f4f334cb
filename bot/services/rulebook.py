"""The rules in force: rebuilt beside the event loop, swapped in at once.

Readers take `current` once per batch and go on with it; a rebuild never makes them wait. Must not
decide what the rules are.
"""

import asyncio
from collections.abc import Mapping
from time import perf_counter

import structlog

from bot.domain.entities import Catalog
from bot.domain.matcher import Matcher
from bot.domain.rule_tree import Rule

log = structlog.get_logger()


class RuleBook:
    """Holds the matcher for a catalog and its present rules.

    Args:
        catalog: the entities and offices to begin with.
        rules: the rules to start with, by key.
    """

    def __init__(self, catalog: Catalog, rules: Mapping[str, Rule]) -> None:
        self._catalog = catalog
        self._current = Matcher.build(catalog, rules)
        self._turn = asyncio.Lock()
        self._wanted = dict(rules)
        self._current_of = (catalog, self._wanted)
        self._asked = self._built = 0

    @property
    def catalog(self) -> Catalog:
        """The entities and offices that rules may name."""
        return self._catalog

    @property
    def current(self) -> Matcher:
        """The matcher to use now. It never changes; ask again to see new rules."""
        return self._current

    async def replace(self, rules: Mapping[str, Rule]) -> None:
        """Put `rules` in force, all of them in place of all present ones.

        Returns when they are, or newer ones: of calls that overlap only the last one's rules are built, and
        none that are in force already.
        """
        self._asked += 1
        self._wanted = dict(rules)
        mine = self._asked
        async with self._turn:
            if mine <= self._built:
                return
            asked, wanted = self._asked, (self._catalog, self._wanted)
            began = perf_counter()
            built = await asyncio.to_thread(self._build, *wanted)
            self._built = asked
            if built is not None:
                self._current, self._current_of = built, wanted
                log.info("rules replaced", rules=len(wanted[1]), seconds=round(perf_counter() - began, 3))

    def _build(self, catalog: Catalog, rules: Mapping[str, Rule]) -> Matcher | None:
        """The matcher for these; None when they are in force."""
        return None if (catalog, rules) == self._current_of else Matcher.build(catalog, rules)

    async def know(self, catalog: Catalog) -> None:
        """Go on with another catalog, which has the same entities; returns when it is in force."""
        self._catalog = catalog
        await self.replace(self._wanted)
