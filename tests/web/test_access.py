"""Who may read and who may change."""

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from bot.web.access import COOKIE, LASTS, Access, is_local
from tests.support.clock import StoppedClock

TOKEN = "a-token-that-is-long-enough"
CLOCK = StoppedClock()
ACCESS = Access(TOKEN, CLOCK)
CLOSED = Access("", CLOCK)


def request(client: str | None = "127.0.0.1", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    place = (client, 4711) if client else None
    return Request(
        {"type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": raw, "client": place}
    )


def cookie_of(access: Access, scheme: str = "http") -> str:
    response, asked = Response(), request()
    asked.scope.update(scheme=scheme, server=("localhost", 80), query_string=b"")
    access.open(asked, response)
    return response.headers["set-cookie"]


def signed_in(cookie: str) -> Request:
    return request(cookie=cookie.partition(";")[0])


@pytest.mark.parametrize("host", ["localhost", "localhost:8017", "127.0.0.1:8017", "[::1]:8017"])
@pytest.mark.parametrize("client", ["127.0.0.1", "::1", "127.8.0.1"])
def test_a_request_of_this_machine_for_this_machine_is_local(client: str, host: str) -> None:
    assert is_local(request(client, host=host))


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        ("192.0.2.7", {"host": "localhost"}),
        ("127.0.0.1", {"host": "news.example"}),
        ("127.0.0.1", {"host": "192.0.2.1:8017"}),
        ("127.0.0.1", {"host": "localhost", "x_forwarded_for": "192.0.2.7"}),
        ("127.0.0.1", {"host": "localhost", "forwarded": "for=192.0.2.7"}),
        ("127.0.0.1", {"host": "localhost", "x_real_ip": "192.0.2.7"}),
        ("127.0.0.1", {}),
        ("127.0.0.1", {"host": "["}),
        ("nonsense", {"host": "localhost"}),
        (None, {"host": "localhost"}),
    ],
)
def test_a_request_from_elsewhere_or_through_a_proxy_is_not(
    client: str | None, headers: dict[str, str]
) -> None:
    assert not is_local(request(client, **headers))


def test_only_the_token_is_the_token() -> None:
    assert ACCESS.knows(TOKEN)
    assert not ACCESS.knows(TOKEN + " ")
    assert not ACCESS.knows("")
    assert not CLOSED.knows("")
    assert not CLOSED.can_change


def test_a_session_lasts_its_time_and_no_longer() -> None:
    clock = StoppedClock()
    access = Access(TOKEN, clock)
    asked = signed_in(cookie_of(access))
    first = access.session(asked)
    assert first
    clock.advance(LASTS - timedelta(seconds=1))
    assert access.session(asked) == first
    clock.advance(timedelta(seconds=1))
    assert access.session(asked) is None


def test_a_session_survives_a_restart_but_not_a_new_token() -> None:
    asked = signed_in(cookie_of(ACCESS))
    assert Access(TOKEN, CLOCK).session(asked)
    assert Access(TOKEN + "2", CLOCK).session(asked) is None
    assert CLOSED.session(signed_in(cookie_of(CLOSED))) is None


def test_each_session_has_its_own_csrf_token() -> None:
    tokens = {ACCESS.session(signed_in(cookie_of(ACCESS))) for _ in range(5)}
    assert len(tokens) == 5
    assert None not in tokens


def test_a_cookie_is_kept_from_scripts_and_from_plain_http_where_there_is_tls() -> None:
    plain, safe = cookie_of(ACCESS).lower(), cookie_of(ACCESS, "https").lower()
    assert "httponly" in plain
    assert "samesite=lax" in plain
    assert "secure" not in plain
    assert "secure" in safe


@given(st.integers(0, 200), st.characters(codec="ascii", categories=["L", "N"]))
def test_a_cookie_with_one_changed_character_is_worth_nothing(place: int, letter: str) -> None:
    value = COOKIE_VALUE
    place %= len(value)
    forged = value[:place] + letter + value[place + 1 :]
    assert (ACCESS.session(request(cookie=f"{COOKIE}={forged}")) is not None) == (forged == value)


COOKIE_VALUE = cookie_of(ACCESS).partition(";")[0].partition("=")[2]


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0")))
def test_no_cookie_breaks_the_door(value: str) -> None:
    raw = [(b"cookie", f"{COOKIE}={value}".encode("latin-1"))]
    asked = Request({"type": "http", "headers": raw, "client": None})
    assert ACCESS.session(asked) is None


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (f"Bearer {TOKEN}", TOKEN),
        (f"bearer  {TOKEN} ", TOKEN),
        (basic(f"anybody:{TOKEN}"), TOKEN),
        (basic("a:b:c"), "b:c"),
        ("Basic !!!", ""),
        ("Digest x", None),
        ("", None),
    ],
)
def test_a_program_presents_the_token_as_bearer_or_as_password(header: str, token: str | None) -> None:
    assert ACCESS.presented(request(authorization=header)) == token
