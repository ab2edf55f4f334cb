"""Answering people on Discord: within three seconds, in place, and only to who asked when it is private.

An interaction carries all it needs, so buttons of messages from before a restart work like any other.
This decides nothing about commands; it asks the hooks and carries their answer back.

Source: https://docs.discord.com/developers/interactions/receiving-and-responding.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import discord
import structlog

from bot.chat.discord import permissions, render
from bot.chat.discord.forms import form
from bot.chat.discord.inbound import (
    address_of,
    command_of,
    in_thread,
    inbound_of,
    is_menu,
    language_of,
    may_change,
    text_of,
)
from bot.chat.discord.outcomes import Answer, too_fast
from bot.chat.discord.rest import Rest
from bot.domain.messages import Message, Picture, say, without_picture
from bot.domain.models import Address
from bot.ports import CommandSpec, Hooks
from bot.services.tongues import tongue_of

DEFER_AFTER = 1.8
ANSWER_WITHIN = 14 * 60.0
MOST_CHOICES = 25
CHOICE = 100

_MESSAGE, _DEFERRED, _DEFERRED_UPDATE, _UPDATE, _CHOICES, _FORM = 4, 5, 6, 7, 8, 9
_TRIES = 3
# Commands that make Heraut say less, or nothing: wanted most where it cannot speak.
_LEAVING = frozenset({"unsubscribe", "mute", "forgetme", "stop", "hush", "less", "tune"})

log = structlog.get_logger()


class Conversation:
    """Carries interactions to the hooks and their answers back.

    Args:
        rest: where answers go out.
        hooks: whom to ask.
        defer_after: seconds after which a slow answer is announced, so that Discord keeps the question open.
    """

    def __init__(self, rest: Rest, hooks: Hooks, defer_after: float = DEFER_AFTER) -> None:
        self._rest = rest
        self._hooks = hooks
        self._defer_after = defer_after
        self._commands: Mapping[str, CommandSpec] = {
            spec.name: spec for spec in (*hooks.commands, *hooks.actions)
        }

    async def handle(self, interaction: discord.Interaction[Any]) -> None:
        """Answer one interaction. Those that are not ours to answer are left alone."""
        address = address_of(interaction)
        if address is None:
            log.warning("discord channel kind unknown", interaction=interaction.id)
        elif interaction.type is discord.InteractionType.autocomplete:
            await self._complete(interaction, address)
        elif text_of(interaction):
            await self._reply(interaction, address)

    async def _complete(self, interaction: discord.Interaction[Any], address: Address) -> None:
        name, typed = command_of(interaction)
        try:
            async with asyncio.timeout(self._defer_after):
                found = await self._hooks.suggest(name, typed, address)
        except TimeoutError:
            found = []
        choices = [
            {"name": label[:CHOICE], "value": value[:CHOICE]} for value, label in found if value and label
        ]
        await self._callback(interaction, {"type": _CHOICES, "data": {"choices": choices[:MOST_CHOICES]}})

    async def _reply(self, interaction: discord.Interaction[Any], address: Address) -> None:
        if refused := self._refusal(interaction):
            await self._show(interaction, refused)
            return
        if asked := self._asked_for(interaction):
            await self._callback(interaction, {"type": _FORM, "data": asked})
            return
        asking = asyncio.create_task(self._ask(interaction, address), name=f"discord-ask-{interaction.id}")
        try:
            done, _ = await asyncio.wait({asking}, timeout=self._defer_after)
            if done:
                await self._show(interaction, asking.result())
            else:
                await self._show_late(interaction, asking)
        finally:
            asking.cancel()

    def _refusal(self, interaction: discord.Interaction[Any]) -> Message | None:
        """An answer naming the permissions we lack here, for a command that needs them; else None."""
        name = text_of(interaction)[1:].partition(" ")[0]
        spec = self._commands.get(name)
        if spec is None or not spec.changes_chat or name in _LEAVING or interaction.guild_id is None:
            return None
        lacking = permissions.missing(interaction.app_permissions, thread=in_thread(interaction))
        return permissions.refusal(lacking, tongue_of(language_of(interaction))) if lacking else None

    def _asked_for(self, interaction: discord.Interaction[Any]) -> dict[str, Any] | None:
        """The form that a button opens, for whoever may use what it asks for; else None."""
        if interaction.type is not discord.InteractionType.component:
            return None
        name, _, written = text_of(interaction)[1:].partition(" ")
        spec = self._commands.get(name)
        if spec is None or not spec.form or not (may_change(interaction) or not spec.changes_chat):
            return None
        return form(spec, written, tongue_of(language_of(interaction)))

    async def _ask(self, interaction: discord.Interaction[Any], address: Address) -> Message:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await self._hooks.receive(inbound_of(interaction, address))
        except Exception:  # the person gets an answer whatever a command does
            log.exception("discord command failed", interaction=interaction.id, chat=address.chat)
            tongue = tongue_of(language_of(interaction))
            return say(
                tongue("Something went wrong on my side. It has been noted; please try again later."),
                private=True,
            )

    async def _show(self, interaction: discord.Interaction[Any], message: Message) -> None:
        if message.empty:
            return
        if message.in_place and is_menu(interaction):
            body = {"type": _UPDATE, "data": render.edit(_payload(message))}
        else:
            body = {"type": _MESSAGE, "data": render.answer(_payload(message), message.private)}
        if not await self._callback(interaction, body, message.picture) and message.picture:
            await self._show(interaction, without_picture(message))

    async def _show_late(self, interaction: discord.Interaction[Any], asking: asyncio.Task[Message]) -> None:
        """Say that an answer will follow, and let it follow.

        Who may see it is fixed with the announcement, before the answer is known: so in a server it is
        made for one pair of eyes, and taken back when the answer turns out to be for everyone. Under a menu
        nothing is announced.
        """
        if is_menu(interaction):
            await self._callback(interaction, {"type": _DEFERRED_UPDATE})
            await self._answer_menu(interaction, await asking)
            return
        shared = interaction.guild_id is not None
        flags = {"flags": render.EPHEMERAL} if shared else {}
        await self._callback(interaction, {"type": _DEFERRED, "data": flags})
        message = await asking
        path = f"/webhooks/{interaction.application_id}/{interaction.token}"
        in_place = not shared or message.private
        if not in_place:
            await self._call("DELETE", f"{path}/messages/@original", None, interaction)
        if message.empty:
            return
        for said in (message, without_picture(message)) if message.picture else (message,):
            body = _payload(said)
            if in_place:
                sent = await self._call(
                    "PATCH", f"{path}/messages/@original", render.edit(body), interaction, said.picture
                )
            else:
                sent = await self._call("POST", path, body, interaction, said.picture)
            if sent:
                break

    async def _answer_menu(self, interaction: discord.Interaction[Any], message: Message) -> None:
        """Put an answer in the menu's place, or below it."""
        path = f"/webhooks/{interaction.application_id}/{interaction.token}"
        if message.empty:
            return
        for said in (message, without_picture(message)) if message.picture else (message,):
            body = _payload(said)
            if message.in_place:
                where, body = ("PATCH", f"{path}/messages/@original"), render.edit(body)
            else:
                where, body = ("POST", path), render.answer(body, message.private)
            if await self._call(*where, body, interaction, said.picture):
                break

    async def _callback(
        self, interaction: discord.Interaction[Any], body: dict[str, Any], picture: Picture | None = None
    ) -> bool:
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        return await self._call("POST", path, body, interaction, picture)

    async def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        interaction: discord.Interaction[Any],
        picture: Picture | None = None,
    ) -> bool:
        """Make a request, a few times if Discord stumbles. An answer nobody gets is logged, not raised."""
        why = ""
        for attempt in range(_TRIES):
            try:
                answer = await self._rest.call(method, path, body, as_bot=False, picture=picture)
            except (aiohttp.ClientError, OSError) as error:
                answer, why = Answer(503), type(error).__name__
            if answer.status < 300:
                return True
            if answer.status != 429 and answer.status < 500:
                why = f"{answer.status}, code {answer.code}"
                break
            wait = too_fast(answer).seconds if answer.status == 429 else 0.2 * 2**attempt
            await asyncio.sleep(min(wait, 2.0))
        log.warning("discord answer not delivered", interaction=interaction.id, why=why or answer.status)
        return False


def _payload(message: Message) -> dict[str, Any]:
    rendered = render.render(message)
    for label in rendered.dropped:
        log.warning("discord button dropped", label=label)
    return rendered.payload
