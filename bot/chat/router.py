"""From a line of chat to a command of the table, and back: the same for every platform."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import replace

import structlog

from bot.chat.asking import Command, Request, refused
from bot.chat.commands import ACTIONS, COMMANDS
from bot.chat.linkcommands import AT_HOME, DEEP_LINKED
from bot.chat.owncommands import complete_format
from bot.chat.settingcommands import complete_language, complete_timezone
from bot.chat.storycommands import complete_followed
from bot.domain.messages import Button, Message, Text, say
from bot.domain.models import Address
from bot.domain.tongue import SOURCE, Tongue
from bot.errors import BadInput
from bot.ports import ChatEvent, Clock, CommandSpec, Inbound
from bot.services.manage import Manager, Place
from bot.services.sources import Sources
from bot.services.tongues import tongue_of
from bot.services.usecases import UseCases

log = structlog.get_logger()

MAX_TEXT = 12_000
OFFERED = [command.spec.name for command in COMMANDS]
COMPLETERS = {"export": complete_format, "language": complete_language, "timezone": complete_timezone}


class Router:
    """Answers what chats say.

    Args:
        manager: the use cases.
        sources: those about feeds.
        clock: the time.
        lanes: the account that is spoken to, by its platform's name. Where a platform has several accounts,
            each has a router of its own, as one chat may know two of them.
        owners: who runs the bot, as ``platform:user``.
        cases: the use cases beyond subscribing, and the gate before all commands.
    """

    def __init__(
        self,
        manager: Manager,
        sources: Sources,
        clock: Clock,
        lanes: Mapping[str, str],
        owners: Collection[str] = (),
        cases: UseCases | None = None,
    ) -> None:
        self._cases = cases
        self._manager = manager
        self._sources = sources
        self._owners = frozenset(owners)
        self._clock = clock
        self._lanes = lanes
        self._commands: dict[str, Command] = {command.spec.name: command for command in (*COMMANDS, *ACTIONS)}

    @property
    def specs(self) -> tuple[CommandSpec, ...]:
        """The commands, for a platform's menu."""
        return tuple(replace(command.spec, for_owners=command.for_owners) for command in COMMANDS)

    @property
    def actions(self) -> tuple[CommandSpec, ...]:
        """What only buttons say."""
        return tuple(command.spec for command in ACTIONS)

    async def receive(self, inbound: Inbound) -> Message:
        """Carry a line out. What cannot be done is answered with what to do instead."""
        name, argument = _parted(inbound.text)
        language = inbound.reply_language
        try:
            place = await self._place(inbound.address, inbound.chat_title, language)
            language = place.language
            request = self._request(place, argument, inbound)
            answer = await self._refusal(request) or await self._aimed(name, request)
        except BadInput as problem:
            answer = refused(problem, tongue_of(language))
        except Exception:
            # A bug in one command must not take the platform's connection down.
            log.exception(
                "command failed", platform=inbound.address.platform, chat=inbound.address.chat, command=name
            )
            tongue = tongue_of(language)
            answer = say(
                tongue("Something went wrong here. It is in the log; please try again."), private=True
            )
        return replace(answer, language=language) if answer.language == SOURCE else answer

    async def suggest(self, command: str, typed: str, address: Address) -> list[tuple[str, str]]:
        """Complete an argument."""
        if command == "help":
            return [(name, f"/{name}") for name in OFFERED if name.startswith(typed.lstrip("/").lower())]
        if command in COMPLETERS:
            return COMPLETERS[command](typed)
        if command in ("feeds", "removefeed"):
            return await self._sources.complete(typed)
        if command == "unfollow" and self._cases is not None:
            place = await self._place(address)
            return await complete_followed(self._request(place, typed, Inbound(address, typed, "")), typed)
        return await self._manager.complete(command, typed, await self._place(address))

    async def observe(self, event: ChatEvent) -> None:
        """Note what happened to a chat itself."""
        lane = self._lanes[event.address.platform]
        await self._manager.note(lane, event)
        log.info("chat changed", lane=lane, chat=event.address.chat, what=event.kind)

    async def _aimed(self, name: str, request: Request) -> Message:
        """Carry it out here, or in the channel that is managed from this private chat, which is said."""
        command = self._commands.get(name.removeprefix("/").lower())
        if self._cases is None or command is None or not request.inbound.is_private:
            return await self._run(name, request)
        if command.spec.name in AT_HOME or (command.spec.name == DEEP_LINKED and request.argument):
            return await self._run(name, request)
        changing = command.spec.changes_chat and bool(request.argument)
        linking = self._cases.linking
        place = await linking.aimed(request.place, request.inbound.user, changing=changing)
        if place is request.place:
            return await self._run(name, request)
        aimed = replace(request, place=place)
        answer = await self._refusal(aimed) or await self._run(name, aimed)
        if answer.empty:
            return answer
        heading = (Text(f"→ {place.title}", italic=True),)
        answer = replace(answer, lines=(heading, *answer.lines))
        return replace(answer, language=place.language) if answer.language == SOURCE else answer

    async def _run(self, name: str, request: Request) -> Message:
        if not name.startswith("/"):
            return self._not_a_command(request)
        command = self._commands.get(name.removeprefix("/").lower())
        if command is None:
            return self._unknown(name.removeprefix("/").lower(), request.tongue)
        tongue = request.tongue
        if command.spec.changes_chat and request.argument and not request.inbound.is_admin:
            return say(
                tongue("Only the administrators of this chat can change what it follows."), private=True
            )
        if command.for_owners and (request.argument or command.hidden) and not request.is_owner:
            return say(tongue("Only those who run this bot can do that."), private=True)
        answer = await command.run(request)
        # What was chosen from a menu takes its place, so that the menu does not ask on.
        chosen = command.spec.changes_chat and bool(request.argument) and not answer.private
        return replace(answer, in_place=True) if chosen else answer

    async def _refusal(self, request: Request) -> Message | None:
        """The answer to a chat that is not served, or asks too much; an empty one says nothing at all."""
        if self._cases is None:
            return None
        admission = await self._cases.gate.admit(request.place, owner=request.is_owner)
        if admission.served:
            return None
        return say(request.tongue(admission.words), private=True) if admission.words else Message()

    def _request(self, place: Place, argument: str, inbound: Inbound) -> Request:
        who = f"{inbound.address.platform}:{inbound.user}"
        is_owner, place = who in self._owners, replace(place, who=who)
        now = self._clock.now()
        return Request(place, argument, inbound, self._manager, self._sources, now, is_owner, self._cases)

    async def _place(self, address: Address, title: str = "", guess: str = SOURCE) -> Place:
        """Where something is said, with the language that the chat chose, or else the platform's guess."""
        place = Place(self._lanes[address.platform], address, title, guess)
        return replace(place, language=await self._manager.manners.spoken(place))

    def _unknown(self, name: str, tongue: Tongue) -> Message:
        near = difflib.get_close_matches(name, OFFERED, n=3, cutoff=0.5)
        if not near:
            return say(tongue("There is no command /{name}. See /help.", name=name[:40]), private=True)
        return say(
            tongue("There is no command /{name}. Did you mean one of these?", name=name[:40]),
            buttons=[[Button(f"/{each}", f"/{each}") for each in near]],
            private=True,
        )

    def _not_a_command(self, request: Request) -> Message:
        """Somebody wrote a topic's name, or just talks: offer what can be done."""
        tongue, wanted = request.tongue, request.inbound.text.strip()
        found = [topic for topic in self._manager.topics if topic.slug == wanted.lower()]
        if found:
            topic = found[0].slug
            row = [
                Button(tongue("Follow {topic}", topic=topic), f"/subscribe {topic}"),
                Button(tongue("What would I have got?"), f"/taste {topic}"),
                Button(tongue("Latest"), f"/latest {topic}"),
            ]
            return say(tongue("What about {topic}?", topic=topic), buttons=[row], private=True)
        return say(
            tongue("I only know commands."),
            buttons=[[Button(tongue("Help"), "/help"), Button(tongue("Topics"), "/topics")]],
            private=True,
        )


def _parted(text: str) -> tuple[str, str]:
    """The command and its argument, which may stand on a line of its own."""
    # No database keeps a NUL, and nobody types one.
    name, *argument = text.replace("\0", "").strip()[:MAX_TEXT].split(maxsplit=1) or [""]
    return name, "".join(argument).strip()
