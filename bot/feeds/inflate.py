"""Opens bodies that are gzip files in themselves (``sitemap.xml.gz``), within a limit."""

import zlib

from bot.errors import FeedTooLarge, FeedUnreadable

_MAGIC = b"\x1f\x8b\x08"
MOST_MEMBERS = 200
_GZIP = zlib.MAX_WBITS | 16


def is_gzip(body: bytes) -> bool:
    """Whether a body starts like a gzip file."""
    return body.startswith(_MAGIC)


def gunzip(body: bytes, limit: int) -> bytes:
    """What is inside a gzip file; its members, of which programs that pack in parallel make many, in one.

    Args:
        body: the file.
        limit: most bytes it may hold.

    Raises:
        FeedTooLarge: there is more in it.
        FeedUnreadable: it is damaged or cut off.
    """
    members: list[bytes] = []
    left = limit
    while not members or is_gzip(body):
        if len(members) == MOST_MEMBERS:
            raise FeedTooLarge(f"more than {MOST_MEMBERS} parts in a gzip file")
        stream = zlib.decompressobj(_GZIP)
        try:
            inside = stream.decompress(body, left + 1)
        except zlib.error as error:
            raise FeedUnreadable("the gzip file is damaged") from error
        left -= len(inside)
        if left < 0:
            raise FeedTooLarge(f"more than {limit} bytes")
        if not stream.eof:
            raise FeedUnreadable("the gzip file is cut off")
        members.append(inside)
        body = stream.unused_data
    return b"".join(members)
