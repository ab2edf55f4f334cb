"""The systemd unit: its settings exist, systemd itself can read it, and it gives little away."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.test_container import is_setting

UNIT = Path(__file__).parents[2] / "deploy" / "systemd" / "heraut.service"
TEXT = UNIT.read_text(encoding="utf8")
MOST_EXPOSURE = 2.0


def values(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", TEXT, flags=re.MULTILINE)


def test_every_variable_that_is_set_is_a_setting() -> None:
    names = [each.partition("=")[0] for each in values("Environment")]
    assert len(names) >= 4
    assert [name for name in names if not is_setting(name)] == []


def test_every_secret_that_is_named_is_handed_over() -> None:
    handed = {each.partition(":")[0] for each in values("LoadCredential")}
    named = {Path(each).name for each in values("Environment") if "%d/" in each}
    assert handed == named


def test_it_has_more_time_to_stop_than_draining_takes() -> None:
    assert int(values("TimeoutStopSec")[0]) > 10


@pytest.mark.slow
def test_systemd_reads_it_and_finds_little_exposed(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("there is no systemd here to read it")
    copy = tmp_path / UNIT.name
    copy.write_text(TEXT.replace("/opt/heraut/bin/heraut", "/bin/true"), encoding="utf8")
    read = subprocess.run([tool, "verify", str(copy)], capture_output=True, text=True, timeout=60)
    assert read.returncode == 0, read.stderr
    judged = subprocess.run(
        [tool, "security", "--offline=true", str(copy)], capture_output=True, text=True, timeout=60
    )
    exposure = re.search(r"Overall exposure level for heraut\.service: (\d+\.\d)", judged.stdout)
    assert exposure is not None
    assert float(exposure[1]) <= MOST_EXPOSURE
