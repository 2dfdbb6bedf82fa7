"""An installation of its own for a benchmark: `opentrace up` on a free port, with an account, in a temporary folder."""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from opentrace.entrypoints.api_client import ApiClient
from opentrace.entrypoints.run_file import RunningInstance, read_run_file
from opentrace.settings import PREFIX

START_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Instance:
    """`client` is signed in, with `token`; `processes` has the supervisor and all its children by what they are."""

    client: ApiClient
    token: str
    running: RunningInstance
    start_s: float

    @property
    def processes(self) -> dict[str, psutil.Process]:
        children = {name: psutil.Process(child.pid) for name, child in self.running.children.items()}
        return {"supervisor": psutil.Process(self.running.pid), **children}


@contextmanager
def own_instance(
    *, ready_within_s: float = START_TIMEOUT_S, environment: Mapping[str, str] | None = None
) -> Generator[Instance]:
    """With the settings of `environment`. Gone at the end with its folder.

    Raises RuntimeError, with what it said, where it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="opentrace-bench-") as folder:
        data_dir, log = Path(folder) / "data", Path(folder) / "up.log"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "OPENAI_"))}
        began = time.monotonic()
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "opentrace.entrypoints.cli", "up", "--port", "0", "--data-dir", str(data_dir)],
                env=inherited | dict(environment or {}),
                stdout=output,
                stderr=output,
                cwd=folder,
            )
        try:
            running = _wait_ready(process, data_dir / "run.json", log, deadline=began + ready_within_s)
            start_s = time.monotonic() - began
            with ApiClient(running.url, token=None) as visitor:
                account = {"email": "benchmark@example.org", "password": secrets.token_urlsafe(16)}
                token = visitor.post("/api/auth/sign-up", account)["token"]
            with ApiClient(running.url, token=token, timeout_s=300) as client:
                yield Instance(client, token, running, start_s)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_TIMEOUT_S)


def _wait_ready(process: subprocess.Popen[bytes], run_file: Path, log: Path, *, deadline: float) -> RunningInstance:
    while time.monotonic() < deadline and process.poll() is None:
        running = read_run_file(run_file)
        if running is not None and "server" in running.children and b"ready on" in log.read_bytes():
            return running
        time.sleep(0.05)
    raise RuntimeError("Opentrace did not start. It said:\n" + log.read_text(encoding="utf-8", errors="replace"))


def memory_bytes(process: psutil.Process) -> int:
    """Memory in use by a process and all below it. A page that several share counts once, where the system can tell
    (Linux: proportional set size); elsewhere once in each."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            memory = one.memory_full_info()
        except psutil.NoSuchProcess:
            continue
        total += getattr(memory, "pss", memory.rss)
    return total


class MemoryPeak:
    """The largest sum of the resident memory of some processes and their children. Pages they share count twice."""

    def __init__(self, *processes: psutil.Process) -> None:
        self._processes = processes
        self.peak_bytes = 0

    def sample(self) -> int:
        total = 0
        for process in self._processes:
            for one in [process, *process.children(recursive=True)]:
                try:
                    total += one.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
        self.peak_bytes = max(self.peak_bytes, total)
        return total
