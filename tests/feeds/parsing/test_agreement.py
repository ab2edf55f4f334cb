"""Both readers say the same of every well-formed document."""

from dataclasses import fields

import pytest

from bot.domain.models import ParsedFeed, ParsedItem
from bot.feeds.parsing.document import clean_document, read_well_formed
from bot.feeds.parsing.finish import finish_feed
from bot.feeds.parsing.tolerant import read_tolerantly
from tests.support import feed_documents as documents


def both(text: str) -> tuple[ParsedFeed, ParsedFeed]:
    document = clean_document(text.encode(), "")
    fast = read_well_formed(document)
    assert fast is not None
    return finish_feed(fast, ""), finish_feed(read_tolerantly(document), "")


@pytest.mark.parametrize("text", documents.ALL, ids=lambda text: text[40:60])
def test_the_readers_agree(text: str) -> None:
    fast, tolerant = both(text)
    assert len(fast.items) == len(tolerant.items)
    for one, other in zip(fast.items, tolerant.items, strict=True):
        for field in fields(ParsedItem):
            assert getattr(one, field.name) == getattr(other, field.name), field.name
    for field in fields(ParsedFeed):
        assert getattr(fast, field.name) == getattr(tolerant, field.name), field.name


def test_there_are_items_to_agree_on() -> None:
    assert sum(len(both(text)[0].items) for text in documents.ALL) > 20
