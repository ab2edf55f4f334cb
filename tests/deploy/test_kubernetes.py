"""The manifests: kustomize reads them, labels meet, ports and paths exist, nothing may do too much."""

import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types
from typer.main import get_command

from bot.__main__ import cli
from bot.app import Role
from bot.config import ENV_PREFIX, FeedsFile
from bot.web.health import Health, health_routes
from tests.deploy.test_container import is_setting

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
VERSIONS = {
    "ConfigMap": "v1",
    "Component": "kustomize.config.k8s.io/v1alpha1",
    "Deployment": "apps/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "Ingress": "networking.k8s.io/v1",
    "Kustomization": "kustomize.config.k8s.io/v1beta1",
    "Namespace": "v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "PodDisruptionBudget": "policy/v1",
    "PodMonitor": "monitoring.coreos.com/v1",
    "Service": "v1",
}
CONTAINER = {
    *("name", "image", "args", "envFrom", "ports", "resources", "securityContext", "volumeMounts"),
    *("startupProbe", "livenessProbe", "readinessProbe"),
}
POD = {
    *(
        "automountServiceAccountToken",
        "containers",
        "enableServiceLinks",
        "initContainers",
        "securityContext",
    ),
    *("terminationGracePeriodSeconds", "topologySpreadConstraints", "volumes"),
}
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
Document = dict[str, Any]


def files() -> Iterator[Document]:
    """Every document as it is written."""
    for path in sorted(FOLDER.rglob("*.yaml")):
        yield from yaml.safe_load_all(path.read_text(encoding="utf8"))


@cache
def rendered() -> tuple[Document, ...]:
    """The example as kustomize makes it."""
    tool = shutil.which("kubectl")
    if tool is None:
        pytest.skip("there is no kubectl here to read the manifests; they were read as YAML")
    made = subprocess.run(
        [tool, "kustomize", str(FOLDER / "overlays" / "example")], capture_output=True, text=True, timeout=120
    )
    assert made.returncode == 0, made.stderr
    return tuple(yaml.safe_load_all(made.stdout))


def of_kind(kind: str) -> list[Document]:
    found = [each for each in rendered() if each["kind"] == kind]
    assert found, kind
    return found


def named(kind: str) -> dict[str, Document]:
    return {each["metadata"]["name"]: each for each in of_kind(kind)}


def pods() -> dict[str, Document]:
    return {name: each["spec"]["template"]["spec"] for name, each in named("Deployment").items()}


def labels(deployment: Document) -> dict[str, str]:
    return dict(deployment["spec"]["template"]["metadata"]["labels"])


def meets(selector: Document, deployment: Document) -> bool:
    return bool(selector.get("matchLabels", selector).items() <= labels(deployment).items())


def test_every_kind_is_known_in_its_version() -> None:
    seen = {(each["kind"], each["apiVersion"]) for each in files()}
    assert seen == set(VERSIONS.items())


def test_every_file_of_a_folder_is_named_in_its_kustomization() -> None:
    for kustomization in FOLDER.rglob("kustomization.yaml"):
        made = yaml.safe_load(kustomization.read_text(encoding="utf8"))
        patches = [each["path"] for each in made.get("patches", ())]
        local = {each for each in (*made["resources"], *patches) if not each.startswith("..")}
        present = {each.name for each in kustomization.parent.glob("*.yaml")} - {"kustomization.yaml"}
        assert local == present


def test_every_variable_is_a_setting() -> None:
    written = {key for each in files() if each["kind"] == "ConfigMap" for key in each["data"]}
    example = yaml.safe_load((FOLDER / "overlays/example/kustomization.yaml").read_text(encoding="utf8"))
    written |= {
        each.partition("=")[0] for one in example["configMapGenerator"] for each in one.get("literals", ())
    }
    assert len(written) >= 8
    assert [key for key in written if not key.startswith(ENV_PREFIX) or not is_setting(key)] == []


def test_the_feeds_of_the_example_can_be_read() -> None:
    text = (FOLDER / "overlays/example/feeds.toml").read_text(encoding="utf8")
    assert len(FeedsFile.model_validate(tomllib.loads(text)).feed) >= 2


@pytest.mark.slow
def test_each_role_runs_and_two_gateways_stand() -> None:
    roles = {name: pod["containers"][0]["args"] for name, pod in pods().items()}
    known = {str(role) for role in Role}
    assert {args[-1] for args in roles.values()} == {"worker", "gateway", "web"} <= known
    commands = get_command(cli).commands  # type: ignore[attr-defined]  # a group has them
    first = {each["args"][0] for pod in pods().values() for each in containers(pod)}
    assert first == {"run", "migrate"} <= set(commands)
    assert named("Deployment")["heraut-gateway"]["spec"]["replicas"] == 2


def containers(pod: Document) -> list[Document]:
    return [*pod["initContainers"], *pod["containers"]]


@pytest.mark.slow
def test_no_field_of_a_pod_is_misspelt_and_all_use_the_image_of_the_overlay() -> None:
    for pod in pods().values():
        assert set(pod) <= POD
        for each in containers(pod):
            assert set(each) <= CONTAINER
            assert each["image"] == "registry.example.org/heraut:1.0.0"


@pytest.mark.slow
def test_selectors_meet_the_labels_of_exactly_one_deployment() -> None:
    deployments = of_kind("Deployment")
    for deployment in deployments:
        assert meets(deployment["spec"]["selector"], deployment)
    budgets = of_kind("PodDisruptionBudget")
    for each in (*budgets, *of_kind("Service")):
        assert sum(meets(each["spec"]["selector"], one) for one in deployments) == 1, each["metadata"]
    assert len(budgets) == len(deployments)
    (monitor,) = of_kind("PodMonitor")
    assert all(meets(monitor["spec"]["selector"], one) for one in deployments)


@pytest.mark.slow
def test_probes_ask_what_there_is_on_a_port_that_is_open() -> None:
    async def health() -> Health:
        return Health(True)

    paths = {route.path for route in health_routes(health, lambda: True, "")}
    for pod in pods().values():
        (container,) = pod["containers"]
        open_ports = {port["name"] for port in container["ports"]}
        for probe in PROBES:
            assert container[probe]["httpGet"]["path"] in paths
            assert container[probe]["httpGet"]["port"] in open_ports
        # What hangs is ended; a database that is away is no reason to end anything.
        assert container["livenessProbe"]["httpGet"]["path"] == "/live"
    (service,) = of_kind("Service")
    assert {port["targetPort"] for port in service["spec"]["ports"]} <= {"http"}


@pytest.mark.slow
def test_what_is_mounted_is_a_volume_and_what_is_named_exists() -> None:
    maps = set(named("ConfigMap"))
    for pod in pods().values():
        volumes = {each["name"]: each for each in pod["volumes"]}
        mounts = {mount["name"] for each in containers(pod) for mount in each["volumeMounts"]}
        assert mounts == set(volumes)
        referred = {each["configMap"]["name"] for each in volumes.values() if "configMap" in each}
        referred |= {ref["configMapRef"]["name"] for each in containers(pod) for ref in each["envFrom"]}
        assert referred <= maps
        assert volumes["secrets"]["secret"]["secretName"] == "heraut"
    (scaler,) = of_kind("HorizontalPodAutoscaler")
    assert scaler["spec"]["scaleTargetRef"]["name"] in named("Deployment")
    (ingress,) = of_kind("Ingress")
    (path,) = ingress["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"]["service"]["name"] in named("Service")


@pytest.mark.slow
def test_no_pod_may_do_more_than_it_needs() -> None:
    """The profile `restricted` of the Pod Security Standards, and a file system that cannot be written."""
    (namespace,) = of_kind("Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for pod in pods().values():
        own = pod["securityContext"]
        assert own["runAsNonRoot"] is True
        assert own["runAsUser"] == 10001
        assert own["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for each in containers(pod):
            confined = each["securityContext"]
            assert confined["allowPrivilegeEscalation"] is False
            assert confined["readOnlyRootFilesystem"] is True
            assert confined["capabilities"] == {"drop": ["ALL"]}
            assert each["resources"]["limits"]["memory"]
            assert each["resources"]["requests"]["cpu"]


@pytest.mark.slow
def test_it_ends_later_than_draining_takes() -> None:
    assert all(pod["terminationGracePeriodSeconds"] > 10 for pod in pods().values())


@pytest.mark.slow
def test_the_network_is_closed_but_for_the_pages_the_web_and_the_database() -> None:
    policies = named("NetworkPolicy")
    all_pods, pages = policies["heraut"]["spec"], policies["heraut-web"]["spec"]
    assert all_pods["podSelector"].get("matchLabels", {}).items() <= labels(of_kind("Deployment")[0]).items()
    assert set(all_pods["policyTypes"]) == {"Ingress", "Egress"}
    assert [meets(pages["podSelector"], one) for one in of_kind("Deployment")].count(True) == 1
    out = {port["port"] for rule in all_pods["egress"] for port in rule["ports"]}
    assert out == {53, 80, 443, 5432}
    web = next(rule for rule in all_pods["egress"] if rule["ports"][0]["port"] == 80)
    assert "169.254.0.0/16" in web["to"][0]["ipBlock"]["except"]


@pytest.mark.slow
def test_workers_are_scaled_by_the_lag_of_feeds_and_by_cpu_where_nobody_tells_it() -> None:
    (scaler,) = of_kind("HorizontalPodAutoscaler")
    kinds = [each["type"] for each in scaler["spec"]["metrics"]]
    assert kinds == ["External", "Resource"]
    assert "replicas" not in named("Deployment")["heraut-worker"]["spec"]
    assert scaler["spec"]["minReplicas"] >= 2
