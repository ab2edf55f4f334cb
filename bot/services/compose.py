"""What a delivery says: rendered from its story when it is sent, so that it is never out of date."""

from bot.domain.messagecodec import from_json
from bot.domain.messages import AlertCard, Message
from bot.domain.models import Delivery, Story
from bot.domain.summary import summarise
from bot.store import chats, stories
from bot.store.database import Database


class Composer:
    """Turns ledger rows into messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def compose(self, delivery: Delivery) -> Message | None:
        """The message of a delivery; None when its story is no longer stored."""
        if delivery.payload is not None:
            return from_json(delivery.payload)
        async with self._database.read() as tx:
            chat = await chats.by_id(tx, delivery.chat_id)
            found = await stories.load(tx, [delivery.story_id] if delivery.story_id is not None else [])
        if chat is None or delivery.story_id not in found:
            return None
        return story_message(found[delivery.story_id], chat.language)


def story_message(story: Story, language: str) -> Message:
    """The alert of a story: its first report, with the further ones as sources."""
    return Message(card=story_card(story), language=language)


def story_card(story: Story) -> AlertCard:
    """A story as a card. Outlets that reported it twice are named once."""
    first, *others = story.items
    sources = {report.outlet.name: report.url for report in others if report.outlet != first.outlet}
    return AlertCard(
        title=first.title,
        url=first.url,
        outlet=first.outlet.name,
        published=first.published,
        summary=summarise(first.title, first.summary),
        topics=story.topics,
        language=first.language,
        image=first.image,
        sources=tuple(sources.items()),
    )


def plain(message: Message) -> Message:
    """The same message without any layout, for a platform that refused it."""
    card = message.card
    if card is None:
        lines = tuple(
            ("".join(span if isinstance(span, str) else getattr(span, "text", "") for span in line),)
            for line in message.lines
        )
        return Message(lines=lines, language=message.language)
    return Message(
        lines=tuple((line,) for line in (card.title, card.outlet, card.summary, card.url) if line),
        language=message.language,
    )
