"""The commands of copies on a database behind a pooler."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.entrypoints.running import run_opentrace


@pytest.fixture
def nowhere() -> Iterator[str]:
    """The URL of a database at an address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"postgresql://someone:secret@127.0.0.1:{taken.getsockname()[1]}/postgres"


def test_a_backup_and_its_return_go_past_a_pooler(
    nowhere: str, create_database: Callable[[], str], redis_url: str, tmp_path: Path
) -> None:
    backup = tmp_path / "all.opentrace"
    for command in ("backup", "restore"):
        run = run_opentrace(
            command,
            str(backup),
            folder=tmp_path,
            OPENTRACE_DATA_DIR=str(tmp_path / "data"),
            OPENTRACE_DATABASE_URL=nowhere,
            OPENTRACE_DATABASE_DIRECT_URL=create_database(),
            OPENTRACE_REDIS_URL=redis_url,
        )
        assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("direct", [False, True])
def test_a_database_that_is_away_is_named_by_the_setting_that_was_used(
    direct: bool, nowhere: str, redis_url: str, tmp_path: Path
) -> None:
    used = {"OPENTRACE_DATABASE_DIRECT_URL": nowhere} if direct else {}
    run = run_opentrace(
        "backup",
        str(tmp_path / "all.opentrace"),
        folder=tmp_path,
        OPENTRACE_DATA_DIR=str(tmp_path / "data"),
        OPENTRACE_DATABASE_URL=nowhere,
        OPENTRACE_REDIS_URL=redis_url,
        **used,
    )

    assert run.returncode == 1
    assert f"Check {'OPENTRACE_DATABASE_DIRECT_URL' if direct else 'OPENTRACE_DATABASE_URL'}," in run.stderr
    assert "secret" not in run.stderr
