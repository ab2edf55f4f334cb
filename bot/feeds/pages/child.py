"""The page reader process (`python -m bot.feeds.pages.child`): web pages in, articles out.

As with feeds, a page made to that end can occupy a reader for hours, so it runs where it can be killed.
"""

import json
import sys
from dataclasses import asdict

from bot.feeds.pages.extract import Article, read_article
from bot.feeds.parsing.child import bound_memory, serve


def ask(body: bytes, content_type: str) -> bytes:
    """A question for the process."""
    return content_type.encode("utf-8", "replace").replace(b"\n", b" ") + b"\n" + body


def answer(question: bytes) -> bytes:
    """What the process answers to a question."""
    content_type, _, body = question.partition(b"\n")
    try:
        article = read_article(body, content_type.decode("utf-8", "replace"))
    except Exception:  # noqa: BLE001  whatever a library trips over is the page's fault
        article = Article("")
    return json.dumps(asdict(article)).encode()


def understand(reply: bytes) -> Article:
    """The article in an answer."""
    return Article(**json.loads(reply))


if __name__ == "__main__":
    bound_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer, answer)
