"""Programs that run as children of this process: they end with it, stop in a bounded time and leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from opentrace.adapters.local.service_user import ServiceUser

_EXEC_CHILD = Path(__file__).with_name("exec_child.py")


class ServiceStartError(Exception):
    """A service did not start; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildCommand:
    """How a child is started and stopped.

    `stop_signals` are sent one after the other, each followed by a wait of so many seconds; SIGKILL ends the row.
    `parent_death_signal` is what the child gets when its parent is killed (Linux).
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    stop_signals: tuple[tuple[signal.Signals, float], ...]
    parent_death_signal: signal.Signals
    user: ServiceUser | None = None
    pass_fds: tuple[int, ...] = ()
    working_folder: Path | None = None


def wrapped_argv(argv: tuple[str, ...], *, user: ServiceUser | None, parent_death_signal: int) -> list[str]:
    """The command line that runs `argv` by way of `exec_child.py`."""
    uid, gid, capability = (user.uid, user.gid, user.capability) if user else (-1, -1, -1)
    options = (os.getpid(), parent_death_signal, uid, gid, capability)
    return [sys.executable, "-I", "-S", str(_EXEC_CHILD), *map(str, options), *argv]


def start_child(command: ChildCommand, *, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Start it in a session of its own, with stdout and stderr going to `output`.

    To be called from a thread that lives as long as the child is to live: Linux takes the end of the thread that
    started a child for the death of its parent.
    """
    return subprocess.Popen(  # noqa: S603 -- the programs are our own
        wrapped_argv(command.argv, user=command.user, parent_death_signal=command.parent_death_signal),
        env=command.env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=command.pass_fds,
        cwd=command.working_folder,
    )


def stop_child(process: subprocess.Popen[bytes], command: ChildCommand) -> bool:
    """Stop it, and what it started in its process group. Returns whether it went without SIGKILL."""
    gentle = False
    for number, wait_s in command.stop_signals:
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(wait_s)
            gentle = True
            break
    kill_group(process.pid)
    process.wait()
    return gentle


def kill_group(process_group: int) -> None:
    """SIGKILL for whatever is left of a process group; nothing where nothing is."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process_group, signal.SIGKILL)


def free_loopback_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
