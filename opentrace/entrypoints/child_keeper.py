"""Keeps one child running: starts it, keeps what it writes, starts it again when it dies, and gives up loudly."""

import asyncio
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from opentrace.adapters.local.child_process import (
    ChildCommand,
    ServiceStartError,
    kill_group,
    start_child,
    stop_child,
)
from opentrace.entrypoints.child_log import ChildLog

DRAIN_TIMEOUT_S = 1.0
_READ_BYTES = 64 * 1024


class Service(Protocol):
    """What can be run as a child. `prepare` and `wait_ready` block, and raise ServiceStartError."""

    @property
    def name(self) -> str: ...
    def prepare(self) -> None: ...
    def command(self) -> ChildCommand: ...
    def wait_ready(self, process: subprocess.Popen[bytes]) -> None: ...


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """The n-th failure in a row is followed by a wait of `first_delay_s` · 2^(n-1), until there are too many."""

    attempts: int = 5
    first_delay_s: float = 0.5
    longest_delay_s: float = 30.0
    stable_s: float = 60.0
    """A child that lived this long starts with a clean record."""

    def delay_s(self, failures: int) -> float:
        return min(self.first_delay_s * 2 ** (failures - 1), self.longest_delay_s)


class GaveUp(Exception):
    """A child failed too often; the message says which and where its log is."""


class ChildKeeper:
    """`report` gets sentences for a person; `started` is called with every new process number."""

    def __init__(
        self,
        service: Service,
        log: ChildLog,
        *,
        report: Callable[[str], None],
        started: Callable[[str, int], None],
        policy: RestartPolicy | None = None,
    ) -> None:
        self.service = service
        self._log = log
        self._report = report
        self._started = started
        self._policy = policy or RestartPolicy()
        self._process: subprocess.Popen[bytes] | None = None
        self._command: ChildCommand | None = None
        self._ended = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return once it is ready. Raises ServiceStartError, and leaves nothing running then."""
        try:
            await asyncio.to_thread(self.service.prepare)
            process = await self._spawn()
            await asyncio.to_thread(self.service.wait_ready, process)
        except ServiceStartError as error:
            if self._process is None:
                raise
            await self.stop()
            self._show_last_words()
            raise ServiceStartError(f"{error} {str(self._log.path)!r} says why.") from error

    async def keep(self) -> None:
        """Run for ever; raises GaveUp."""
        failures = 0
        while True:
            started_at = time.monotonic()
            await self._ended.wait()
            if time.monotonic() - started_at >= self._policy.stable_s:
                failures = 0
            failures = await self._start_again(failures + 1, reason=self._how_it_ended())

    async def stop(self) -> bool:
        """Stop it within the bounds of its command. Returns whether SIGKILL was not needed."""
        process, command = self._process, self._command
        if process is None or command is None:
            return True
        self._process = None
        self._log.muted = True
        gentle = await asyncio.to_thread(stop_child, process, command)
        await self._drain()
        self._log.muted = False
        return gentle

    def kill(self) -> None:
        """End it at once, for a person who does not want to wait."""
        if self._process is not None:
            kill_group(self._process.pid)

    async def _start_again(self, failures: int, *, reason: str) -> int:
        """Returns how many failures in a row it took. Raises GaveUp."""
        while True:
            if self._process is not None:
                kill_group(self._process.pid)  # what the dead one started
            await self._drain()
            self._show_last_words()
            if failures > self._policy.attempts:
                raise GaveUp(
                    f"{self.service.name} failed {failures} times in a row, so Opentrace stops. "
                    f"{str(self._log.path)!r} says why."
                )
            delay_s = self._policy.delay_s(failures)
            self._report(f"{self.service.name} {reason}; starting it again in {delay_s:g} s.")
            await asyncio.sleep(delay_s)
            try:
                await self.start()
            except ServiceStartError as error:
                failures += 1
                reason = "did not start"
                self._report(str(error))
            else:
                self._report(f"{self.service.name} runs again.")
                return failures

    async def _spawn(self) -> subprocess.Popen[bytes]:
        command = self.service.command()
        process = start_child(command, output=subprocess.PIPE)
        self._process, self._command = process, command
        self._ended = asyncio.Event()
        self._reader = asyncio.create_task(self._read(process))
        self._started(self.service.name, process.pid)
        watcher = threading.Thread(
            target=_wait, args=(process, asyncio.get_running_loop(), self._ended), name=self.service.name, daemon=True
        )
        watcher.start()
        return process

    async def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        stream = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), process.stdout
        )
        try:
            while data := await stream.read(_READ_BYTES):
                self._log.feed(data)
        finally:
            transport.close()

    async def _drain(self) -> None:
        """Read what a dead child still had to say, unless somebody else holds its pipe open."""
        if self._reader is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._reader), DRAIN_TIMEOUT_S)

    def _how_it_ended(self) -> str:
        status = self._process.returncode if self._process is not None else None
        if status is None:
            return "ended"
        return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"

    def _show_last_words(self) -> None:
        """Where it ended by itself; a child that was killed had no time to say why."""
        killed = self._process is not None and (self._process.returncode or 0) < 0
        for line in self._log.take_recent():
            if not killed:
                self._report(f"  {line}")


def _wait(process: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    process.wait()
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(ended.set)
