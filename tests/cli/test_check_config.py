"""`heraut check-config`: what holds, and every mistake at once."""

from pathlib import Path

import pytest

from tests.support.heraut import run_cli

pytestmark = pytest.mark.slow

SHIPPED = Path(__file__).parents[2] / "config" / "heraut.toml"


async def test_the_shipped_configuration_holds() -> None:
    status, out, _ = await run_cli("check-config", "--config", str(SHIPPED))
    assert status == 0
    assert "Everything holds" in out


async def test_every_mistake_is_named_with_file_and_key_and_the_status_is_2(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text("[[feed]]\nurl = 'gopher://x'\noutlet = 'X'\nowner = 'x'\n")
    path = tmp_path / "heraut.toml"
    path.write_text("feeds_file = 'feeds.toml'\nfoo = 1\n[polling]\nbatch = -1\n")
    status, _, errors = await run_cli("check-config", "--config", str(path))
    assert status == 2
    assert "mistake(s) in the configuration" in errors
    assert f"{path}: foo: is not a setting" in errors
    assert f"{path}: polling.batch" in errors
    assert "Traceback" not in errors


async def test_a_topic_whose_rule_does_not_parse_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_text(
        "[[topic]]\nslug = 'x'\nnames = {nl = 'X', en = 'X'}\nrule = '(a AND'\n"
    )
    path = tmp_path / "heraut.toml"
    path.write_text("topics_file = 'topics.toml'\n")
    status, _, errors = await run_cli("check-config", "--config", str(path))
    assert status == 2
    assert "topic x.rule" in errors


async def test_a_pack_that_does_not_hold_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "mine.toml").write_text("[[entity]]\nname = 1\n")
    path = tmp_path / "heraut.toml"
    path.write_text(f"packs_dir = '{tmp_path}/packs'\n")
    status, _, errors = await run_cli("check-config", "--config", str(path))
    assert status == 2
    assert "mine.toml" in errors


async def test_every_account_is_checked_and_named(tmp_path: Path) -> None:
    path = tmp_path / "heraut.toml"
    first = "[telegram]\ntoken = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw'\n"
    sport = "[telegram.accounts.sport]\ntoken = '220201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw'\n"
    path.write_text(first + sport)
    status, out, _ = await run_cli("check-config", "--config", str(path))
    assert status == 0
    assert "Chats: Telegram, Telegram (sport)" in out
    path.write_text(f"{first}{sport.replace('220201543', '')}[discord.accounts.desk]\ntoken = 'zo geheim'\n")
    status, _, errors = await run_cli("check-config", "--config", str(path))
    assert status == 2
    assert "telegram.accounts.sport.token: this is no Telegram token" in errors
    assert "discord.accounts.desk.token: this is no Discord token" in errors
    assert "geheim" not in errors
