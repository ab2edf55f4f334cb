"""What a delivery says: rendered from its story when it is sent, so that it is never out of date."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.domain.manner import Manner, Preview
from bot.domain.messagecodec import from_json
from bot.domain.messages import AlertCard, Button, Message, Moment, Span, Text
from bot.domain.models import Delivery, DeliveryKind, Outcome, Priority, Story, Transient, Vanished
from bot.domain.summary import summarise
from bot.domain.tongue import Tongue
from bot.domain.wire import independent
from bot.errors import BadInput, Phrase
from bot.services.tongues import tongue_of
from bot.store import deliveries, folding, mentions, stories
from bot.store.database import Database
from bot.store.folding import Folded

log = structlog.get_logger()

HEADLINE, OUTLET, LINK = 120, 40, 200
"""Characters in a line of a digest: with them a whole one fits everywhere. A longer link is left out."""

HEADERS: Mapping[str, Phrase] = {
    "late": Phrase("Earlier, and not told in time"),
    "burst": Phrase("Much at once: the rest in one message"),
    "return": Phrase("While this chat was away"),
    "quiet": Phrase("During the quiet hours"),
    "digest": Phrase("Your digest"),
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A message to send, or with `edits` to put in the place of an earlier one."""

    message: Message
    edits: str | None = None


class Composer:
    """Turns ledger rows into messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def compose(self, batch: Sequence[Delivery]) -> dict[int, Ready | Outcome]:
        """The messages of deliveries by their id, or why there is none to send."""
        wanted = {each.story_id for each in batch if each.payload is None and each.story_id is not None}
        digests = [each.id for each in batch if each.payload is None and each.kind is DeliveryKind.DIGEST]
        edits = {_key(each) for each in batch if _is_edit(each)}
        alerts = {(each.chat_id, each.story_id) for each in batch if _is_alert(each) and each.story_id}
        async with self._database.read() as tx:
            parts = await folding.stories_of(tx, digests) if digests else {}
            wanted |= {part.story_id for each in parts.values() for part in each}
            found = await stories.load(tx, wanted) if wanted else {}
            earlier = await deliveries.alert_messages(tx, edits)
            roles = await mentions.of(tx, alerts)
        made = {each.id: _composed(each, found, parts, earlier) for each in batch}
        return {
            each.id: _mentioning(made[each.id], roles.get((each.chat_id, each.story_id or 0)))
            for each in batch
        }


def _mentioning(made: Ready | Outcome, roles: tuple[str, ...] | None) -> Ready | Outcome:
    """An alert that mentions roles; an edit of it does so no second time."""
    if not roles or not isinstance(made, Ready) or made.edits is not None:
        return made
    return replace(made, message=replace(made.message, mentions=roles))


def _composed(
    delivery: Delivery,
    found: Mapping[int, Story],
    parts: Mapping[int, Sequence[Folded]],
    earlier: Mapping[tuple[str, int, int], str],
) -> Ready | Outcome:
    try:
        message = _message(delivery, found, parts)
    except BadInput as error:
        return Vanished(f"its text cannot be read: {error}")
    except Exception as error:
        # One story that cannot be rendered must not hold up the messages composed with it.
        log.exception("message not composed", delivery=delivery.id)
        return Transient(f"it could not be composed ({type(error).__name__})")
    if message is None:
        return Vanished("its story is no longer stored")
    if not _is_edit(delivery):
        return Ready(message)
    message_id = earlier.get(_key(delivery))
    return Ready(message, message_id) if message_id else Vanished("there is no message to edit")


def _message(
    delivery: Delivery, found: Mapping[int, Story], parts: Mapping[int, Sequence[Folded]]
) -> Message | None:
    if delivery.payload is not None:
        return from_json(delivery.payload)
    if delivery.kind is DeliveryKind.DIGEST:
        told = [found[part.story_id] for part in parts.get(delivery.id, ()) if part.story_id in found]
        return digest_message(told, delivery.gather, delivery.language) if told else None
    story = found.get(delivery.story_id) if delivery.story_id is not None else None
    if story is None:
        return None
    alert = _shown_as(story_message(story, delivery.language), delivery.manner)
    return replace(alert, silent=delivery.manner.silent and delivery.priority > Priority.BREAKING)


def story_message(story: Story, language: str) -> Message:
    """The alert of a story: its first report, with the further ones as sources."""
    return Message(card=story_card(story), language=language, buttons=_feedback(story, tongue_of(language)))


def _shown_as(message: Message, manner: Manner) -> Message:
    """An alert with what the chat wants to see under it."""
    if manner.preview is Preview.NONE:
        return without_picture(message)
    return replace(message, page_preview=manner.preview is Preview.PAGE)


def _feedback(story: Story, tongue: Tongue) -> tuple[tuple[Button, ...], ...]:
    """What can be said of an alert. The actions carry the story's number, so they outlive a restart."""
    return (
        (
            Button(tongue("Open"), url=story.items[0].url),
            Button(tongue("Mute story"), f"/hush {story.id}"),
        ),
        (
            Button(tongue("Less of this"), f"/less {story.id}"),
            Button(tongue("Wrong match"), f"/wrong {story.id}"),
        ),
    )


def story_card(story: Story) -> AlertCard:
    """A story as a card. Outlets that reported it twice are named once."""
    first, *others = story.items
    sources = {report.outlet.name: report.url for report in others if report.outlet != first.outlet}
    return AlertCard(
        title=first.title,
        url=first.url,
        outlet=first.outlet.name,
        published=first.published,
        summary=first.brief or summarise(first.title, first.summary),
        topics=story.topics,
        language=first.language,
        image=first.image,
        sources=tuple(sources.items()),
        was=first.was,
        paywalled=first.paywalled,
        shortened=first.shortened,
        withdrawn=first.gone,
    )


def digest_message(told: Collection[Story], why: str, language: str) -> Message:
    """Many stories in one message, those that most owners report first."""
    tongue = tongue_of(language)
    ranked = sorted(told, key=lambda story: (-independent(story.voices), story.id))
    header: Sequence[Span] = [Text(tongue(HEADERS.get(why, HEADERS["digest"])), bold=True)]
    return Message(lines=(header, *(digest_line(story) for story in ranked)), language=language, silent=True)


def digest_line(story: Story) -> Sequence[Span]:
    """A story in one line: headline, outlet, how many others report it, and its age."""
    first = story.items[0]
    url = first.url if len(first.url) <= LINK else None
    others = independent(story.voices) - 1
    more = f" +{others}" if others else ""
    outlet = f" {_short(first.outlet.name, OUTLET)}{more}, "
    return ("• ", Text(_short(first.title, HEADLINE), url=url), outlet, Moment(first.published))


def _short(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def without_picture(message: Message) -> Message:
    """The same message without its picture, for a platform that could not get or show it."""
    return replace(message, card=replace(message.card, image=None)) if message.card else message


def plain(message: Message) -> Message:
    """The same message without any layout, for a platform that refused it."""
    card = message.card
    if card is None:
        lines = tuple(
            ("".join(span if isinstance(span, str) else getattr(span, "text", "") for span in line),)
            for line in message.lines
        )
    else:
        lines = tuple((line,) for line in (card.title, card.outlet, card.summary, card.url) if line)
    return Message(lines=lines, language=message.language, silent=message.silent, mentions=message.mentions)


def _is_edit(delivery: Delivery) -> bool:
    return delivery.kind is DeliveryKind.UPDATE and delivery.story_id is not None


def _is_alert(delivery: Delivery) -> bool:
    return delivery.kind is DeliveryKind.ALERT and delivery.payload is None


def _key(delivery: Delivery) -> tuple[str, int, int]:
    return delivery.lane, delivery.chat_id, delivery.story_id or 0
