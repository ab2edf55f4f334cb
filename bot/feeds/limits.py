"""Politeness between requests: how many at once and how close together per host, and pauses per domain.

Everything here lives in memory and in one event loop. It must not send anything.
"""

import asyncio
from functools import lru_cache

from tld import get_fld

from bot.errors import FeedHeld

_PRUNE_AT = 10_000
LONGEST_HOLD = 24 * 3600.0
"""Seconds; a publisher that asks for a longer pause is asked again after a day."""


@lru_cache(maxsize=20_000)
def registrable_domain(host: str) -> str:
    """The part of a host name that somebody registered: ``feeds.bbci.co.uk`` → ``bbci.co.uk``.

    It follows the Public Suffix List (https://publicsuffix.org) with its private part, so two blogs of
    one hosting service are two domains. Under a suffix that is not on the list it is the last two labels.
    An address or a bare name is its own domain.
    """
    found = get_fld(host, fix_protocol=True, fail_silently=True)
    if found or ":" in host or host.rpartition(".")[2].isdigit():
        return found or host
    return ".".join(host.split(".")[-2:])


class _Host:
    __slots__ = ("next_at", "slots", "users")

    def __init__(self, slots: int) -> None:
        self.slots = asyncio.Semaphore(slots)
        self.next_at = 0.0
        self.users = 0


class HostGate:
    """Lets a few requests at a time through to each host, and not too close together.

    Args:
        concurrency: requests under way per host at one moment.
        spacing: least seconds between the starts of two requests to one host.
        patience: seconds a request waits for its turn before it is put off.
    """

    def __init__(self, concurrency: int, spacing: float, patience: float) -> None:
        self._concurrency = concurrency
        self._spacing = spacing
        self._patience = patience
        self._hosts: dict[str, _Host] = {}

    def __len__(self) -> int:
        """How many hosts are remembered; idle ones are forgotten when they become many."""
        return len(self._hosts)

    async def enter(self, host: str) -> None:
        """Wait for one of the host's slots; `leave` gives it back.

        Raises:
            FeedHeld: the turn did not come in time; there is nothing to give back.
        """
        entry = self._entry(host)
        entry.users += 1
        try:
            await self._wait(entry, host)
        except BaseException:
            entry.users -= 1
            raise

    def leave(self, host: str) -> None:
        """Give a slot back."""
        entry = self._hosts[host]
        entry.users -= 1
        entry.slots.release()

    async def _wait(self, entry: _Host, host: str) -> None:
        if entry.slots.locked() or self._spacing:
            try:
                async with asyncio.timeout(self._patience):
                    await self._queue(entry)
            except TimeoutError as error:
                raise FeedHeld(f"{host} is busy with our other requests", self._patience) from error
        else:
            await entry.slots.acquire()

    async def _queue(self, entry: _Host) -> None:
        await entry.slots.acquire()
        now = asyncio.get_running_loop().time()
        pause = entry.next_at - now
        entry.next_at = max(entry.next_at, now) + self._spacing
        if pause > 0:
            try:
                await asyncio.sleep(pause)
            except asyncio.CancelledError:
                entry.slots.release()
                raise

    def _entry(self, host: str) -> _Host:
        entry = self._hosts.get(host)
        if entry is None:
            if len(self._hosts) >= _PRUNE_AT:
                self._prune()
            entry = self._hosts[host] = _Host(self._concurrency)
        return entry

    def _prune(self) -> None:
        now = asyncio.get_running_loop().time()
        idle = [host for host, entry in self._hosts.items() if not entry.users and entry.next_at < now]
        for host in idle:
            del self._hosts[host]


class DomainHolds:
    """Remembers which domains asked for a pause (Retry-After); it holds for all their feeds.

    Times are seconds of one monotonic clock, passed in.
    """

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def hold(self, host: str, seconds: float, now: float) -> None:
        """Ask nothing of this host's domain for so many seconds, at most a day."""
        domain = registrable_domain(host)
        until = now + min(seconds, LONGEST_HOLD)
        self._until[domain] = max(until, self._until.get(domain, 0.0))

    def check(self, host: str, now: float) -> None:
        """Pass when nothing stands in the way.

        Raises:
            FeedHeld: the domain asked for a pause that is not over; `retry_after` is what is left of it.
        """
        if not self._until:
            return
        domain = registrable_domain(host)
        left = self._until.get(domain, 0.0) - now
        if left > 0:
            raise FeedHeld(f"{domain} asked for a pause", left)
        self._until.pop(domain, None)
