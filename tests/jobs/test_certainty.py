"""Whether a process may go on with what it owns."""

import asyncio

from bot.jobs.certainty import Certainty, Owned

EVERY, LOST = 0.02, 0.2
FOR_EVER = 3600.0


class Registry:
    """What a database says: whose numbers these are, nothing, or no answer at all."""

    def __init__(self, *numbers: int) -> None:
        self.owned: set[int] | None = set(numbers)
        self.hangs = False
        self.looks = 0
        self._looked = asyncio.Condition()

    async def look(self) -> Owned | None:
        async with self._looked:
            self.looks += 1
            self._looked.notify_all()
        if self.hangs:
            await asyncio.Event().wait()
        return None if self.owned is None else frozenset(self.owned)

    async def looked(self, times: int) -> None:
        async with self._looked, asyncio.timeout(60):
            await self._looked.wait_for(lambda: self.looks >= times)


async def over(*waiting: asyncio.Task[None]) -> None:
    async with asyncio.timeout(60):
        await asyncio.gather(*waiting)


async def test_what_is_taken_away_is_noticed_and_the_rest_goes_on() -> None:
    registry = Registry(1, 2)
    certainty = Certainty(registry.look, EVERY, FOR_EVER)
    first, second = (asyncio.create_task(certainty.until_lost(each, str(each))) for each in (1, 2))
    await registry.looked(2)
    assert [first.done(), second.done()] == [False, False]
    registry.owned = {2}
    await over(first)
    await registry.looked(registry.looks + 2)
    assert not second.done()
    second.cancel()
    await certainty.close()


async def test_a_look_answers_for_everything_that_is_owned() -> None:
    registry = Registry(*range(200))
    certainty = Certainty(registry.look, EVERY, FOR_EVER)
    waiting = [asyncio.create_task(certainty.until_lost(each, "")) for each in range(200)]
    await registry.looked(1)
    registry.owned = set()
    await over(*waiting)
    # Two hundred waiters, and a few looks: each that is late for one waits for the next.
    assert registry.looks < 100
    await certainty.close()


async def test_where_nobody_answers_or_can_say_all_is_lost_in_the_end() -> None:
    for silent in (True, False):
        registry = Registry(1, 2)
        registry.hangs = silent
        registry.owned = {1, 2} if silent else None
        certainty = Certainty(registry.look, EVERY, LOST)
        await over(*(asyncio.create_task(certainty.until_lost(each, "")) for each in (1, 2)))
        assert registry.looks
        await certainty.close()


async def test_an_answer_that_comes_again_in_time_keeps_what_is_owned() -> None:
    registry = Registry(1)
    registry.owned = None
    certainty = Certainty(registry.look, EVERY, FOR_EVER)
    waiting = asyncio.create_task(certainty.until_lost(1, ""))
    await registry.looked(3)
    registry.owned = {1}
    await registry.looked(registry.looks + 3)
    assert not waiting.done()
    waiting.cancel()
    await certainty.close()
