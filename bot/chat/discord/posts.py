"""Posts in forums: made once for each message, changed in place, opened again when they were archived.

Discord has no idempotency key for a post. One whose answer was lost, with its connection or with the
process, is looked for among the forum's posts before it is made again. Nothing is remembered here.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord

from bot.chat.discord.forum import of_json
from bot.chat.discord.outcomes import THREAD_ARCHIVED, Answer, classify
from bot.chat.discord.rest import Rest
from bot.domain.messages import Picture
from bot.domain.models import Gone, Outcome, RetryAfter, Sent, Transient, Vanished

MOST_LOOKED_AT = 10
SKEW = timedelta(minutes=2)
"""How far our clock may be ahead of Discord's, whose ids hold the time."""
_NAME = "a post that may be there could not be looked for"

Deliver = Callable[[str, str, str, dict[str, Any], Picture | None], Awaitable[Outcome]]
"""One request: its method, the channel, the path in it, the body, and a picture; and what came of it."""


class Posts:
    """Sends to forums.

    Args:
        rest: asks what is there.
        deliver: makes a request that counts as a delivery.
        own: our user id, which a post of ours has as its owner; "" when it is not known.
    """

    def __init__(self, rest: Rest, deliver: Deliver, own: str) -> None:
        self._rest = rest
        self._deliver = deliver
        self._own = own

    async def send(self, forum: str, body: dict[str, Any], picture: Picture | None) -> Outcome:
        """Make a post."""
        return await self._deliver("POST", forum, "threads", body, picture)

    async def find(
        self, forum: str, name: str, payload: Mapping[str, Any], since: datetime
    ) -> Outcome | None:
        """The post that was made of a message, when nobody heard the answer.

        Args:
            forum: where; any channel, as only Discord may know what it is.
            name: what the post is called now.
            payload: the message as it is said now.
            since: when the message came to be.

        Returns:
            None when there is none, and another outcome than `Sent` when that cannot be told now.
        """
        try:
            channel = await self._asked(f"/channels/{forum}")
            if of_json(channel.body) is None:
                return None
            for number, called in await self._candidates(forum, channel.body, since):
                first = await self._asked(f"/channels/{number}/messages/{number}")
                if _is_same(first, payload, called == name):
                    return Sent(str(number))
        except (aiohttp.ClientError, OSError) as error:  # OSError includes TimeoutError
            return Transient(f"{_NAME} ({type(error).__name__})")
        except _NotNow as answer:
            return answer.outcome
        return None

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

    async def _candidates(
        self, forum: str, channel: Mapping[str, Any], since: datetime
    ) -> list[tuple[int, str]]:
        """Id and name of our posts since then, open or archived, the newest first."""
        listed = [
            *_threads(await self._asked(f"/guilds/{channel.get('guild_id')}/threads/active")),
            *_threads(await self._asked(f"/channels/{forum}/threads/archived/public?limit=50")),
        ]
        oldest = discord.utils.time_snowflake(since - SKEW)
        ours = {
            int(each["id"]): str(each.get("name"))
            for each in listed
            if str(each.get("id")).isdecimal()
            and each.get("parent_id") == forum
            and each.get("owner_id") in {self._own or each.get("owner_id")}
        }
        return sorted((pair for pair in ours.items() if pair[0] > oldest), reverse=True)[:MOST_LOOKED_AT]

    async def _asked(self, path: str) -> Answer:
        """What Discord says of something, or that we may not know.

        Raises:
            _NotNow: it says neither.
        """
        answer = await self._rest.call("GET", path)
        outcome = classify(answer)
        if answer.status >= 300 and isinstance(outcome, RetryAfter | Transient):
            raise _NotNow(outcome)
        return answer


class _NotNow(Exception):
    """Discord answers nothing at the moment."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(_NAME)
        self.outcome = outcome


def _threads(answer: Answer) -> list[dict[str, Any]]:
    listed = answer.body.get("threads") if isinstance(answer.body, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _is_same(first: Answer, payload: Mapping[str, Any], is_called_so: bool) -> bool:
    """Whether a post's first message says the same: leads to the same article, or where none is named, is
    called the same. The words may have changed since: a story gains sources."""
    if first.status >= 300:
        return is_called_so and first.status == 403
    theirs, ours = _link(first.body), _link(payload)
    return theirs == ours and (bool(ours) or is_called_so)


def _link(message: Any) -> str:
    embeds = message.get("embeds") if isinstance(message, Mapping) else None
    first = embeds[0] if isinstance(embeds, list) and embeds else None
    return str(first.get("url") or "") if isinstance(first, Mapping) else ""
