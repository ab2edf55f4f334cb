"""Headlines of every odd kind, on every platform: shown as they are, cut where they must be, never acting."""

import unicodedata
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.domain.messages import AlertCard, Message, Text, say
from tests.support.clients import Client, client_on
from tests.support.clock import NOON
from tests.support.newsroom import Newsroom

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINK = "https://kustbode.example/artikel/1"
TITLES = {
    "angle brackets": "Kabinet <verlaagt> de <b>grens</b> voor </a> subsidie",
    "ampersand": "Jansen & Zonen &amp; partners &lt;failliet&gt;",
    "underscore": "Het _lek_ in systeem_van_de_haven",
    "asterisk": "De *nieuwe* **norm** van 5*",
    "backticks": "Wat `rm -rf` en ```ook``` doet",
    "brackets": "Rutte [achter] (gesloten) deuren ](https://boos.example)",
    "tildes and bars": "Wel ~~niet~~ ||geheim|| waar",
    "right to left": "מזכ״ל נאט״ו רוטה בברלין",
    "joined emoji": "Vlag \U0001f3f3\ufe0f\u200d\U0001f308 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "everyone": "Oproep aan @everyone en @here en <@&123> en <@456>",
    "telegram link": "Zie tg://user?id=1 en [hier](tg://resolve?domain=x)",
    "command and tag": "/stop met #haven en @minister",
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "a line break": "Eerst dit\ndan dat",
}
HIDDEN = {"Cf", "Mn", "Cc"}


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=[
        "paper",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("telegram", "discord", "web")),
    ],
)
async def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Client]:
    """On paper is what the terminal shows."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "site").mkdir()
    room = await Newsroom(folder).open()
    async with client_on(request.param, room, folder / "site") as made:
        yield made
    await room.close()


def bare(text: str) -> str:
    """Words without what cannot be seen and without blanks; a bracket of another kind is one as well."""
    seen = "".join(char for char in text if unicodedata.category(char) not in HIDDEN)
    return "".join(seen.translate(str.maketrans("()\u02cb", "[]`")).split())


def alert(title: str) -> Message:
    return Message(
        card=AlertCard(
            title=title,
            url=LINK,
            outlet="Kustbode",
            published=NOON - timedelta(minutes=5),
            summary="",
            topics=(),
            language="nl",
        )
    )


@pytest.mark.parametrize("kind", TITLES)
async def test_a_headline_of_an_alert_is_shown_as_it_is_and_leads_to_its_article_alone(
    client: Client, kind: str
) -> None:
    shown = await client.shows(alert(TITLES[kind]))
    assert bare(TITLES[kind]) in bare(shown.text)
    assert set(shown.links) == {LINK}
    assert shown.acts == ()


@pytest.mark.parametrize("kind", TITLES)
async def test_a_headline_in_a_list_is_shown_as_it_is_and_leads_to_its_article_alone(
    client: Client, kind: str
) -> None:
    shown = await client.shows(say(["• ", Text(TITLES[kind], url=LINK), " Kustbode"]))
    assert bare(TITLES[kind]) in bare(shown.text)
    assert set(shown.links) == {LINK}
    assert shown.acts == ()


@pytest.mark.parametrize(
    "text", ["a" * 5_000, "Een heel lange kop " * 264, "\U0001f926\u200d\u2642\ufe0f" * 1_250]
)
async def test_a_headline_of_5000_characters_is_cut_and_still_leads_to_its_article(
    client: Client, text: str
) -> None:
    shown = await client.shows(alert(text))
    assert bare(text[:40]) in bare(shown.text)
    assert set(shown.links) == {LINK}
    assert "Kustbode" in shown.text
    assert shown.acts == ()


@pytest.mark.parametrize(
    "url", ["tg://user?id=1", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"]
)
async def test_an_address_that_is_none_of_the_web_is_no_link(client: Client, url: str) -> None:
    shown = await client.shows(say(["• ", Text("Kop van de dag", url=url)]))
    assert "Kop van de dag" in shown.text
    assert shown.links == ()
    assert shown.acts == ()
