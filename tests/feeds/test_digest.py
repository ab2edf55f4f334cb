"""Digests: equal bodies have equal ones, in every process; others never."""

import hashlib

from bot.feeds import digest
from bot.feeds.digest import BodyDigests

URL = "https://krant.example/rss"


def test_a_digest_is_the_same_in_every_process() -> None:
    expected = hashlib.sha256(b"nieuws").digest()[:16]
    assert BodyDigests().of(URL, b"nieuws", None) == expected
    assert BodyDigests().of(URL, b"nieuws", expected) == expected


def test_an_equal_body_has_the_digest_of_the_one_before() -> None:
    digests = BodyDigests()
    first = digests.of(URL, b"nieuws", None)
    assert digests.of(URL, bytes(bytearray(b"nieuws")), first) == first


def test_another_body_has_another_digest() -> None:
    digests = BodyDigests()
    first = digests.of(URL, b"nieuws", None)
    second = digests.of(URL, b"ander nieuws", first)
    assert second != first
    assert digests.of(URL, b"nieuws", second) == first


def test_what_another_worker_stored_meanwhile_is_not_taken_for_ours() -> None:
    digests = BodyDigests()
    first = digests.of(URL, b"nieuws", None)
    assert digests.of(URL, b"nieuws", b"of another worker") == first


def test_two_feeds_with_one_body_do_not_disturb_each_other() -> None:
    digests = BodyDigests()
    one, other = digests.of(URL, b"leeg", None), digests.of(f"{URL}/2", b"leeg", None)
    assert one == other
    assert digests.of(URL, b"vol", one) != other


def test_memory_is_bounded() -> None:
    digests = BodyDigests()
    for number in range(digest._MOST + 10):
        digests.of(f"{URL}/{number}", b"nieuws", None)
    assert len(digests._seen) <= digest._MOST
