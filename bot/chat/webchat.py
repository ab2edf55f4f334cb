"""The web chat as a chat platform: its rooms are Heraut's own, so sending once is certain here.

It serves no page and knows no HTTP; `bot.web` shows the rooms and hands over what people type.
"""

import asyncio
from collections import OrderedDict

from bot.domain.messages import Message
from bot.domain.models import Address, Gone, Outcome, Sent, Vanished
from bot.ports import Hooks, Inbound
from bot.services.rooms import Rooms

OWNER = "owner"
"""Whoever runs this bot, as the pages recognise them."""
VISITOR = "visitor"
PRESSES = 1_000
"""Pressed buttons whose keys are remembered, so that none counts twice."""


class WebChatPlatform:
    """The chat platform behind the web page."""

    name = "web"
    lane = "web"

    def __init__(self, rooms: Rooms, hooks: Hooks) -> None:
        self._rooms = rooms
        self._hooks = hooks
        self._pressed: OrderedDict[str, None] = OrderedDict()

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
        self,
        room: str,
        text: str,
        language: str = "en",
        key: str = "",
        owner: bool = False,
        pressed: str = "",
    ) -> None:
        """What a person typed or pressed: posted, carried out, answered.

        Args:
            language: the browser's language, ISO 639-1.
            key: made up by the page per line; the same key again does nothing.
            owner: whether whoever typed it runs this bot: signed in, or at this very machine.
            pressed: the post whose button it was; "" for what was typed.

        Raises:
            KeyError: there is no such room.
        """
        said = self._inbound(room, text, language, owner)
        if pressed:
            await self._press(said, key, pressed)
        elif (heard := await self._rooms.hear(room, text, key)) is not None:
            answer = await self._hooks.receive(said)
            if not answer.empty:
                await self._rooms.post(room, answer, f"answer:{heard}")

    def _inbound(self, room: str, text: str, language: str, owner: bool) -> Inbound:
        here = self._rooms.all[room]
        return Inbound(
            address=Address(self.name, room),
            text=text,
            user=OWNER if owner else VISITOR,
            chat_title=here.title,
            is_private=here.direct,
            is_admin=owner,
            reply_language=language,
        )

    async def _press(self, said: Inbound, key: str, pressed: str) -> None:
        """An answer that takes the menu's place is not announced by a line of the person."""
        room = said.address.chat
        if key and key in self._pressed:
            return
        self._pressed[key] = None
        if len(self._pressed) > PRESSES:
            self._pressed.popitem(last=False)
        answer = await self._hooks.receive(said)
        if answer.empty or (answer.in_place and await self._rooms.replace_menu(room, pressed, answer)):
            return
        heard = await self._rooms.hear(room, said.text, key)
        if heard is not None:
            await self._rooms.post(room, answer, f"answer:{heard}")

    async def suggest(self, room: str, command: str, typed: str) -> list[tuple[str, str]]:
        """Completions of a command's argument, as (value, label)."""
        return await self._hooks.suggest(command, typed, Address(self.name, room))
