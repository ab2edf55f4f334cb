"""Several accounts of each platform in one Heraut: the real program, two Telegram bots and two on Discord.

All bots of a platform have one address, and know the same people. What is said to a bot is answered by that
bot, and what a chat asked of a bot it hears from that bot alone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.models import Address, DeliveryState
from tests.emulators.discord import DiscordEmulator
from tests.emulators.feeds import FeedServer
from tests.emulators.front import one_bot_api, one_discord
from tests.emulators.telegram import Limits, TelegramEmulator
from tests.emulators.telegram.server import DEFAULT_TOKEN
from tests.support import databases
from tests.support import lane as lanes
from tests.support.feedbuilder import FeedItem, rss
from tests.support.heraut import HerautProcess
from tests.support.ledger import add_chats, owe_all, title_of
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.slow

ANNA, BOSS = 5001, 777
SPORT_TOKEN = "220201543:BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
REFUSED, NONSENSE = "330201543:CCHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "geen-token-maar-wel-geheim"

SHIPS = "NAVO stuurt extra schepen naar de Oostzee"
FERRY = "Veerboot over de Oostzee vaart weer"
BASE = "NAVO opent een hoofdkwartier aan de Oostzee"
MUSEUM = "Minister bezoekt militair museum van de NAVO bij de Oostzee"


@dataclass
class Newsroom:
    """The far ends: two bots on each platform, and a feed."""

    first: TelegramEmulator
    sport: TelegramEmulator
    discord: DiscordEmulator
    desk: DiscordEmulator
    feed: FeedServer
    channels: dict[str, str] = field(default_factory=dict)
    items: list[FeedItem] = field(default_factory=list)

    def publish(self, title: str = "") -> None:
        """An article appears; without a title only one of last week stands there."""
        then = datetime.now(UTC) if title else datetime.now(UTC) - timedelta(days=7)
        url = f"https://proefkrant.example/artikel/{len(self.items)}"
        self.items.insert(0, FeedItem(title or "Stationshal in Zwolle verbouwd", url, "", then))
        self.feed.put("/rss", rss(self.items))

    async def asks(self, bot: TelegramEmulator, text: str, person: int = ANNA) -> str:
        """Somebody says it to a bot in private; what the bot answers."""
        before = len(bot.messages(person))
        bot.user_says(person, person, text)
        return (await bot.wait_messages(person, before + 1, PATIENCE))[-1].text

    def heard(self, title: str) -> dict[str, int]:
        """How many alerts about an article stand in the chats, by the account that sent them."""
        shown = {
            "first": [each.text for each in self.first.messages(ANNA)],
            "sport": [each.text for each in self.sport.messages(ANNA)],
            "discord": [each.text for each in self.discord.messages(self.channels["discord"])],
            "desk": [each.text for each in self.desk.messages(self.channels["desk"])],
        }
        return {name: sum(title in text for text in texts) for name, texts in shown.items()}

    async def arrived(self, title: str, *names: str) -> None:
        """Wait until these accounts have told of it."""

        async def all_told() -> bool:
            return all(self.heard(title)[name] for name in names)

        await until(all_told)


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with AsyncExitStack() as stack:
        room = Newsroom(
            await stack.enter_async_context(TelegramEmulator(limits=Limits())),
            await stack.enter_async_context(TelegramEmulator(SPORT_TOKEN, "sport_bot", Limits())),
            await stack.enter_async_context(DiscordEmulator(enforce_limits=True)),
            await stack.enter_async_context(DiscordEmulator(enforce_limits=True)),
            await stack.enter_async_context(FeedServer()),
        )
        for bot in (room.first, room.sport):
            for person, name in ((ANNA, "Anna"), (BOSS, "Baas")):
                bot.add_chat(chat_id=person, title=name)
                bot.set_language(person, "en")
        for name, server in (("discord", room.discord), ("desk", room.desk)):
            room.channels[name] = await server.add_channel(server.add_guild(), "news")
        room.publish()
        bot_api = await stack.enter_async_context(one_bot_api(room.first, room.sport))
        discord = await stack.enter_async_context(one_discord(room.discord, room.desk))
        await stack.enter_async_context(_heraut(room, tmp_path, bot_api, discord))
        for server in (room.discord, room.desk):
            await server.gateway.wait_connected()
        yield room


def _heraut(room: Newsroom, folder: Path, bot_api: str, discord: str) -> HerautProcess:
    """The program; the second bot on Telegram is brought its updates, the first one asks for them."""
    (folder / "desk-token").write_text(f"{room.desk.token}\n")
    environment = {
        "HERAUT_TELEGRAM__TOKEN": room.first.token,
        "HERAUT_TELEGRAM__ACCOUNTS__SPORT__TOKEN": room.sport.token,
        "HERAUT_TELEGRAM__ACCOUNTS__SPORT__WEBHOOK_SECRET": "alleen-voor-ons",
        "HERAUT_DISCORD__TOKEN": room.discord.token,
    }
    process = HerautProcess(
        folder,
        settings=f"owners = ['telegram.sport:{BOSS}']\n"
        f"[telegram]\napi_base_url = '{bot_api}'\n"
        f"[telegram.accounts.stranger]\ntoken = '{REFUSED}'\n"
        f"[telegram.accounts.broken]\ntoken = '{NONSENSE}'\n"
        f"[discord]\napi_base_url = '{discord}'\n"
        f"[discord.accounts.desk]\ntoken_file = '{folder / 'desk-token'}'\n"
        "[polling]\ntick_seconds = 0.2\nmin_interval_seconds = 1\nmax_interval_seconds = 1\n"
        f"host_spacing_seconds = 0\nallow_hosts = ['{room.feed.host}']",
        feeds=f"[[feed]]\nurl = '{room.feed.url('/rss')}'\noutlet = 'Proefkrant'\nowner = 'proef'\n",
        environment=environment,
    )
    environment["HERAUT_TELEGRAM__ACCOUNTS__SPORT__WEBHOOK_URL"] = f"{process.url}/telegram/sport"
    return process


async def test_each_account_answers_and_alerts_for_itself_and_one_in_trouble_harms_no_other(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    room = newsroom
    # One person, two bots, two sets of subscriptions.
    assert "follows" in await room.asks(room.first, "/subscribe nato")
    assert room.sport.messages(ANNA) == []
    assert "follows nothing" in await room.asks(room.sport, "/subscriptions")
    assert "follows" in await room.asks(room.sport, "/subscribe oostzee")
    mine = await room.asks(room.first, "/subscriptions")
    assert "NATO" in mine
    assert "oostzee" not in mine
    assert (room.sport.webhook["url"].endswith("/telegram/sport"), room.first.webhook) == (True, {})
    reply = await room.desk.slash(room.channels["desk"], "anna", "subscribe", "nato", admin=True)
    assert "follows" in reply.text
    reply = await room.discord.slash(room.channels["discord"], "anna", "subscriptions", admin=True)
    assert "follows nothing" in reply.text

    room.publish(SHIPS)
    await room.arrived(SHIPS, "first", "sport", "desk")

    # While one account is told to wait, the others go on: a lane waits for no other.
    room.first.fault("flood", times=-1)
    room.publish(FERRY)
    room.publish(BASE)
    await room.arrived(BASE, "sport", "desk")
    assert room.heard(BASE)["first"] == 0
    room.first.clear_faults()
    await room.arrived(BASE, "first")

    # One whose token can be none was told as soon as it was left out.
    await room.sport.wait_text(BOSS, "telegram.broken cannot be used", PATIENCE)
    # An account that is refused for good: its owner hears of it from the account they are set with.
    room.desk.revoke_token()
    room.publish(MUSEUM)
    await room.arrived(MUSEUM, "first", "sport")
    await room.sport.wait_text(BOSS, "to discord chat", PATIENCE)
    assert room.first.messages(BOSS) == []

    assert room.heard(SHIPS) == {"first": 1, "sport": 1, "discord": 0, "desk": 1}
    assert room.heard(FERRY) == {"first": 0, "sport": 1, "discord": 0, "desk": 0}
    assert room.heard(BASE) == {"first": 1, "sport": 1, "discord": 0, "desk": 1}
    assert room.heard(MUSEUM) == {"first": 1, "sport": 1, "discord": 0, "desk": 0}
    log = (tmp_path / "log").read_text(encoding="utf8")
    assert "account left out" in log
    assert "telegram.broken" in log
    assert "telegram_token_refused" in log
    for secret in (
        REFUSED,
        NONSENSE,
        room.first.token,
        room.sport.token,
        room.discord.token,
        room.desk.token,
    ):
        assert secret not in log


async def test_two_gateways_on_one_database_speak_each_for_an_account_of_its_own(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(TelegramEmulator())
        sport = await stack.enter_async_context(TelegramEmulator(SPORT_TOKEN, "sport_bot"))
        bot_api = await stack.enter_async_context(one_bot_api(first, sport))
        url = await stack.enter_async_context(databases.address("postgres", tmp_path, migrated=True))
        for bot in (first, sport):
            bot.set_language(bot.add_chat(chat_id=BOSS, title="Baas"), "en")

        def gateway(name: str, token: str) -> HerautProcess:
            settings = f"owners = ['telegram:{BOSS}']\n[telegram]\napi_base_url = '{bot_api}'"
            environment = {"HERAUT_DATABASE_URL": url, f"HERAUT_TELEGRAM__{name}TOKEN": token}
            folder = tmp_path / (name or "first")
            return HerautProcess(folder, settings=settings, environment=environment, role="gateway")

        gateways = gateway("", first.token), gateway("ACCOUNTS__SPORT__", sport.token)
        await asyncio.gather(*(stack.enter_async_context(each) for each in gateways))
        for bot in (first, sport):
            bot.user_says(BOSS, BOSS, "/subscribe nato")
            await bot.wait_text(BOSS, "follows", PATIENCE)
        # What one account is told to tell everybody, the other one tells in its own chats.
        first.user_says(BOSS, BOSS, "/broadcast De redactie verhuist")
        await first.wait_text(BOSS, "chats would see this", PATIENCE)
        first.press(BOSS, "Tell them")
        await sport.wait_text(BOSS, "De redactie verhuist", PATIENCE)
    assert "telegram:220201543" not in gateways[0].log
    assert "telegram:110201543" not in gateways[1].log


async def test_accounts_are_paced_each_for_itself_and_none_is_told_to_slow_down(tmp_path: Path) -> None:
    people = [Address("telegram", str(number)) for number in range(6_001, 6_041)]
    async with AsyncExitStack() as stack:
        bots = [
            await stack.enter_async_context(TelegramEmulator(token, limits=Limits()))
            for token in (DEFAULT_TOKEN, SPORT_TOKEN)
        ]
        opened = []
        for bot in bots:
            for person in people:
                bot.add_chat(chat_id=int(person.chat))
            opened.append(await stack.enter_async_context(lanes.opened(tmp_path, lanes.telegram(bot))))
        for number, lane in enumerate(opened):
            now = lane.clock.now()
            ids = await add_chats(lane.database, lane.platform.lane, people, now)
            await owe_all(lane.database, lane.platform.lane, ids, [number], now)
        for lane in opened:
            lane.pump.wake()
        assert await opened[0].settled(PATIENCE) == {DeliveryState.SENT: 2 * len(people)}
    for number, bot in enumerate(bots):
        assert bot.floods == 0
        assert all(title_of(number) in text for text in lanes.texts(bot, people))
        assert len(lanes.texts(bot, people)) == len(people)
