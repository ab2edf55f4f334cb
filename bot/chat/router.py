"""From a line of chat to a command of the table, and back: the same for every platform."""

import difflib
from collections.abc import Collection, Mapping

import structlog

from bot.chat.asking import Command, Request
from bot.chat.commands import COMMANDS
from bot.domain.messages import Button, Message, say
from bot.domain.models import Address
from bot.errors import BadInput
from bot.ports import ChatEvent, Clock, CommandSpec, Inbound
from bot.services.manage import Manager, Place
from bot.services.sources import Sources

log = structlog.get_logger()

MAX_TEXT = 12_000


class Router:
    """Answers what chats say.

    Args:
        manager: the use cases.
        sources: those about feeds.
        clock: the time.
        lanes: the account that serves each platform, by the platform's name.
        owners: who runs the bot, as ``platform:user``.
    """

    def __init__(
        self,
        manager: Manager,
        sources: Sources,
        clock: Clock,
        lanes: Mapping[str, str],
        owners: Collection[str] = (),
    ) -> None:
        self._manager = manager
        self._sources = sources
        self._owners = frozenset(owners)
        self._clock = clock
        self._lanes = lanes
        self._commands: dict[str, Command] = {command.spec.name: command for command in COMMANDS}

    @property
    def specs(self) -> tuple[CommandSpec, ...]:
        """The commands, for a platform's menu."""
        return tuple(command.spec for command in COMMANDS)

    async def receive(self, inbound: Inbound) -> Message:
        """Carry a line out. What cannot be done is answered with what to do instead."""
        name, _, argument = inbound.text.strip()[:MAX_TEXT].partition(" ")
        try:
            if not name.startswith("/"):
                return self._not_a_command(inbound)
            return await self._run(name.removeprefix("/").lower(), argument.strip(), inbound)
        except BadInput as problem:
            return say(problem.message, *([_sentence(problem.hint)] if problem.hint else []), private=True)
        except Exception:
            # A bug in one command must not take the platform's connection down.
            log.exception(
                "command failed", platform=inbound.address.platform, chat=inbound.address.chat, command=name
            )
            return say("Something went wrong here. It is in the log; please try again.", private=True)

    async def suggest(self, command: str, typed: str, address: Address) -> list[tuple[str, str]]:
        """Complete an argument."""
        if command == "help":
            return [
                (name, f"/{name}") for name in self._commands if name.startswith(typed.lstrip("/").lower())
            ]
        if command in ("feeds", "removefeed"):
            return await self._sources.complete(typed)
        return await self._manager.complete(command, typed, self._place(address))

    async def observe(self, event: ChatEvent) -> None:
        """Note what happened to a chat itself."""
        lane = self._lanes[event.address.platform]
        await self._manager.note(lane, event)
        log.info("chat changed", lane=lane, chat=event.address.chat, what=event.kind)

    async def _run(self, name: str, argument: str, inbound: Inbound) -> Message:
        command = self._commands.get(name)
        if command is None:
            return self._unknown(name)
        if command.spec.changes_chat and argument and not inbound.is_admin:
            return say("Only the administrators of this chat can change what it follows.", private=True)
        is_owner = f"{inbound.address.platform}:{inbound.user}" in self._owners
        if command.for_owners and argument and not is_owner:
            return say("Only those who run this bot can do that.", private=True)
        place = self._place(inbound.address, inbound.chat_title, inbound.reply_language)
        now = self._clock.now()
        return await command.run(
            Request(place, argument, inbound, self._manager, self._sources, now, is_owner)
        )

    def _place(self, address: Address, title: str = "", language: str = "en") -> Place:
        return Place(self._lanes[address.platform], address, title, language)

    def _unknown(self, name: str) -> Message:
        near = difflib.get_close_matches(name, self._commands, n=3, cutoff=0.5)
        if not near:
            return say(f"There is no command /{name[:40]}. See /help.", private=True)
        return say(
            f"There is no command /{name[:40]}. Did you mean one of these?",
            buttons=[[Button(f"/{each}", f"/{each}") for each in near]],
            private=True,
        )

    def _not_a_command(self, inbound: Inbound) -> Message:
        """Somebody wrote a topic's name, or just talks: offer what can be done."""
        wanted = inbound.text.strip()
        found = [topic for topic in self._manager.topics if topic.slug == wanted.lower()]
        if found:
            label = found[0].slug
            row = [Button(f"Follow {label}", f"/subscribe {label}"), Button("Latest", f"/latest {label}")]
            return say(f"What about {label}?", buttons=[row], private=True)
        return say(
            "I only know commands.",
            buttons=[[Button("Help", "/help"), Button("Topics", "/topics")]],
            private=True,
        )


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!", "”", '"')) else text + "."
