"""Which article an item is: the keys it is known by, from the strongest to the weakest evidence.

    publisher's article id in the address  →  guid  →  link  →  title

The first that can be trusted is the item's key. The others are remembered with it, so that the article is
still recognised when its strongest evidence changes: a feed whose guids are all new since last night, a
guid that turns out to be shared. A changed headline or lead makes an *edit*, never a new item.

Pure: what is known already is passed in, and so is the time.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TypeVar

from bot.domain.links import Link, article_id, general_id, read_link
from bot.domain.models import Change, Item, ItemChange, ParsedItem

Known = TypeVar("Known")

MAX_KEY = 300
"""Characters of a key; what is longer is shortened to a hash."""
LEAD = 200
"""Characters of the summary that make the lead. Further down, teasers change for no reason."""
FUTURE = timedelta(hours=1)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Dates before are those of programs that have none: the year 1, 1970."""
SKEW = timedelta(minutes=5)
"""By so much a publisher's clock may be ahead of ours in the first document, of which little is believed."""
STALE = timedelta(days=3)

BY_TITLE = "title:"
"""How the keys of items begin that only their titles tell apart: several articles have their address."""
_NO_GUID = frozenset({"", "0", "-", "#", "/", "null", "none", "nil", "undefined", "n/a", "false", "true"})
_COUNTER = re.compile(r"#\d{1,3}$")
_TELLING_GUID = 12
_TELLING_TITLE = 15
_STAMPED = 3
_TYPOGRAPHY = str.maketrans("‘’‚‛´`“”„‟«»–—‑", "'" * 6 + '"' * 6 + "-" * 3)
_SPACES_AND_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class ItemKeys:
    """The keys of an item.

    `key` is its identity. `aliases` are stored with it and recognise it too. `hints` are only looked up:
    they find an article that was stored under its link because its guid could not be trusted then.
    `marks` are hashes of all that identifies it, good within one process: items without a common mark
    cannot be taken for each other.
    """

    key: str
    aliases: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    marks: tuple[int, ...] = field(default=(), compare=False)

    @property
    def stored(self) -> tuple[str, ...]:
        """What to remember the article by."""
        return (self.key, *self.aliases)

    @property
    def wanted(self) -> tuple[str, ...]:
        """What to look for, the strongest first."""
        return (self.key, *self.aliases, *self.hints)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What an item offers. Empty text means that it does not."""

    article: str
    guid: str
    link: str
    numbered: bool
    deep: bool
    slug: str
    title: str
    moment: str
    item: ParsedItem

    @property
    def content(self) -> str:
        """Made when it is asked for: turning markup into text is the larger part of the work."""
        return fold(self.item.summary[:LEAD])

    @property
    def marks(self) -> tuple[int, ...]:
        """See `ItemKeys`: every key and alias is made of one of these, and perhaps of more."""
        return hash(self.article), hash(self.guid), hash(self.link), hash(self.title or self.content)


def document_keys(
    items: Sequence[ParsedItem], publisher: str = "", only: Collection[int] | None = None
) -> tuple[ItemKeys, ...]:
    """The keys of all items of a feed document, in its order.

    The document is looked at as a whole: what two different articles have in common identifies neither.
    Items with equal keys are one article, listed twice.

    Args:
        items: the items of one document.
        publisher: what guids that mean nothing by themselves ("17") are unique within; only needed for
            items without a link.
        only: the places of the items whose aliases and hints are asked for; None asks for all.
    """
    stamp = _stamp(items)
    return _keys_of([_evidence(item, publisher, item.published != stamp) for item in items], only)


def _keys_of(found: Sequence[_Evidence], only: Collection[int] | None = None) -> tuple[ItemKeys, ...]:
    guids = _ambiguous(found, lambda e: e.guid, _other_article)
    links = _ambiguous(found, lambda e: e.link, _other_page)
    asked = set(range(len(found))) if only is None else _with_rivals(found, only)
    return _without_shared_aliases(
        [
            _keys(e, e.guid not in guids, e.link not in links, only_key=place not in asked)
            for place, e in enumerate(found)
        ]
    )


def articles(
    items: Sequence[ParsedItem],
    publisher: str = "",
    only: Collection[int] | None = None,
    others: Collection[int] | None = None,
) -> tuple[tuple[ParsedItem, ItemKeys], ...]:
    """The items of a feed document with their keys, each article once: the first that the feed lists.

    See `document_keys`. A second entry of an article, under another headline, would edit it for ever.

    Args:
        items: the items of one document.
        publisher: see `document_keys`.
        only: the places of the items that are asked for; None asks for all.
        others: the marks of all other items, where they are known; then those are seldom looked at.
    """
    if only is not None and not only:
        return ()
    if only is not None and others is not None:
        alone = _alone(items, publisher, sorted(only), others)
        if alone is not None:
            return alone
    found = _firsts(listed := document_keys(items, publisher, only))
    return tuple((items[place], listed[place]) for place in found if only is None or place in only)


def _alone(
    items: Sequence[ParsedItem], publisher: str, places: Sequence[int], others: Collection[int]
) -> tuple[tuple[ParsedItem, ItemKeys], ...] | None:
    """The articles at these places, when no other item has anything in common with them; else None."""
    stamp, nothing = _stamp(items), hash("")
    asked = [items[place] for place in places]
    found = [_evidence(item, publisher, item.published != stamp) for item in asked]
    if any(evidence.marks[-1] == nothing for evidence in found):
        return None  # without a word; such items are all the same
    if any(mark in others and mark != nothing for evidence in found for mark in evidence.marks):
        return None
    listed = _keys_of(found)
    return tuple((asked[place], listed[place]) for place in _firsts(listed))


def _firsts(listed: Sequence[ItemKeys]) -> Collection[int]:
    """The places where articles are listed first."""
    found: dict[str, int] = {}
    for place, keys in enumerate(listed):
        found.setdefault(keys.key, place)
    return found.values()


def item_key(item: ParsedItem, publisher: str = "", *, degraded: bool = False) -> str:
    """The key of one item. `degraded` says that the feed's guids are not to be trusted."""
    return _keys(_evidence(item, publisher, True), not degraded, True).key


def recognise(keys: ItemKeys, known: Mapping[str, Known]) -> Known | None:
    """What is known under one of the wanted keys, or None for an article seen for the first time.

    Args:
        keys: the item's keys.
        known: what is known already, under all the keys it was stored with.
    """
    return next((known[key] for key in keys.wanted if key in known), None)


def change_of(item: Item, before: Item | None) -> ItemChange | None:
    """What this item is, compared with the stored one: new, an edit, or nothing to speak of (None).

    Only the feed that gave an article first can edit it: a publisher's feeds often carry one article
    under several headlines, and would otherwise take turns for ever.
    """
    if before is None:
        return ItemChange(Change.NEW, item)
    if item.feed_id != before.feed_id or not is_edited(before, item):
        return None
    retitled = fold(item.title) != fold(before.title)
    return ItemChange(Change.EDIT, item, before.title if retitled else None)


def is_edited(before: Item | ParsedItem, after: Item | ParsedItem) -> bool:
    """Whether headline or lead were changed.

    Of a headline all counts but spaces and the style of quotes and dashes; of a lead only its words. What
    is missing now was not changed.
    """
    if after.title and _headline(after.title) != _headline(before.title):
        return True
    return bool(after.summary) and _lead(after.summary) != _lead(before.summary)


def published_or_seen(published: datetime | None, seen_at: datetime) -> datetime:
    """The feed's date, or the time we saw the item when the feed gave none, or one that cannot be."""
    if published is None or not EARLIEST <= published <= seen_at + FUTURE:
        return seen_at
    return published


def is_news(published: datetime | None, seen_at: datetime, since: datetime, first_poll: bool) -> bool:
    """Whether an item seen for the first time may be announced to somebody who subscribed at `since`.

    On a feed's first poll everything is new to us and most of it old: only what is dated after the
    subscription counts, to the minute, as feeds date no finer. Later, what counts is when we saw it, as
    feeds lag behind their dates; but an item dated days ago is an archive that was reordered or filled in,
    whenever it turns up.

    Args:
        published: the feed's own date, None when it gave none.
        seen_at: when we saw the item first.
        since: when the subscription was made.
        first_poll: whether it stood in the first document we ever read of this feed.
    """
    if first_poll:
        return published is not None and _minute(since) <= published <= seen_at + SKEW
    return seen_at >= since and seen_at - published_or_seen(published, seen_at) <= STALE


def fold(text: str) -> str:
    """The text for comparison: lower case letters and digits, single spaces."""
    return _SPACES_AND_MARKS.sub(" ", text.casefold()).strip()


def _headline(title: str) -> str:
    return " ".join(title.translate(_TYPOGRAPHY).split())


def _lead(summary: str) -> str:
    """Whole words only: a teaser cut elsewhere says the same."""
    return fold(summary[:LEAD].rpartition(" ")[0] if len(summary) > LEAD else summary)


def dated_by_program(items: Sequence[ParsedItem]) -> frozenset[datetime]:
    """The dates of a document that say when a program made it, not when its articles appeared.

    Those that most items share, to the minute, as a program may take a while.
    """
    dates = [item.published for item in items if item.published]
    made = _most_share(map(_minute, dates), len(items))
    return frozenset(date for date in dates if _minute(date) == made)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _stamp(items: Sequence[ParsedItem]) -> datetime | None:
    """The date that most items share, if they do: it says when the document was made, and changes with it."""
    return _most_share((item.published for item in items if item.published), len(items))


def _most_share(moments: Iterable[datetime], items: int) -> datetime | None:
    """The moment that more than half of so many items have, if there is one."""
    ordered = sorted(moments)
    if not ordered:
        return None
    middle = ordered[len(ordered) // 2]  # what more than half of them are stands there
    count = ordered.count(middle)
    return middle if count >= _STAMPED and count * 2 > items else None


def _evidence(item: ParsedItem, publisher: str, dated: bool) -> _Evidence:
    link = read_link(item.url) if item.url else None
    as_link = read_link(item.guid) if item.guid.startswith("http") else None
    number = general_id(link) if link else ""
    return _Evidence(
        article=(article_id(link) if link else "") or (article_id(as_link) if as_link else ""),
        guid=_guid(item.guid, as_link, link.host if link else publisher),
        link=f"link:{number or link}" if link else "",
        numbered=bool(number),
        deep=bool(link and link.is_deep),
        slug=link.slug if link else "",
        title=fold(item.title),
        moment=item.published.isoformat() if item.published and dated else "",
        item=item,
    )


def _guid(guid: str, as_link: Link | None, host: str) -> str:
    """A guid for comparison. One that is an address is the same as that link; "17" is the host's."""
    if guid.casefold() in _NO_GUID:
        return ""
    if as_link:
        return f"link:{general_id(as_link) or as_link}"
    guid = _COUNTER.sub("", guid)
    return f"guid:{host} {guid}" if len(guid) < _TELLING_GUID else f"guid:{guid}"


def _with_rivals(found: Sequence[_Evidence], only: Collection[int]) -> set[int]:
    """These places, and those of items that may have an alias in common: every alias has title or link."""
    titles = {found[place].title for place in only} - {""}
    links = {found[place].link for place in only} - {""}
    rivals = {place for place, e in enumerate(found) if e.title in titles or e.link in links}
    return rivals.union(only)


def _keys(found: _Evidence, guid_holds: bool, link_holds: bool, *, only_key: bool = False) -> ItemKeys:
    if found.article:
        key = found.article
    elif found.guid and guid_holds:
        key = found.guid
    elif found.link and link_holds:
        key = found.link
    else:
        key = f"{BY_TITLE}{found.title or found.content} {found.link}"
    if only_key:
        return ItemKeys(_short(key))
    aliases = _aliases(found, link_holds)
    hints = [found.link] if found.link and link_holds and not found.article else []
    return _distinct(key, aliases, hints, found.marks)


def _aliases(found: _Evidence, link_holds: bool) -> list[str]:
    """Further evidence that suffices by itself: a number in the link, or two things that agree."""
    aliases = []
    if found.numbered and link_holds and not found.article:
        aliases.append(found.link)
    if found.moment and found.deep and link_holds:
        aliases.append(_digest("when", found.link, found.moment))
    if found.moment and len(found.title) >= _TELLING_TITLE:
        aliases.append(_digest("said", found.title, found.content, found.moment))
    if found.slug and found.title and not found.numbered:
        aliases.append(_digest("slug", found.slug, found.title))
    if not found.moment and found.link and found.title:
        aliases.append(_digest("same", found.link, found.title, found.content))
    return aliases


def _distinct(key: str, aliases: Sequence[str], hints: Sequence[str], marks: tuple[int, ...]) -> ItemKeys:
    first = _short(key)
    further = tuple(dict.fromkeys(short for short in map(_short, aliases) if short != first))
    last = tuple(short for short in map(_short, hints) if short != first and short not in further)
    return ItemKeys(first, further, last, marks)


def _without_shared_aliases(keys: Sequence[ItemKeys]) -> tuple[ItemKeys, ...]:
    """Without the aliases that items of different keys have in common."""
    owners: dict[str, set[str]] = {}
    for item in keys:
        for alias in item.aliases:
            owners.setdefault(alias, set()).add(item.key)
    shared = {alias for alias, found in owners.items() if len(found) > 1}
    if not shared:
        return tuple(keys)
    return tuple(
        replace(item, aliases=tuple(alias for alias in item.aliases if alias not in shared)) for item in keys
    )


def _ambiguous(
    found: Sequence[_Evidence],
    value_of: Callable[[_Evidence], str],
    differ: Callable[[_Evidence, _Evidence], bool],
) -> set[str]:
    """The values that different articles of the document have in common."""
    first: dict[str, _Evidence] = {}
    shared: set[str] = set()
    for evidence in found:
        value = value_of(evidence)
        if value and differ(evidence, first.setdefault(value, evidence)):
            shared.add(value)
    return shared


def _other_article(one: _Evidence, other: _Evidence) -> bool:
    """Whether two items of one guid are two articles: other titles, and links that differ or say nothing."""
    return one.title != other.title and (one.link != other.link or not one.deep)


def _other_page(one: _Evidence, other: _Evidence) -> bool:
    """Whether two items of one link are two articles: other titles, no common guid, no number in the link."""
    return not one.numbered and one.title != other.title and (one.guid != other.guid or not one.guid)


def _short(key: str) -> str:
    return key if len(key) <= MAX_KEY else f"{key[: MAX_KEY - 33]}~{_hash(key)}"


def _digest(kind: str, *parts: str) -> str:
    return f"{kind}:{_hash(chr(31).join(parts))}"


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
