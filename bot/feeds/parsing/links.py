"""Addresses as feeds write them to absolute web addresses."""

from urllib.parse import urljoin, urlsplit

MAX_URL = 8_000
_WEB = ("https://", "http://")


def web_url(link: str, base: str) -> str:
    """An absolute http(s) address, or "" when the link is none.

    Without a base, a relative link stays what it is: better than nothing for somebody who reads a file.
    """
    link = "".join(link.split()) if "\n" in link else link.strip()
    if not link or len(link) > MAX_URL:
        return ""
    if link.startswith(_WEB):
        return link
    try:
        if base.startswith(_WEB):
            link = urljoin(base, link)
        return link if urlsplit(link).scheme in {"http", "https", ""} else ""
    except ValueError:
        return ""
