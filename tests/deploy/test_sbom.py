"""The list of parts says what the lock says, all of it, and names who needs what."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.sbom import cyclonedx, read_lock

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements-scale.lock").read_text(encoding="utf8")
SMALL = f"""\
alpha==1.2 \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
    # via heraut-bot (pyproject.toml)
beta_two==0.9 ; python_full_version < '3.13' \\
    --hash=sha256:{"c" * 64}
    # via
    #   alpha
    #   heraut-bot (pyproject.toml)
"""


@pytest.fixture(scope="module")
def listed() -> dict[str, Any]:
    return cyclonedx(read_lock(LOCK), "1.0")


def test_a_lock_is_read_with_hashes_markers_and_who_asked() -> None:
    alpha, beta = read_lock(SMALL)
    assert (alpha.name, alpha.version, alpha.hashes) == ("alpha", "1.2", ("a" * 64, "b" * 64))
    assert beta.marker == "python_full_version < '3.13'"
    assert beta.parents == ("alpha", "heraut-bot")
    made = cyclonedx([alpha, beta], "3")
    needs = {each["ref"]: each["dependsOn"] for each in made["dependencies"]}
    assert needs == {
        "pkg:pypi/heraut-bot@3": ["pkg:pypi/alpha@1.2", "pkg:pypi/beta-two@0.9"],
        "pkg:pypi/alpha@1.2": ["pkg:pypi/beta-two@0.9"],
        "pkg:pypi/beta-two@0.9": [],
    }


def test_every_package_of_the_lock_is_listed_with_its_hashes(listed: dict[str, Any]) -> None:
    assert len(listed["components"]) == LOCK.count("==") - LOCK.count(" == ")
    hashes = [each for part in listed["components"] for each in part["externalReferences"][0]["hashes"]]
    assert len(hashes) == LOCK.count("--hash=")


def test_most_licences_are_known(listed: dict[str, Any]) -> None:
    known = [each for each in listed["components"] if "licenses" in each]
    assert len(known) >= 0.9 * len(listed["components"])


def test_every_reference_leads_to_a_part(listed: dict[str, Any]) -> None:
    refs = [each["bom-ref"] for each in (listed["metadata"]["component"], *listed["components"])]
    assert len(refs) == len(set(refs))
    assert [each["ref"] for each in listed["dependencies"]] == refs
    assert {each for one in listed["dependencies"] for each in one["dependsOn"]} == set(refs[1:])


def test_the_same_lock_gives_the_same_list(listed: dict[str, Any]) -> None:
    assert cyclonedx(read_lock(LOCK), "1.0") == listed
    assert cyclonedx(read_lock(LOCK), "1.1")["serialNumber"] != listed["serialNumber"]


@pytest.mark.slow
def test_it_is_printed_as_json() -> None:
    command = [sys.executable, str(ROOT / "deploy" / "sbom.py"), str(ROOT / "requirements-scale.lock")]
    made = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["bomFormat"] == "CycloneDX"
