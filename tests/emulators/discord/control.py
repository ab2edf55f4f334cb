"""The emulator from outside its process: one JSON request per action, for tests that kill the bot.

``POST /control/<name>`` with the arguments as a JSON object answers the result as JSON. ``GET /control/``
tells the addresses and the token.
"""

import inspect
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.emulators.discord.people import NoAnswer, NotOffered
from tests.emulators.discord.server import DiscordEmulator

_AS_THEY_ARE = [
    "add_guild",
    "add_channel",
    "add_dm",
    "remove_channel",
    "remove_bot",
    "return_bot",
    "block",
    "join",
    "set_thread",
    "delete_message",
    "revoke_token",
    "fail",
    "messages",
    "slash",
    "autocomplete",
    "press",
    "go_down",
    "come_up",
]


def control_app(emulator: DiscordEmulator) -> web.Application:
    """The control interface of one emulator, for a port of its own."""
    actions = _actions(emulator)

    async def about(_: web.Request) -> web.Response:
        return web.json_response(
            {
                "api_base_url": emulator.api_base_url,
                "gateway_url": emulator.gateway_url,
                "token": emulator.token,
                "actions": sorted(actions),
            }
        )

    async def act(request: web.Request) -> web.Response:
        action = actions.get(request.match_info["name"])
        if action is None:
            return web.json_response({"error": "no such action"}, status=404)
        try:
            result = action(**json.loads(await request.read() or b"{}"))
            result = await result if inspect.isawaitable(result) else result
        except (NotOffered, NoAnswer, TypeError, KeyError, ValueError, TimeoutError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.Response(text=json.dumps(result, default=_plain), content_type="application/json")

    app = web.Application()
    app.add_routes([web.get("/control/", about), web.post("/control/{name}", act)])
    return app


def _actions(emulator: DiscordEmulator) -> dict[str, Callable[..., Any]]:
    def set_permissions(channel: str, missing: list[str]) -> Any:
        return emulator.set_permissions(channel, *missing)

    def stats() -> dict[str, Any]:
        shown = sum(map(len, emulator.world.messages.values()))
        return {
            "messages": shown,
            "requests": len(emulator.requests),
            "too_fast": emulator.pace.too_fast,
            "refused": len(emulator.pace.refused),
            "connected": emulator.gateway.connected,
            "shards_up": emulator.gateway.up,
            "identifies": emulator.gateway.identifies,
            "resumes": emulator.gateway.resumes,
        }

    async def wait_connected(timeout: float = 60.0) -> bool:
        await emulator.gateway.wait_connected(timeout)
        return True

    actions: dict[str, Callable[..., Any]] = {name: getattr(emulator, name) for name in _AS_THEY_ARE}
    own: dict[str, Callable[..., Any]] = {
        "set_permissions": set_permissions,
        "stats": stats,
        "wait_connected": wait_connected,
        "close_gateway": emulator.gateway.close,
        "advise": emulator.gateway.advise,
        "ask_to_reconnect": emulator.gateway.ask_to_reconnect,
        "invalidate": emulator.gateway.invalidate,
    }
    return actions | own


def _plain(value: Any) -> Any:
    if hasattr(value, "as_json"):
        return value.as_json()
    return vars(value)
