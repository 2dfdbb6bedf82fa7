"""What a question and its passages must not do: leave the installation unasked."""

import pytest
from langsmith.utils import get_env_var, tracing_is_enabled

from opentrace.agents.simple import simple_graph


def test_a_tracing_variable_of_the_machine_sends_nothing_to_an_outside_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    get_env_var.cache_clear()

    simple_graph()

    assert tracing_is_enabled() is False
