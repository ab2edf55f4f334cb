"""A gateway that would not look by itself for a day sends at once what another process owes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import column, func, select, table

from bot.domain.models import Address, Priority
from bot.ports import SystemClock
from bot.store.database import Database
from tests.emulators.telegram import TelegramEmulator
from tests.support import databases, lane
from tests.support.heraut import HerautProcess
from tests.support.ledger import add_chats, owe_all, title_of
from tests.support.waiting import until

pytestmark = pytest.mark.slow


class Newsdesk:
    """This process, which writes what a worker would, and a chat that a gateway of its own process serves."""

    def __init__(self, database: Database, telegram: TelegramEmulator) -> None:
        self.telegram, self._database = telegram, database
        self._lane = lane.telegram(telegram).lane
        self._chat = telegram.add_chat(title="Anna")
        self._ids: list[int] = []

    async def owe(self, number: int, priority: int = Priority.ALERT) -> None:
        """Write an alert into the ledger."""
        now = SystemClock().now()
        if not self._ids:
            address = Address("telegram", str(self._chat))
            self._ids = await add_chats(self._database, self._lane, [address], now)
        await owe_all(self._database, self._lane, self._ids, [number], now, priority=priority)

    async def told(self, number: int) -> None:
        """Wait until the chat has it."""
        await self.telegram.wait_text(self._chat, title_of(number))

    async def cut(self) -> None:
        """End the connection on which the gateway listens."""
        async with self._database.write() as tx:
            assert (await tx.execute(CUT)).rowcount == 1

    async def is_listened_to(self) -> bool:
        async with self._database.read() as tx:
            return bool(await tx.scalar(COUNT))


_listens = column("application_name") == "heraut listens", column("datname") == func.current_database()
_backends = table("pg_stat_activity", column("pid"))
CUT = select(func.pg_terminate_backend(column("pid"))).select_from(_backends).where(*_listens)
COUNT = select(func.count()).select_from(_backends).where(*_listens)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Newsdesk]:
    async with AsyncExitStack() as opened:
        url = await opened.enter_async_context(databases.address("postgres", tmp_path))
        telegram = await opened.enter_async_context(TelegramEmulator())
        database = Database(url)
        opened.push_async_callback(database.close)
        gateway = HerautProcess(
            tmp_path / "gateway",
            settings=f"[telegram]\napi_base_url = '{telegram.url}'",
            environment={
                "HERAUT_TELEGRAM__TOKEN": telegram.token,
                "HERAUT_DATABASE_URL": url,
                "HERAUT_WEB__PROBES": "true",
            },
            command=("-m", "tests.support.drowsy", "run", "--role", "gateway", "--config"),
        )
        await opened.enter_async_context(gateway)
        desk = Newsdesk(database, telegram)
        await until(desk.is_listened_to)
        yield desk


async def test_what_another_process_owes_is_sent_though_nobody_looks(desk: Newsdesk) -> None:
    await desk.owe(1)
    await desk.told(1)
    await desk.owe(2, Priority.BREAKING)
    await desk.told(2)
    await desk.cut()
    await desk.owe(3)
    await desk.told(3)
    await until(desk.is_listened_to)
    await desk.owe(4)
    await desk.told(4)
