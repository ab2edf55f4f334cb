"""From an article's page to a chat: the real program, an emulated publisher, model and Telegram."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.emulators.feeds import FeedServer
from tests.emulators.model import ModelServer
from tests.emulators.telegram import TelegramEmulator
from tests.support.feedbuilder import FeedItem, rss
from tests.support.heraut import HerautProcess
from tests.support.waiting import PATIENCE, until
from tests.support.webpages import linked, page

pytestmark = pytest.mark.slow

LEAD = "De NAVO stuurt deze week zes schepen naar de Oostzee, zegt secretaris-generaal Mark Rutte in Brussel."
SECOND = "De schepen bewaken kabels en leidingen op de zeebodem tussen Finland en Estland."
BODY = page(f"<p>{LEAD}</p><p>{SECOND}</p><p>Woordvoerders van Finland en Estland zijn er blij mee.</p>" * 2)
LOCKED = page("", linked(articleBody=f"{LEAD}\n{SECOND}\n{LEAD}", isAccessibleForFree=False))
FIRM = "Rutte en de NAVO spreken over kabels"


async def test_pages_walls_and_a_model_reach_the_chat(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram, FeedServer() as feed, ModelServer() as model:
        feed.put("/rss", rss([]))
        feed.put("/2", BODY, content_type="text/html; charset=utf-8")
        feed.put("/3", LOCKED, content_type="text/html; charset=utf-8")
        model.answer = "Zeshonderd schepen bewaken kabels in de Oostzee, zegt Mark Rutte."
        process = HerautProcess(
            tmp_path,
            settings=(
                f"[telegram]\napi_base_url = '{telegram.url}'\n"
                f"[summary]\nendpoint = '{model.url}'\nmodel = 'klein'\n"
                "[polling]\ntick_seconds = 0.2\nmin_interval_seconds = 1\nmax_interval_seconds = 1\n"
                f"host_spacing_seconds = 0\narticle_seconds = 20\nallow_hosts = ['{feed.host}']"
            ),
            feeds=f"[[feed]]\nurl = '{feed.url('/rss')}'\noutlet = 'Proefkrant'\nowner = 'proef'\n",
            environment={"HERAUT_TELEGRAM__TOKEN": telegram.token, "HERAUT_SUMMARY__KEY": model.key},
        )
        anna = telegram.add_chat(title="Anna")

        async def told(title: str) -> list[str]:
            return [each.text for each in telegram.messages(anna) if title in each.text]

        async with process:
            telegram.user_says(anna, anna, "/subscribe nato")
            await telegram.wait_messages(anna, 1, PATIENCE)
            title = "NAVO stuurt schepen naar de Oostzee"
            feed.put("/rss", rss([item(title, feed.url("/2"))]))
            (alert,) = await until(lambda: told(title))
            assert f"{LEAD} {SECOND}" in alert
            assert "🔒" not in alert
            assert len(model.questions) == 1

            model.answer = "Zes schepen bewaken kabels in de Oostzee, zegt Mark Rutte."
            feed.put("/rss", rss([item(FIRM, feed.url("/3")), item(title, feed.url("/2"))]))
            (alert,) = await until(lambda: told(FIRM))
            assert model.answer in alert
            assert "🔒 alleen voor abonnees · ingekort door AI" in alert
        assert model.key not in process.log


def item(title: str, url: str) -> FeedItem:
    return FeedItem(title, url, "Het bondgenootschap reageert.", datetime.now(UTC))
