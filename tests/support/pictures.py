"""A small picture for tests, and a message that carries it."""

import binascii
import struct
import zlib

from bot.domain.messages import Message, Picture

ALT = "NAVO: 12 berichten in 7 dagen."


def png(width: int = 3, height: int = 2) -> bytes:
    """A grey PNG file."""
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", binascii.crc32(name + data))


def with_picture(data: bytes | None = None, text: str = "De NAVO in het nieuws") -> Message:
    """A message with a chart."""
    return Message(
        lines=((text,),), picture=Picture(png() if data is None else data, "trend.png", ALT), language="nl"
    )
