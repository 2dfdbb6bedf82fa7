"""The command line itself: what is listed, and how mistakes are answered."""

import re
import socket
from pathlib import Path

import pytest
from typer.main import get_group

from opentrace.entrypoints.cli import ARCHIVE_COMMANDS, CLIENT_COMMANDS, application
from tests.entrypoints.running import run_opentrace


def test_help_lists_the_commands_without_importing_what_they_need(tmp_path: Path) -> None:
    run = run_opentrace("--help", folder=tmp_path, PYTHONPROFILEIMPORTTIME="1")

    assert run.returncode == 0
    for command in ("up", "serve", "worker", "migrate", "doctor", "add", "ask", "version"):
        assert re.search(rf"^  {command} ", run.stdout, re.MULTILINE), run.stdout
    for package in ("fastapi", "sqlalchemy", "pydantic", "celery", "httpx", "rich", "numpy"):
        assert not re.search(rf"\| +{package}$", run.stderr, re.MULTILINE), package


@pytest.mark.parametrize(("command", "commands"), [("ask", CLIENT_COMMANDS), ("backup", ARCHIVE_COMMANDS)])
def test_what_is_listed_without_an_import_is_what_is_registered(command: str, commands: dict[str, str]) -> None:
    listed = {name: command.help for name, command in get_group(application([])).commands.items()}
    registered = {name: command.help for name, command in get_group(application([command])).commands.items()}

    assert listed == registered
    assert set(commands) < set(listed)


def test_an_unknown_setting_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    run = run_opentrace("up", folder=tmp_path, OPENTRACE_PROT="9000")

    assert run.returncode == 2
    assert run.stderr == (
        "'OPENTRACE_PROT' is no setting of Opentrace. Did you mean OPENTRACE_PORT? "
        "See .env.example for those there are.\n"
    )


def test_a_setting_that_is_like_none_is_not_guessed_at(tmp_path: Path) -> None:
    run = run_opentrace("up", folder=tmp_path, OPENTRACE_ZZZZZZZZ="1")

    assert run.returncode == 2
    assert run.stderr == "'OPENTRACE_ZZZZZZZZ' is no setting of Opentrace. See .env.example for those there are.\n"


def test_a_document_gets_at_least_the_time_of_its_reading(tmp_path: Path) -> None:
    run = run_opentrace("up", folder=tmp_path, OPENTRACE_PARSE_TIMEOUT_S="9000")

    assert run.returncode == 2
    assert run.stderr.startswith("OPENTRACE_JOB_TIMEOUT_S is not acceptable: ")
    assert "OPENTRACE_PARSE_TIMEOUT_S" in run.stderr


def test_a_bad_value_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENTRACE_PORT=many\n")

    run = run_opentrace("up", folder=tmp_path)

    assert run.returncode == 2
    assert run.stderr.startswith("OPENTRACE_PORT is not acceptable: ")


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_parts_alone_say_which_service_they_miss(tmp_path: Path, command: str) -> None:
    run = run_opentrace(command, folder=tmp_path, OPENTRACE_DATABASE_URL="postgresql://localhost/x")

    assert run.returncode == 2
    assert "OPENTRACE_REDIS_URL is not set" in run.stderr
    assert "opentrace up" in run.stderr


def test_migrate_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    run = run_opentrace("migrate", "--data-dir", str(tmp_path), folder=tmp_path)

    assert run.returncode == 1
    assert "There is no database to migrate" in run.stderr
    assert "OPENTRACE_DATABASE_URL" in run.stderr


def test_doctor_without_anything_running_says_so_and_is_content(tmp_path: Path) -> None:
    run = run_opentrace("doctor", "--data-dir", str(tmp_path / "data"), folder=tmp_path, COLUMNS="300")

    assert run.returncode == 0, run.stdout
    assert "`opentrace up` starts one" in run.stdout
    assert not (tmp_path / "data").exists()


def test_doctor_says_what_is_wrong_with_services_that_do_not_answer(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        run = run_opentrace(
            "doctor",
            folder=tmp_path,
            COLUMNS="300",
            OPENTRACE_DATA_DIR=str(tmp_path),
            OPENTRACE_DATABASE_URL=f"postgresql://someone:hunter2@{address}/x",
            OPENTRACE_REDIS_URL=f"redis://:hunter2@{address}/0",
            OPENTRACE_OPENAI_BASE_URL=f"http://{address}/v1",
        )

    assert run.returncode == 1
    for setting in ("OPENTRACE_DATABASE_URL", "OPENTRACE_REDIS_URL", "OPENTRACE_OPENAI_BASE_URL"):
        assert f"Check {setting}" in run.stdout
    assert "hunter2" not in run.stdout + run.stderr
