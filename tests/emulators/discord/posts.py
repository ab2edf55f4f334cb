"""Forum channels of the emulated Discord: posts that bots start, and that fall asleep."""

import json
from typing import Any

from aiohttp import web

from tests.emulators.discord.checks import ApiError, check_message, check_pictures
from tests.emulators.discord.gateway import GatewayServer
from tests.emulators.discord.world import FORUM, PERMISSIONS, THREAD, Channel, World, snowflake


class PostRoutes:
    """Starting a post, opening it again, and listing those that are open."""

    def __init__(self, world: World, gateway: GatewayServer) -> None:
        self._world = world
        self._gateway = gateway

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/channels/{channel}/threads", self._start),
            web.patch("/channels/{channel}", self._change),
            web.get("/guilds/{guild}/threads/active", self._active),
            web.get("/channels/{channel}/threads/archived/public", self._archived),
        ]

    async def _start(self, request: web.Request) -> web.Response:
        forum, body = self._channel(request), await _body(request)
        if forum.kind != FORUM:
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        allowed = self._world.bot_permissions(forum)
        if not allowed & PERMISSIONS["view_channel"]:
            raise ApiError(403, 50001, "Missing Access")
        message = body.get("message") or {}
        if not allowed & PERMISSIONS["send_messages"] or (
            message.get("embeds") and not allowed & PERMISSIONS["embed_links"]
        ):
            raise ApiError(403, 50013, "Missing Permissions")
        self._check_tags(forum, body.get("applied_tags") or [])
        if not str(body.get("name") or "").strip() or len(body["name"]) > 100:
            raise ApiError(400, 50035, "Invalid Form Body")
        if {"nonce", "enforce_nonce"} & message.keys():
            raise ApiError(400, 50035, "Invalid Form Body")
        check_message(message, "create")
        check_pictures(message, self._world.bad_pictures)
        number = snowflake()
        post = Channel(
            number, THREAD, forum.guild, body["name"], forum.id, applied=body.get("applied_tags") or []
        )
        self._world.channels[number] = post
        posted = self._world.post(number, message, number=number)
        told = post.payload(self._world.bot.id)
        await self._gateway.dispatch("THREAD_CREATE", told | {"newly_created": True})
        return _json(told | {"message": self._world.message_payload(posted)}, 201)

    def _check_tags(self, forum: Channel, tags: list[str]) -> None:
        if len(tags) > 5:
            raise ApiError(400, 50035, "Invalid Form Body")
        if not set(tags) <= set(forum.tags.values()):
            raise ApiError(400, 10087, "Unknown tag")
        if forum.needs_tag and not tags:
            raise ApiError(400, 40067, "A tag is required to create a forum post in this channel")
        if {name for name, tag in forum.tags.items() if tag in tags} & forum.moderated_tags:
            raise ApiError(403, 50013, "Missing Permissions")

    async def _change(self, request: web.Request) -> web.Response:
        thread, body = self._channel(request), await _body(request)
        if thread.kind != THREAD or set(body) != {"archived"}:
            raise ApiError(403, 50013, "Missing Permissions")
        if thread.locked:
            raise ApiError(403, 50013, "Missing Permissions")
        thread.archived = bool(body["archived"])
        told = thread.payload(self._world.bot.id)
        await self._gateway.dispatch("THREAD_UPDATE", told)
        return _json(told)

    async def _active(self, request: web.Request) -> web.Response:
        guild = request.match_info["guild"]
        here = [c for c in self._world.channels.values() if (c.guild, c.kind) == (guild, THREAD)]
        threads = [c.payload(self._world.bot.id) for c in here if not c.archived]
        return _json({"threads": threads, "members": [], "has_more": False})

    async def _archived(self, request: web.Request) -> web.Response:
        forum = self._channel(request)
        if not self._world.bot_permissions(forum) & PERMISSIONS["read_message_history"]:
            raise ApiError(403, 50013, "Missing Permissions")
        here = [c for c in self._world.channels.values() if c.parent == forum.id and c.archived]
        threads = [c.payload(self._world.bot.id) for c in here]
        return _json({"threads": threads, "members": [], "has_more": False})

    def _channel(self, request: web.Request) -> Channel:
        channel = self._world.channels.get(request.match_info["channel"])
        if channel is None:
            raise ApiError(404, 10003, "Unknown Channel")
        return channel


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from error
    return body if isinstance(body, dict) else {}


def _json(body: Any, status: int = 200) -> web.Response:
    head = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=head)
