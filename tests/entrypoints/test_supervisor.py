"""`opentrace up` on the real thing: PostgreSQL, Valkey, worker and server of its own."""

import os
import signal
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.entrypoints.running import Up, eventually, run_opentrace, still_alive

CHILDREN = ("postgres", "valkey", "worker", "server")

Start = Callable[[], Up]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Call it for the running instance; one that a test ended is started again, on the same data folder."""
    data_dir = tmp_path_factory.mktemp("up") / "data"
    running: list[Up] = []

    def start_or_reuse() -> Up:
        if not running or not running[-1].alive:
            running.append(Up(data_dir))
        return running[-1].wait_ready()

    yield start_or_reuse
    if running:
        running[-1].end(signal.SIGTERM)


def test_up_prints_its_steps_with_their_seconds_and_an_address_that_answers(start: Start) -> None:
    up = start()

    for step in ("PostgreSQL", "Valkey", "Schema", "Server", "Worker"):
        assert any(line.startswith(step) and line.endswith(" s") for line in up.lines), up.output
    assert up.status("/health") == 200
    assert up.status("/ready") == 200


def test_only_the_owner_reads_passwords(start: Start) -> None:
    up = start()

    secrets = [up.data_dir / "run.json", *(up.data_dir / "secrets").iterdir(), up.data_dir / "valkey/valkey.conf"]

    assert len(secrets) >= 5
    for path in (up.data_dir, up.data_dir / "postgres", up.data_dir / "secrets", up.data_dir / "logs", *secrets):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_no_password_is_on_a_command_line(start: Start) -> None:
    up = start()
    passwords = [path.read_text().strip() for path in (up.data_dir / "secrets").glob("*.password")]

    lines = [" ".join(process.cmdline()) for process in up.processes()]

    assert len(passwords) == 3
    assert not [line for line in lines for password in passwords if password in line]


@pytest.mark.parametrize("name", CHILDREN)
def test_a_child_that_is_killed_comes_back(start: Start, name: str) -> None:
    up = start()
    killed = up.instance.children[name].pid

    os.kill(killed, signal.SIGKILL)

    assert eventually(lambda: up.instance.children[name].pid != killed), up.output
    assert eventually(lambda: up.status("/ready") == 200), up.output
    assert f"{name} was ended by SIGKILL; starting it again in " in up.output
    assert [other for other in CHILDREN if not psutil.pid_exists(up.instance.children[other].pid)] == []


def test_a_second_instance_on_the_same_data_folder_is_refused(start: Start, tmp_path: Path) -> None:
    up = start()

    second = run_opentrace("up", "--port", "0", "--data-dir", str(up.data_dir), folder=tmp_path)

    assert second.returncode == 1
    assert "is in use by another Opentrace" in second.stderr
    assert up.url in second.stderr
    assert "OPENTRACE_DATA_DIR" in second.stderr


def test_doctor_finds_the_running_instance(start: Start, tmp_path: Path) -> None:
    up = start()

    doctor = run_opentrace("doctor", "--data-dir", str(up.data_dir), folder=tmp_path, COLUMNS="300")

    assert doctor.returncode == 0, doctor.stdout
    assert f"Runs on {up.url}" in doctor.stdout
    for subject in ("PostgreSQL", "Queue", "Worker", "Storage", "Embeddings"):
        assert f"{subject} " in doctor.stdout
    assert "Everything is well." in doctor.stdout


def test_migrate_finds_the_database_of_the_running_instance(start: Start, tmp_path: Path) -> None:
    up = start()

    migrate = run_opentrace("migrate", "--data-dir", str(up.data_dir), folder=tmp_path)

    assert migrate.returncode == 0, migrate.stderr
    assert "The schema is at " in migrate.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_a_killed_supervisor_leaves_no_orphans(start: Start) -> None:
    up = start()
    processes = up.processes()
    assert len(processes) > len(CHILDREN)

    up.end(signal.SIGKILL)

    assert eventually(lambda: not still_alive(processes), deadline_s=20), still_alive(processes)


def test_a_start_recovers_from_the_death_of_everything_at_once(start: Start) -> None:
    up = start()  # on what the killed supervisor left
    processes = up.processes()
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # a child of PostgreSQL may have ended by itself
            process.kill()
    up.end(signal.SIGKILL)

    assert start().status("/ready") == 200


def test_sigterm_stops_everything_and_leaves_nothing(start: Start) -> None:
    up = start()
    processes = up.processes()

    status = up.end(signal.SIGTERM)

    assert status == 0, up.output
    assert up.lines[-1] == "Stopped."
    assert not [line for line in up.lines if "was killed" in line]
    assert still_alive(processes) == []
    assert not (up.data_dir / "run.json").exists()
    assert not (up.data_dir / "postgres/data/postmaster.pid").exists()


def test_ctrl_c_stops_a_start_half_way(tmp_path: Path) -> None:
    up = Up(tmp_path / "data")
    assert eventually(lambda: any(line.startswith("Data folder") for line in up.lines)), up.output
    processes = up.processes()

    status = up.end(signal.SIGINT)

    assert status == 0, up.output
    assert up.lines[-1] == "Stopped."
    assert still_alive(processes) == []


def test_a_service_that_cannot_start_stops_the_others_and_is_named(tmp_path: Path) -> None:
    cluster = tmp_path / "data/postgres/data"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("17\n")

    up = run_opentrace("up", "--port", "0", "--data-dir", str(tmp_path / "data"), folder=tmp_path)

    assert up.returncode == 1
    assert up.stdout.splitlines()[-1] == "Stopped."
    assert "written by PostgreSQL 17" in up.stderr
    assert not [process for process in psutil.process_iter(["cmdline"]) if str(tmp_path) in str(process.info)]


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        up = run_opentrace("up", "--port", str(port), "--data-dir", str(tmp_path / "data"), folder=tmp_path)

    assert up.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in up.stderr
    assert "OPENTRACE_PORT" in up.stderr
    assert not (tmp_path / "data/postgres").exists()
