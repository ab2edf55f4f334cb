"""What exists on the emulated Discord: servers, channels, people, messages, interactions. No I/O."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.emulators.discord.markdown import Reading, read

EPOCH_MS = 1_420_070_400_000
TEXT, DM, ANNOUNCEMENTS, THREAD, FORUM = 0, 1, 5, 11, 15
EPHEMERAL = 1 << 6

PERMISSIONS = {
    "administrator": 1 << 3,
    "manage_channels": 1 << 4,
    "manage_guild": 1 << 5,
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "mention_everyone": 1 << 17,
    "use_application_commands": 1 << 31,
    "send_messages_in_threads": 1 << 38,
}
EVERYONE = sum(bit for name, bit in PERMISSIONS.items() if not name.startswith(("admin", "manage")))
ADMIN = EVERYONE | PERMISSIONS["manage_channels"] | PERMISSIONS["manage_guild"]

_count = itertools.count()


def snowflake() -> str:
    """A new id: milliseconds since 2015 and a number within them, as Discord makes them."""
    now = int(time.time() * 1000) - EPOCH_MS
    return str((now << 22) | (next(_count) & 0x3FFFFF))


def bits(names: tuple[str, ...]) -> int:
    """Permission bits of names such as ``embed_links``."""
    return sum(PERMISSIONS[name] for name in names)


@dataclass
class User:
    """A person."""

    name: str
    id: str = field(default_factory=snowflake)

    def payload(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name,
            "avatar": None,
            "bot": False,
            "public_flags": 0,
        }


@dataclass
class Channel:
    """A channel, a thread or a private conversation.

    `denied` are permissions the bot lacks in it. A thread whose `owner` is None is the bot's own.
    """

    id: str
    kind: int = TEXT
    guild: str | None = None
    name: str = ""
    parent: str | None = None
    recipient: User | None = None
    denied: int = 0
    archived: bool = False
    locked: bool = False
    blocked: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    moderated_tags: set[str] = field(default_factory=set)
    needs_tag: bool = False
    applied: list[str] = field(default_factory=list)
    owner: str | None = None

    def payload(self, bot: str) -> dict[str, Any]:
        if self.kind == DM:
            people = [self.recipient.payload()] if self.recipient else []
            return {"id": self.id, "type": DM, "recipients": people, "last_message_id": None, "flags": 0}
        data: dict[str, Any] = {
            "id": self.id,
            "type": self.kind,
            "guild_id": self.guild,
            "name": self.name,
            "parent_id": self.parent,
            "flags": 0,
            "last_message_id": None,
        }
        if self.kind == THREAD:
            stamp = datetime.now(UTC).isoformat()
            state = {
                "archived": self.archived,
                "locked": self.locked,
                "auto_archive_duration": 1440,
                "archive_timestamp": stamp,
                "create_timestamp": stamp,
            }
            data |= {"applied_tags": self.applied}
            return data | {
                "thread_metadata": state,
                "owner_id": self.owner or bot,
                "message_count": 0,
                "member_count": 1,
            }
        overwrites = [{"id": bot, "type": 1, "allow": "0", "deny": str(self.denied)}] if self.denied else []
        if self.kind == FORUM:
            data |= {"available_tags": self._tags(), "flags": 1 << 4 if self.needs_tag else 0}
        return data | {
            "position": 0,
            "permission_overwrites": overwrites,
            "nsfw": False,
            "topic": None,
            "rate_limit_per_user": 0,
        }

    def _tags(self) -> list[dict[str, Any]]:
        return [
            {
                "id": tag,
                "name": name,
                "moderated": name in self.moderated_tags,
                "emoji_id": None,
                "emoji_name": None,
            }
            for name, tag in self.tags.items()
        ]


@dataclass
class Guild:
    """A server with its channels. `present` says whether the bot is a member."""

    id: str
    name: str
    locale: str = "en-US"
    present: bool = True


@dataclass
class Posted:
    """A message as people see it.

    `text` is all visible text, `links` every (label, URL) in it, buttons included, `pings` whom it
    alerted, and `reading` what Discord's markdown made of each part.
    """

    message_id: str
    channel: str
    payload: dict[str, Any]
    nonce: str | None = None
    edited: int = 0
    ephemeral: bool = False
    posted_at: float = field(default_factory=time.monotonic)

    @property
    def reading(self) -> list[Reading]:
        plain = ("author", "footer")
        parts = [read(self.payload.get("content") or "")]
        for embed in self.payload.get("embeds") or []:
            for name, key in (("author", "name"), ("title", ""), ("description", ""), ("footer", "text")):
                value = embed.get(name)
                text = value.get(key, "") if isinstance(value, dict) else value
                if text:
                    parts.append(Reading(text=text) if name in plain else read(text))
        return parts

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.reading if part.text)

    @property
    def links(self) -> list[tuple[str, str]]:
        titles = [(read(e.get("title", "")).text, e["url"]) for e in self.embeds if e.get("url")]
        inline = [link for part in self.reading for link in part.links]
        return titles + inline + [(label, url) for label, url in self.buttons.items() if "://" in url]

    @property
    def embeds(self) -> list[dict[str, Any]]:
        return list(self.payload.get("embeds") or [])

    @property
    def buttons(self) -> dict[str, str]:
        """Label to action or URL, in order."""
        found: dict[str, str] = {}
        for row in self.payload.get("components") or []:
            for button in row["components"]:
                if "label" not in button:
                    continue
                found[button["label"]] = button.get("custom_id") or button.get("url", "")
        return found

    @property
    def menus(self) -> list[dict[str, Any]]:
        """The select menus under it."""
        rows = self.payload.get("components") or []
        return [each for row in rows for each in row["components"] if "options" in each]

    @property
    def pings(self) -> list[str]:
        allowed = self.payload.get("allowed_mentions")
        parse = {"everyone", "users", "roles"} if allowed is None else set(allowed.get("parse", ()))
        kinds = {"@everyone": "everyone", "@here": "everyone", "user": "users", "role": "roles"}
        named = {f"<@&{role}>" for role in (allowed or {}).get("roles", ())}
        raw = read(self.payload.get("content") or "", escapes=False)
        return [
            text if text in named else kind
            for kind, text in raw.active
            if kinds.get(kind) in parse or text in named
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "message_id": self.message_id,
            "channel": self.channel,
            "text": self.text,
            "nonce": self.nonce,
            "links": self.links,
            "buttons": self.buttons,
            "edited": self.edited,
            "ephemeral": self.ephemeral,
            "pings": self.pings,
        }


@dataclass
class Interaction:
    """A command, a completion or a press on its way, and what the application answered so far."""

    id: str
    token: str
    kind: int
    channel: str
    created_at: float = field(default_factory=time.monotonic)
    state: str = "open"
    ephemeral: bool = False
    original: Posted | None = None
    pressed: Posted | None = None
    followups: list[Posted] = field(default_factory=list)
    choices: list[tuple[str, str]] | None = None
    form: dict[str, Any] | None = None
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class World:
    """Everything. `messages` holds what a channel shows, in order; ephemeral answers are not in it.

    `bad_pictures` are addresses of pictures that embeds are refused for. `first_answer` is how many seconds
    an answer to a person may take: three on Discord, more here, as tests run on busy machines.
    """

    bot: User
    application: str
    guilds: dict[str, Guild] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    messages: dict[str, dict[str, Posted]] = field(default_factory=dict)
    private: dict[str, Posted] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    commands: list[dict[str, Any]] = field(default_factory=list)
    nonces: dict[str, tuple[float, Posted]] = field(default_factory=dict)
    bad_pictures: set[str] = field(default_factory=set)
    first_answer: float = 30.0

    def user(self, name: str) -> User:
        """The person of that name, who comes into being when first mentioned."""
        return self.users.setdefault(name, User(name))

    def bot_permissions(self, channel: Channel) -> int:
        """What the bot may do in a channel; a thread takes its channel's permissions."""
        parent = self.channels.get(channel.parent or "")
        return EVERYONE & ~channel.denied & ~(parent.denied if parent and channel.kind == THREAD else 0)

    def post(
        self, channel: str, payload: dict[str, Any], ephemeral: bool = False, number: str = ""
    ) -> Posted:
        """Put a message in a channel, or before one person's eyes."""
        posted = Posted(number or snowflake(), channel, payload, ephemeral=ephemeral)
        shelf = self.private if ephemeral else self.messages.setdefault(channel, {})
        shelf[posted.message_id] = posted
        return posted

    def guild_payload(self, guild: Guild) -> dict[str, Any]:
        """A server as GUILD_CREATE tells it."""
        here = [channel for channel in self.channels.values() if channel.guild == guild.id]
        everyone = {
            "id": guild.id,
            "name": "@everyone",
            "permissions": str(EVERYONE),
            "position": 0,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
        return {
            "id": guild.id,
            "name": guild.name,
            "unavailable": False,
            "member_count": 2,
            "large": False,
            "owner_id": "1",
            "preferred_locale": guild.locale,
            "roles": [everyone],
            "emojis": [],
            "members": [self.member(self.bot)],
            "presences": [],
            "voice_states": [],
            "features": [],
            "channels": [c.payload(self.bot.id) for c in here if c.kind != THREAD],
            "threads": [c.payload(self.bot.id) for c in here if c.kind == THREAD and not c.archived],
            "joined_at": datetime.now(UTC).isoformat(),
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "afk_timeout": 300,
            "system_channel_flags": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
        }

    def member(self, user: User, permissions: int | None = None) -> dict[str, Any]:
        """A person as a member of a server."""
        data = {
            "user": user.payload(),
            "roles": [],
            "joined_at": datetime.now(UTC).isoformat(),
            "deaf": False,
            "mute": False,
            "flags": 0,
            "nick": None,
            "avatar": None,
        }
        return data if permissions is None else data | {"permissions": str(permissions)}

    def message_payload(self, posted: Posted) -> dict[str, Any]:
        """A message as the API tells it."""
        stamp = datetime.now(UTC).isoformat()
        return {
            "id": posted.message_id,
            "channel_id": posted.channel,
            "author": self.bot.payload(),
            "content": posted.payload.get("content") or "",
            "embeds": posted.embeds,
            "components": posted.payload.get("components") or [],
            "attachments": [],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
            "type": 0,
            "flags": posted.payload.get("flags") or 0,
            "timestamp": stamp,
            "nonce": posted.nonce,
            "edited_timestamp": stamp if posted.edited else None,
        }
