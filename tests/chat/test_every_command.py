"""Every command on every platform, through its real client: with nothing, with sense, with garbage.

Straight into the router it is quick; the platforms are slow tests. A command may refuse, and says why.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.chat.commands import COMMANDS
from bot.services.charting import Painter
from bot.services.trends import Trends
from tests.emulators.feeds import FeedServer
from tests.support.clients import Client, client_on
from tests.support.feedbuilder import items, rss
from tests.support.newsroom import Newsroom, report

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = [command.spec.name for command in COMMANDS]
TITLE = "NAVO oefent bij Zeebrugge"
LINK = "https://proef.example/artikel/1"
MARKUP = (
    "<b>&amp;</i> _*`~|[x](tg://user?id=1) ](http://a.example) @everyone <@&1> ``` "
    "\\ \u202e\u2066 \U0001f926\u200d\u2642"
)
LISTED = json.dumps(
    {
        "format": "heraut-subscriptions",
        "version": 1,
        "subscriptions": [{"target": "topic", "value": "rutte"}],
    }
)
WENT_WRONG = ("went wrong", "ging iets mis", "ging hier iets")


@dataclass(frozen=True)
class Sense:
    """A sensible argument, words of the answer, and what is said before. ``{feed}`` is a feed's address."""

    argument: str
    answer: str
    before: tuple[tuple[str, str], ...] = ()


NATO = (("subscribe", "nato"),)
SENSIBLE = {
    "start": Sense("", "Heraut"),
    "help": Sense("subscribe", "/subscribe topic"),
    "topics": Sense("", "Topics"),
    "subscribe": Sense("rutte", "follows Mark Rutte"),
    "unsubscribe": Sense("nato", "no longer follows NATO", NATO),
    "subscriptions": Sense("", "NATO", NATO),
    "latest": Sense("nato", TITLE),
    "search": Sense("zeebrugge", TITLE),
    "story": Sense(LINK, "1 report from 1 independent source"),
    "follow": Sense("#1", "what comes of it"),
    "unfollow": Sense("#1", "1 story is no longer followed", (("follow", "#1"),)),
    "trend": Sense("nato 14", "NATO: 1 report in 14 days"),
    "sources": Sense("nato", "Proefkrant"),
    "test": Sense("@nato AND zeebrugge", "It holds for 1"),
    "quiet": Sense("23:00-07:00", "Quiet from 23:00-07:00"),
    "digest": Sense("08:00", "every day at 08:00"),
    "limit": Sense("5", "At most 5 alerts an hour"),
    "mute": Sense("nato 3 days", "NATO rests", NATO),
    "unmute": Sense("nato", "come again for NATO", NATO),
    "sound": Sense("off", "sound"),
    "preview": Sense("off", "under an alert"),
    "mention": Sense("", "role"),
    "resend": Sense("on", "sent again"),
    "language": Sense("English", "English"),
    "timezone": Sense("Europe/London", "Europe/London"),
    "settings": Sense("", "English"),
    "export": Sense("json", "heraut-subscriptions", NATO),
    "import": Sense(LISTED, "+ Mark Rutte", (("forgetme", "yes"),)),
    "mydata": Sense("", "All that is kept"),
    "forgetme": Sense("yes", "Nothing is kept of this chat", NATO),
    "why": Sense(LINK, "Fetched from Proefkrant"),
    "status": Sense("", "Heraut is running"),
    "feeds": Sense("proef", "Proefkrant"),
    "addfeed": Sense("{feed}", "Kustbode"),
    "removefeed": Sense("Kustbode", "Kustbode", (("addfeed", "{feed}"),)),
    "allow": Sense("here", "is served"),
    "deny": Sense("telegram:4242 spam", "is not served any more"),
    "broadcast": Sense("Vannacht een uur stil", "would see this"),
    "backup": Sense("", "A copy was made"),
    "link": Sense("", "channel"),
    "unlink": Sense("", "Nothing else is managed"),
    "blockers": Sense("#1", "decided already"),
    "about": Sense("", "self-hosted"),
}


@dataclass(frozen=True)
class Setting:
    """A chat on a platform, the newsroom behind it, and a site with a feed."""

    client: Client
    room: Newsroom
    feed: str

    async def says(self, name: str, argument: str) -> str:
        """The answer, which is never an apology. Time passes between two commands."""
        self.room.clock.advance(timedelta(seconds=3))
        answer = await self.client.says(
            name, argument.replace("{feed}", self.feed)[: self.client.longest - 20]
        )
        assert answer.strip()
        assert not any(words in answer for words in WENT_WRONG)
        return answer


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=[
        "paper",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("telegram", "discord", "web")),
    ],
)
async def setting(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Setting]:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "site").mkdir()
    room = Newsroom(folder)
    async with AsyncExitStack() as stack:
        await room.open()
        stack.push_async_callback(room.close)
        # Drawing takes a second or two; on paper it is told in words, as when it takes too long.
        painter = await stack.enter_async_context(Painter(0.0 if request.param == "paper" else 60.0))
        room.cases = replace(room.cases, trends=Trends(room.database, room.clock, painter))
        feed = await room.add_feed()
        await room.take(feed, [report(TITLE, 1, room.clock.now())])
        await room.cases.searcher.tick()
        server = await stack.enter_async_context(FeedServer())
        server.put("/rss", rss(items(2), title="Kustbode"))
        client = await stack.enter_async_context(client_on(request.param, room, folder / "site"))
        yield Setting(client, room, server.url("/rss"))


async def test_each_command_has_a_sensible_argument_here() -> None:
    assert sorted(SENSIBLE) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
async def test_a_command_does_what_it_is_for(setting: Setting, name: str) -> None:
    sense = SENSIBLE[name]
    for before, argument in sense.before:
        await setting.says(before, argument)
    assert sense.answer in await setting.says(name, sense.argument)


@pytest.mark.parametrize("name", NAMES)
async def test_a_command_without_an_argument_answers(setting: Setting, name: str) -> None:
    await setting.says(name, "")


@pytest.mark.parametrize("name", [command.spec.name for command in COMMANDS if command.spec.argument])
async def test_a_command_with_a_wrong_argument_answers(setting: Setting, name: str) -> None:
    for argument in (MARKUP, "x" * 5_000, "\U0001f926 " * 1_700, "-1", "yes 99999999999999999999"):
        await setting.says(name, argument)
