"""Opentrace's own commands (`serve`, `worker`, `migrate`, …) as programs of the supervisor."""

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from opentrace.adapters.local.child_process import ChildCommand, ServiceStartError, kill_group, start_child
from opentrace.settings import variable_of

SERVER_START_TIMEOUT_S = 90.0
_STOP_SIGNALS = ((signal.SIGTERM, 15.0),)


def environment_of(values: Mapping[str, str]) -> dict[str, str]:
    """Ours, with settings by field name on top."""
    return dict(os.environ) | {variable_of(name): value for name, value in values.items()}


def own_argv(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "opentrace.entrypoints.cli", *arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramService:
    """Implements `Service`. `health_address` is asked for GET /health, where the program has one."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    pass_fds: tuple[int, ...] = ()
    health_address: tuple[str, int] | None = None

    def prepare(self) -> None:
        return

    def command(self) -> ChildCommand:
        return ChildCommand(
            argv=own_argv(*self.arguments),
            env=self.environment,
            stop_signals=_STOP_SIGNALS,
            parent_death_signal=signal.SIGKILL,
            pass_fds=self.pass_fds,
        )

    def wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        if self.health_address is None:
            return
        deadline = time.monotonic() + SERVER_START_TIMEOUT_S
        while not _is_healthy(*self.health_address):
            if process.poll() is not None:
                raise ServiceStartError(f"The {self.name} ended while starting (status {process.returncode}).")
            if time.monotonic() > deadline:
                raise ServiceStartError(f"The {self.name} did not answer within {SERVER_START_TIMEOUT_S:.0f} s.")


async def run_to_end(arguments: tuple[str, ...], *, environment: Mapping[str, str], timeout_s: float) -> str:
    """Run a command of Opentrace and return what it printed; killed when cancelled. Raises ServiceStartError."""
    command = ChildCommand(
        argv=own_argv(*arguments), env=environment, stop_signals=(), parent_death_signal=signal.SIGKILL
    )
    process = start_child(command, output=subprocess.PIPE)
    try:
        output, _ = await asyncio.to_thread(process.communicate, timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        raise ServiceStartError(f"`opentrace {arguments[0]}` was not done after {timeout_s:.0f} s.") from error
    finally:
        kill_group(process.pid)
    said = output.decode(errors="replace").strip()
    if process.returncode != 0:
        raise ServiceStartError(f"`opentrace {arguments[0]}` failed. It said:\n{said}")
    return said


async def wait_until_ready(address: tuple[str, int], *, timeout_s: float) -> None:
    """Wait until the server, the worker and their services answer. Raises ServiceStartError with what does not."""
    deadline = time.monotonic() + timeout_s
    while problems := await asyncio.to_thread(_readiness_problems, *address):
        if time.monotonic() > deadline:
            raise ServiceStartError(f"Opentrace was not ready after {timeout_s:.0f} s. {' '.join(problems)}")
        await asyncio.sleep(0.05)


def _readiness_problems(address: str, port: int) -> list[str]:
    status, body = _get(address, port, "/ready", timeout_s=10)
    if status == http.HTTPStatus.OK:
        return []
    try:
        checks = json.loads(body)["checks"]
        return [check["detail"] for check in checks.values() if not check["ok"]]
    except (ValueError, KeyError, TypeError):
        return ["The server does not answer."]


def _is_healthy(address: str, port: int) -> bool:
    """The socket takes requests before the server runs, so one that is not answered yet is given up soon."""
    return _get(address, port, "/health", timeout_s=0.5)[0] == http.HTTPStatus.OK


def _get(address: str, port: int, path: str, *, timeout_s: float) -> tuple[int, bytes]:
    """Status 0 where there is no answer."""
    connection = http.client.HTTPConnection(address, port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
