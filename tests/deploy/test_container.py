"""The container's files and the settings agree, and the image keeps its promises on paper.

No container engine is needed: what can be read is read, and what runs inside it is tested elsewhere.
"""

import re
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types
from pydantic import BaseModel

from bot.config import ENV_PREFIX, Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf8")
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf8")
ACCOUNTS = (DEPLOY / "compose.accounts.yaml").read_text(encoding="utf8")


def is_setting(variable: str) -> bool:
    """Whether an environment variable sets something; a secret's `_FILE` counts."""
    model: type[BaseModel] = Settings
    *tables, key = variable.removeprefix(ENV_PREFIX).lower().split("__")
    path = iter(tables)
    for table in path:
        field = model.model_fields.get(table)
        if field is None:
            return False
        found: Any = field.annotation
        if get_origin(found) is dict and next(path, ""):  # tables by name, such as accounts
            found = get_args(found)[1]
        if not (isinstance(found, type) and issubclass(found, BaseModel)):
            return False
        model = found
    return key in model.model_fields or key.removesuffix("_file") in model.model_fields


@pytest.mark.parametrize(
    "text", [DOCKERFILE, COMPOSE, ACCOUNTS], ids=["Dockerfile", "compose.yaml", "compose.accounts.yaml"]
)
def test_every_variable_that_is_set_is_a_setting(text: str) -> None:
    variables = re.findall(rf"\b({ENV_PREFIX}\w+)\s*[=:]", text)
    assert variables
    assert [name for name in variables if not is_setting(name)] == []


def test_a_name_that_is_no_setting_would_be_noticed() -> None:
    assert not is_setting("HERAUT_TELEGRAM__TOKNE")
    assert not is_setting("HERAUT_TELEGRAMS__TOKEN")
    assert not is_setting("HERAUT_TELEGRAM__ACCOUNTS__TOKEN")
    assert not is_setting("HERAUT_TELEGRAM__ACCOUNTS__SPORT__TOKNE")


def test_further_accounts_are_laid_over_the_same_service_with_their_secrets() -> None:
    more, base = yaml.safe_load(ACCOUNTS), yaml.safe_load(COMPOSE)
    assert more["services"].keys() <= base["services"].keys()
    service = more["services"]["heraut"]
    files = {Path(value).name for value in service["environment"].values()}
    assert files == set(service["secrets"]) == more["secrets"].keys()


def test_the_image_runs_as_somebody_who_is_not_root_and_watches_its_health() -> None:
    final = DOCKERFILE.split("\nFROM ")[-1]
    user = re.search(r"^USER (\S+)", final, flags=re.MULTILINE)
    assert user is not None
    assert user[1] not in ("root", "0")
    assert "HEALTHCHECK" in final
    assert final.count("VOLUME ") == 1


def test_what_is_copied_into_the_image_exists() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, flags=re.MULTILINE):
        for source in line.split()[:-1]:
            assert (DEPLOY.parent / source).exists(), source


def test_the_image_installs_only_what_the_lock_pins_and_serves_every_role() -> None:
    assert "--require-hashes --only-binary=:all: -r requirements-scale.lock" in DOCKERFILE
    assert "--no-deps ." in DOCKERFILE
    assert "HERAUT_WEB__PROBES=true" in DOCKERFILE


def test_the_base_of_both_stages_is_one_of_a_known_version() -> None:
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE) == ["${BASE}", "${BASE}"]
    assert re.search(r"^ARG BASE=python:3\.\d+\.\d+-slim-\w+$", DOCKERFILE, flags=re.MULTILINE)


def test_the_lock_of_the_image_is_that_of_one_process_with_what_many_need() -> None:
    small, large = (pins(name) for name in ("requirements.lock", "requirements-scale.lock"))
    assert small <= large
    added = {each.partition("==")[0] for each in large - small}
    assert {"psycopg", "psycopg-binary", "procrastinate"} <= added
    assert large <= pins("requirements-dev.lock")


def pins(lock: str) -> set[str]:
    text = (DEPLOY.parent / lock).read_text(encoding="utf8")
    return set(re.findall(r"^([\w.-]+==[\w.]+)", text, flags=re.MULTILINE))


def test_the_container_is_read_only_without_privileges_and_on_this_machine_only() -> None:
    for line in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "127.0.0.1:8017:8017"):
        assert line in COMPOSE
