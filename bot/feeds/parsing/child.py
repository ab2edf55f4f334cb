"""The reader process (`python -m bot.feeds.parsing.child`): documents on its input, feeds on its output.

It lives for many documents, has no secrets and no network in use, and a bound on its memory; whoever started
it may kill it at any time.
"""

import sys
from collections.abc import Callable
from typing import IO

from bot.errors import FeedError
from bot.feeds.parsing.exchange import LENGTH_BYTES, framed, pack
from bot.feeds.parsing.tolerant import read_tolerantly

MEMORY_BYTES = 1024**3


def serve(source: IO[bytes], sink: IO[bytes], answer: Callable[[bytes], bytes] | None = None) -> None:
    """Answer every frame of `source` on `sink`, until it ends. Without `answer`, documents are feeds."""
    answer = answer or _answer
    while length := source.read(LENGTH_BYTES):
        document = source.read(int.from_bytes(length))
        sink.write(framed(answer(document)))
        sink.flush()


def _answer(document: bytes) -> bytes:
    try:
        return pack(read_tolerantly(document))
    except FeedError as error:
        return pack(None, error.reason)
    except Exception as error:  # noqa: BLE001  whatever feedparser trips over is the document's fault
        return pack(None, f"the document cannot be read ({type(error).__name__})")


def bound_memory() -> None:
    """Let this process have no more than `MEMORY_BYTES`."""
    try:
        import resource  # absent outside Unix
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    bound_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer)
