"""The web chat as a chat platform: its rooms are Heraut's own, so sending once is certain here.

It serves no page and knows no HTTP; `bot.web` shows the rooms and hands over what people type.
"""

import asyncio

from bot.domain.messages import Message
from bot.domain.models import Address, Gone, Outcome, Sent, Vanished
from bot.ports import Hooks, Inbound
from bot.services.rooms import Rooms

OWNER = "owner"
"""Whoever runs this bot, as the pages recognise them."""
VISITOR = "visitor"


class WebChatPlatform:
    """The chat platform behind the web page."""

    name = "web"
    lane = "web"

    def __init__(self, rooms: Rooms, hooks: Hooks) -> None:
        self._rooms = rooms
        self._hooks = hooks

    async def run(self) -> None:
        """Nothing connects anywhere; wait to be cancelled."""
        await asyncio.Event().wait()

    async def send(self, address: Address, message: Message, key: str) -> Outcome:
        """Post it in the room, once per key."""
        if address.chat not in self._rooms.all:
            return Gone(f"the web chat has no room {address.chat!r}")
        return Sent(await self._rooms.post(address.chat, message, key))

    async def edit(self, address: Address, message_id: str, message: Message) -> Outcome:
        """Replace it in the room."""
        if await self._rooms.edit(address.chat, message_id, message):
            return Sent(message_id)
        return Vanished(f"room {address.chat!r} has no message {message_id!r} of ours")

    async def say(
        self, room: str, text: str, language: str = "en", key: str = "", owner: bool = False
    ) -> None:
        """What a person typed or pressed: posted, carried out, answered.

        Args:
            language: the browser's language, ISO 639-1.
            key: made up by the page per line; the same key again does nothing.
            owner: whether whoever typed it runs this bot: signed in, or at this very machine.

        Raises:
            KeyError: there is no such room.
        """
        here = self._rooms.all[room]
        heard = await self._rooms.hear(room, text, key)
        if heard is None:
            return
        said = Inbound(
            address=Address(self.name, room),
            text=text,
            user=OWNER if owner else VISITOR,
            chat_title=here.title,
            is_private=here.direct,
            is_admin=owner,
            reply_language=language,
        )
        await self._rooms.post(room, await self._hooks.receive(said), f"answer:{heard}")

    async def suggest(self, room: str, command: str, typed: str) -> list[tuple[str, str]]:
        """Completions of a command's argument, as (value, label)."""
        return await self._hooks.suggest(command, typed, Address(self.name, room))
