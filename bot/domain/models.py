"""The words of the product, and the named values that travel the pipeline.

    FeedDue → Fetched → ParsedFeed → ItemChange → Matched → StoryChange → Delivery → Sent

Everything here is frozen. Datetimes are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.manner import PLAIN, LostAnswer, Manner
from bot.domain.wire import Voice

# --- feeds ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who publishes a feed: the name readers know, and the owner family that makes it (in)dependent.

    `owner` is a slug such as ``dpg`` (AD, de Volkskrant, Trouw, NU.nl share it) or ``npo``.
    """

    name: str
    owner: str


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """A feed as an editor configures it.

    `proxy` is the address of an HTTP proxy for this feed alone. `backup` is another address of the same
    publisher (a section feed, a news sitemap) where items may be found that fell out of this feed's window.
    `article` says that pages of matched items may be read for their text.
    """

    url: str
    outlet: Outlet
    language: str | None = None
    title: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    proxy: str | None = None
    backup: str | None = None
    article: bool = True


@dataclass(frozen=True, slots=True)
class PollState:
    """What a feed's earlier polls left behind, so that the next one can be polite.

    `skip_hours` are the hours of the day (UTC) in which the feed says it has no news. `silent_after` is the
    moment from which its silence is longer than its rhythm explains, if nothing new comes until then.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_hash: bytes | None = None
    interval: timedelta = timedelta(minutes=10)
    failures: int = 0
    last_error: str | None = None
    last_success_at: datetime | None = None
    retired: bool = False
    skip_hours: frozenset[int] = frozenset()
    silent_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedDue:
    """A feed whose time has come, leased to this worker until `leased_until`."""

    id: int
    spec: FeedSpec
    state: PollState
    created_at: datetime
    leased_until: datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer of the publisher. `body` is None when nothing changed since the last poll."""

    url: str
    body: bytes | None
    content_type: str
    etag: str | None
    last_modified: str | None
    body_hash: bytes | None
    moved_to: str | None = None
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One item as the feed gives it: plain text, absolute URLs, aware UTC dates or None.

    `summary` is the teaser in one line; `text` is the fullest text the feed carries, one line per
    paragraph (they may say the same). Both are without markup. `guid` is "" when the feed gives none.
    `published` is when it was updated when the feed says only that.
    """

    guid: str
    url: str
    title: str
    summary: str = ""
    text: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    image: str | None = None

    def fingerprint(self) -> int:
        """Equal, within this process, for entries that identity and the search for edits read the same."""
        return hash((self.guid, self.url, self.title, self.published, self.summary, self.text))


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document, read.

    `ttl` is the publisher's wish for the pause between polls. `skip_hours` are hours of the day, 0..23 in
    UTC, in which nothing is published. `next_page` is the address of older items, where the feed has one.
    """

    title: str
    url: str
    language: str | None
    items: tuple[ParsedItem, ...]
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    next_page: str | None = None


# --- items ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Brief:
    """What is told of an item under its headline, and whether the rest of it is for subscribers only.

    `text` is whole sentences of the article, unless a language model `shortened` it; "" when nothing fits.
    """

    text: str
    paywalled: bool = False
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One article of one publisher. `key` is its identity within the publisher (`domain/identity.py`).

    `published` is what the feed said, or `seen_at` when it said nothing or something impossible. Only matched
    items have a `brief`.
    """

    key: str
    feed_id: int
    outlet: Outlet
    url: str
    title: str
    summary: str
    text: str
    language: str | None
    published: datetime
    seen_at: datetime
    image: str | None = None
    authors: tuple[str, ...] = ()
    brief: Brief | None = None


class Change(StrEnum):
    """What a poll says of an item, compared with the store."""

    NEW = "new"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class ItemChange:
    """A new or edited item. `previous_title` is set for an edit whose headline changed."""

    kind: Change
    item: Item
    previous_title: str | None = None


# --- matching ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """What matching reads of an item. `language` is the feed's word for it, a prior and no more."""

    title: str
    text: str
    language: str | None = None
    published: datetime | None = None
    source: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Words that were found. Offsets are characters into the original `field` (title or text)."""

    entity: str
    surface: str
    field: str
    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What a document says: its language, the entities in it, and the rules it satisfies.

    `rules` holds the keys the rules were registered under, in the order of registration.
    `salience` is 0..1 per entity id: how much the document is about it.
    """

    language: str
    matches: tuple[Match, ...]
    salience: Mapping[str, float]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """What people subscribe to by name: a slug, its display names per language, and a rule."""

    slug: str
    names: Mapping[str, str]
    rule: str


@dataclass(frozen=True, slots=True)
class Matched:
    """An item change with what the matcher says of it."""

    change: ItemChange
    result: MatchResult


# --- stories ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoryDecision:
    """Where an item belongs: an existing story, or a new one (`story` is None), and why.

    `follows` is the earlier story that a new one is a reaction to or the next event of, if any.
    """

    story: int | None
    why: str
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class StoryItem:
    """One report inside a story, as an alert shows it.

    `agency` is the news agency whose copy it is, "" for none; `prints` are the marks of its text. `was` is
    the headline that it had at first, where that was corrected; `gone` says that its outlet took it down.
    """

    item_id: int
    outlet: Outlet
    url: str
    title: str
    summary: str
    language: str
    published: datetime
    image: str | None = None
    paywalled: bool = False
    brief: str = ""
    shortened: bool = False
    agency: str = ""
    prints: frozenset[int] = frozenset()
    was: str | None = None
    gone: bool = False

    @property
    def voice(self) -> Voice:
        """The report as a source."""
        return Voice(self.outlet.owner, self.published, self.agency, self.prints)


@dataclass(frozen=True, slots=True)
class Story:
    """Items about one event. `items` is in order of arrival; the first one is the alert's headline."""

    id: int
    items: tuple[StoryItem, ...]
    topics: tuple[str, ...]
    created_at: datetime

    @property
    def owners(self) -> frozenset[str]:
        """The owners that report it."""
        return frozenset(item.outlet.owner for item in self.items)

    @property
    def voices(self) -> tuple[Voice, ...]:
        """Its reports as sources."""
        return tuple(item.voice for item in self.items)


class StoryKind(StrEnum):
    """What happened to a story."""

    NEW = "new"
    JOINED = "joined"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class StoryChange:
    """A story that is new, was joined by a further report, or had a headline corrected."""

    kind: StoryKind
    story_id: int
    item_id: int
    matched: Matched


# --- chats ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes: a chat of a platform, and a thread (topic, forum post) inside it or "".

    `chat` is the platform's own id, as text: ``-1001234`` on Telegram, a channel snowflake on Discord.
    """

    platform: str
    chat: str
    thread: str = ""


class ChatState(StrEnum):
    """Whether a chat gets messages. A paused chat keeps its subscriptions."""

    ACTIVE = "active"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that Heraut knows."""

    id: int
    address: Address
    title: str = ""
    language: str = "en"
    timezone: str = "Europe/Amsterdam"
    state: ChatState = ChatState.ACTIVE
    paused_why: str = ""
    manner: Manner = PLAIN


class Target(StrEnum):
    """What a subscription points at."""

    TOPIC = "topic"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat's wish: a topic's slug or a rule's text. `threshold` is the least salience, 0..1.

    `paused` keeps it without telling of it; `digest` tells of it in the chat's digest instead of at once.
    `mention` is the role that its alerts mention, where the platform has roles; "" for none.
    """

    id: int
    chat_id: int
    target: Target
    value: str
    threshold: float
    created_at: datetime
    muted_until: datetime | None = None
    paused: bool = False
    digest: bool = False
    mention: str = ""

    def awake(self, now: datetime) -> bool:
        """Whether it is told of: neither paused nor muted."""
        return not self.paused and (self.muted_until is None or self.muted_until <= now)

    @property
    def rule_key(self) -> str:
        """The key under which the matcher knows this subscription's rule."""
        return f"{self.target}:{self.value}"


# --- deliveries -------------------------------------------------------------------------------------


class DeliveryKind(StrEnum):
    """Why a message is sent. An update edits the alert that went out before it."""

    ALERT = "alert"
    UPDATE = "update"
    DIGEST = "digest"
    NOTICE = "notice"


class DeliveryState(StrEnum):
    """pending → sending → sent, failed or dropped. Only the platform's answer closes a delivery.

    A pending message may be folded instead: its story goes out in a digest, which is a delivery itself.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    FOLDED = "folded"


class Priority:
    """Lower goes first."""

    BREAKING = 0
    ALERT = 10
    UPDATE = 20
    DIGEST = 30


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the ledger: one message owed to one chat.

    `version` counts the changes of what it has to say; `lost_answers` how often it may have been sent without
    our knowing. `language`, `lost_answer`, `manner` and `timezone` are the chat's.
    """

    id: int
    lane: str
    chat_id: int
    address: Address
    kind: DeliveryKind
    story_id: int | None
    priority: int
    attempts: int
    created_at: datetime
    message_id: str | None = None
    payload: str | None = None
    version: int = 0
    language: str = "en"
    lost_answer: LostAnswer = LostAnswer.RESEND
    gather: str = ""
    manner: Manner = PLAIN
    timezone: str = "UTC"
    lost_answers: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took the message and calls it `message_id`. `note` says what was left out for that."""

    message_id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """Too fast. The chat, or with `whole_lane` the bot, has to wait this many seconds."""

    seconds: float
    whole_lane: bool = False


@dataclass(frozen=True, slots=True)
class Transient:
    """It failed and surely was not sent; worth trying again soon."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer came back: it may have been sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat is closed to us (blocked, kicked, deleted, permission missing): pause it, keep its wishes."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has a new id (a Telegram group became a supergroup): remap it and try again."""

    chat: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """The platform does not accept this message as it is; plain text may pass.

    `picture` says that it is the picture that fails: without it the message may pass.
    """

    reason: str
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Vanished:
    """The message to edit no longer exists; nothing more to do for it."""

    reason: str


@dataclass(frozen=True, slots=True)
class LaneDown:
    """The account itself is refused (token revoked): the lane stops, everything is kept."""

    reason: str


Outcome = Sent | RetryAfter | Transient | Unknown | Gone | Moved | Malformed | Vanished | LaneDown
