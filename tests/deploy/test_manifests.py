"""The files of the deployments say what their programs understand."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from compose_spec import ComposeSpecification

from opentrace.settings import Settings, variable_of

DEPLOY = Path(__file__).parents[2] / "deploy"
BIN = Path(sys.executable).parent
MANIFESTS = sorted(path for path in (DEPLOY / "kubernetes").glob("*.yaml") if path.name != "kustomization.yaml")
CLIENT_ONLY = {"OPENTRACE_SERVER_URL", "OPENTRACE_CLIENT_CONNECT_SOURCES"}


@pytest.mark.parametrize("name", ["server.Dockerfile", "client.Dockerfile"])
def test_the_linter_finds_nothing_in_the_dockerfiles(name: str) -> None:
    linted = subprocess.run([BIN / "hadolint", DEPLOY / name], capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout


def test_the_compose_file_is_one() -> None:
    spec = _yaml(DEPLOY / "docker-compose.yml")
    ComposeSpecification.model_validate(spec)
    services = spec["services"]
    assert {"client", "server", "worker", "redis"} <= {name for name, one in services.items() if "profiles" not in one}
    for name, service in services.items():
        for needed in service.get("depends_on", {}):
            assert needed in services, f"{name} depends on {needed}"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in spec["volumes"] or (DEPLOY / source).exists(), f"{name} mounts {source}"


def test_the_manifests_are_what_kubernetes_takes() -> None:
    checked = subprocess.run(
        [BIN / "kubernetes-validate", "--strict", "--quiet", *MANIFESTS], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_kustomization_lists_every_manifest_but_the_example() -> None:
    listed = _yaml(DEPLOY / "kubernetes" / "kustomization.yaml")["resources"]
    assert sorted(listed) == [path.name for path in MANIFESTS if path.name != "secret.example.yaml"]


def test_every_setting_that_a_deployment_names_is_one() -> None:
    known = {variable_of(name) for name in Settings.model_fields} | CLIENT_ONLY
    for path in [DEPLOY / "docker-compose.yml", *DEPLOY.glob("*.Dockerfile"), *MANIFESTS]:
        named = set(re.findall(r"OPENTRACE_[A-Z0-9_]+", path.read_text(encoding="utf-8")))
        assert named <= known, path.name


def _yaml(path: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", yaml.safe_load(path.read_text(encoding="utf-8")))
