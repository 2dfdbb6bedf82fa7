"""`run.json` in the data folder: where the running instance answers and which processes belong to it."""

import json
import signal
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from opentrace.adapters.local.child_process import kill_group
from opentrace.adapters.local.secret_file import write_private_file

END_WAIT_S = 15.0
CLOCK_STEP_S = 5.0


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """`created_at` (seconds since the epoch) tells a process from a later one with its number."""

    pid: int
    created_at: float


@dataclass(frozen=True, slots=True)
class RunningInstance:
    """`database_url` and `redis_url` hold passwords: the file is readable by its owner only."""

    pid: int
    url: str
    database_url: str
    redis_url: str
    children: dict[str, ChildRecord] = field(default_factory=dict[str, ChildRecord])


def write_run_file(path: Path, instance: RunningInstance) -> None:
    write_private_file(path, json.dumps(asdict(instance), indent=1) + "\n")


def read_run_file(path: Path) -> RunningInstance | None:
    """None where there is none, or none that can be read."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        children = {name: ChildRecord(**record) for name, record in found.pop("children").items()}
        return RunningInstance(**found, children=children)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def record_of(pid: int) -> ChildRecord | None:
    """None for a process that is gone already."""
    with suppress(psutil.Error):
        return ChildRecord(pid, psutil.Process(pid).create_time())
    return None


def end_leftovers(instance: RunningInstance) -> None:
    """End the children of a supervisor that was killed. Blocking; for whoever holds the lock of the data folder.

    On Linux they are ending already, for they are told of its death; elsewhere they are not.
    """
    for record in instance.children.values():
        if record.created_at < psutil.boot_time():
            continue
        with suppress(psutil.Error):
            process = psutil.Process(record.pid)
            if abs(process.create_time() - record.created_at) > CLOCK_STEP_S:
                continue
            process.send_signal(signal.SIGINT if "postgres" in process.name() else signal.SIGTERM)
            with suppress(psutil.TimeoutExpired):
                process.wait(END_WAIT_S)
        kill_group(record.pid)  # a number is not given out again while a group bears it
