"""`opentrace up`: everything that Opentrace is made of, as children of one process on one machine.

PostgreSQL and Valkey start side by side with the preparation of the model; then the schema, then worker and server.
What dies is started again. They are stopped the other way round, and nothing is left behind, however this process ends.
"""

import asyncio
import math
import os
import signal
import socket
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg

from opentrace.adapters.local.child_process import ServiceStartError
from opentrace.adapters.local.minilm_files import shipped_graph
from opentrace.adapters.local.postgres_server import PostgresServer
from opentrace.adapters.local.valkey_server import ValkeyServer
from opentrace.db.revisions import newest_revision, revision_of
from opentrace.entrypoints.address import listen_on, probe_address, url_of
from opentrace.entrypoints.child_keeper import ChildKeeper, GaveUp, RestartPolicy, Service
from opentrace.entrypoints.child_log import ChildLog
from opentrace.entrypoints.data_folder import DataFolder, open_data_folder
from opentrace.entrypoints.program_service import ProgramService, environment_of, run_to_end, wait_until_ready
from opentrace.entrypoints.run_file import (
    ChildRecord,
    RunningInstance,
    end_leftovers,
    read_run_file,
    record_of,
    write_run_file,
)
from opentrace.settings import Settings

MIGRATE_TIMEOUT_S = 600.0
PREPARE_MODEL_TIMEOUT_S = 600.0
READY_TIMEOUT_S = 60.0
SIGNAL_ECHO_S = 0.5
"""Some programs that run others send a signal twice; a person does not press Ctrl-C twice so quickly."""

Report = Callable[[str], None]


def supervise(settings: Settings, *, report: Report, policy: RestartPolicy | None = None) -> None:
    """Run until a signal says stop. Raises DataFolderError, AddressError, ServiceStartError or GaveUp."""
    with open_data_folder(settings.data_dir) as folder, listen_on(settings.host, settings.port) as listener:
        supervisor = Supervisor(settings, folder, listener, report=report, policy=policy)
        asyncio.run(supervisor.run())


class Supervisor:
    def __init__(
        self,
        settings: Settings,
        folder: DataFolder,
        listener: socket.socket,
        *,
        report: Report,
        policy: RestartPolicy | None,
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._listener = listener
        self._report = report
        self._policy = policy
        self._keepers: list[ChildKeeper] = []
        self._records: dict[str, ChildRecord] = {}
        self._database_url = settings.database_url.get_secret_value() if settings.database_url else ""
        self._redis_url = settings.redis_url.get_secret_value() if settings.redis_url else ""
        self._began_at = time.monotonic()

    async def run(self) -> None:
        async with self._stop_signals() as stopping:
            running = asyncio.create_task(self._start_and_keep())
            try:
                await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if running.done():
                    running.result()
                else:
                    self._report("Stopping.")
            finally:
                running.cancel()
                with suppress(asyncio.CancelledError, ServiceStartError, GaveUp):
                    await running
                await self._stop_all()

    async def _start_and_keep(self) -> None:
        leftovers = read_run_file(self._folder.run_file)
        if leftovers is not None:
            await asyncio.to_thread(end_leftovers, leftovers)
        self._report(f"Data folder  {self._folder.path}")
        await _together(self._start_model(), self._start_broker(), self._start_database())
        await self._start_programs()
        await _together(self._announce(), *(keeper.keep() for keeper in self._keepers))

    async def _start_database(self) -> None:
        if self._database_url:
            self._report("PostgreSQL   as OPENTRACE_DATABASE_URL says")
        else:
            server = PostgresServer(self._folder.postgres, secrets_folder=self._folder.secrets)
            await self._timed("PostgreSQL", self._keeper(server).start())
            self._database_url = server.url
            self._write_run_file()
        await self._timed("Schema", self._migrate())

    async def _migrate(self) -> None:
        """In a process of its own, for what migrates takes memory; in none where nothing is to be done."""
        try:
            revision = await asyncio.to_thread(revision_of, self._database_url)
        except psycopg.OperationalError:
            revision = None  # `migrate` says what is wrong
        if revision != newest_revision():
            await self._run_to_end("migrate", timeout_s=MIGRATE_TIMEOUT_S)

    async def _start_broker(self) -> None:
        if self._redis_url:
            self._report("Valkey       as OPENTRACE_REDIS_URL says")
            return
        server = ValkeyServer(self._folder.valkey, secrets_folder=self._folder.secrets)
        await self._timed("Valkey", self._keeper(server).start())
        self._redis_url = server.url
        self._write_run_file()

    async def _start_model(self) -> None:
        """Whoever embeds first would make the model too, but a first start is expected to take its time."""
        made = shipped_graph() is not None or any(self._folder.models.glob("*.onnx"))
        if self._settings.embeds_locally and not made:
            await self._timed("Model", self._run_to_end("prepare-model", timeout_s=PREPARE_MODEL_TIMEOUT_S))

    async def _start_programs(self) -> None:
        environment = self._environment()
        worker = ProgramService(name="worker", arguments=("worker",), environment=environment)
        server = ProgramService(
            name="server",
            arguments=("serve", "--socket-fd", str(self._listener.fileno())),
            environment=environment,
            pass_fds=(self._listener.fileno(),),
            health_address=probe_address(self._listener),
        )
        await self._keeper(worker).start()
        await self._timed("Server", self._keeper(server).start())

    async def _announce(self) -> None:
        ready = wait_until_ready(probe_address(self._listener), timeout_s=READY_TIMEOUT_S)
        await self._timed("Worker", ready)
        url, seconds = url_of(self._listener), time.monotonic() - self._began_at
        self._report(f"Opentrace is ready on {url} after {seconds:.1f} s. Ctrl-C stops it.")

    def _keeper(self, service: Service) -> ChildKeeper:
        name = service.name
        log = ChildLog(self._folder.logs / f"{name}.log", show=lambda line: self._report(f"{name}: {line}"))
        keeper = ChildKeeper(service, log, report=self._report, started=self._note_child, policy=self._policy)
        self._keepers.append(keeper)
        return keeper

    async def _stop_all(self) -> None:
        """In the order server, worker, Valkey, PostgreSQL."""
        order = {"server": 0, "worker": 1, "valkey": 2, "postgres": 3}
        for keeper in sorted(self._keepers, key=lambda keeper: order[keeper.service.name]):
            if not await keeper.stop():
                self._report(f"{keeper.service.name} did not stop in time and was killed.")
        self._folder.run_file.unlink(missing_ok=True)
        self._report("Stopped.")

    @asynccontextmanager
    async def _stop_signals(self) -> AsyncGenerator["asyncio.Task[bool]"]:
        """A task that is done when a signal asks to stop; a second signal ends the children at once."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        first_at = math.inf

        def on_signal() -> None:
            nonlocal first_at
            if loop.time() - first_at > SIGNAL_ECHO_S:
                for keeper in self._keepers:
                    keeper.kill()
            first_at = min(first_at, loop.time())
            stop.set()

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, on_signal)
        waiting = asyncio.create_task(stop.wait())
        try:
            yield waiting
        finally:
            waiting.cancel()
            for number in numbers:
                loop.remove_signal_handler(number)

    async def _run_to_end(self, command: str, *, timeout_s: float) -> None:
        await run_to_end((command,), environment=self._environment(), timeout_s=timeout_s)

    async def _timed(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        began_at = time.monotonic()
        await work
        self._report(f"{what:12} {time.monotonic() - began_at:.2f} s")

    def _environment(self) -> dict[str, str]:
        """Our settings as the children read them."""
        address, port = self._listener.getsockname()[:2]
        values = {"host": address, "port": str(port), "data_dir": str(self._folder.path)}
        if self._database_url:
            values["database_url"] = self._database_url
        if self._redis_url:
            values["redis_url"] = self._redis_url
        return environment_of(values)

    def _note_child(self, name: str, pid: int) -> None:
        record = record_of(pid)
        if record is not None:
            self._records[name] = record
        self._write_run_file()

    def _write_run_file(self) -> None:
        instance = RunningInstance(
            pid=os.getpid(),
            url=url_of(self._listener),
            database_url=self._database_url,
            redis_url=self._redis_url,
            children=dict(self._records),
        )
        write_run_file(self._folder.run_file, instance)


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    """All at the same time; the first failure ends the others and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in work:
                group.create_task(coroutine)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from failures
