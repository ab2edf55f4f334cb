"""Somebody in a chat, as the router hears them and answers: quick, without a platform."""

from bot.chat.router import Router
from bot.domain.messages import Button, Message, Moment, Text
from bot.domain.models import Address
from bot.ports import Inbound
from tests.support.newsroom import LANE, Newsroom

OWNER = "boss"


class Talk:
    """A chat of a newsroom.

    Args:
        room: the newsroom.
        chat: the chat's id.
        user: who speaks; ``boss`` runs the bot.
        admin: whether they may change the chat.
    """

    def __init__(
        self,
        room: Newsroom,
        chat: str = "anna",
        user: str = "u1",
        *,
        admin: bool = True,
        language: str = "en",
    ) -> None:
        self.here = Address("paper", chat)
        self.router = Router(
            room.manager, room.sources, room.clock, {"paper": LANE}, [f"paper:{OWNER}"], room.cases
        )
        self.last = Message()
        self._user, self._admin, self._language = user, admin, language

    async def says(self, text: str) -> str:
        """Say it; the words of the answer."""
        said = Inbound(
            self.here,
            text,
            self._user,
            is_private=self._admin,
            is_admin=self._admin,
            reply_language=self._language,
        )
        self.last = await self.router.receive(said)
        return words(self.last)

    async def presses(self, label: str) -> str:
        """Press a button of the last answer; the words of the next."""
        button = next(each for each in self.buttons if label in each.label)
        return await self.says(button.action)

    @property
    def buttons(self) -> list[Button]:
        """The buttons of the last answer."""
        return [button for row in self.last.buttons for button in row]

    @property
    def actions(self) -> list[str]:
        """What they say."""
        return [button.action for button in self.buttons]


def words(message: Message) -> str:
    """A message as a reader sees it; moments as day and time."""

    def word(span: object) -> str:
        if isinstance(span, Moment):
            return f"{span.at:%d %H:%M}"
        return span.text if isinstance(span, Text) else str(span)

    return "\n".join("".join(map(word, line)) for line in message.lines)
