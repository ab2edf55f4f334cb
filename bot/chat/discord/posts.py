"""Posts in forums: made once for each message, changed in place, opened again when they were archived.

Discord has no idempotency key for a post. One whose answer was lost is looked for among the forum's open
posts before it is made again; after a restart that is no longer known, and it may be made twice.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import discord

from bot.chat.discord.outcomes import THREAD_ARCHIVED
from bot.chat.discord.rest import Rest
from bot.domain.messages import Picture
from bot.domain.models import Gone, Outcome, Sent, Unknown, Vanished

MOST_LOST = 256
SKEW = timedelta(minutes=2)
"""How far our clock may be ahead of Discord's, whose ids hold the time."""

Deliver = Callable[[str, str, str, dict[str, Any], Picture | None], Awaitable[Outcome]]
"""One request: its method, the channel, the path in it, the body, and a picture; and what came of it."""


class Posts:
    """Sends to forums.

    Args:
        rest: asks what is there.
        deliver: makes a request that counts as a delivery.
    """

    def __init__(self, rest: Rest, deliver: Deliver) -> None:
        self._rest = rest
        self._deliver = deliver
        self._lost: dict[str, int] = {}

    async def send(self, forum: str, body: dict[str, Any], key: str, picture: Picture | None) -> Outcome:
        """Make a post, unless the one that an earlier try with this key made is there."""
        if key in self._lost and (made := await self._made(forum, str(body["name"]), self._lost[key])):
            self._lost.pop(key)
            return Sent(made)
        begun = discord.utils.time_snowflake(discord.utils.utcnow() - SKEW)
        outcome = await self._deliver("POST", forum, "threads", body, picture)
        if isinstance(outcome, Unknown):
            self._lost.setdefault(key, begun)
            while len(self._lost) > MOST_LOST:
                self._lost.pop(next(iter(self._lost)))
        elif isinstance(outcome, Sent):
            self._lost.pop(key, None)
        return outcome

    async def edit(self, number: str, body: dict[str, Any], picture: Picture | None) -> Outcome:
        """Change the first message of a post. A post that is closed to us says nothing of its forum."""
        outcome = await self._deliver("PATCH", number, f"messages/{number}", body, picture)
        if outcome == Gone(THREAD_ARCHIVED) and await self._opened(number):
            outcome = await self._deliver("PATCH", number, f"messages/{number}", body, picture)
        return Vanished(outcome.reason) if isinstance(outcome, Gone) else outcome

    async def _opened(self, number: str) -> bool:
        try:
            answer = await self._rest.call("PATCH", f"/channels/{number}", {"archived": False})
        except (aiohttp.ClientError, OSError):  # OSError includes TimeoutError
            return False
        return answer.status < 300

    async def _made(self, forum: str, name: str, since: int) -> str | None:
        """The newest open post of this name whose id is above `since`; None when there is none."""
        try:
            told = await self._rest.call("GET", f"/channels/{forum}")
            guild = told.body.get("guild_id") if isinstance(told.body, dict) else None
            answer = await self._rest.call("GET", f"/guilds/{guild}/threads/active")
        except (aiohttp.ClientError, OSError):
            return None
        listed = answer.body.get("threads") if isinstance(answer.body, dict) else None
        threads = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        same = [each for each in threads if (each.get("parent_id"), each.get("name")) == (forum, name)]
        numbers = [int(each["id"]) for each in same if str(each.get("id")).isdecimal()]
        newest = max(numbers, default=0)
        return str(newest) if newest > since else None
