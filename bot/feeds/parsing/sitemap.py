"""Google news sitemaps (https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap).

A plain sitemap is a list of pages and no news; it is refused.
"""

from bot.errors import FeedUnreadable
from bot.feeds.parsing.dates import read_date
from bot.feeds.parsing.raw import MAX_ITEMS, RawFeed, RawItem
from bot.feeds.parsing.xml import Element, name_of, text_of

_ROOTS = frozenset({"urlset", "sitemap:urlset"})
_INDEXES = frozenset({"sitemapindex", "sitemap:sitemapindex"})


def read_sitemap(root: Element) -> RawFeed | None:
    """Read a tree that is a news sitemap; None when it is no sitemap at all.

    Raises:
        FeedUnreadable: when it is a sitemap without news, or an index of sitemaps.
    """
    kind = name_of(root)
    if kind in _INDEXES:
        raise FeedUnreadable("the document lists sitemaps; give the address of its news sitemap")
    if kind not in _ROOTS:
        return None
    found = [_fields(page) for page in root]
    items = [_item(fields) for fields in found if "news:title" in fields][:MAX_ITEMS]
    if found and not items:
        raise FeedUnreadable("the document is a sitemap without news")
    names = [fields.get("news:name", "") for fields in found]
    return RawFeed(
        title=names[0] if names else "",
        language=found[0].get("news:language") if found else None,
        items=items,
    )


def _fields(page: Element) -> dict[str, str]:
    """The simple elements of a page by name, at any depth; of several the first."""
    fields: dict[str, str] = {}
    for element in page:
        if len(element):
            fields = _fields(element) | fields
        else:
            fields.setdefault(_local(name_of(element)), text_of(element))
    return fields


def _local(name: str) -> str:
    return name.removeprefix("sitemap:")


def _item(fields: dict[str, str]) -> RawItem:
    return RawItem(
        guid="",
        link=fields.get("loc", ""),
        title=fields["news:title"],
        published=read_date(fields.get("news:publication_date")),
        updated=read_date(fields.get("lastmod")),
        categories=fields.get("news:keywords", "").split(","),
        language=fields.get("news:language"),
        images=[fields.get("image:loc", "")],
    )
