"""How chats are told, and what this installation is set to."""

from datetime import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Settings
from bot.domain.manner import LostAnswer, Manner, Preview
from bot.errors import CommandError
from bot.store import roster
from bot.store.roster import Entry
from bot.web.pages.mannerform import fields_of, read_manner
from bot.web.settingsview import SET, UNSET, shown
from bot.web.zones import zones
from tests.support.site import Site, running_site

pytestmark = pytest.mark.slow

FORM = {
    "language": "nl",
    "timezone": "America/Curacao",
    "quiet_from": "23:00",
    "quiet_until": "07:30",
    "breaking": "4",
    "digest_times": "18:00, 8:00",
    "digest_day": "6",
    "digest_only": "on",
    "hourly_cap": "5",
    "lost_answer": "skip",
    "silent": "on",
    "preview": "page",
}
MANNER = Manner(
    time(23), time(7, 30), 4, (time(8), time(18)), 6, True, 5, LostAnswer.SKIP, True, Preview.PAGE
)
SECRETS: dict[str, Any] = {
    "telegram": {"token": "123:very-secret"},
    "discord": {"token": "very-secret"},
    "web": {"token": "very-secret-very-secret", "login": "anna", "password_hash": "$argon2id$very-secret"},
    "summary": {"endpoint": "https://anna:very-secret@model.example/v1?key=very-secret", "model": "m"},
    "polling": {"proxy": "http://anna:very-secret@proxy.example:3128"},
    "database_url": "sqlite+aiosqlite:///very-secret.sqlite3",
}


async def entry(site: Site, chat: int = 1) -> Entry:
    async with site.database.read() as tx:
        found = await roster.one(tx, chat)
    assert found
    return found


async def page(client: aiohttp.ClientSession, path: str = "/settings", status: int = 200) -> str:
    async with client.get(path) as answer:
        assert answer.status == status
        return await answer.text()


async def test_every_chat_is_shown_with_how_it_is_told(client: aiohttp.ClientSession) -> None:
    html = await page(client)
    assert html.count('class="panel entry"') == 3
    assert "Europe/Amsterdam" in html
    assert "Sign in to change this." in html


async def test_who_signed_in_changes_how_a_chat_is_told(
    owner: aiohttp.ClientSession, csrf: str, site: Site
) -> None:
    async with owner.post("/settings/1", data={"csrf": csrf, **FORM}) as answer:
        assert answer.status == 200
        assert str(answer.url.relative()).startswith("/settings")
        html = await answer.text()
    chat = (await entry(site)).chat
    assert (chat.language, chat.timezone, chat.manner) == ("nl", "America/Curacao", MANNER)
    assert "23:00–07:30" in html
    assert "Sunday 08:00 18:00 · nothing else" in html


async def test_the_form_shows_what_is_set_so_that_saving_it_changes_nothing(
    owner: aiohttp.ClientSession, csrf: str, site: Site
) -> None:
    async with owner.post("/settings/1", data={"csrf": csrf, **FORM}) as answer:
        assert answer.status == 200
    html = await page(owner, "/settings/1")
    for value in ("23:00", "07:30", "4", "08:00 18:00", "5", "America/Curacao"):
        assert f'value="{value}"' in html
    assert '<option value="6" selected>Sunday' in html
    assert 'name="digest_only" checked' in html


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"quiet_until": ""}, "begin and an end"),
        ({"quiet_from": "25:99"}, "no time of day"),
        ({"timezone": "Mars/Base"}, "no such timezone"),
        ({"timezone": ""}, "no such timezone"),
        ({"digest_times": "soon"}, "no time of day"),
        ({"digest_times": ""}, "need a time"),
        ({"digest_times": "1 2 3 4 5 6 7"}, "at most 6"),
        ({"digest_day": "7"}, "day of the week"),
        ({"hourly_cap": "-1"}, "no number"),
        ({"breaking": "99999"}, "no number"),
        ({"breaking": "٣"}, "no number"),
        ({"lost_answer": "perhaps"}, "sent again or left out"),
        ({"preview": "hologram"}, "a picture, a page or nothing"),
        ({"language": "xx"}, "language is one of"),
    ],
)
async def test_what_cannot_be_set_is_said_and_changes_nothing(
    owner: aiohttp.ClientSession, csrf: str, site: Site, wrong: dict[str, str], said: str
) -> None:
    before = await entry(site)
    async with owner.post("/settings/1", data={"csrf": csrf, **FORM, **wrong}) as answer:
        assert answer.status == 400
        assert said in await answer.text()
    assert await entry(site) == before


async def test_what_was_filled_in_stands_there_still_when_it_is_refused_in_the_readers_language(
    owner: aiohttp.ClientSession, csrf: str
) -> None:
    typed = {**FORM, "timezone": "Europe/Nergens", "digest_times": "07:15 21:45", "hourly_cap": "17"}
    dutch = {"accept": "text/html", "accept-language": "nl"}
    async with owner.post("/settings/1", data={"csrf": csrf, **typed}, headers=dutch) as answer:
        assert answer.status == 400
        html = await answer.text()
    assert "Die tijdzone ken ik niet." in html
    for value in ("Europe/Nergens", "07:15 21:45", "17"):
        assert f'value="{value}"' in html
    # A form that lacks fields is one with empty fields.
    async with owner.post("/settings/1", data={"csrf": csrf, "language": "nl"}) as answer:
        assert answer.status == 400


async def test_a_reader_sees_the_form_and_changes_nothing(client: aiohttp.ClientSession, site: Site) -> None:
    html = await page(client, "/settings/1")
    assert "<fieldset disabled>" in html
    assert "main-button" not in html
    before = await entry(site)
    async with client.post("/settings/1", data={"csrf": "x", **FORM}) as answer:
        assert answer.status == 403
    assert await entry(site) == before


@pytest.mark.parametrize(("path", "status"), [("/settings/99", 404), ("/settings/x", 400)])
async def test_there_is_no_form_of_a_chat_that_is_not_there(
    client: aiohttp.ClientSession, path: str, status: int
) -> None:
    await page(client, path, status)


async def test_the_installation_is_shown_without_any_secret(tmp_path: Path) -> None:
    async with (
        running_site(tmp_path, settings=shown(Settings(**SECRETS))) as site,
        aiohttp.ClientSession(site.url, headers={"accept": "text/html"}) as client,
    ):
        html = await page(client)
    assert "very-secret" not in html
    assert "proxy.example:3128" in html
    assert "https://model.example/v1?…" in html
    assert SET in html


def test_a_secret_is_said_to_be_set_or_not() -> None:
    rows = {(group.name, row.key): row.value for group in shown(Settings(**SECRETS)) for row in group.rows}
    assert rows["telegram", "token"] == SET
    assert rows["telegram", "webhook_secret"] == UNSET
    assert rows["", "database_url"] == SET
    assert rows["web", "port"] == "8017"
    assert "very-secret" not in str(rows)


def test_further_accounts_are_shown_by_their_tables_and_without_secrets() -> None:
    further = {"token": "very-secret", "webhook_secret": "very-secret"}
    settings = Settings(telegram={"accounts": {"sport": further}}, discord={"accounts": {"desk": {}}})
    rows = {(group.name, row.key): row.value for group in shown(settings) for row in group.rows}
    assert rows["telegram.accounts.sport", "token"] == SET
    assert rows["discord.accounts.desk", "token"] == UNSET
    assert ("telegram", "accounts") not in rows
    assert "very-secret" not in str(rows)


def test_zones_are_places_of_the_world() -> None:
    assert {"Europe/Amsterdam", "Asia/Kolkata", "UTC"} <= set(zones())
    assert "SystemV/AST4" not in zones()


@given(st.dictionaries(st.sampled_from(sorted(FORM)), st.text(max_size=30)))
def test_any_form_is_read_or_refused(fields: dict[str, str]) -> None:
    try:
        manner = read_manner({**FORM, **fields}, Manner())
    except CommandError:
        return
    assert read_manner(fields_of(manner), Manner()) == manner
