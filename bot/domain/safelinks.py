"""Which addresses of feeds may become links or pictures: one judge for all platforms and pages. Pure.

A platform may be stricter or write an address its own way; none is laxer.
"""

import re
from urllib.parse import SplitResult, urlsplit

LONGEST = 2048
_UNSEEN = re.compile(
    r"[\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ud800-\udfff\\]"
)
"""Controls, blanks, marks that turn or hide text, and the backslash that browsers read as a slash."""


def web_parts(url: str) -> SplitResult | None:
    """The parts of an http or https address of some host; None for everything else."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port  # raises for one that is none
    except ValueError:
        return None
    return parts if usable else None


def safe_url(url: str | None, longest: int = LONGEST) -> str | None:
    """The address as it is when it is safe to follow, else None.

    A name or password before the host only serves to make it look like another address.
    """
    if not url or len(url) > longest or _UNSEEN.search(url):
        return None
    parts = web_parts(url)
    return url if parts and parts.username is None and parts.password is None else None
