"""`heraut migrate`: the tables are made, and a second time changes nothing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.services.doctor import look_at_database
from bot.store.database import Database
from bot.store.migrating import newest_revision
from tests.support.clock import NOON


async def schema_of(file: Path) -> str:
    database = Database(f"sqlite:///{file}")
    async with database.read() as tx:
        (first, *_) = await look_at_database(tx, NOON)
    await database.close()
    return first.seen


def test_the_tables_are_made_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    config = tmp_path / "heraut.toml"
    config.write_text(f"data_dir = '{tmp_path / 'data'}'\n", encoding="utf8")
    for _ in range(2):
        result = CliRunner().invoke(cli, ["migrate", "--config", str(config)])
        assert result.exit_code == 0, result.output
        assert newest_revision() in result.output
    assert (tmp_path / "data" / "heraut.sqlite3").exists()


async def test_what_was_migrated_is_whole_and_current(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/heraut.sqlite3")
    await database.migrate()
    await database.close()
    assert f"whole, schema {newest_revision()}" in await schema_of(tmp_path / "heraut.sqlite3")


@pytest.mark.parametrize("url", ["mysql://news", "nonsense"])
def test_a_database_that_is_none_is_refused_with_a_hint(tmp_path: Path, url: str) -> None:
    config = tmp_path / "heraut.toml"
    config.write_text(f"data_dir = '{tmp_path}'\ndatabase_url = '{url}'\n", encoding="utf8")
    result = CliRunner().invoke(cli, ["migrate", "--config", str(config)])
    assert result.exit_code == 2
    assert "postgresql://" in result.output
