"""Where items may stand that fell out of a feed's window between two polls. It must not fetch them."""

from dataclasses import replace
from urllib.parse import urlsplit

from bot.domain.models import FeedSpec, Fetched, ParsedFeed
from bot.errors import Phrase
from bot.feeds.paging import older_page


def further_documents(spec: FeedSpec, fetched: Fetched, parsed: ParsedFeed) -> list[tuple[str, FeedSpec]]:
    """The feed's older page, then the backup an editor named: what each is, and how to ask for it.

    Args:
        spec: the feed.
        fetched: the poll that did not overlap the one before.
        parsed: what it held.
    """
    older = parsed.next_page or older_page(fetched.body or b"", fetched.url)
    addresses = ((Phrase("its older page"), older), (Phrase("its backup"), spec.backup))
    return [(what, _at(spec, address)) for what, address in addresses if address]


def _at(spec: FeedSpec, address: str) -> FeedSpec:
    """The same feed at another address. Its headers may hold a login, which stays with its own host."""
    parts, own = urlsplit(address), urlsplit(spec.url)
    same = (parts.scheme, parts.hostname, parts.port) == (own.scheme, own.hostname, own.port)
    return replace(spec, url=address, headers=spec.headers if same else {})
