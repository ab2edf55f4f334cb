"""The phrases that the owners accepted as meaning something else, kept in force beside those of the packs."""

import structlog

from bot.domain.messages import Button, Message, Text, say
from bot.domain.tongue import Tongue
from bot.errors import CommandError
from bot.ports import Clock
from bot.services.alarm import Notify
from bot.services.places import Place
from bot.services.rulebook import RuleBook
from bot.store import amendments, audit
from bot.store.amendments import Amendment, State
from bot.store.database import Database, Transaction

log = structlog.get_logger()


class Blockers:
    """Keeps the accepted phrases, and those in force that are accepted.

    Args:
        database: where the phrases are.
        book: the rules in force.
        clock: the time.
        notify: tells those who run the bot.
    """

    def __init__(self, database: Database, book: RuleBook, clock: Clock, notify: Notify) -> None:
        self._database = database
        self._book = book
        self._clock = clock
        self._notify = notify

    def name_of(self, entity: str) -> str:
        """An entity's name; its id when no pack has it any more."""
        known = self._book.packs.entities.get(entity)
        return known.name if known else entity

    async def listed(self) -> list[Amendment]:
        """What was accepted."""
        async with self._database.read() as tx:
            return await amendments.blockers(tx)

    async def ask(self, tx: Transaction, proposal: Amendment, chat: str) -> int:
        """Ask those who run the bot whether a phrase shall count; returns how many are asked."""

        def worded(tongue: Tongue) -> Message:
            return self.question(proposal, chat, tongue)

        return await self._notify(tx, f"amendment:{proposal.id}", worded, self._clock.now())

    def question(self, proposal: Amendment, chat: str, tongue: Tongue) -> Message:
        """What those who run the bot are asked."""
        name = Text(self.name_of(proposal.entity), bold=True)
        return say(
            tongue.spans(
                "In {chat} somebody says that “{phrase}” is not {name}.",
                chat=chat,
                phrase=Text(proposal.phrase, bold=True),
                name=name,
            ),
            tongue.spans("The article: {title}", title=Text(proposal.title, italic=True)),
            tongue("Accepted, it counts for every chat from now on. Take it back with /blockers."),
            buttons=[
                [
                    Button(tongue("Accept"), f"/amend {proposal.id} accept"),
                    Button(tongue("Dismiss"), f"/amend {proposal.id} dismiss"),
                ]
            ],
        )

    async def accept(self, place: Place, number: int) -> Amendment:
        """Let a proposed phrase count.

        Raises:
            CommandError: it is not proposed, or it was decided before.
        """
        return await self._decide(place, number, State.OPEN, State.ACCEPTED)

    async def dismiss(self, place: Place, number: int) -> Amendment:
        """Let a proposed phrase be.

        Raises:
            CommandError: it is not proposed, or it was decided before.
        """
        return await self._decide(place, number, State.OPEN, State.DISMISSED)

    async def remove(self, place: Place, number: int) -> Amendment:
        """Let an accepted phrase no longer count.

        Raises:
            CommandError: no such phrase counts.
        """
        return await self._decide(place, number, State.ACCEPTED, State.DISMISSED)

    async def _decide(self, place: Place, number: int, was: State, state: State) -> Amendment:
        now = self._clock.now()
        async with self._database.write() as tx:
            found = await amendments.find(tx, number)
            if found is None or not found.entity or not await amendments.decide(tx, number, was, state, now):
                raise CommandError("That was decided already, or was never proposed.", "see /blockers")
            await audit.note(tx, place.change(now, "blocker", f"{state}: {found.entity}: {found.phrase}"))
            words = [(each.entity, each.phrase) for each in await amendments.blockers(tx)]
        if State.ACCEPTED in (was, state):
            await self._book.know(words)
        log.info("blocker decided", entity=found.entity, phrase=found.phrase, state=state)
        return found
