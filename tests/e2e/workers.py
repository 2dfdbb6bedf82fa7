"""Worker processes that tests start, stop and kill, and a database that can hold a document in a stage."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from opentrace.db.engine import Database
from opentrace.settings import Settings, variable_of
from tests.waiting import until

_HOLD = (
    "CREATE TABLE held_documents (document_id uuid, status text)",
    """
    CREATE FUNCTION hold_document() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        WHILE EXISTS (SELECT FROM held_documents WHERE document_id = old.id AND status = old.status) LOOP
            PERFORM pg_sleep(0.02);
        END LOOP;
        RETURN new;
    END $$
    """,
    """
    CREATE TRIGGER hold_document BEFORE UPDATE ON documents FOR EACH ROW
        WHEN (old.status <> new.status AND new.status <> 'queued') EXECUTE FUNCTION hold_document()
    """,
)


class StageHolds:
    """Makes the database slow where a document would leave a stage for the next, as long as it is held there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def install(self) -> None:
        async with self._database.system_transaction() as work:
            for statement in _HOLD:
                await work.session.execute(text(statement))

    async def hold(self, document_id: str, status: str) -> None:
        async with self._database.system_transaction() as work:
            await work.session.execute(
                text("INSERT INTO held_documents VALUES (:id, :status)"), {"id": UUID(document_id), "status": status}
            )

    async def hold_reached(self, document_id: str) -> None:
        """Returns when a statement waits at the border of the stage."""

        async def waits() -> bool:
            async with self._database.system_transaction() as work:
                row = text("SELECT id FROM documents WHERE id = :id FOR UPDATE SKIP LOCKED")
                return await work.session.scalar(row, {"id": UUID(document_id)}) is None

        await until(waits)

    async def release(self, document_id: str) -> None:
        """Returns when nothing holds the document any more, a statement of a killed worker included."""
        values = {"id": UUID(document_id)}
        async with self._database.system_transaction() as work:
            await work.session.execute(text("DELETE FROM held_documents WHERE document_id = :id"), values)
        async with self._database.system_transaction() as work:
            await work.session.execute(text("SELECT FROM documents WHERE id = :id FOR UPDATE"), values)


class WorkerProcess:
    """`opentrace worker` with these settings. What it says is in `log`."""

    def __init__(self, settings: Settings, log: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENTRACE_")}
        assert settings.database_url is not None
        assert settings.redis_url is not None
        own = {
            "database_url": settings.database_url.get_secret_value(),
            "redis_url": settings.redis_url.get_secret_value(),
            "data_dir": str(settings.data_dir),
            "job_lease_s": str(settings.job_lease_s),
            "job_attempts": str(settings.job_attempts),
            "sweep_interval_s": str(settings.sweep_interval_s),
        }
        environment |= {variable_of(name): value for name, value in own.items()}
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "opentrace.entrypoints.cli", "worker"],
                env=environment,
                stdout=output,
                stderr=output,
                cwd=log.parent,
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    async def terminate(self, *, within_s: float) -> int:
        """Ask it to stop; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, within_s)


@asynccontextmanager
async def running_worker(settings: Settings, log: Path) -> AsyncGenerator[WorkerProcess]:
    """Killed at the end, if it still runs then."""
    worker = WorkerProcess(settings, log)
    try:
        yield worker
    finally:
        worker.kill()
