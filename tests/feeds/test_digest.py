"""Digests: equal bodies have equal ones, in every process; others never."""

from bot.feeds.digest import digest_of


def test_a_digest_is_the_same_in_every_process_and_version() -> None:
    assert digest_of(b"nieuws").hex() == "895b96880a6dfae6fa96f8351c72949c"


def test_bodies_that_differ_in_one_byte_have_different_digests() -> None:
    body = b"<rss>" + b"nieuws " * 10_000 + b"</rss>"
    others = {digest_of(body[:place] + b"!" + body[place + 1 :]) for place in range(0, len(body), 501)}
    assert len(others) == len(range(0, len(body), 501))
    assert digest_of(body) not in others


def test_what_is_missing_at_the_end_counts() -> None:
    bodies = [b"a" * length for length in range(300)]
    assert len({digest_of(body) for body in bodies}) == len(bodies)
