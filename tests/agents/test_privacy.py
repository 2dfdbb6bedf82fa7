"""What a question and its passages must not do: leave the installation unasked."""

from importlib import import_module
from typing import Any

import pytest

from opentrace.agents.answer import prepare_agents

langsmith: Any = import_module("langsmith.utils")


def test_a_tracing_variable_of_the_machine_sends_nothing_to_an_outside_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    langsmith.get_env_var.cache_clear()

    prepare_agents.cache_clear()
    prepare_agents()

    assert langsmith.tracing_is_enabled() is False
