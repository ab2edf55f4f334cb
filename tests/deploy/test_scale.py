"""compose.scale.yaml and what stands around it: what is named is defined, files exist, nothing is open."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types
from typer.main import get_command

from bot.__main__ import cli
from bot.app import Role
from tests.deploy.test_container import is_setting

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.scale.yaml").read_text(encoding="utf8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("heraut")}
KEYS = {
    *("build", "image", "command", "restart", "read_only", "cap_drop", "cap_add", "security_opt", "deploy"),
    *("stop_grace_period", "environment", "secrets", "networks", "volumes", "tmpfs", "logging", "ports"),
    *("depends_on", "healthcheck", "shm_size"),
}
"""https://github.com/compose-spec/compose-spec/blob/main/05-services.md, those that are used here."""


def every(key: str) -> set[str]:
    return {str(each) for service in SERVICES.values() for each in service.get(key, ())}


def test_no_key_is_misspelt() -> None:
    assert {key for service in SERVICES.values() for key in service} <= KEYS
    assert set(COMPOSE) == {"x-heraut", "services", "networks", "volumes", "secrets"}


def test_there_are_two_gateways_and_several_workers() -> None:
    roles = {name: service["command"][-1] for name, service in OURS.items() if name != "migrate"}
    assert roles == {"worker": "worker", "gateway": "gateway", "web": "web"}
    assert set(roles.values()) <= {str(role) for role in Role}
    assert SERVICES["gateway"]["deploy"]["replicas"] == 2
    assert SERVICES["worker"]["deploy"]["replicas"] >= 2


def test_commands_exist_and_the_tables_are_ready_before_anything_runs() -> None:
    commands = get_command(cli).commands  # type: ignore[attr-defined]  # a group has them
    for name, service in OURS.items():
        assert service["command"][0] in commands
        if name != "migrate":
            assert service["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert "pg_isready" in SERVICES["postgres"]["healthcheck"]["test"]


def test_what_is_used_is_defined_and_what_is_defined_is_used() -> None:
    assert every("secrets") == set(COMPOSE["secrets"])
    assert every("networks") == set(COMPOSE["networks"])
    named = {each.partition(":")[0] for each in every("volumes")}
    assert {each for each in named if not each.startswith(".")} == set(COMPOSE["volumes"])
    assert {name for service in SERVICES.values() for name in service.get("depends_on", ())} <= set(SERVICES)


def test_files_that_are_mounted_exist_and_are_read_only() -> None:
    mounted = [each for each in every("volumes") if each.startswith(".")]
    assert len(mounted) >= 6
    for each in mounted:
        source, _, mode = each.split(":")
        assert (DEPLOY / source).exists(), source
        assert mode == "ro"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_is_read_only_without_privileges_and_of_a_known_version(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"]["max-size"]
    assert name in OURS or re.search(r":v?\d+\.\d+", service["image"])


def test_ports_are_open_on_this_machine_only_and_the_database_has_none() -> None:
    assert all(port.startswith("127.0.0.1:") for port in every("ports"))
    assert "ports" not in SERVICES["postgres"]
    assert SERVICES["postgres"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_every_variable_is_a_setting_and_every_secret_a_file_that_is_handed_over() -> None:
    for name, service in OURS.items():
        variables = service["environment"]
        assert [each for each in variables if not is_setting(each)] == [], name
        files = {Path(value).name for key, value in variables.items() if key.endswith("_FILE")}
        assert files == set(service["secrets"])
    others = {
        key: value for name in ("postgres", "grafana") for key, value in SERVICES[name]["environment"].items()
    }
    assert all(value.startswith("/run/secrets/") for key, value in others.items() if "PASSWORD" in key)


def test_connections_are_enough_for_many_workers() -> None:
    (most,) = (
        int(each.partition("=")[2])
        for each in SERVICES["postgres"]["command"]
        if each.startswith("max_connections=")
    )
    assert most >= 300


def test_prometheus_asks_every_role_with_the_token_and_knows_the_rules() -> None:
    asked = yaml.safe_load((DEPLOY / "prometheus.yaml").read_text(encoding="utf8"))
    (job,) = asked["scrape_configs"]
    assert job["dns_sd_configs"][0]["names"] == ["worker", "gateway", "web"]
    assert job["dns_sd_configs"][0]["port"] == 8017
    assert Path(job["authorization"]["credentials_file"]).name in SERVICES["prometheus"]["secrets"]
    mounted = {Path(each.split(":")[1]).name for each in SERVICES["prometheus"]["volumes"]}
    assert set(asked["rule_files"]) <= mounted


def test_each_alert_says_what_is_seen_and_what_to_do() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus-rules.yaml").read_text(encoding="utf8"))
    (group,) = rules["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(names) == len(set(names)) >= 8
    for rule in group["rules"]:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["expr"].count("(") == rule["expr"].count(")")
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert set(rule["annotations"]) == {"summary", "action"}


def test_grafana_finds_its_source_and_the_dashboard() -> None:
    source = yaml.safe_load((DEPLOY / "grafana" / "datasource.yaml").read_text(encoding="utf8"))
    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    assert "prometheus" in SERVICES
    boards = yaml.safe_load((DEPLOY / "grafana" / "dashboards.yaml").read_text(encoding="utf8"))
    folder = boards["providers"][0]["options"]["path"]
    targets = [each.split(":")[1] for each in SERVICES["grafana"]["volumes"]]
    assert f"{folder}/heraut.json" in targets
