"""Restarts, back-off and giving up, with small programs as children."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from opentrace.adapters.local.child_process import ChildCommand, ServiceStartError
from opentrace.entrypoints.child_keeper import ChildKeeper, GaveUp, RestartPolicy
from opentrace.entrypoints.child_log import ChildLog

QUICK = RestartPolicy(attempts=3, first_delay_s=0.01, longest_delay_s=0.02)


class Script:
    """A Python script as a service; ready when it has made the file `ready`, where one is named."""

    name = "script"

    def __init__(self, source: str, *, ready: Path | None = None, grace_s: float = 5.0) -> None:
        self.source = source
        self.ready = ready
        self.grace_s = grace_s
        self.starts = 0
        self.started_often_enough = threading.Event()

    def prepare(self) -> None:
        self.starts += 1
        if self.starts == 5:
            self.started_often_enough.set()

    def command(self) -> ChildCommand:
        return ChildCommand(
            argv=(sys.executable, "-I", "-S", "-c", self.source),
            env=os.environ,
            stop_signals=((signal.SIGTERM, self.grace_s),),
            parent_death_signal=signal.SIGKILL,
        )

    def wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        while self.ready is not None and not self.ready.exists():
            if process.poll() is not None:
                raise ServiceStartError("The script ended while starting.")


class Kept:
    def __init__(self, script: Script, folder: Path, *, policy: RestartPolicy = QUICK) -> None:
        self.said: list[str] = []
        self.pids: list[int] = []
        log = ChildLog(folder / "script.log", show=lambda line: self.said.append(f"script: {line}"))
        self.keeper = ChildKeeper(
            script, log, report=self.said.append, started=lambda _, pid: self.pids.append(pid), policy=policy
        )


async def test_a_child_that_always_fails_is_given_up_with_its_words_and_the_name_of_its_log(tmp_path: Path) -> None:
    script = Script("import sys; print('no such table'); sys.exit(3)")
    kept = Kept(script, tmp_path)
    await kept.keeper.start()

    with pytest.raises(GaveUp, match=r"script failed 4 times in a row.*script\.log"):
        await kept.keeper.keep()

    assert script.starts == 4
    assert "  no such table" in kept.said
    assert "script ended with status 3; starting it again in 0.01 s." in kept.said
    assert "script ended with status 3; starting it again in 0.02 s." in kept.said
    assert (tmp_path / "script.log").read_text().count("no such table") == 4


async def test_a_child_that_lives_long_enough_starts_with_a_clean_record(tmp_path: Path) -> None:
    script = Script("import time; time.sleep(0.05)")
    kept = Kept(script, tmp_path, policy=RestartPolicy(attempts=1, first_delay_s=0.01, stable_s=0.04))
    await kept.keeper.start()

    keeping = asyncio.create_task(kept.keeper.keep())
    await asyncio.to_thread(script.started_often_enough.wait, 30)

    assert script.starts >= 5
    assert not keeping.done()
    keeping.cancel()
    await kept.keeper.stop()


async def test_a_child_that_dies_while_starting_is_an_error_that_leaves_nothing(tmp_path: Path) -> None:
    kept = Kept(Script("print('bad configuration')", ready=tmp_path / "ready"), tmp_path)

    with pytest.raises(ServiceStartError, match=r"ended while starting.*script\.log' says why"):
        await kept.keeper.start()

    assert "  bad configuration" in kept.said
    assert not psutil.pid_exists(kept.pids[0])


async def test_a_child_that_does_not_heed_its_signal_is_killed_with_what_it_started(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    source = (
        "import os, pathlib, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "grandchild = os.fork()\n"
        f"written = pathlib.Path({str(tmp_path / 'written')!r})\n"
        "if grandchild:\n"
        "    written.write_text(str(grandchild))\n"
        f"    written.rename({str(ready)!r})\n"
        "time.sleep(600)\n"
    )
    kept = Kept(Script(source, ready=ready, grace_s=0.2), tmp_path)
    await kept.keeper.start()
    grandchild = psutil.Process(int(ready.read_text()))

    gentle = await kept.keeper.stop()

    assert not gentle
    assert not psutil.pid_exists(kept.pids[0])
    grandchild.wait(10)


async def test_warnings_and_failures_of_a_child_are_shown_and_the_rest_is_kept(tmp_path: Path) -> None:
    lines = [
        "2026-01-01T00:00:00Z [info     ] request",
        "2026-01-01T00:00:00Z [warning  ] broker_lost",
        "2026-01-01 00:00:00 UTC [7] FATAL:  the database system is starting up",
        "2026-01-01 00:00:00 UTC [7] FATAL:  could not write lock file",
        '{"level": "error", "event": "housekeeping_failed"}',
        "Traceback (most recent call last):",
        '  File "x.py", line 1, in <module>',
        "ValueError: 1",
        "the end",
    ]
    log = tmp_path / "child.log"
    shown: list[str] = []
    child_log = ChildLog(log, show=shown.append)

    for byte in "".join(f"{line}\n" for line in lines).encode():
        child_log.feed(bytes([byte]))

    assert shown == [lines[1], *lines[3:8]]
    assert log.read_text().splitlines() == lines


def test_a_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    child_log = ChildLog(tmp_path / "child.log", show=lambda _: None, max_bytes=1000)

    for number in range(100):
        child_log.feed(f"line {number} {'x' * 50}\n".encode())

    assert sorted(path.name for path in tmp_path.iterdir()) == ["child.log", "child.log.1"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2000
    assert "line 99 " in (tmp_path / "child.log").read_text()
