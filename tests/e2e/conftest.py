"""One whole `opentrace up` for the tests of this folder, and its owner."""

import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from opentrace.entrypoints.api_client import ApiClient
from tests.entrypoints.running import Up, run_opentrace

EMAIL = "owner@example.org"
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Installation:
    """A running installation and an API key of its owner."""

    url: str
    api_key: str
    home: Path
    worker_metrics_url: str

    @property
    def worker_log(self) -> str:
        return (self.home / "data" / "logs" / "worker.log").read_text(encoding="utf-8")

    def run(self, *arguments: str) -> str:
        """What a command prints, on both streams. Fails where it ends with another code than 0."""
        ended = run_opentrace(
            *arguments, folder=self.home, OPENTRACE_SERVER_URL=self.url, OPENTRACE_API_KEY=self.api_key
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    def client(self) -> ApiClient:
        return ApiClient(self.url, token=self.api_key)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = tmp_path_factory.mktemp("installation")
    with socket.create_server(("127.0.0.1", 0)) as free:
        metrics_port = free.getsockname()[1]
    up = Up(home / "data", OPENTRACE_WORKER_METRICS_PORT=str(metrics_port), OPENTRACE_PAGE_NETWORKS="127.0.0.1/32")
    try:
        up.wait_ready()
        with ApiClient(up.url, token=None) as anonymous:
            session = anonymous.post("/api/auth/sign-up", {"email": EMAIL, "password": PASSWORD})
        with ApiClient(up.url, token=session["token"]) as owner:
            key = owner.post("/api/api-keys", {"name": "Tests"})["key"]
        yield Installation(up.url, key, home, f"http://127.0.0.1:{metrics_port}/metrics")
    finally:
        up.end(signal.SIGTERM)
