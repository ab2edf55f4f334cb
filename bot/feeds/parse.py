"""`parse_feed`: the bytes of a feed document to `ParsedFeed`. Synchronous, no network, no clock.

Which format it is, is seen from the document; the Content-Type is believed only about the encoding. The
asynchronous way in, with a deadline, is `bot.feeds.parsing.parser`.
"""

from bot.domain.models import ParsedFeed
from bot.feeds.parsing.document import clean_document, read_plain, read_well_formed
from bot.feeds.parsing.finish import finish_feed
from bot.feeds.parsing.tolerant import read_tolerantly


def parse_feed(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """Read a feed document: RSS 0.9 to 2.0, RDF, Atom, JSON Feed, news sitemaps.

    Args:
        body: the document, already decompressed.
        content_type: the Content-Type it came with, "" when unknown.
        url: the address it came from, the base of relative links; "" when unknown.

    Raises:
        FeedUnreadable: when it is not a feed.
        FeedTooLarge: when it is larger than `document.MAX_BYTES`.
    """
    raw = read_plain(body)
    if raw is None:
        document = clean_document(body, content_type)
        raw = read_well_formed(document) or read_tolerantly(document)
    return finish_feed(raw, url)
