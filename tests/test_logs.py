"""Log lines: for people or for machines, and never with what a user wrote."""

import json
import subprocess
import sys

import pytest

from opentrace.logs import failure_places

PROGRAM = """
import logging
import structlog
from opentrace.logs import configure_logging

configure_logging(level="info", style={style!r})
structlog.stdlib.get_logger("opentrace.test").info("request", route="/api/projects/{{project_id}}", status=200)
structlog.stdlib.get_logger("opentrace.test").debug("hidden")
logging.getLogger("uvicorn.error").warning("from a library")
logging.getLogger("httpx").info("an address")
"""


@pytest.mark.parametrize("style", ["text", "json"])
def test_our_lines_and_those_of_libraries_have_one_form(style: str) -> None:
    program = [sys.executable, "-c", PROGRAM.format(style=style)]
    lines = subprocess.run(program, capture_output=True, text=True, check=True).stderr.splitlines()
    assert len(lines) == 2
    if style == "json":
        ours, theirs = (json.loads(line) for line in lines)
        assert (ours["event"], ours["level"], ours["logger"]) == ("request", "info", "opentrace.test")
        assert (ours["route"], ours["status"]) == ("/api/projects/{project_id}", 200)
        assert (theirs["event"], theirs["level"], theirs["logger"]) == ("from a library", "warning", "uvicorn.error")
        assert ours["timestamp"].endswith("Z")
    else:
        assert "request" in lines[0]
        assert "status=200" in lines[0]
        assert "from a library" in lines[1]


def fail() -> None:
    try:
        inner()
    except ValueError as error:
        raise RuntimeError("more of the user's words") from error


def inner() -> None:
    raise ValueError("the user's words")


def test_a_failure_is_named_by_its_types_and_places() -> None:
    with pytest.raises(RuntimeError) as raised:
        fail()
    outermost, cause = failure_places(raised.value)
    assert outermost.startswith("builtins.RuntimeError at ")
    assert cause.startswith("builtins.ValueError at ")
    assert "in inner < " in cause
    assert "words" not in outermost + cause
