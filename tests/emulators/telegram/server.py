"""The emulated Bot API as a server: requests, long polling, webhooks, trouble; and what people do."""

import asyncio
import json
import time
from collections.abc import Mapping
from itertools import count
from typing import Any, Self

import aiohttp
from aiohttp import web
from yarl import URL

from tests.emulators.telegram.errors import ApiError, bad_request, too_many
from tests.emulators.telegram.faults import Fault, Kind, Limits, Meter
from tests.emulators.telegram.methods import PARAMETERS, Methods, Parameters, read_parameters
from tests.emulators.telegram.people import People
from tests.emulators.telegram.world import Posted, World

DEFAULT_TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
"""The example token of Telegram's own documentation."""

WRITING = {"sendMessage", "sendPhoto", "editMessageText"}


class TelegramEmulator(People):
    """One bot account and its world, behind ``http://127.0.0.1:<port>``.

    Args:
        token: the token that is accepted; others are answered 401.
        limits: enforce these rate limits; None enforces none.
    """

    def __init__(
        self, token: str = DEFAULT_TOKEN, username: str = "heraut_bot", limits: Limits | None = None
    ) -> None:
        super().__init__(World(int(token.split(":")[0]), username))
        self.token = token
        self.methods = Methods(self.world)
        self.requests: list[tuple[float, str, int | None]] = []
        self.floods = 0
        self.webhook: dict[str, Any] = {}
        self.balanced: list[str] = []
        """Where a load balancer in front of the webhook leads to, in turn: ``http://host:port``."""
        self.brought = 1
        """How often each update is brought, even when it was taken at once."""
        self._revoked = False
        self._meter = Meter(limits) if limits else None
        self._faults: list[Fault] = []
        self._polls = count(1)
        self._poll = 0
        self._pusher: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self._port = 0

    # --- life

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self, port: int = 0) -> None:
        """Listen; again on the same port after a stop."""
        app = web.Application(client_max_size=20 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_post("/control/{name}", self._control)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port or self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening; the world stays."""
        if self._pusher:
            self._pusher.cancel()
            self._pusher = None
        self._poll = 0
        self.world.notify()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # --- trouble

    def fault(
        self,
        kind: Kind,
        *,
        method: str | None = "sendMessage",
        chat: int | None = None,
        times: int = 1,
        retry_after: int = 1,
        status: int = 500,
        description: str = "Internal Server Error",
        seconds: float = 0.0,
    ) -> None:
        """Trouble for the next requests that fit; see `faults.Kind`."""
        self._faults.append(Fault(kind, method, chat, times, retry_after, status, description, seconds))

    def clear_faults(self) -> None:
        self._faults.clear()
        self.world.notify()

    def revoke_token(self) -> None:
        """From now on the token is answered 401."""
        self._revoked = True

    # --- what the bot did

    def messages(self, chat: int, thread: int | None = None) -> list[Posted]:
        """The bot's messages in a chat that are still there, in order; with `thread` those of one topic."""
        posted = self.world.chats[chat].posted.values()
        return [m for m in posted if not m.deleted and (thread is None or m.thread == thread)]

    async def wait_messages(self, chat: int, number: int, timeout: float = 60.0) -> list[Posted]:
        """The bot's messages in a chat once there are as many.

        Raises:
            AssertionError: there were fewer in time.
        """
        came = await self.world.until(lambda: len(self.messages(chat)) >= number, timeout)
        found = self.messages(chat)
        assert came, f"{len(found)} of {number} messages came: {[message.text for message in found]}"
        return found

    async def wait_text(self, chat: int, text: str, timeout: float = 60.0) -> Posted:
        """The newest message of the bot in a chat that holds a text, once there is one."""
        came = await self.world.until(lambda: any(text in m.text for m in self.messages(chat)), timeout)
        assert came, f"{text!r} did not come: {[message.text for message in self.messages(chat)]}"
        return next(m for m in reversed(self.messages(chat)) if text in m.text)

    async def wait_confirmed(self, timeout: float = 60.0) -> None:
        """Return once the bot has confirmed every update."""
        came = await self.world.until(lambda: not self.world.updates, timeout)
        assert came, f"not confirmed: {self.world.updates}"

    async def wait_callback_answers(self, number: int, timeout: float = 60.0) -> list[dict[str, Any]]:
        """The answers to pressed buttons once there are as many: user, text, alert."""
        answers = self.methods.callback_answers
        came = await self.world.until(lambda: len(answers) >= number, timeout)
        assert came, f"{len(answers)} of {number} presses were answered"
        return answers

    def stats(self) -> dict[str, int]:
        """Counts: requests, messages and edits carried out, and 429s given for passing the limits."""
        posted = [m for chat in self.world.chats.values() for m in chat.posted.values()]
        return {
            "requests": len(self.requests),
            "messages": len(posted),
            "edits": sum(len(message.edits) for message in posted),
            "floods": self.floods,
        }

    def commands(self, scope: str = "default", language: str = "") -> list[str]:
        """The names in a command menu."""
        return [command["command"] for command in self.methods.commands.get((scope, language), [])]

    # --- requests

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            if self._revoked or request.match_info["token"] != self.token:
                raise ApiError(401, "Unauthorized")
            if method not in PARAMETERS:
                raise ApiError(404, "Not Found")
            given = read_parameters(method, await _fields(request))
            return await self._troubled(request, method, given)
        except ApiError as error:
            return web.json_response(error.body(), status=error.code)

    async def _troubled(self, request: web.Request, method: str, given: Parameters) -> web.StreamResponse:
        chat = given.get("chat_id")
        self.requests.append((time.monotonic(), method, chat))
        fault = next((fault for fault in self._faults if fault.fits(method, chat)), None)
        if fault is not None:
            fault.times -= 1
            match fault.kind:
                case "flood":
                    raise too_many(fault.retry_after)
                case "status":
                    raise ApiError(fault.status, fault.description)
                case "garbage":
                    return web.Response(text="<html>502 Bad Gateway</html>", content_type="text/html")
                case "reset":
                    return _cut(request)
                case "delay":
                    await asyncio.sleep(fault.seconds)
                case "hold":
                    await self.world.until(lambda: fault not in self._faults, 60)
        result = await self._carry_out(method, given)
        if fault is not None and fault.kind == "lost":
            return _cut(request)
        return web.json_response({"ok": True, "result": result})

    async def _carry_out(self, method: str, given: Parameters) -> Any:
        if method == "getUpdates":
            return await self._get_updates(given)
        if method in {"setWebhook", "deleteWebhook", "getWebhookInfo"}:
            return self._webhook_method(method, given)
        if self._meter and method in WRITING:
            chat = self.world.chats.get(given.get("chat_id", 0))
            group = chat is not None and chat.kind != "private"
            if wait := self._meter.wait(given["chat_id"], group=group, now=time.monotonic()):
                self.floods += 1
                raise too_many(wait)
        return self.methods.table[method](given)

    async def _get_updates(self, given: Parameters) -> list[dict[str, Any]]:
        if self.webhook:
            raise ApiError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            )
        poll = self._poll = next(self._polls)
        self.world.notify()
        self._forget(given.get("offset", 0), given.get("allowed_updates"))
        await self.world.until(
            lambda: bool(self.world.updates) or self._poll != poll, min(given.get("timeout", 0), 50)
        )
        if self._poll != poll:
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        self._forget(0, given.get("allowed_updates"))
        return self.world.updates[: min(given.get("limit", 100), 100)]

    def _forget(self, offset: int, allowed: list[str] | None) -> None:
        """Drop what the bot confirmed, and what it does not want to hear."""
        self.world.updates[:] = [
            update
            for update in self.world.updates
            if update["update_id"] >= offset and (not allowed or set(update) & set(allowed))
        ]
        self.world.notify()

    # --- webhooks

    def _webhook_method(self, method: str, given: Parameters) -> Any:
        if method == "getWebhookInfo":
            return {
                "url": self.webhook.get("url", ""),
                "has_custom_certificate": False,
                "pending_update_count": len(self.world.updates),
            }
        if given.get("drop_pending_updates"):
            self.world.updates.clear()
        if self._pusher:
            self._pusher.cancel()
            self._pusher = None
        url = given.get("url", "")
        if url and not url.startswith(("https://", "http://127.0.0.1")):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = dict(given) if url else {}
        if url:
            self._pusher = asyncio.create_task(self._push_updates(), name="telegram webhook")
        return True

    async def _push_updates(self) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
        patience = aiohttp.ClientTimeout(total=2)
        async with aiohttp.ClientSession(headers=headers, timeout=patience) as session:
            while True:
                await self.world.until(lambda: bool(self.world.updates), 3600)
                update, taken = self.world.updates[0], 0
                while taken < self.brought:
                    try:
                        async with session.post(self._hook(), json=update) as response:
                            taken += response.status < 300
                            refused = response.status >= 300
                    except (aiohttp.ClientError, TimeoutError):
                        refused = True
                    if refused:
                        await asyncio.sleep(0.05)
                self._forget(update["update_id"] + 1, None)

    def _hook(self) -> str:
        """Where the next update goes."""
        url = URL(self.webhook["url"])
        if not self.balanced:
            return str(url)
        self.balanced.append(self.balanced.pop(0))
        return self.balanced[-1] + url.path

    # --- control of a process

    async def _control(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in CONTROLS:
            return web.json_response({"error": f"no such control: {name}"}, status=404)
        arguments = await request.json() if request.can_read_body else {}
        try:
            result = getattr(self, name)(**arguments)
            if asyncio.iscoroutine(result):
                result = await result
        except (AssertionError, KeyError, TypeError) as error:
            return web.json_response({"error": repr(error)}, status=400)
        return web.json_response(_plain(result))


CONTROLS = frozenset(
    [
        "add_chat",
        "add_topic",
        "user_says",
        "press",
        "set_admin",
        "migrate",
        "kick_bot",
        "add_bot",
        "block_bot",
        "unblock_bot",
        "restrict_bot",
        "name_chat",
        "react",
        "close_topic",
        "reopen_topic",
        "delete_topic",
        "delete_chat",
        "delete_message",
        "set_language",
        "fault",
        "clear_faults",
        "revoke_token",
        "messages",
        "wait_messages",
        "commands",
        "stats",
    ]
)


async def _fields(request: web.Request) -> Mapping[str, Any]:
    if request.content_type == "application/json":
        try:
            fields = json.loads(await request.text())
        except ValueError as error:
            raise bad_request("can't parse JSON") from error
        return fields if isinstance(fields, dict) else {}
    return {**request.query, **await request.post()}


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return web.Response()


def _plain(value: Any) -> Any:
    """A result as JSON: messages become what a test looks at."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, Posted):
        buttons = [{"label": b.label, "action": b.action, "url": b.url} for b in value.buttons]
        return {
            "message_id": value.message_id,
            "text": value.text,
            "links": value.links,
            "buttons": buttons,
            "edited": value.edited,
            "edits": value.edits,
            "thread": value.thread,
        }
    return value
