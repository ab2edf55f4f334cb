"""The body and the signature of webhooks."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.messages import AlertCard, Message, Moment, Text, say
from bot.domain.webhooks import Hook, body_of, edit_key, secret_problem, signed_headers
from tests.support.receiver import SECRET, verified

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
CARD = AlertCard(
    title="NAVO <oefent> & wacht",
    url="https://kust.example/1",
    outlet="Kustbode",
    published=AT,
    summary="Twintig schepen.",
    topics=("nato",),
    language="nl",
    image="javascript:alert(1)",
    sources=(("Proefkrant", "https://proef.example/2"), ("Vals", "https://a@evil.example/")),
)


def test_the_published_example_of_standard_webhooks_is_signed_alike() -> None:
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["idempotency-key"] == headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_an_alert_is_told_with_all_its_parts_and_no_address_that_is_unsafe() -> None:
    told = json.loads(body_of("desk", "heraut-7", Message(card=CARD, language="nl")))
    assert (told["version"], told["type"], told["id"], told["webhook"]) == (1, "alert", "heraut-7", "desk")
    assert told["replaces"] is None
    assert told["alert"]["title"] == "NAVO <oefent> & wacht"
    assert told["alert"]["image"] is None
    assert told["alert"]["published"] == "2026-03-02T12:00:00+00:00"
    assert told["alert"]["sources"] == [
        {"outlet": "Proefkrant", "url": "https://proef.example/2"},
        {"outlet": "Vals", "url": None},
    ]
    assert told["text"] == "NAVO <oefent> & wacht\nTwintig schepen.\nhttps://kust.example/1"


def test_lines_are_told_as_plain_text() -> None:
    told = json.loads(body_of("desk", "k", say(["Om ", Moment(AT), ": ", Text("vet", bold=True)], "twee")))
    assert (told["type"], told["alert"]) == ("message", None)
    assert told["text"] == "Om 2026-03-02T12:00:00+00:00: vet\ntwee"


def test_an_update_says_what_it_replaces_and_has_a_key_of_its_own() -> None:
    first, second = Message(card=CARD), say("anders")
    assert json.loads(body_of("desk", "k", first, "heraut-7"))["replaces"] == "heraut-7"
    assert edit_key("heraut-7", first) == edit_key("heraut-7", Message(card=CARD))
    assert edit_key("heraut-7", first) != edit_key("heraut-7", second)
    assert edit_key("heraut-7", first) != edit_key("heraut-8", first)


@pytest.mark.parametrize(
    "secret", ["", "short", "whsec_!!!", "whsec_" + base64.b64encode(b"short").decode(), "é" * 7]
)
def test_a_weak_secret_is_refused(secret: str) -> None:
    assert secret_problem(secret)


@pytest.mark.parametrize("secret", ["sixteen letters!", SECRET])
def test_a_secret_is_text_or_base64(secret: str) -> None:
    assert secret_problem(secret) == ""


def test_a_hook_does_not_show_its_secret() -> None:
    assert "sixteen" not in repr(Hook("desk", "https://desk.example", "sixteen letters!"))


@given(st.text(max_size=200), st.text(max_size=30))
def test_any_text_is_signed_so_that_it_can_be_verified(text: str, key: str) -> None:
    key = "heraut-" + key.encode().hex() if key.isascii() else "heraut-1"
    body = body_of("desk", key, say(text))
    assert json.loads(body)["text"] == text.encode("utf-8", "replace").decode()
    assert verified(SECRET, signed_headers(SECRET, key, 1_700_000_000, body), body)
    assert not verified(SECRET, signed_headers(SECRET, key, 1_700_000_001, body) | {"webhook-id": "x"}, body)
