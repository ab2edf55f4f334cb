"""Who may read and who may change."""

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select
from starlette.requests import Request
from starlette.responses import Response

from bot.store.database import Database
from bot.store.schema import web_sessions
from bot.web.access import COOKIE, LASTS, Access, Login, is_local
from tests.support.clock import StoppedClock
from tests.support.databases import prepare

pytestmark = pytest.mark.slow

TOKEN = "a-token-that-is-long-enough"
PASSWORD = "vier woorden op een rij"
LOGIN = Login("anna", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD))


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = await prepare(Database(f"sqlite+aiosqlite:///{tmp_path}/heraut.sqlite3"))
    yield made
    await made.close()


@pytest.fixture
def access(database: Database, clock: StoppedClock) -> Access:
    return Access(database, clock, token=TOKEN, login=LOGIN)


def request(client: str | None = "127.0.0.1", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    place = (client, 4711) if client else None
    return Request(
        {"type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": raw, "client": place}
    )


async def cookie_of(access: Access, scheme: str = "http", old: str = "", **headers: str) -> str:
    response, asked = Response(), request(cookie=old, **headers)
    asked.scope.update(scheme=scheme, server=("localhost", 80), query_string=b"")
    await access.open(asked, response)
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


async def test_only_the_token_is_the_token(access: Access, database: Database, clock: StoppedClock) -> None:
    closed = Access(database, clock)
    assert access.knows(TOKEN)
    assert not access.knows(TOKEN + " ")
    assert not access.knows("")
    assert not closed.knows("")
    assert not closed.can_change


async def test_only_name_and_password_together_are_admitted(access: Access) -> None:
    assert await access.admits("anna", PASSWORD)
    for name, password in (
        ("anna", PASSWORD + " "),
        ("anna", ""),
        ("Anna", PASSWORD),
        ("", PASSWORD),
        ("anna", PASSWORD * 100),
        ("\ud800", "\ud800"),
    ):
        assert not await access.admits(name, password)


async def test_nobody_is_admitted_where_there_is_no_login(database: Database, clock: StoppedClock) -> None:
    assert not await Access(database, clock, token=TOKEN).admits("", "")
    broken = Access(database, clock, login=Login("anna", "$argon2id$broken"))
    assert not await broken.admits("anna", PASSWORD)


async def test_a_session_lasts_its_time_and_no_longer(access: Access, clock: StoppedClock) -> None:
    asked = signed_in(await cookie_of(access))
    first = await access.recognise(asked)
    assert first
    assert access.session(asked) == first
    clock.advance(LASTS - timedelta(seconds=1))
    assert await access.recognise(asked) == first
    clock.advance(timedelta(seconds=1))
    assert await access.recognise(asked) is None
    assert access.session(asked) is None


async def test_a_session_from_the_future_is_none(access: Access, clock: StoppedClock) -> None:
    asked = signed_in(await cookie_of(access))
    clock.advance(timedelta(minutes=-2))
    assert await access.recognise(asked) is None


async def test_signing_out_ends_a_session_for_copies_of_its_cookie_too(access: Access) -> None:
    cookie = await cookie_of(access)
    other = signed_in(await cookie_of(access))
    await access.close(signed_in(cookie), Response())
    assert await access.recognise(signed_in(cookie)) is None
    assert await access.recognise(other)


async def test_signing_in_again_ends_the_session_before(access: Access) -> None:
    first = await cookie_of(access)
    second = await cookie_of(access, old=first.partition(";")[0])
    assert await access.recognise(signed_in(first)) is None
    assert await access.recognise(signed_in(second))


async def test_nobody_can_choose_the_session_that_another_signs_in_with(access: Access) -> None:
    planted = f"{COOKIE}=1772452800.planted.planted"
    cookie = await cookie_of(access, old=planted)
    assert "planted" not in cookie


async def test_sessions_that_have_ended_are_forgotten(
    access: Access, database: Database, clock: StoppedClock
) -> None:
    for _ in range(3):
        await cookie_of(access)
        clock.advance(LASTS)
    async with database.read() as tx:
        assert len((await tx.execute(select(web_sessions))).all()) == 1


async def test_a_session_survives_a_restart_but_no_other_token_or_password(
    access: Access, database: Database, clock: StoppedClock
) -> None:
    asked = signed_in(await cookie_of(access))
    assert await Access(database, clock, token=TOKEN, login=LOGIN).recognise(asked)
    others = (
        Access(database, clock, token=TOKEN + "2", login=LOGIN),
        Access(database, clock, token=TOKEN),
        Access(database, clock, token=TOKEN, login=Login("anna", LOGIN.password_hash + "x")),
        Access(database, clock),
    )
    for other in others:
        assert await other.recognise(asked) is None


async def test_a_cookie_without_a_row_is_worth_nothing(access: Access, database: Database) -> None:
    asked = signed_in(await cookie_of(access))
    async with database.write() as tx:
        await tx.execute(delete(web_sessions))
    assert await access.recognise(asked) is None


async def test_each_session_has_its_own_csrf_token(access: Access) -> None:
    tokens = {await access.recognise(signed_in(await cookie_of(access))) for _ in range(5)}
    assert len(tokens) == 5
    assert None not in tokens


async def test_a_cookie_is_kept_from_scripts_and_from_plain_http_where_there_is_tls(access: Access) -> None:
    plain, safe = (await cookie_of(access)).lower(), (await cookie_of(access, "https")).lower()
    assert "httponly" in plain
    assert "samesite=lax" in plain
    assert "secure" not in plain
    assert "secure" in safe
    assert "secure" in (await cookie_of(access, x_forwarded_proto="https")).lower()


async def test_a_cookie_with_any_one_character_changed_is_worth_nothing(access: Access) -> None:
    value = (await cookie_of(access)).partition(";")[0].partition("=")[2]
    assert await access.recognise(request(cookie=f"{COOKIE}={value}"))
    for place, letter in enumerate(value):
        forged = value[:place] + ("a" if letter != "a" else "b") + value[place + 1 :]
        # The last character of the signature carries two bits that say nothing.
        if (
            base64.urlsafe_b64decode(forged.rpartition(".")[2] + "=")
            != base64.urlsafe_b64decode(value.rpartition(".")[2] + "=")
            or forged.rpartition(".")[0] != value.rpartition(".")[0]
        ):
            assert await access.recognise(request(cookie=f"{COOKIE}={forged}")) is None


@pytest.mark.parametrize(
    "value", ["", ".", "..", "x", "1.2.3", "é.ü.ß", "9" * 400, "-1.a.b", "1e9.a.b", '"quoted"', "a=b=c; d=e"]
)
async def test_garbage_in_the_cookie_is_no_session(access: Access, value: str) -> None:
    raw = [(b"cookie", f"{COOKIE}={value}".encode("latin-1"))]
    asked = Request({"type": "http", "headers": raw, "client": None})
    assert await access.recognise(asked) is None


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0")))
def test_no_cookie_is_taken_for_one_of_ours(value: str) -> None:
    raw = [(b"cookie", f"{COOKIE}={value}".encode("latin-1"))]
    asked = Request({"type": "http", "headers": raw, "client": None})
    assert KEYED._signed(asked) is None


KEYED = Access(Database("sqlite+aiosqlite://"), StoppedClock(), token=TOKEN)
"""Without tables: a signature is judged before the database is asked."""


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
    assert KEYED.presented(request(authorization=header)) == token


def test_an_owner_is_at_this_machine_or_has_the_token() -> None:
    assert KEYED.is_owner(request(host="localhost"))
    assert KEYED.is_owner(request("192.0.2.7", host="heraut.example", authorization=f"Bearer {TOKEN}"))
    assert not KEYED.is_owner(request("192.0.2.7", host="heraut.example"))
    assert not KEYED.is_owner(request(host="localhost", x_forwarded_for="192.0.2.7"))
    assert not KEYED.is_owner(request(host="localhost", via="1.1 proxy", authorization="Bearer wrong"))


async def test_an_owner_is_who_signed_in_wherever_they_are(access: Access) -> None:
    cookie = (await cookie_of(access)).partition(";")[0]
    asked = request("192.0.2.7", host="heraut.example", cookie=cookie)
    assert not access.is_owner(asked)
    await access.recognise(asked)
    assert access.is_owner(asked)
