"""People on the emulated Discord: they type commands, complete arguments and press buttons."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.emulators.discord.gateway import GatewayServer
from tests.emulators.discord.rest import member_permissions
from tests.emulators.discord.world import DM, Channel, Interaction, Posted, World, snowflake

_COMMAND, _COMPONENT, _COMPLETION, _SUBMISSION = 2, 3, 4, 5


class NotOffered(Exception):
    """Discord's client would not let this person do that: no such command, argument, button or right."""


class NoAnswer(Exception):
    """ "The application did not respond", as people see it three seconds after they asked."""


@dataclass(frozen=True)
class Reply:
    """What a person sees after asking. `deferred` says whether "is thinking…" stood there first."""

    message: Posted
    ephemeral: bool
    deferred: bool

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def buttons(self) -> dict[str, str]:
        return self.message.buttons

    @property
    def links(self) -> list[tuple[str, str]]:
        return self.message.links

    def as_json(self) -> dict[str, Any]:
        return self.message.as_json() | {"ephemeral": self.ephemeral, "deferred": self.deferred}


@dataclass(frozen=True)
class Form:
    """A modal that stands before a person, opened by a button `under` a message."""

    data: dict[str, Any]
    under: Posted

    @property
    def field(self) -> dict[str, Any]:
        """Its one text input."""
        (label,) = self.data["components"]
        return dict(label["component"])


class People:
    """Acts as users. Each action waits for the bot's answer as a person would."""

    def __init__(self, world: World, gateway: GatewayServer) -> None:
        self._world = world
        self._gateway = gateway

    async def slash(
        self,
        channel: str,
        user: str,
        name: str,
        argument: str | None = None,
        *,
        admin: bool = False,
        locale: str = "en-US",
        timeout: float = 60.0,
    ) -> Reply:
        """Type a slash command.

        Raises:
            NotOffered: the command is not registered, wants an argument, takes none, or needs an admin.
            NoAnswer: the bot was silent for too long, or deferred and then silent for `timeout`.
        """
        await self._gateway.wait_listening(self._world.channels[channel].guild)
        command = self._command(name, self._world.channels[channel], admin)
        options = self._options(command, argument)
        data = {"id": command["id"], "type": 1, "name": name, "options": options}
        return await self._ask(_COMMAND, channel, user, data, admin, locale, timeout)

    async def autocomplete(
        self, channel: str, user: str, name: str, typed: str, *, admin: bool = False, locale: str = "en-US"
    ) -> list[tuple[str, str]]:
        """Type part of an argument; the answer is what the bot offers, as (label, value)."""
        await self._gateway.wait_listening(self._world.channels[channel].guild)
        command = self._command(name, self._world.channels[channel], admin)
        option = (command.get("options") or [{}])[0]
        if not option.get("autocomplete"):
            raise NotOffered(f"/{name} completes nothing")
        focused = {"name": option["name"], "type": 3, "value": typed, "focused": True}
        data = {"id": command["id"], "type": 1, "name": name, "options": [focused]}
        interaction = await self._send(_COMPLETION, channel, user, data, admin, locale, {})
        await self._first(interaction, self._world.first_answer)
        return interaction.choices or []

    async def press(
        self,
        message_id: str,
        button: str,
        user: str,
        *,
        admin: bool = False,
        locale: str = "en-US",
        timeout: float = 60.0,
    ) -> Reply:
        """Press a button of a message, by its label or its action."""
        posted = self._find(message_id)
        action = posted.buttons.get(button, button if button in posted.buttons.values() else None)
        if action is None or "://" in action:
            raise NotOffered(f"no button {button!r} under that message, only {list(posted.buttons)}")
        data = {"custom_id": action, "component_type": 2, "id": 1}
        extra = {"message": self._world.message_payload(posted)}
        return await self._ask(_COMPONENT, posted.channel, user, data, admin, locale, timeout, extra, posted)

    async def choose(
        self,
        message_id: str,
        labels: Sequence[str],
        user: str,
        *,
        admin: bool = False,
        locale: str = "en-US",
        timeout: float = 60.0,
    ) -> Reply:
        """Choose options of a message's select menu, and no others, by their labels."""
        posted = self._find(message_id)
        (menu,) = posted.menus
        known = {option["label"]: option["value"] for option in menu["options"]}
        fits = menu.get("min_values", 1) <= len(labels) <= menu.get("max_values", 1)
        if not fits or not set(labels) <= set(known):
            raise NotOffered(f"{labels} cannot be chosen of {list(known)}")
        values = [known[label] for label in labels]
        data = {"custom_id": menu["custom_id"], "component_type": 3, "id": 1, "values": values}
        extra = {"message": self._world.message_payload(posted)}
        return await self._ask(_COMPONENT, posted.channel, user, data, admin, locale, timeout, extra, posted)

    async def open_form(
        self, message_id: str, button: str, user: str, *, admin: bool = False, locale: str = "en-US"
    ) -> Form:
        """Press a button that opens a form.

        Raises:
            NotOffered: there is no such button, or it opened none.
        """
        posted = self._find(message_id)
        if button not in posted.buttons:
            raise NotOffered(f"no button {button!r} under that message, only {list(posted.buttons)}")
        data = {"custom_id": posted.buttons[button], "component_type": 2, "id": 1}
        extra = {"message": self._world.message_payload(posted)}
        interaction = await self._send(_COMPONENT, posted.channel, user, data, admin, locale, extra, posted)
        await self._first(interaction, self._world.first_answer)
        if interaction.form is None:
            raise NotOffered(f"{button!r} opens no form")
        return Form(interaction.form, posted)

    async def submit(
        self,
        form: Form,
        text: str,
        user: str,
        *,
        admin: bool = False,
        locale: str = "en-US",
        timeout: float = 60.0,
    ) -> Reply:
        """Write into the one field of a form and send it."""
        field = form.field
        if not field.get("min_length", 0) <= len(text) <= field.get("max_length", 4000):
            raise NotOffered(f"{len(text)} characters do not fit the form")
        written = {"type": 4, "id": 2, "custom_id": field["custom_id"], "value": text}
        components = [{"type": 18, "id": 1, "component": written}]
        return await self.submit_raw(form, components, user, admin=admin, locale=locale, timeout=timeout)

    async def submit_raw(
        self,
        form: Form,
        components: object,
        user: str,
        *,
        admin: bool = False,
        locale: str = "en-US",
        timeout: float = 60.0,
    ) -> Reply:
        """Send a form with any content, which Discord's own client would not."""
        data = {"custom_id": form.data["custom_id"], "components": components}
        extra = {"message": self._world.message_payload(form.under)}
        return await self._ask(
            _SUBMISSION, form.under.channel, user, data, admin, locale, timeout, extra, form.under
        )

    def _find(self, message_id: str) -> Posted:
        for shelf in (self._world.private, *self._world.messages.values()):
            if message_id in shelf:
                return shelf[message_id]
        raise NotOffered(f"no message {message_id}")

    def _command(self, name: str, channel: Channel, admin: bool) -> dict[str, Any]:
        for command in self._world.commands:
            if command["name"] == name:
                break
        else:
            raise NotOffered(f"/{name} is not registered")
        needed = int(command.get("default_member_permissions") or 0)
        if channel.kind != DM and needed & ~member_permissions(admin):
            raise NotOffered(f"/{name} is only shown to members who may manage the channel")
        if (1 if channel.kind == DM else 0) not in command.get("contexts", [0, 1]):
            raise NotOffered(f"/{name} is not offered here")
        return command

    def _options(self, command: dict[str, Any], argument: str | None) -> list[dict[str, Any]]:
        options = command.get("options") or []
        if argument is None:
            if any(option.get("required") for option in options):
                raise NotOffered(f"/{command['name']} wants {options[0]['name']}")
            return []
        if not options or len(argument) > options[0].get("max_length", 6000):
            raise NotOffered(f"/{command['name']} takes no such argument")
        return [{"name": options[0]["name"], "type": 3, "value": argument}]

    async def _ask(
        self,
        kind: int,
        channel: str,
        user: str,
        data: dict[str, Any],
        admin: bool,
        locale: str,
        timeout: float,
        extra: dict[str, Any] | None = None,
        pressed: Posted | None = None,
    ) -> Reply:
        interaction = await self._send(kind, channel, user, data, admin, locale, extra or {}, pressed)
        await self._first(interaction, self._world.first_answer)
        deferred = not interaction.answered.is_set()
        if deferred:
            await self._first(interaction, timeout, final=True)
        shown = interaction.followups[-1] if interaction.followups else interaction.original
        assert shown is not None
        return Reply(shown, shown.ephemeral, deferred)

    async def _first(self, interaction: Interaction, timeout: float, *, final: bool = False) -> None:
        try:
            async with asyncio.timeout(timeout):
                await (interaction.answered if final else interaction.acknowledged).wait()
        except TimeoutError:
            raise NoAnswer("The application did not respond") from None

    async def _send(
        self,
        kind: int,
        channel: str,
        user: str,
        data: dict[str, Any],
        admin: bool,
        locale: str,
        extra: dict[str, Any],
        pressed: Posted | None = None,
    ) -> Interaction:
        place = self._world.channels[channel]
        await self._gateway.wait_listening(place.guild)
        interaction = Interaction(snowflake(), secrets.token_urlsafe(32), kind, channel, pressed=pressed)
        self._world.interactions[interaction.id] = interaction
        payload = {
            "id": interaction.id,
            "application_id": self._world.application,
            "type": kind,
            "data": data,
            "channel_id": channel,
            "channel": place.payload(self._world.bot.id),
            "version": 1,
            "token": interaction.token,
            "locale": locale,
            "entitlements": [],
            "app_permissions": str(self._world.bot_permissions(place)),
            "attachment_size_limit": 10_485_760,
        } | extra
        await self._gateway.dispatch("INTERACTION_CREATE", payload | self._who(place, user, admin))
        return interaction

    def _who(self, place: Channel, name: str, admin: bool) -> dict[str, Any]:
        user = self._world.user(name)
        if place.guild is None:
            return {"user": user.payload(), "context": 1, "authorizing_integration_owners": {"0": "0"}}
        guild = self._world.guilds[place.guild]
        return {
            "guild_id": guild.id,
            "guild": {"id": guild.id, "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": self._world.member(user, member_permissions(admin)),
            "context": 0,
            "authorizing_integration_owners": {"0": guild.id},
        }
