"""Manage a channel or a group from a private chat: who may, and which commands mean the other chat."""

from dataclasses import replace

from bot.domain.models import Chat
from bot.errors import CommandError, Phrase
from bot.ports import Clock, Standing, Standings
from bot.services.places import Place
from bot.store import audit, links
from bot.store.database import Database

LONGEST_NAME = 200


class Linking:
    """Links private chats to what is managed from them. Rights are asked of the platform each time.

    Args:
        database: where links are.
        clock: the time.
        timezone: of a chat that is new.
    """

    def __init__(self, database: Database, clock: Clock, timezone: str) -> None:
        self._database = database
        self._clock = clock
        self._timezone = timezone
        self._accounts: dict[str, Standings] = {}

    def serve(self, platform: Standings) -> None:
        """Let chats of this account be managed from private chats with it."""
        self._accounts[platform.lane] = platform

    def offered(self, place: Place) -> bool:
        """Whether the account that serves a place can do that."""
        return place.lane in self._accounts

    async def link(self, place: Place, name: str, user: str) -> Chat:
        """Manage a chat from this one.

        Args:
            place: the private chat.
            name: the other chat, as the platform names it: ``@channel``.
            user: who asks.

        Raises:
            CommandError: there is no such chat, they are no administrator there, or the bot may not post.
        """
        standing = await self._accounts[place.lane].standing(name[:LONGEST_NAME], user)
        if standing is None:
            raise CommandError(
                "I know no channel or group “{name}”.",
                "write /link @channel, once I am an administrator there",
                name=name[:LONGEST_NAME],
            )
        title = standing.title
        if standing.cannot:
            raise _cannot(standing)
        if not standing.is_admin:
            raise CommandError("Only an administrator of {title} can manage it.", title=title)
        now = self._clock.now()
        async with self._database.write() as tx:
            home = await place.chat(tx, now, self._timezone)
            there = replace(place, address=standing.address, title=title)
            target = await there.chat(tx, now, self._timezone)
            await links.link(tx, home.id, target.id, now)
            await audit.note(tx, place.change(now, "link", title))
        return target

    async def unlink(self, place: Place) -> Chat | None:
        """Manage nothing from this chat any more; returns what was managed."""
        now = self._clock.now()
        async with self._database.write() as tx:
            target = await links.target_of(tx, place.lane, place.address)
            if target is not None:
                await links.unlink(tx, place.lane, place.address)
                await audit.note(tx, place.change(now, "unlink", target.title))
        return target

    async def linked(self, place: Place) -> Chat | None:
        """What is managed from this chat."""
        async with self._database.read() as tx:
            return await links.target_of(tx, place.lane, place.address)

    async def aimed(self, place: Place, user: str, *, changing: bool) -> Place:
        """Where a command of this chat is meant: in the chat that is managed from it, else here.

        Args:
            place: the private chat.
            user: who asks.
            changing: whether the command changes the other chat, so that the bot has to be of use there.

        Raises:
            CommandError: they are no administrator there any more, which ends it; or the bot may not post.
        """
        target = await self.linked(place) if self.offered(place) else None
        if target is None:
            return place
        standing = await self._accounts[place.lane].standing(target.address.chat, user)
        if standing is None or not standing.is_admin:
            await self.unlink(place)
            raise CommandError(
                "You do not manage {title} any more: as far as I can see you are no administrator there.",
                "what you write here is about this chat again",
                title=target.title,
            )
        if changing and standing.cannot:
            raise _cannot(standing)
        return replace(place, address=target.address, title=standing.title, language=target.language)


def _cannot(standing: Standing) -> CommandError:
    return CommandError(
        Phrase("I may not post in {title}: {reason}.", title=standing.title, reason=standing.cannot),
        "make me an administrator there who may post messages",
    )
