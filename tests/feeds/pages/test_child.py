"""The page reader process, without the process: questions in, answers out."""

import io

import pytest

from bot.feeds.pages import child
from bot.feeds.pages.child import answer, ask, understand
from bot.feeds.pages.extract import Article, read_article
from bot.feeds.parsing.child import serve
from bot.feeds.parsing.exchange import LENGTH_BYTES, framed
from tests.support.webpages import page, paragraphs


def test_an_answer_says_what_was_read() -> None:
    body = page(paragraphs())
    assert understand(answer(ask(body, "text/html"))) == read_article(body)


def test_many_pages_are_answered_in_order() -> None:
    bodies = [page("<p>Het water bij Wessem zakt sinds de ochtend weer.</p>"), b"", page(paragraphs())]
    sink = io.BytesIO()
    serve(io.BytesIO(b"".join(framed(ask(body, "a\nb")) for body in bodies)), sink, answer)
    sink.seek(0)
    for body in bodies:
        assert understand(sink.read(int.from_bytes(sink.read(LENGTH_BYTES)))) == read_article(body)


def test_a_page_that_trips_the_reader_is_a_page_without_an_article(monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(body: bytes, content_type: str) -> Article:
        raise RecursionError

    monkeypatch.setattr(child, "read_article", trip)
    assert understand(answer(ask(b"<p>x", ""))) == Article("")
