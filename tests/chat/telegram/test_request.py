from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from telegram import InputFile
from telegram.error import NetworkError, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.chat.telegram import request as module
from bot.chat.telegram.request import AiohttpRequest, NotSent, ServerFault


class Site:
    """A server that answers as it is told and remembers what it was sent."""

    def __init__(self) -> None:
        self.answer = web.Response(text='{"ok": true, "result": 7}')
        self.fields: dict[str, object] = {}
        self.headers: dict[str, str] = {}
        self.cut = False

    async def handle(self, request: web.Request) -> web.Response:
        self.fields = dict(await request.post())
        self.headers = dict(request.headers)
        if self.cut and request.transport:
            request.transport.abort()
        return self.answer


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def url(site: Site) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/", site.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[AiohttpRequest]:
    client = AiohttpRequest(read_timeout=5, connect_timeout=0.3)
    await client.initialize()
    yield client
    await client.shutdown()


async def test_parameters_arrive_as_form_fields(client: AiohttpRequest, site: Site, url: str) -> None:
    data = RequestData(
        [RequestParameter.from_input("text", "a&b=é"), RequestParameter.from_input("ids", [1, 2])]
    )
    assert await client.post(url, data) == 7
    assert site.fields == {"text": "a&b=é", "ids": "[1, 2]"}
    assert "python-telegram-bot" in site.headers["User-Agent"]


async def test_files_arrive_as_multipart(client: AiohttpRequest, site: Site, url: str) -> None:
    photo = RequestParameter.from_input("photo", InputFile(b"PNG...", filename="grafiek.png"))
    assert await client.post(url, RequestData([RequestParameter.from_input("chat_id", 5), photo])) == 7
    sent = [field for field in site.fields.values() if isinstance(field, web.FileField)]
    assert [(field.filename, field.content_type) for field in sent] == [("grafiek.png", "image/png")]
    assert site.fields["chat_id"] == "5"


async def test_a_redirect_is_not_followed(client: AiohttpRequest, site: Site, url: str) -> None:
    site.answer = web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"})
    with pytest.raises(NetworkError):
        await client.post(url)


async def test_no_connection_means_not_sent(client: AiohttpRequest) -> None:
    for nowhere in ("http://127.0.0.1:1/", "http://bestaat-niet.invalid/"):
        with pytest.raises(NotSent):
            await client.post(nowhere)


async def test_before_it_is_opened_and_after_it_is_closed_nothing_is_sent(url: str) -> None:
    client = AiohttpRequest()
    with pytest.raises(NotSent):
        await client.post(url)
    await client.initialize()
    assert await client.post(url) == 7
    await client.shutdown()
    await client.shutdown()
    with pytest.raises(NotSent):
        await client.post(url)


async def test_a_lost_answer_is_told_apart_from_one_that_is_late(
    client: AiohttpRequest, site: Site, url: str
) -> None:
    site.cut = True
    with pytest.raises(NetworkError) as lost:
        await client.post(url)
    assert not isinstance(lost.value, NotSent | TimedOut | ServerFault)


async def test_a_faulty_server_is_told_with_its_status(client: AiohttpRequest, site: Site, url: str) -> None:
    site.answer = web.Response(status=503, text="<html>")
    with pytest.raises(ServerFault) as fault:
        await client.post(url)
    assert fault.value.status == 503


@pytest.mark.parametrize("body", ["", "<html>", "[]", "7", '{"ok": tru'])
async def test_an_answer_that_is_no_json_object_is_an_error(
    client: AiohttpRequest, site: Site, url: str, body: str
) -> None:
    site.answer = web.Response(text=body)
    with pytest.raises(NetworkError):
        await client.post(url)


async def test_a_huge_answer_is_not_read_to_its_end(
    client: AiohttpRequest, site: Site, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST_ANSWER", 1000)
    site.answer = web.Response(text="x" * 100_000)
    with pytest.raises(NetworkError, match="too large"):
        await client.post(url)


async def test_the_address_is_in_no_error(client: AiohttpRequest, site: Site, url: str) -> None:
    site.cut = True
    for secret in (f"{url}?bot123:GEHEIM", "http://127.0.0.1:1/bot123:GEHEIM"):
        with pytest.raises(NetworkError) as error:
            await client.post(secret)
        assert "GEHEIM" not in str(error.value)
        assert error.value.__cause__ is None
