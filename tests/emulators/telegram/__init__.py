"""A Telegram Bot API server for tests, over real HTTP, strict about what the real one is strict about.

Texts go through the real parser (TDLib's, from PyPI's tdjson). In a test:

    async with TelegramEmulator() as telegram:
        chat = telegram.add_chat("group", title="Nieuws")
        ... start the bot with token=telegram.token, api_base_url=telegram.url ...
        telegram.user_says(chat, 7, "/subscribe nato")
        await telegram.wait_messages(chat, 1)

As a process, for tests that kill the bot: ``python -m tests.emulators.telegram --port 8081``; every public
action below is then ``POST /control/<name>`` with its arguments as a JSON object.
"""

from tests.emulators.telegram.faults import Limits
from tests.emulators.telegram.server import TelegramEmulator
from tests.emulators.telegram.world import Chat, Posted

__all__ = ["Chat", "Limits", "Posted", "TelegramEmulator"]
