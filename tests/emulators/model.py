"""A language model behind an OpenAI-compatible interface, on loopback: it says what tests make it say.

It is as strict as such servers are: another path, method, key or shape of a question is an error.
"""

import asyncio
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web


@dataclass(slots=True)
class ModelServer:
    """The server. `questions` holds the requests it took; `answer` is what it says next."""

    key: str = "geheim"
    answer: str = ""
    raw: bytes | None = None
    status: int = 200
    hangs: bool = False
    questions: list[dict[str, Any]] = field(default_factory=list)
    _runner: web.AppRunner | None = None
    _port: int = 0

    @property
    def url(self) -> str:
        """The base address of the interface."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": {"message": "Incorrect API key provided"}}, status=401)
        try:
            question = json.loads(await request.read())
            roles = [message["role"] for message in question["messages"]]
            contents = [message["content"] for message in question["messages"]]
        except (ValueError, LookupError, TypeError):
            return web.json_response({"error": {"message": "bad request"}}, status=400)
        if roles != ["system", "user"] or not all(isinstance(text, str) for text in contents):
            return web.json_response({"error": {"message": "bad messages"}}, status=400)
        self.questions.append(question)
        if self.hangs:
            await asyncio.sleep(60)
        if self.raw is not None:
            return web.Response(body=self.raw, status=self.status, content_type="application/json")
        message = {"role": "assistant", "content": self.answer}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {"object": "chat.completion", "model": question["model"], "choices": [choice]}
        return web.json_response(body, status=self.status)
