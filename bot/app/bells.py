"""Who is woken when something is to be done: by other processes' signals, or from within this one."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import Any

from bot.app.ground import Ground

GAP_SECONDS = 0.02
"""Signals that follow each other faster wake once at the end of it: a flood must not become one of looks."""

Wake = Callable[[], None]


class Bells:
    """Maps signals (`bot.store.signals`) to those who want to be woken by them."""

    def __init__(self) -> None:
        self._wakes: dict[str, list[Wake]] = defaultdict(list)
        self._resting: dict[str, bool] = {}

    def hang(self, kind: str, lane: str, wake: Wake) -> None:
        """Wake by this kind of signal about this account."""
        self._wakes[f"{kind} {lane}"].append(wake)

    @property
    def hung(self) -> bool:
        """Whether anybody wants to be woken."""
        return bool(self._wakes)

    def ring(self, signal: str = "") -> None:
        """Wake those that a signal is about: a kind and a lane, a kind alone, or "" for everybody."""
        for name in [each for each in self._wakes if each == signal or _means_more(signal, each)]:
            if name in self._resting:
                self._resting[name] = True
            else:
                self._strike(name)

    def _strike(self, name: str) -> None:
        self._resting[name] = False
        asyncio.get_running_loop().call_later(GAP_SECONDS, self._rested, name)
        for wake in self._wakes[name]:
            wake()

    def _rested(self, name: str) -> None:
        if self._resting.pop(name):
            self._strike(name)


def _means_more(signal: str, name: str) -> bool:
    return not signal or name.startswith(f"{signal} ")


def ears_of(ground: Ground, bells: Bells) -> Callable[[], Coroutine[Any, Any, None]] | None:
    """What hears other processes for as long as it runs; None where there are none, or nobody to wake."""
    if not (ground.shared and bells.hung):
        return None
    from bot.store.listening import Listener  # what it needs is installed with PostgreSQL's driver only

    return Listener(ground.database.libpq, bells.ring).run
