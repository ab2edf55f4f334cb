"""An emulated Discord and a desk that answers."""

from collections.abc import AsyncIterator

import pytest

from tests.emulators.discord import DiscordEmulator
from tests.support.discordbot import Desk


@pytest.fixture
async def discord() -> AsyncIterator[DiscordEmulator]:
    async with DiscordEmulator() as emulator:
        yield emulator


@pytest.fixture
def desk() -> Desk:
    return Desk()
