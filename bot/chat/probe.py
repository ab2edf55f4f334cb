"""Whether a platform knows a token, asked without going on line as the bot.

Telegram: https://core.telegram.org/bots/api#getme. Discord:
https://discord.com/developers/docs/resources/user#get-current-user.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from bot.chat.discord.platform import versioned
from bot.chat.discord.rest import API as DISCORD_API
from bot.chat.discord.rest import USER_AGENT

SECONDS = 10
MOST_BYTES = 100_000
REFUSED = frozenset({401, 403, 404})
"""What says that the token is wrong; Telegram answers 404 where it has not the form of one."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What the platform said.

    Args:
        name: who the token belongs to; "" when that was not told.
        trouble: why not, "" when all is well.
        refused: whether it is the token that is wrong.
        at: the platform's own time, None when it gave none.
    """

    name: str = ""
    trouble: str = ""
    refused: bool = False
    at: datetime | None = None


async def probe_telegram(token: str, api_base_url: str) -> Probed:
    """Ask Telegram who this token is."""
    return await _ask(f"{api_base_url}/bot{token}/getMe", {}, "result")


async def probe_discord(token: str, api_base_url: str | None) -> Probed:
    """Ask Discord who this token is."""
    base = versioned(api_base_url) if api_base_url else DISCORD_API
    headers = {"Authorization": f"Bot {token}", "User-Agent": USER_AGENT}
    return await _ask(f"{base}/users/@me", headers, "")


async def _ask(url: str, headers: Mapping[str, str], inside: str) -> Probed:
    """Ask; whatever goes wrong is told without the address, as that may hold the token."""
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, headers=headers, allow_redirects=False) as answer,
        ):
            body = await answer.content.read(MOST_BYTES)
            at = _date(answer.headers.get("Date", ""))
            if answer.status == 200:
                return Probed(_name(body, inside), at=at)
            return Probed(trouble=f"it answers {answer.status}", refused=answer.status in REFUSED, at=at)
    except TimeoutError:
        return Probed(trouble=f"no answer within {SECONDS} seconds")
    except (aiohttp.ClientError, OSError) as error:
        return Probed(trouble=f"cannot be reached ({type(error).__name__})")


def _name(body: bytes, inside: str) -> str:
    try:
        found: Any = json.loads(body)
        return str((found[inside] if inside else found)["username"])
    except (ValueError, KeyError, TypeError):
        return ""


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None
