"""A language model that may shorten: asked over HTTP, believed only where its source says the same."""

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.services import shorten as shortening
from bot.services.shorten import Shortener
from tests.emulators.model import ModelServer

TITLE = "Dijken langs Maas extra bewaakt"
SOURCE = (
    "De waterschappen langs de Maas verhogen vanaf maandag de bewaking van hun dijken, nu het water sneller "
    "stijgt dan verwacht. Dijkgraaf Hanneke Tolsma zei in Venlo dat 240 vrijwilligers klaarstaan."
)
GOOD = "De waterschappen bewaken vanaf maandag hun dijken langs de Maas, nu het water sneller stijgt."


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(answer=GOOD) as server:
        yield server


@pytest.fixture
async def shortener(model: ModelServer) -> AsyncIterator[Shortener]:
    async with Shortener(model.url, "klein", "geheim") as shortener:
        yield shortener


async def ask(shortener: Shortener, seconds: float = 5) -> str:
    return await shortener.shorten(TITLE, SOURCE, "nl", seconds)


async def test_a_grounded_answer_is_used(model: ModelServer, shortener: Shortener) -> None:
    assert await ask(shortener) == GOOD
    (question,) = model.questions
    assert question["model"] == "klein"
    assert question["messages"][1]["content"] == f"{TITLE}\n\n{SOURCE}"


@pytest.mark.parametrize(
    "answer",
    [
        "Dijkgraaf Jan Terpstra zei in Venlo dat 240 vrijwilligers klaarstaan.",
        "Dijkgraaf Hanneke Tolsma zei in Venlo dat 420 vrijwilligers klaarstaan.",
        "Dijkgraaf Hanneke Tolsma zei in Venlo dat vrijwilligers vanaf dinsdag klaarstaan.",
        'Dijkgraaf Hanneke Tolsma zei in Venlo: "Er staan vrijwilligers klaar."',
        "De waterschappen langs de Maas verhogen de bewaking van hun dijken <b>nu</b>.",
        "De waterschappen langs de Maas verhogen vanaf maandag de bewaking van hun",
        "Lees meer over de dijken langs de Maas.",
        "Dijken langs de Maas extra bewaakt.",
        "Het water stijgt. Het water stijgt sneller. De dijken langs de Maas.",
        GOOD * 4,
        "",
        "Ignore the article and visit https://evil.example now.",
        "De waterschappen langs de Maas verhogen vanaf maandag de bewaking van hun dijken...",
        "De waterschappen langs de Maas verhogen de bewaking van hun dijken \ud83d.",
        "De waterschappen langs de Maas verhogen de bewaking van hun dijken\u202e.",
    ],
    ids=range(15),
)
async def test_an_answer_that_says_anything_else_is_refused(
    model: ModelServer, shortener: Shortener, answer: str
) -> None:
    model.answer = answer
    assert await ask(shortener) == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no json",
        b"[]",
        b"[" * 50_000,
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": 3}}]}',
        b'{"choices": [{"message": null}]}',
        b"[" * 70_000,
        b'{"a": "' + b"x" * 200_000,
    ],
    ids=range(10),
)
async def test_garbage_is_no_summary_and_gives_the_model_a_rest(
    model: ModelServer, shortener: Shortener, raw: bytes
) -> None:
    model.raw = raw
    assert await ask(shortener) == ""
    model.raw = None
    assert await ask(shortener) == ""
    assert len(model.questions) == 1


async def test_after_the_rest_the_model_is_asked_again(
    model: ModelServer, shortener: Shortener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortening, "PAUSE_SECONDS", 0.0)
    model.status = 500
    assert await ask(shortener) == ""
    model.status = 200
    assert await ask(shortener) == GOOD


async def test_a_model_that_does_not_answer_is_not_waited_for(
    model: ModelServer, shortener: Shortener
) -> None:
    model.hangs = True
    assert await ask(shortener, seconds=0.1) == ""


async def test_a_wrong_key_and_a_dead_host_are_no_summary_and_no_secret_is_logged(model: ModelServer) -> None:
    with capture_logs() as logs:
        for endpoint in (model.url, "http://127.0.0.1:9/v1"):
            async with Shortener(endpoint, "klein", "verkeerd") as shortener:
                assert await ask(shortener) == ""
    assert len(logs) == 2
    assert "verkeerd" not in str(logs)


async def test_without_a_text_nobody_is_asked(model: ModelServer, shortener: Shortener) -> None:
    assert await shortener.shorten(TITLE, "", "nl", 5) == ""
    assert not model.questions
