"""Run the emulator as a process: ``python -m tests.emulators.telegram --port 8081 [--limits]``.

Prints its address once it listens, and runs until it is stopped.
"""

import argparse
import asyncio

from tests.emulators.telegram import Limits, TelegramEmulator
from tests.emulators.telegram.server import DEFAULT_TOKEN


async def serve(port: int, token: str, limits: bool) -> None:
    emulator = TelegramEmulator(token, limits=Limits() if limits else None)
    await emulator.start(port)
    print(emulator.url, flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=DEFAULT_TOKEN)
    parser.add_argument("--limits", action="store_true", help="enforce the rate limits")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.token, options.limits))


if __name__ == "__main__":
    main()
