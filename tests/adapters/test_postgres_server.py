"""The embedded PostgreSQL: its rights, what it survives, and what it refuses."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from opentrace.adapters.local.child_process import ServiceStartError, start_child, stop_child
from opentrace.adapters.local.postgres_server import PostgresServer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cluster that a first start has made, below folders that only their owner enters."""
    folder = tmp_path_factory.mktemp("postgres")
    with server_in(folder).running(folder / "log"):
        pass
    return folder


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    with server_in(folder).running(folder / "log") as url:
        yield url


def server_in(folder: Path) -> PostgresServer:
    return PostgresServer(folder / "cluster", secrets_folder=folder / "secrets")


def test_the_application_owns_its_database_and_is_no_superuser(url: str) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolbypassrls, datdba = pg_roles.oid, pg_encoding_to_char(encoding) "
            "FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()"
        ).fetchone()

    assert row == (False, False, True, "UTF8")


def test_words_of_any_script_are_letters_to_it(url: str) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT lower('ÉÄΩЖ'), to_tsvector('simple', 'Straße 東京')::text").fetchone()

    assert row == ("éäωж", "'straße':1 '東京':2")


def test_a_new_database_has_vectors(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE another")
    with psycopg.connect(url.rsplit("/", 1)[0] + "/another") as connection:
        assert connection.execute("SELECT ('[1,0]'::vector <=> '[0,1]'::vector)::int").fetchone() == (1,)


def test_it_listens_to_this_machine_only_and_asks_for_the_password(url: str) -> None:
    with psycopg.connect(url) as connection:
        addresses = connection.execute("SELECT current_setting('listen_addresses')").fetchone()

    assert addresses == ("127.0.0.1",)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace("opentrace:", "opentrace:wrong", 1))


def test_nothing_that_was_typed_reaches_its_log(folder: Path, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE people (name text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('a secret name')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO people VALUES ('a secret name')")

    log = (folder / "log").read_text()

    assert "duplicate key value" in log
    assert "secret" not in log


def test_what_was_committed_survives_sigkill(folder: Path) -> None:
    server = server_in(folder)
    server.prepare()
    with (folder / "log").open("ab") as output:
        process = start_child(server.command(), output=output)
    server.wait_ready(process)
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    with server_in(folder).running(folder / "log") as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (7,)


def test_a_server_that_a_killed_parent_left_is_taken_over(folder: Path) -> None:
    first = server_in(folder)
    first.prepare()
    command = first.command()
    with (folder / "log").open("ab") as output:
        process = start_child(command, output=output)
    first.wait_ready(process)

    with server_in(folder).running(folder / "log") as url, psycopg.connect(url):
        assert process.wait(10) == 0
    stop_child(process, command)


def test_a_pid_file_whose_number_went_to_another_program_does_not_keep_it_from_starting(folder: Path) -> None:
    (folder / "cluster/data/postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n")

    with server_in(folder).running(folder / "log") as url, psycopg.connect(url):
        pass


def test_a_cluster_of_another_major_version_is_refused(folder: Path) -> None:
    version_file = folder / "cluster/data/PG_VERSION"
    version_file.write_text("17\n")
    try:
        with pytest.raises(ServiceStartError, match="written by PostgreSQL 17, and this is 18"):
            server_in(folder).prepare()
    finally:
        version_file.write_text("18\n")


def test_a_first_start_that_was_interrupted_is_begun_anew(tmp_path: Path) -> None:
    draft = tmp_path / "cluster/data.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")

    with server_in(tmp_path).running(tmp_path / "log") as url, psycopg.connect(url):
        pass

    assert not draft.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its rights up")
def test_root_runs_it_as_another_user_even_below_a_closed_folder(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0
    server = server_in(folder)
    server.prepare()
    command = server.command()
    with (folder / "log").open("ab") as output:
        process = start_child(command, output=output)
    try:
        server.wait_ready(process)
        status = Path(f"/proc/{process.pid}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    finally:
        stop_child(process, command)

    assert "0" not in fields["Uid"].split()
    # One capability at most, to pass through folders: CAP_DAC_READ_SEARCH, else CAP_DAC_OVERRIDE.
    assert int(fields["CapEff"], 16) in (0, 1 << 1, 1 << 2)
