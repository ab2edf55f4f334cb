"""What a request carries along a chain of redirects."""

import pytest

from bot.errors import FeedUnreachable
from bot.feeds.trail import Trail

SECRET = {"Cookie": "abo=1", "X-Token": "t", "User-Agent": "Heraut", "Accept": "text/xml"}


def start(address: str = "https://editor:geheim@krant.example/feed#top") -> Trail:
    return Trail.start(address, SECRET)


def test_the_login_travels_as_a_header_and_not_in_the_url() -> None:
    trail = start()
    assert str(trail.url) == "https://krant.example/feed"
    assert trail.to_send()["Authorization"] == "Basic ZWRpdG9yOmdlaGVpbQ=="
    assert trail.to_send()["Cookie"] == "abo=1"


def test_a_header_of_the_feed_wins_over_the_login_in_its_address() -> None:
    trail = Trail.start("https://a:b@krant.example/", {"authorization": "Bearer x"})
    sent = [(name.lower(), value) for name, value in trail.to_send().items()]
    assert [value for name, value in sent if name == "authorization"] == ["Bearer x"]


@pytest.mark.parametrize(
    ("first", "location", "trusted"),
    [
        ("https://a:b@krant.example/feed", "/elders", True),
        ("https://a:b@krant.example/feed", "https://krant.example:443/elders", True),
        ("http://a:b@krant.example/feed", "https://krant.example/feed", True),
        ("https://a:b@krant.example/feed", "http://krant.example/feed", False),
        ("https://a:b@krant.example/feed", "https://krant.example:8443/feed", False),
        ("https://a:b@krant.example/feed", "https://www.krant.example/feed", False),
        ("http://a:b@krant.example/feed", "https://krant.example.evil.example/feed", False),
    ],
)
def test_secrets_stay_with_the_host_they_were_meant_for(first: str, location: str, trusted: bool) -> None:
    sent = Trail.start(first, SECRET).next(302, location).to_send()
    assert ("Authorization" in sent, "Cookie" in sent, "X-Token" in sent) == (trusted, trusted, trusted)
    assert (sent["User-Agent"], sent["Accept"]) == ("Heraut", "text/xml")


def test_secrets_that_were_left_behind_do_not_come_back() -> None:
    away = start().next(302, "https://elders.example/")
    home = away.next(302, "https://krant.example/terug")
    assert "Authorization" not in home.to_send()
    assert "Cookie" not in home.to_send()


def test_a_login_in_a_redirect_is_not_used() -> None:
    trail = Trail.start("https://krant.example/", {}).next(302, "https://a:b@krant.example/feed")
    assert str(trail.url) == "https://krant.example/feed"
    assert "Authorization" not in trail.to_send()


def test_only_permanent_redirects_from_the_first_on_are_remembered() -> None:
    first = Trail.start("http://krant.example/", {})
    assert first.new_address is None
    second = first.next(301, "https://krant.example/")
    third = second.next(302, "https://krant.example/nu")
    fourth = third.next(308, "https://krant.example/later")
    addresses = [trail.new_address for trail in (second, third, fourth)]
    assert addresses == ["https://krant.example/"] * 3


def test_the_new_address_keeps_its_login_only_where_it_may_go() -> None:
    assert start().next(301, "/nieuw").new_address == "https://editor:geheim@krant.example/nieuw"
    assert start().next(301, "https://elders.example/").new_address == "https://elders.example/"


@pytest.mark.parametrize("location", [None, "", "http://[", "https://krant.example:99999/"])
def test_a_redirect_to_nowhere_is_an_error(location: str | None) -> None:
    with pytest.raises(FeedUnreachable):
        start().next(302, location)


def test_a_circle_is_an_error() -> None:
    with pytest.raises(FeedUnreachable, match="circle"):
        start().next(302, "/b").next(302, "/feed#again")
