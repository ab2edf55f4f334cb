"""One story with everything that is known of it, found by the link of a report or by its number."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import CommandError
from bot.services.following import meant
from bot.store import reports
from bot.store.database import Database
from bot.store.reports import Joined, StoryFile


@dataclass(frozen=True, slots=True)
class Tale:
    """A story, and the headline of the one that it comes of: "" where there is none."""

    story: StoryFile
    before: str = ""

    @property
    def in_time(self) -> Sequence[Joined]:
        """Its reports, as they were published."""
        return sorted(self.story.reports, key=lambda each: (each.stored.item.published, each.stored.id))


class Storybook:
    """The use case behind /story.

    Args:
        database: where stories are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tale(self, text: str) -> Tale:
        """A story by the link of one of its reports, or by its number.

        Raises:
            CommandError: there is none.
        """
        async with self._database.read() as tx:
            found = await reports.story(tx, (await meant(tx, text)).id)
            if found is None:
                raise CommandError(
                    "I know no such story.", "give the link of an article I told of, or a story's number"
                )
            heads = await reports.headlines(tx, [found.follows]) if found.follows else {}
        return Tale(found, heads.get(found.follows or 0, ""))
