"""`opentrace up` as a person runs it: a process whose lines are read and whose address is used."""

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from opentrace.entrypoints.run_file import RunningInstance, read_run_file

DEADLINE_S = 180.0


def opentrace(*arguments: str, environment: dict[str, str] | None = None) -> list[str]:
    return [sys.executable, "-m", "opentrace.entrypoints.cli", *arguments]


def clean_environment(**variables: str) -> dict[str, str]:
    """Ours without any setting of Opentrace, which would change what is tested."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENTRACE_", "OPENAI_"))}
    return kept | variables


def run_opentrace(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in a folder without a `.env`."""
    return subprocess.run(
        opentrace(*arguments),
        cwd=folder,
        env=clean_environment(**variables),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def eventually(condition: Callable[[], bool], *, deadline_s: float = DEADLINE_S) -> bool:
    """Whether the condition comes true in time."""
    ends_at = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.05)
    return True


class Up:
    """One `opentrace up --port 0` on `data_dir`."""

    def __init__(self, data_dir: Path, **variables: str) -> None:
        self.data_dir = data_dir
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            opentrace("up", "--port", "0", "--data-dir", str(data_dir)),
            cwd=data_dir.parent,
            env=clean_environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def url(self) -> str:
        found = re.search(r"ready on (http://\S+)", self.output)
        assert found, self.output
        return found[1]

    @property
    def instance(self) -> RunningInstance:
        found = read_run_file(self.data_dir / "run.json")
        assert found is not None
        return found

    def wait_ready(self) -> "Up":
        assert eventually(lambda: "is ready on" in self.output or not self.alive), self.output
        assert self.alive, self.output
        return self

    def status(self, path: str) -> int:
        """Of a GET; 0 where nobody answers."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def processes(self) -> list[psutil.Process]:
        """The supervisor's and all that came of it."""
        supervisor = psutil.Process(self.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait; returns the exit status."""
        if self.alive:
            self._process.send_signal(number)
        status = self._process.wait(DEADLINE_S)
        self._reader.join(DEADLINE_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return status

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))


def still_alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that run; what only waits to be collected by its parent does not."""
    return [process for process in processes if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
