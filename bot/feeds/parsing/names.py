"""Names of XML elements: a namespace's address to the prefix that is usual for it.

Feeds get addresses wrong, so an unknown address leaves the prefix that the document itself uses, and an
unknown default namespace leaves none. This is feedparser's rule, and both readers must agree.
"""

from functools import lru_cache

_PLAIN = (
    "http://backend.userland.com/rss", "http://blogs.law.harvard.edu/tech/rss", "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/", "http://example.com/newformat#", "http://example.com/necho",
    "http://purl.org/echo/", "uri/of/echo/namespace#", "http://purl.org/pie/", "http://purl.org/atom/ns#",
    "http://www.w3.org/2005/atom", "http://purl.org/rss/1.0/modules/rss091#",
)  # fmt: skip
_PREFIXES = {
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/xml/1998/namespace": "xml",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "sitemap",
    "http://www.google.com/schemas/sitemap/0.84": "sitemap",
    "http://www.google.com/schemas/sitemap/0.90": "sitemap",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.google.com/schemas/sitemap-image/1.1": "image",
} | dict.fromkeys(_PLAIN, "")


@lru_cache(maxsize=4_096)
def usual_name(tag: str, prefix: str | None) -> str:
    """An element's name in lower case with the usual prefix: `title`, `dc:date`, `media:content`.

    Args:
        tag: as lxml writes it, `{namespace}name`.
        prefix: the document's own prefix.
    """
    namespace, _, local = tag.rpartition("}")
    namespace = namespace[1:].lower()
    if "backend.userland.com/rss" in namespace:
        namespace = _PLAIN[0]
    usual = _PREFIXES.get(namespace, prefix or "") if namespace else ""
    return f"{usual}:{local}".lower() if usual else local.lower()
