from datetime import timedelta

from bot.chat.telegram.rights import REMEMBERED
from tests.chat.telegram.conftest import Heard, Start
from tests.emulators.telegram import TelegramEmulator
from tests.support.clock import StoppedClock


async def test_a_right_is_asked_for_at_each_change(
    telegram: TelegramEmulator, start: Start, heard: Heard
) -> None:
    await start(clock=StoppedClock())
    group = telegram.add_chat("supergroup")
    telegram.set_admin(group, 1)
    for number in range(2):
        telegram.user_says(group, 1, "/subscribe nato")
        await telegram.wait_messages(group, number + 1)
        telegram.set_admin(group, 1, admin=False)
    assert [asked.is_admin for asked in heard.commands] == [True, False]


async def test_that_somebody_may_not_is_remembered_for_a_while(
    telegram: TelegramEmulator, start: Start, heard: Heard
) -> None:
    clock = StoppedClock()
    await start(clock=clock)
    group = telegram.add_chat("supergroup")
    for number, forward in enumerate((timedelta(0), REMEMBERED / 2, REMEMBERED)):
        clock.advance(forward)
        telegram.user_says(group, 1, "/subscribe nato")
        await telegram.wait_messages(group, number + 1)
        telegram.set_admin(group, 1)
    assert [asked.is_admin for asked in heard.commands] == [False, False, True]
    assert [method for _, method, _ in telegram.requests].count("getChatMember") == 2
