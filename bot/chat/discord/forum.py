"""Forum channels: each message is a post of its own, tagged with the topics for which it is told. Pure.

Source: https://docs.discord.com/developers/resources/channel (start thread in forum or media channel). A
post's first message has the post's own id, so that id is what a delivery remembers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.chat.discord.escape import one_line, shorten
from bot.domain.messages import Message, Text

POST_NAME = 100
MOST_TAGS = 5
UNTITLED = "Heraut"
_KINDS = frozenset({15, 16})
_REQUIRES_TAG = 1 << 4
_NOT_IN_A_POST = frozenset({"nonce", "enforce_nonce"})


@dataclass(frozen=True, slots=True)
class Forum:
    """A forum or media channel. `tags` are ids by name, as far as everybody may set them."""

    tags: Mapping[str, str] = field(default_factory=dict)
    needs_tag: bool = False


def of_channel(channel: discord.ForumChannel) -> Forum:
    """A forum that the gateway told us of."""
    free = {tag.name: str(tag.id) for tag in channel.available_tags if not tag.moderated}
    return Forum(free, channel.flags.require_tag)


def of_json(body: Any) -> Forum | None:
    """A forum as the REST interface tells of it; None for another kind of channel."""
    if not isinstance(body, dict) or body.get("type") not in _KINDS:
        return None
    told = body.get("available_tags")
    tags = [tag for tag in told if isinstance(tag, dict)] if isinstance(told, list) else []
    free = {str(tag.get("name")): str(tag.get("id")) for tag in tags if not tag.get("moderated")}
    return Forum(free, bool(int(body.get("flags") or 0) & _REQUIRES_TAG))


def is_post(channel: object) -> bool:
    """Whether a channel is a post in a forum that we know."""
    return isinstance(channel, discord.Thread) and isinstance(channel.parent, discord.ForumChannel)


def post(forum: Forum, message: Message, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The body that starts a post with a message.

    Args:
        forum: where.
        message: what is said, which names the post and its tags.
        payload: the same as the body of a create-message request.
    """
    body = {key: value for key, value in payload.items() if key not in _NOT_IN_A_POST}
    topics = message.card.topics if message.card else ()
    return {"name": _name(message), "applied_tags": _tags(forum, topics), "message": body}


def _name(message: Message) -> str:
    if message.card:
        return shorten(one_line(message.card.title), POST_NAME) or UNTITLED
    spans = message.lines[0] if message.lines else ()
    words = "".join(
        each if isinstance(each, str) else each.text for each in spans if isinstance(each, str | Text)
    )
    return shorten(one_line(words), POST_NAME) or UNTITLED


def _tags(forum: Forum, topics: Iterable[str]) -> list[str]:
    """The tags that are called as the topics are; a forum that asks for one gets its first if none is."""
    known = {_folded(name): tag for name, tag in forum.tags.items()}
    found = [known[_folded(topic)] for topic in topics if _folded(topic) in known]
    if not found and forum.needs_tag:
        found = list(forum.tags.values())[:1]
    return list(dict.fromkeys(found))[:MOST_TAGS]


def _folded(name: str) -> str:
    return "-".join(name.casefold().split())
