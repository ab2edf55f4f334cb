"""The emulated REST interface, version 10: what a bot needs to deliver messages and answer people."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from tests.emulators.discord.checks import (
    ApiError,
    check_choices,
    check_commands,
    check_form,
    check_message,
    check_pictures,
)
from tests.emulators.discord.gateway import GatewayServer
from tests.emulators.discord.world import (
    ADMIN,
    DM,
    EPHEMERAL,
    FORUM,
    PERMISSIONS,
    THREAD,
    Channel,
    Interaction,
    Posted,
    World,
    snowflake,
)

NONCE_VALID = 300.0
LAST_ANSWER = 15 * 60.0
_COMMAND, _COMPONENT, _COMPLETION, _SUBMISSION = 2, 3, 4, 5
_FORM = 9


class RestRoutes:
    """The routes and what they do to the world. Faults, limits and authorization are the server's."""

    def __init__(self, world: World, gateway: GatewayServer) -> None:
        self._world = world
        self._gateway = gateway

    def routes(self) -> list[web.RouteDef]:
        channel, hook = "/channels/{channel}/messages", "/webhooks/{application}/{token}"
        commands = "/applications/{application}/commands"
        return [
            web.get("/gateway", self._gateway_url),
            web.get("/gateway/bot", self._gateway_url),
            web.get("/users/@me", self._me),
            web.get("/oauth2/applications/@me", self._application),
            web.get("/applications/@me", self._application),
            web.post("/users/@me/channels", self._open_dm),
            web.get(commands, self._list_commands),
            web.put(commands, self._write_commands),
            web.get("/channels/{channel}", self._channel_info),
            web.post(channel, self._create),
            web.get(channel + "/{message}", self._fetch),
            web.patch(channel + "/{message}", self._edit),
            web.delete(channel + "/{message}", self._delete),
            web.post("/interactions/{interaction}/{token}/callback", self._callback),
            web.post(hook, self._follow_up),
            web.patch(hook + "/messages/@original", self._edit_original),
            web.delete(hook + "/messages/@original", self._delete_original),
        ]

    async def _gateway_url(self, _: web.Request) -> web.Response:
        starts = self._gateway.starts
        told = {"url": self._gateway.url, "shards": starts.shards, "session_start_limit": starts.limit()}
        return reply(told)

    async def _me(self, _: web.Request) -> web.Response:
        return reply(
            self._world.bot.payload() | {"bot": True, "verified": True, "mfa_enabled": False, "flags": 0}
        )

    async def _application(self, _: web.Request) -> web.Response:
        return reply(
            {
                "id": self._world.application,
                "name": self._world.bot.name,
                "description": "",
                "icon": None,
                "bot_public": True,
                "bot_require_code_grant": False,
                "verify_key": "0" * 64,
                "flags": 0,
                "owner": self._world.user("owner").payload(),
                "team": None,
                "summary": "",
            }
        )

    async def _open_dm(self, request: web.Request) -> web.Response:
        user = str((await _json(request)).get("recipient_id"))
        known = next((u for u in self._world.users.values() if u.id == user), None)
        if known is None:
            raise ApiError(400, 50033, "Invalid Recipient(s)")
        return reply(self.dm(known.name).payload(self._world.bot.id))

    def dm(self, name: str) -> Channel:
        """The private conversation of a person with the bot."""
        user = self._world.user(name)
        for channel in self._world.channels.values():
            if channel.kind == DM and channel.recipient is user:
                return channel
        channel = Channel(snowflake(), DM, recipient=user)
        self._world.channels[channel.id] = channel
        return channel

    async def _list_commands(self, request: web.Request) -> web.Response:
        self._own_application(request)
        if request.query.get("with_localizations") == "true":
            return reply(self._world.commands)
        return reply([_without_translations(command) for command in self._world.commands])

    async def _write_commands(self, request: web.Request) -> web.Response:
        self._own_application(request)
        body = await _json(request)
        check_commands(body)
        known = {command["name"]: command["id"] for command in self._world.commands}
        self._world.commands = [
            {
                "name_localizations": None,
                "nsfw": False,
                "dm_permission": True,
                "version": snowflake(),
                **command,
                "id": known.get(command["name"], snowflake()),
                "application_id": self._world.application,
            }
            for command in body
        ]
        return reply(self._world.commands)

    def _own_application(self, request: web.Request) -> None:
        if request.match_info["application"] != self._world.application:
            raise ApiError(403, 20012, "You are not authorized to perform this action on this application")

    async def _channel_info(self, request: web.Request) -> web.Response:
        return reply(self._readable(request).payload(self._world.bot.id))

    async def _create(self, request: web.Request) -> web.Response:
        body = await _json(request)
        channel = self._writable(self._readable(request), body)
        check_message(body, "create")
        check_pictures(body, self._world.bad_pictures)
        return reply(self._world.message_payload(self._posted_once(channel, body)))

    def _posted_once(self, channel: Channel, body: dict[str, Any]) -> Posted:
        """The message; with `enforce_nonce` the one that this nonce made in the last minutes."""
        nonce = None if body.get("nonce") is None else str(body["nonce"])
        now = time.monotonic()
        if nonce and body.get("enforce_nonce"):
            made, earlier = self._world.nonces.get(nonce, (0.0, None))
            if earlier is not None and now - made < NONCE_VALID:
                return earlier
        posted = self._world.post(channel.id, body)
        posted.nonce = nonce
        if nonce:
            self._world.nonces[nonce] = (now, posted)
        channel.archived = False
        return posted

    def _readable(self, request: web.Request) -> Channel:
        channel = self._world.channels.get(request.match_info["channel"])
        if channel is None:
            raise ApiError(404, 10003, "Unknown Channel")
        guild = self._world.guilds.get(channel.guild or "")
        sees = self._world.bot_permissions(channel) & PERMISSIONS["view_channel"]
        if guild is not None and not (guild.present and sees):
            raise ApiError(403, 50001, "Missing Access")
        return channel

    def _writable(self, channel: Channel, body: dict[str, Any]) -> Channel:
        if channel.kind == DM:
            if channel.blocked:
                raise ApiError(403, 50007, "Cannot send messages to this user")
            return channel
        if channel.kind == FORUM:
            raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
        allowed = self._world.bot_permissions(channel)
        speak = "send_messages_in_threads" if channel.kind == THREAD else "send_messages"
        if not allowed & PERMISSIONS[speak] or (
            body.get("embeds") and not allowed & PERMISSIONS["embed_links"]
        ):
            raise ApiError(403, 50013, "Missing Permissions")
        if channel.locked:
            raise ApiError(400, 160005, "This thread is locked")
        return channel

    def _message(self, request: web.Request, channel: Channel) -> Posted:
        posted = self._world.messages.get(channel.id, {}).get(request.match_info["message"])
        if posted is None:
            raise ApiError(404, 10008, "Unknown Message")
        return posted

    async def _fetch(self, request: web.Request) -> web.Response:
        channel = self._readable(request)
        if not self._world.bot_permissions(channel) & PERMISSIONS["read_message_history"]:
            raise ApiError(403, 50001, "Missing Access")
        return reply(self._world.message_payload(self._message(request, channel)))

    async def _edit(self, request: web.Request) -> web.Response:
        channel, body = self._readable(request), await _json(request)
        posted = self._message(request, channel)
        if channel.archived:
            raise ApiError(400, 50083, "Thread is archived")
        check_message(body, "edit")
        check_pictures(body, self._world.bad_pictures)
        posted.payload = posted.payload | body
        posted.edited += 1
        return reply(self._world.message_payload(posted))

    async def _delete(self, request: web.Request) -> web.Response:
        posted = self._message(request, self._readable(request))
        del self._world.messages[posted.channel][posted.message_id]
        return web.Response(status=204)

    async def _callback(self, request: web.Request) -> web.Response:
        interaction = self._world.interactions.get(request.match_info["interaction"])
        late = interaction is not None and time.monotonic() - interaction.created_at > (
            self._world.first_answer
        )
        if interaction is None or interaction.token != request.match_info["token"] or late:
            raise ApiError(404, 10062, "Unknown interaction")
        if interaction.state != "open":
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        body = await _json(request)
        self._first_answer(interaction, body.get("type"), body.get("data") or {})
        return web.Response(status=204)

    def _first_answer(self, interaction: Interaction, kind: Any, data: dict[str, Any]) -> None:
        completing = interaction.kind == _COMPLETION
        allowed = {8} if completing else {4, 5, 6, 7, 9} if interaction.kind == _COMPONENT else {4, 5, 9}
        if interaction.kind == _SUBMISSION:
            allowed = {4, 5, 6, 7} if interaction.pressed else {4, 5}
        if kind not in allowed:
            raise ApiError(
                400,
                50035,
                "Invalid Form Body",
                {
                    "type": {
                        "_errors": [
                            {"code": "BASE_TYPE_CHOICES", "message": f"Value must be one of {allowed}."}
                        ]
                    }
                },
            )
        if completing:
            interaction.choices = check_choices(data)
        if kind == _FORM:
            check_form(data)
            interaction.form = data
        interaction.ephemeral = bool((data.get("flags") or 0) & EPHEMERAL)
        interaction.state = "deferred"
        if kind == 4:
            check_message(data, "answer")
            interaction.original = self._world.post(interaction.channel, data, interaction.ephemeral)
        if kind in {6, 7}:
            # The message of the button is the answer; a later edit of "@original" means it too.
            interaction.original = interaction.pressed
            interaction.state = "updating"
        if kind == 7:
            check_message(data, "edit")
            _change(interaction, data)
        if kind in {4, 7, 8, _FORM}:
            interaction.state = "answered"
            interaction.answered.set()
        interaction.acknowledged.set()

    def _by_token(self, request: web.Request) -> Interaction:
        token = request.match_info["token"]
        for interaction in self._world.interactions.values():
            fresh = time.monotonic() - interaction.created_at < LAST_ANSWER
            if interaction.token == token and fresh and interaction.state != "open":
                return interaction
        raise ApiError(404, 10015, "Unknown Webhook")

    async def _follow_up(self, request: web.Request) -> web.Response:
        interaction, body = self._by_token(request), await _json(request)
        check_message(body, "answer")
        private = bool((body.get("flags") or 0) & EPHEMERAL)
        if interaction.state == "deferred":
            # Discord turns the first follow-up of a deferral into its answer, seen by those it was for.
            return reply(self._world.message_payload(self._settle(interaction, body, interaction.ephemeral)))
        posted = self._world.post(interaction.channel, body, private)
        interaction.followups.append(posted)
        interaction.state = "answered"
        interaction.answered.set()
        return reply(self._world.message_payload(posted))

    async def _edit_original(self, request: web.Request) -> web.Response:
        interaction, body = self._by_token(request), await _json(request)
        check_message(body, "edit")
        if interaction.state == "deferred":
            return reply(self._world.message_payload(self._settle(interaction, body, interaction.ephemeral)))
        if interaction.original is None:
            raise ApiError(404, 10008, "Unknown Message")
        _change(interaction, body)
        interaction.state = "answered"
        interaction.answered.set()
        return reply(self._world.message_payload(interaction.original))

    def _settle(self, interaction: Interaction, body: dict[str, Any], private: bool) -> Posted:
        interaction.original = self._world.post(interaction.channel, body, private)
        interaction.state = "answered"
        interaction.answered.set()
        return interaction.original

    async def _delete_original(self, request: web.Request) -> web.Response:
        interaction = self._by_token(request)
        if interaction.state == "deleted":
            raise ApiError(404, 10008, "Unknown Message")
        interaction.state = "deleted"
        if interaction.original is not None:
            self._world.messages.get(interaction.channel, {}).pop(interaction.original.message_id, None)
        return web.Response(status=204)


def _change(interaction: Interaction, body: dict[str, Any]) -> None:
    if interaction.original is not None:
        interaction.original.payload = interaction.original.payload | body
        interaction.original.edited += 1


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON as Discord sends it: without a charset, which clients compare literally."""
    head = {"Content-Type": "application/json"} | (headers or {})
    return web.Response(body=json.dumps(body).encode(), status=status, headers=head)


def member_permissions(admin: bool) -> int:
    """What a person may do in a channel."""
    return ADMIN if admin else ADMIN & ~(PERMISSIONS["manage_channels"] | PERMISSIONS["manage_guild"])


async def _json(request: web.Request) -> Any:
    if request.content_type == "multipart/form-data":
        return await _with_files(request)
    if request.content_type != "application/json":
        raise ApiError(400, 50035, "Invalid Form Body")
    try:
        return json.loads(await request.read())
    except ValueError as error:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from error


async def _with_files(request: web.Request) -> Any:
    """The message of an upload; its attachments, and what shows them, must be among the files."""
    form = await request.post()
    try:
        body = json.loads(form["payload_json"])  # type: ignore[arg-type]  # a file is no JSON and raises
        message = body.get("data", body)
        named = {each["filename"]: form[f"files[{each['id']}]"] for each in message.get("attachments", [])}
    except (KeyError, TypeError, ValueError) as error:
        raise ApiError(400, 50035, "Invalid Form Body") from error
    for name, file in named.items():
        if not isinstance(file, web.FileField) or file.filename != name or not file.file.read(1):
            raise ApiError(400, 50046, "Invalid file uploaded")
    shown = {e["image"]["url"] for e in message.get("embeds", []) if "image" in e}
    if missing := shown - {f"attachment://{name}" for name in named}:
        raise ApiError(400, 50035, f"Invalid Form Body: {sorted(missing)[0]}")
    return body


def _without_translations(command: Mapping[str, Any]) -> dict[str, Any]:
    bare = {key: value for key, value in command.items() if not key.endswith("_localizations")}
    return bare | {"options": [_without_translations(option) for option in command.get("options", ())]}
