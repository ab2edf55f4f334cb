"""Badges of an alert."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.badges import badges
from bot.domain.messages import AlertCard
from bot.domain.tongue import ENGLISH
from bot.services.tongues import tongue_of

CARD = AlertCard("Titel", "https://a.example", "Proefkrant", datetime(2031, 3, 3, tzinfo=UTC), "", (), "nl")


def test_a_badge_is_worded_for_the_chat_and_not_for_the_article() -> None:
    card = replace(CARD, paywalled=True, shortened=True)
    assert badges(card, tongue_of("nl")) == ("🔒 alleen voor abonnees", "ingekort door AI")
    assert (
        badges(card, ENGLISH) == badges(card, tongue_of("fy")) == ("🔒 subscribers only", "shortened by AI")
    )


def test_an_ordinary_article_has_no_badge() -> None:
    assert badges(CARD, ENGLISH) == ()
