"""`opentrace doctor`: looks at every service that is configured and says what is wrong and how to mend it."""

import asyncio
import platform
import shutil
import sys
from typing import Literal

import psycopg
from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from opentrace.adapters.celery import redelivery_s
from opentrace.adapters.local.child_process import ServiceStartError
from opentrace.adapters.local.postgres_server import PostgresServer
from opentrace.adapters.local.valkey_server import ValkeyServer
from opentrace.adapters.redis_status import RedisStatusError, read_redis_status
from opentrace.db.engine import APP_ROLE
from opentrace.db.revisions import newest_revision
from opentrace.entrypoints.data_folder import (
    DataFolder,
    DataFolderError,
    check_format,
    check_free_space,
    check_writable,
    running_instance,
)
from opentrace.entrypoints.findings import Finding
from opentrace.entrypoints.model_doctor import examine_answers
from opentrace.entrypoints.sign_in_doctor import examine_sign_in
from opentrace.entrypoints.storage_doctor import examine_storage
from opentrace.ports.embedder import EmbedderError
from opentrace.ports.job_queue import JobQueueError
from opentrace.services import Services
from opentrace.settings import Settings, SettingsError
from opentrace.wiring import open_services

LEAST_POSTGRESQL = 15
LEAST_PGVECTOR = (0, 8)
CONNECT_TIMEOUT_S = 5
GIB = 1024**3


def examine(settings: Settings, *, fix_cors: bool = False) -> list[Finding]:
    """Everything that is configured, and the instance that runs on the data folder, if one does.

    `fix_cors` adds what is missing to the rules of an outside file storage.
    """
    findings = [_python(), *_data_folder(settings)]
    instance = running_instance(settings.data_dir)
    if instance is not None:
        findings.append(Finding("Instance", "ok", f"Runs on {instance.url} (process {instance.pid})."))
        settings = settings.model_copy(
            update={
                "database_url": settings.database_url or SecretStr(instance.database_url),
                "redis_url": settings.redis_url or SecretStr(instance.redis_url),
            }
        )
    else:
        findings.append(Finding("Instance", "idle", "None runs on this data folder. `opentrace up` starts one."))
    database_url = settings.database_url.get_secret_value() if settings.database_url else None
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    findings.append(_postgresql(database_url) if database_url else _embedded_postgresql(settings))
    findings.append(_redis(redis_url, settings) if redis_url else _embedded_valkey(settings))
    if database_url and redis_url:
        try:
            findings += asyncio.run(_services(settings, fix_cors=fix_cors))
        except SettingsError as error:
            findings.append(Finding("Settings", "problem", str(error)))
    findings += [*examine_sign_in(settings), *examine_answers(settings)]
    return findings


def print_findings(findings: list[Finding]) -> bool:
    """Print a table; returns whether everything is well."""
    marks = {"ok": "[green]ok[/green]", "problem": "[red]problem[/red]", "idle": "[dim]–[/dim]"}
    table = Table(box=None, pad_edge=False)
    for heading in ("", "", ""):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        table.add_row(finding.subject, marks[finding.state], escape(finding.detail))
    console = Console(highlight=False)
    console.print(table, no_wrap=False)
    problems = sum(finding.state == "problem" for finding in findings)
    console.print("Everything is well." if not problems else f"[red]Problems: {problems}.[/red]")
    return not problems


def _python() -> Finding:
    found = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}."
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("Python", "problem", f"{found} Opentrace runs on 3.11, 3.12 and 3.13; use one of those.")
    return Finding("Python", "ok", found)


def _data_folder(settings: Settings) -> list[Finding]:
    folder = DataFolder(settings.data_dir)
    if not folder.path.exists():
        return [Finding("Data folder", "idle", f"{folder.path} is not there yet. The first start makes it.")]
    try:
        check_writable(folder)
        check_format(folder)
    except DataFolderError as error:
        return [Finding("Data folder", "problem", str(error))]
    findings = [Finding("Data folder", "ok", f"{folder.path} is writable.")]
    try:
        check_free_space(folder)
    except DataFolderError as error:
        return [*findings, Finding("Disk", "problem", str(error))]
    return [*findings, Finding("Disk", "ok", f"{shutil.disk_usage(folder.path).free / GIB:.1f} GiB are free.")]


def _embedded_postgresql(settings: Settings) -> Finding:
    folder = DataFolder(settings.data_dir)
    try:
        PostgresServer(folder.postgres, secrets_folder=folder.secrets)
    except ServiceStartError as error:
        return Finding("PostgreSQL", "problem", str(error))
    return Finding("PostgreSQL", "idle", "Does not run. `opentrace up` starts its own.")


def _embedded_valkey(settings: Settings) -> Finding:
    folder = DataFolder(settings.data_dir)
    try:
        ValkeyServer(folder.valkey, secrets_folder=folder.secrets)
    except ServiceStartError as error:
        return Finding("Queue", "problem", str(error))
    return Finding("Queue", "idle", "Does not run. `opentrace up` starts its own.")


def _postgresql(url: str) -> Finding:
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S, autocommit=True) as connection:
            state, detail = _examine_database(connection)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        return Finding(
            "PostgreSQL",
            "problem",
            f"Does not answer: {reason}. Check OPENTRACE_DATABASE_URL, and that the server behind it runs.",
        )
    return Finding("PostgreSQL", state, detail)


def _examine_database(connection: psycopg.Connection) -> tuple[Literal["ok", "problem"], str]:
    server = connection.info.server_version // 10000
    if server < LEAST_POSTGRESQL:
        return "problem", f"PostgreSQL {server} is too old. Opentrace needs {LEAST_POSTGRESQL} or later."
    row = connection.execute(
        "SELECT coalesce(installed_version, default_version), installed_version IS NOT NULL "
        "FROM pg_available_extensions WHERE name = 'vector'"
    ).fetchone()
    if row is None:
        return "problem", "The server does not have pgvector. Install pgvector 0.8 or later there."
    vector, installed = str(row[0]), bool(row[1])
    if tuple(int(part) for part in vector.split(".")[:2]) < LEAST_PGVECTOR:
        return "problem", f"pgvector {vector} is too old. Update it to 0.8 or later (ALTER EXTENSION vector UPDATE)."
    if not installed:
        return "problem", "pgvector is not installed in this database. Run `opentrace migrate`."
    if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
        return "problem", "The database has no schema yet. Run `opentrace migrate`."
    revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    head = newest_revision()
    if revision is None or revision[0] != head:
        found = revision[0] if revision else "none"
        return "problem", f"The schema is at {found} and this version wants {head}. Run `opentrace migrate`."
    try:
        connection.execute("SELECT set_config('role', %s, true)", [APP_ROLE])
    except psycopg.Error:
        return "problem", f"This user may not act as the role {APP_ROLE!r}. As an administrator: GRANT {APP_ROLE} TO …"
    return "ok", f"PostgreSQL {server}, pgvector {vector}, schema {head}."


def _redis(url: str, settings: Settings) -> Finding:
    try:
        status = read_redis_status(url)
    except RedisStatusError as error:
        return Finding(
            "Queue",
            "problem",
            f"Does not answer: {error}. Check OPENTRACE_REDIS_URL, and that the server behind it runs.",
        )
    found = f"{status.program} {status.version}"
    if status.eviction_policy not in (None, "noeviction"):
        return Finding(
            "Queue",
            "problem",
            f"{found} forgets keys when memory is short (maxmemory-policy {status.eviction_policy}), and with them "
            "jobs. Set maxmemory-policy noeviction.",
        )
    if not (status.appends_to_file or status.saves_snapshots):
        return Finding(
            "Queue",
            "ok",
            f"{found} keeps nothing on disk: after its restart documents wait for the next sweep. Set appendonly yes.",
        )
    kept = "append-only file" if status.appends_to_file else "snapshots"
    again_s = redelivery_s(settings.job_timeout_s)
    return Finding(
        "Queue",
        "ok",
        f"{found}, {kept}. A document may take {settings.job_timeout_s:,.0f} s, and its message comes again after "
        f"{again_s:,} s.",
    )


async def _services(settings: Settings, *, fix_cors: bool) -> list[Finding]:
    async with open_services(settings) as services:
        return [
            await _worker(services),
            *await examine_storage(services.blob_store, settings, fix_cors=fix_cors),
            await _embedding_model(services),
        ]


async def _worker(services: Services) -> Finding:
    try:
        if await services.jobs.worker_alive():
            return Finding("Worker", "ok", f"One is there; {await services.jobs.depth()} jobs wait.")
    except JobQueueError as error:
        return Finding("Worker", "problem", str(error))
    return Finding("Worker", "problem", "None has reported itself lately, so documents wait. Start `opentrace worker`.")


async def _embedding_model(services: Services) -> Finding:
    try:
        vectors = await services.embedder.embed(["Is the model there?"], purpose="query")
    except EmbedderError as error:
        return Finding("Embeddings", "problem", str(error))
    return Finding("Embeddings", "ok", f"{services.embedder.model}, {vectors.shape[1]} dimensions.")
