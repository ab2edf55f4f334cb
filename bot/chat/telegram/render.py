"""Messages as Telegram shows them: HTML, an inline keyboard and a link preview, within its limits. Pure.

Nothing of a feed acts: its text is escaped, its mentions, tags, commands and bare domains are broken by an
invisible character, and only http and https links are linked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_timedelta
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

from bot.chat.telegram.text import (
    Run,
    clean,
    cut,
    fit,
    html,
    quiet,
    unmentioned,
    web_link,
    within_entities,
)
from bot.domain.badges import badges
from bot.domain.messages import AlertCard, Button, Message, Moment, Span, Text
from bot.services.tongues import tongue_of

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024
ENTITY_LIMIT = 100
BUTTON_LIMIT = 100
ROW_LIMIT = 8
ACTION_LIMIT = 64
"""Bytes of `callback_data`. All limits: core.telegram.org/bots/api and limits.tginfo.me."""

TITLE, SUMMARY, NAME, LABEL = 400, 1200, 64, 64
"""Units for a headline, a summary, an outlet's name, a button's label: an alert is to be read at a glance."""

SOURCES = 12

STAY = "."
"""Put before the action of a button under an alert: the answer must not replace the alert."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the Bot API is given. `dropped` names the buttons that did not fit its limits."""

    html: str
    keyboard: InlineKeyboardMarkup | None
    preview: LinkPreviewOptions
    dropped: tuple[str, ...] = ()


def render(message: Message, now: datetime, limit: int = TEXT_LIMIT) -> Rendered:
    """The message for Telegram.

    Args:
        message: what is said.
        now: words the age of a moment where a client can't do it itself.
        limit: UTF-16 units that the text may have; a picture's caption has fewer.
    """
    runs = list(_card(message.card, message.language, now)) if message.card else []
    if runs and message.lines:
        runs.append(Run("\n\n"))
    runs += _lines(message.lines, message.language, now)
    fitted = within_entities(fit(runs, limit), ENTITY_LIMIT)
    if not any(run.text.strip() for run in fitted):
        fitted = [Run("…")]
    rows, dropped = keyboard(message.buttons, stay=message.card is not None)
    return Rendered(
        html(fitted), InlineKeyboardMarkup(rows) if rows else None, _preview(message), tuple(dropped)
    )


def plain(message: Message, now: datetime) -> str:
    """The message's text alone, for when Telegram does not take its markup."""
    runs = list(_card(message.card, message.language, now)) if message.card else []
    runs += _lines(message.lines, message.language, now)
    return "".join(run.text for run in fit(runs, TEXT_LIMIT)).strip() or "…"


def _preview(message: Message) -> LinkPreviewOptions:
    """Only the article's picture: its page, which a chat may ask for, repeats the headline and the teaser."""
    card = message.card
    if card and message.page_preview and (page := web_link(card.url)):
        return LinkPreviewOptions(url=page, prefer_small_media=True)
    picture = web_link(card.image) if card and card.image else None
    if picture is None:
        return LinkPreviewOptions(is_disabled=True)
    return LinkPreviewOptions(url=picture, prefer_small_media=True)


# --- lines ------------------------------------------------------------------------------------------


def _lines(lines: Sequence[Sequence[Span]], language: str, now: datetime) -> Iterator[Run]:
    for index, line in enumerate(lines):
        if index:
            yield Run("\n")
        for span in line:
            yield _span(span, language, now)


def _span(span: Span, language: str, now: datetime) -> Run:
    match span:
        case str():
            return Run(unmentioned(clean(span, lines=True)))
        case Moment(at) if at > now:
            words = format_timedelta(at - now, add_direction=True, locale=tongue_of(language).locale)
            return Run(words, unix=int(at.timestamp()))
        case Moment(at):
            return _age(at, language, now)
        case Text():
            url = web_link(span.url) if span.url else None
            text = clean(span.text, lines=True)
            inert = url is not None or span.code  # clients look for mentions in neither
            return Run(text if inert else unmentioned(text), span.bold, span.italic, span.code, url)


def _age(at: datetime, language: str, now: datetime) -> Run:
    """An age that clients since Bot API 9.5 keep right by themselves; older ones show it as of now."""
    age = max(now - at, timedelta(seconds=1))  # a clock that is ahead must not say "in 2 minutes"
    words = format_timedelta(
        -age, granularity="minute", add_direction=True, locale=tongue_of(language).locale
    )
    return Run(words, unix=int(at.timestamp()))


# --- alerts -----------------------------------------------------------------------------------------


def _card(card: AlertCard, language: str, now: datetime) -> Iterator[Run]:
    if card.was:
        yield Run(f"“{_feed_text(card.was, TITLE)}” →", italic=True)
        yield Run("\n")
    yield _headline(card)
    yield Run(f"\n{_feed_text(card.outlet, NAME)} · ")
    yield _age(card.published, language, now)
    if tag := clean(card.language).upper():
        yield Run(f" · {quiet(tag)}")
    for badge in badges(card, tongue_of(language)):
        yield Run(f" · {badge}")
    if summary := _feed_text(card.summary, SUMMARY):
        yield Run(f"\n\n{summary}")
    yield from _sources(card.sources)
    if tags := [tag for topic in card.topics if (tag := hashtag(topic))]:
        yield Run("\n\n" + " ".join(tags))


def _headline(card: AlertCard) -> Run:
    url = web_link(card.url)
    title = cut(clean(card.title), TITLE) or card.url
    return Run(title if url else quiet(title), bold=True, url=url)


def _sources(sources: Sequence[tuple[str, str]]) -> Iterator[Run]:
    """The further reports: "+2: NOS, BBC", each linked."""
    if not sources:
        return
    yield Run(f"\n\n+{len(sources)}: ")
    for index, (outlet, address) in enumerate(sources[:SOURCES]):
        if index:
            yield Run(", ")
        url = web_link(address)
        name = cut(clean(outlet), NAME)
        yield Run(name if url else quiet(name), url=url)
    if len(sources) > SOURCES:
        yield Run(", …")


def _feed_text(text: str, limit: int) -> str:
    return quiet(cut(clean(text), limit))


def hashtag(topic: str) -> str:
    """A topic's slug as a tag that Telegram links: letters, digits and underscores, not digits alone."""
    word = re.sub(r"\W+", "_", clean(topic)).strip("_")
    return f"#{word}" if re.search(r"[^\W\d_]", word) else ""


# --- buttons ----------------------------------------------------------------------------------------


def keyboard(
    rows: Sequence[Sequence[Button]], *, stay: bool
) -> tuple[list[list[InlineKeyboardButton]], list[str]]:
    """The buttons in rows of at most eight, and the labels of those that Telegram would refuse.

    One button with `callback_data` over 64 bytes makes Telegram refuse the whole message, so it is left out.
    """
    kept: list[list[InlineKeyboardButton]] = []
    dropped: list[str] = []
    count = 0
    for row in rows:
        made: list[InlineKeyboardButton] = []
        for button in row:
            pressable = _button(button, stay) if count < BUTTON_LIMIT else None
            if pressable is None:
                dropped.append(button.label)
                continue
            made.append(pressable)
            count += 1
        kept += [made[start : start + ROW_LIMIT] for start in range(0, len(made), ROW_LIMIT)]
    return kept, dropped


def _button(button: Button, stay: bool) -> InlineKeyboardButton | None:
    label = cut(clean(button.label), LABEL)
    if not label:
        return None
    if button.url:
        url = web_link(button.url)
        return InlineKeyboardButton(label, url=url) if url else None
    action = (STAY if stay else "") + button.action
    if not button.action or len(action.encode("utf-8", "replace")) > ACTION_LIMIT:
        return None
    return InlineKeyboardButton(label, callback_data=action)
