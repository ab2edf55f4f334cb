"""A channel managed from a private chat on Telegram, through the real client and the real commands."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.chat.router import Router
from bot.chat.telegram import TelegramPlatform
from bot.domain.models import Address
from bot.ports import Hooks
from bot.services.places import Place
from tests.emulators.telegram import TelegramEmulator
from tests.support.discordbot import stop
from tests.support.newsroom import Newsroom
from tests.support.talk import Talk

pytestmark = pytest.mark.slow

CHANNEL = "@havennieuws"


@dataclass
class Office:
    """Anna, who is an administrator of a channel, in her private chat."""

    telegram: TelegramEmulator
    room: Newsroom
    lane: str
    anna: int
    channel: int

    async def says(self, text: str) -> str:
        before = len(self.telegram.messages(self.anna))
        self.telegram.user_says(self.anna, self.anna, text)
        return (await self.telegram.wait_messages(self.anna, before + 1))[-1].text

    async def followed(self, chat: int) -> list[str]:
        place = Place(self.lane, Address("telegram", str(chat)))
        return [wish.value for wish in (await self.room.manager.subscriptions(place))[1]]


@pytest.fixture
async def office(room: Newsroom) -> AsyncIterator[Office]:
    async with TelegramEmulator() as telegram:
        lanes: dict[str, str] = {}
        router = Router(room.manager, room.sources, room.clock, lanes, cases=room.cases)
        hooks = Hooks(router.receive, router.suggest, router.observe, router.specs, router.actions)
        platform = TelegramPlatform(telegram.token, hooks, api_base_url=telegram.url, first_pause=0.05)
        lanes["telegram"] = platform.lane
        room.cases.linking.serve(platform)
        anna = telegram.add_chat(title="Anna")
        telegram.set_language(anna, "en")
        channel = telegram.add_chat("channel", title="Havennieuws")
        telegram.name_chat(channel, CHANNEL.removeprefix("@"))
        telegram.set_admin(channel, anna)
        running = asyncio.create_task(platform.run())
        try:
            yield Office(telegram, room, platform.lane, anna, channel)
        finally:
            await stop(running)


async def test_a_linked_channel_is_managed_from_the_private_chat_until_unlink(office: Office) -> None:
    assert "about Havennieuws" in await office.says(f"/link {CHANNEL}")
    answer = await office.says("/subscribe nato")
    assert answer.startswith("→ Havennieuws\nThis chat now follows NATO")
    assert "23:00-07:00" in await office.says("/quiet 23:00-07:00")
    assert "NATO" in await office.says("/subscriptions")
    assert "no longer about Havennieuws" in await office.says("/unlink")
    await office.says("/subscribe rutte")
    assert (await office.followed(office.channel), await office.followed(office.anna)) == (
        ["nato"],
        ["rutte"],
    )
    assert office.telegram.messages(office.channel) == []


async def test_a_button_of_a_menu_is_about_the_channel_too(office: Office) -> None:
    await office.says(f"/link {CHANNEL}")
    await office.says("/topics")
    office.telegram.press(office.anna, "NATO", office.anna)
    menu = await office.telegram.wait_text(office.anna, "→ Havennieuws")
    assert await office.telegram.world.until(
        lambda: any(button.label == "✓ NATO" for button in menu.buttons), 60
    )
    assert await office.followed(office.channel) == ["nato"]


async def test_the_rights_are_checked_at_every_change(office: Office) -> None:
    await office.says(f"/link {CHANNEL}")
    office.telegram.set_admin(office.channel, office.anna, admin=False)
    assert "no administrator there" in await office.says("/subscribe nato")
    assert await office.followed(office.channel) == []
    await office.says("/subscribe nato")
    assert await office.followed(office.anna) == ["nato"]


async def test_a_channel_of_others_is_not_linked(office: Office) -> None:
    other = office.telegram.add_chat("channel", title="Van anderen")
    assert "Only an administrator of Van anderen" in await office.says(f"/link {other}")
    assert "Nothing else is managed" in await office.says("/unlink")


async def test_what_the_bot_lacks_is_named(office: Office) -> None:
    office.telegram.restrict_bot(office.channel)
    answer = await office.says(f"/link {CHANNEL}")
    assert "may not post in Havennieuws: permission missing: posting messages" in answer


@pytest.mark.parametrize("garbage", ["nieuws", "@nobody_here", "<b>&amp;", "-1" + "0" * 50, "@" + "x" * 5000])
async def test_a_channel_that_there_is_not_gets_what_to_write(office: Office, garbage: str) -> None:
    assert "no channel or group" in (await office.says(f"/link {garbage}"[:4000]))


async def test_without_a_name_it_shows_what_is_linked(office: Office) -> None:
    assert "can be managed from here" in await office.says("/link")
    await office.says(f"/link {CHANNEL}")
    assert "is about Havennieuws" in await office.says("/link")


async def test_what_is_about_the_person_or_the_bot_stays_about_them(office: Office) -> None:
    await office.says(f"/link {CHANNEL}")
    for line in ("/help", "/about", "/mydata", "/forgetme"):
        assert "→ Havennieuws" not in await office.says(line)


async def test_a_link_to_the_bot_is_for_the_person_who_follows_it(office: Office) -> None:
    await office.says(f"/link {CHANNEL}")
    assert "now follows NATO" in await office.says("/start topic_nato")
    assert (await office.followed(office.channel), await office.followed(office.anna)) == ([], ["nato"])


async def test_elsewhere_one_is_told_where_it_works(room: Newsroom) -> None:
    assert "That is for Telegram" in await Talk(room).says("/link @harbour")
