"""The endpoint that Telegram calls: only with the secret, within limits, and 200 only for what was kept."""

import httpx
import pytest
from starlette.applications import Starlette

from bot.web.webhook import MAX_UPDATE_BYTES, SECRET_HEADER, telegram_webhook

GENUINE = {SECRET_HEADER: "geheim"}


def client(taken: list[object], *, keeps: bool = True) -> httpx.AsyncClient:
    async def take(update: object) -> bool:
        taken.append(update)
        return keeps

    app = Starlette(routes=[telegram_webhook("/hook", lambda header: header == "geheim", take)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://heraut.example")


async def test_what_was_kept_is_acknowledged() -> None:
    taken: list[object] = []
    answer = await client(taken).post("/hook", json={"update_id": 7}, headers=GENUINE)
    assert (answer.status_code, taken) == (200, [{"update_id": 7}])


async def test_what_could_not_be_kept_is_to_be_brought_again() -> None:
    answer = await client([], keeps=False).post("/hook", json={"update_id": 7}, headers=GENUINE)
    assert answer.status_code == 503


@pytest.mark.parametrize("headers", [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: "geheimer"}])
async def test_who_has_not_the_secret_is_refused_unread(headers: dict[str, str]) -> None:
    taken: list[object] = []
    answer = await client(taken).post("/hook", content=b"[" * 10, headers=headers)
    assert (answer.status_code, taken) == (403, [])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe\x00", 400),
        (b"[" * 100_000, 400),
        (b"9" * 10_000, 400),
        (b" " * (MAX_UPDATE_BYTES + 1), 413),
    ],
)
async def test_garbage_is_refused_and_never_kept(body: bytes, status: int) -> None:
    taken: list[object] = []
    answer = await client(taken).post("/hook", content=body, headers=GENUINE)
    assert (answer.status_code, taken) == (status, [])


async def test_nothing_can_be_read_there() -> None:
    assert (await client([]).get("/hook", headers=GENUINE)).status_code == 405
