"""The rule lab over HTTP."""

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RuleError
from bot.services.tongues import tongue_of
from bot.web.pages.rules import pointed
from bot.web.trials import RULE_LIMIT

pytestmark = pytest.mark.slow

TONGUE = tongue_of("nl")


async def lab(client: aiohttp.ClientSession, rule: str, status: int = 200) -> str:
    async with client.get("/rules", params={"rule": rule}, headers={"accept-language": "nl"}) as answer:
        assert answer.status == status
        return await answer.text()


async def test_without_a_rule_there_are_examples_to_try(client: aiohttp.ClientSession) -> None:
    html = await lab(client, "")
    assert "Bijvoorbeeld" in html
    assert "Net gemist" not in html


async def test_a_rule_shows_hits_near_misses_and_alerts_a_day(client: aiohttp.ClientSession) -> None:
    html = await lab(client, "@rutte AND luchtafweer")
    hits, near = html[html.index('id="hits"') : html.index('id="misses"')], html[html.index('id="misses"') :]
    assert hits.count('class="panel entry"') == 2
    assert "Rutte promises Ukraine" in near
    assert "staat niet in het artikel" in near
    assert "<b>1,0</b> meldingen per dag" in html
    assert 'value="/subscribe @rutte AND luchtafweer"' in html


async def test_a_mistake_is_shown_where_it_is(client: aiohttp.ClientSession) -> None:
    html = await lab(client, "@rutte AND @nobody-known")
    assert 'role="alert"' in html
    assert '@rutte AND <mark class="wrong">@</mark>nobody-known' in html


async def test_a_mistake_is_told_in_the_language_of_the_reader(client: aiohttp.ClientSession) -> None:
    html = await lab(client, "(rutte")
    assert TONGUE("this ( is never closed") in html
    assert "never closed" not in html


async def test_a_rule_is_text_wherever_it_is_shown(client: aiohttp.ClientSession) -> None:
    for rule in ("</textarea><script>alert(1)</script>", '"</textarea><script>alert(1)"'):
        assert "<script>alert" not in await lab(client, rule)


@pytest.mark.parametrize("rule", ["x" * (RULE_LIMIT + 1), "a\0b"])
async def test_what_cannot_be_a_rule_is_refused(client: aiohttp.ClientSession, rule: str) -> None:
    await lab(client, rule, 400)


async def test_who_tries_too_many_rules_must_wait(client: aiohttp.ClientSession) -> None:
    statuses = []
    for number in range(14):
        async with client.get("/rules", params={"rule": f"@nato OR brug{number}"}) as answer:
            statuses.append(answer.status)
    assert statuses[0] == 200
    assert 429 in statuses


async def test_the_same_rule_again_costs_nothing(client: aiohttp.ClientSession) -> None:
    for _ in range(14):
        await lab(client, "@nato")


@given(st.text(max_size=50), st.integers(0, 60))
def test_a_pointed_rule_is_the_whole_rule(text: str, position: int) -> None:
    shown = pointed(text, RuleError("wrong", position), TONGUE)
    assert (shown.before + shown.at + shown.after).rstrip(" ") == text.rstrip(" ")
