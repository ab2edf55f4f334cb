"""The Discord emulator as a process: prints one JSON line with its addresses, runs until terminated."""

import argparse
import asyncio
import json
import signal

from aiohttp import web

from tests.emulators.discord.control import control_app
from tests.emulators.discord.server import DiscordEmulator


async def serve(port: int, control_port: int, enforce_limits: bool) -> None:
    """Run the emulator and its control interface."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with DiscordEmulator(port, enforce_limits=enforce_limits) as emulator:
        runner = web.AppRunner(control_app(emulator), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", control_port).start()
        control = f"http://127.0.0.1:{runner.addresses[0][1]}/control/"
        print(
            json.dumps(
                {
                    "api_base_url": emulator.api_base_url,
                    "gateway_url": emulator.gateway_url,
                    "token": emulator.token,
                    "control": control,
                }
            ),
            flush=True,
        )
        await stopping.wait()
        await runner.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--enforce-limits", action="store_true")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.control_port, arguments.enforce_limits))


if __name__ == "__main__":
    main()
