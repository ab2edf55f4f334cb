"""Which of the pictures that come with an item is shown with it."""

import re

_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|[?#])", re.I)


class Images:
    """Gathers an item's pictures, by how the feed gives them."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: list[tuple[int, str]] = []

    def media(self, url: str, kind: str, medium: str, width: str) -> None:
        """A `media:content` element (https://www.rssboard.org/media-rss#media-content)."""
        if url and _is_image(url, kind, medium):
            self._found.append((-int(width) if width.isdecimal() and len(width) < 6 else 0, url))

    def enclosure(self, url: str, kind: str) -> None:
        """An enclosure of any type."""
        if url and _is_image(url, kind, ""):
            self._found.append((1, url))

    def thumbnail(self, url: str) -> None:
        """A `media:thumbnail` element."""
        self._found.append((2, url))

    def other(self, url: str) -> None:
        """A picture given in another way."""
        self._found.append((3, url))

    def best(self) -> list[str]:
        """All of them, the best first: the widest medium, enclosures, then thumbnails."""
        return [url for _, url in sorted(self._found, key=lambda found: found[0])]


def _is_image(url: str, kind: str, medium: str) -> bool:
    if medium or kind:
        return medium == "image" or kind.startswith("image/")
    return bool(_IMAGE_FILE.search(url))
