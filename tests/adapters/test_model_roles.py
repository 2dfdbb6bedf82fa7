"""Which endpoint, key and model each role has."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from opentrace.adapters.model_endpoint import Role, model_endpoint
from opentrace.adapters.openai import openai_chat_models
from opentrace.ports.chat_model import ModelError
from opentrace.settings import Settings
from tests.openai_server import Failure, OpenAiServer, Text

COMMON: dict[str, Any] = {
    "openai_base_url": "http://common/v1",
    "openai_api_key": "common-key",
    "openai_organization": "org-7",
}


def settings_of(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)  # pyright: ignore[reportCallIssue] -- pydantic-settings takes _env_file here


@pytest.fixture
async def second() -> AsyncGenerator[OpenAiServer]:
    async with OpenAiServer.running() as server:
        yield server


@pytest.mark.parametrize("role", ["chat", "small", "vision", "embedding"])
def test_a_role_has_the_common_endpoint_or_its_own(role: Role) -> None:
    common = model_endpoint(settings_of(**COMMON), role)
    own = model_endpoint(settings_of(**COMMON, **{f"{role}_base_url": "http://own/v1"}), role)
    keyed = model_endpoint(settings_of(**COMMON, **{f"{role}_api_key": "own-key"}), role)

    assert (common.base_url, common.api_key, common.organization) == ("http://common/v1", "common-key", "org-7")
    assert (own.base_url, own.api_key, own.organization) == ("http://own/v1", None, None)
    assert own.base_url_variable == f"OPENTRACE_{role.upper()}_BASE_URL"
    assert (keyed.base_url, keyed.api_key) == ("http://common/v1", "own-key")
    assert keyed.api_key_variable == f"OPENTRACE_{role.upper()}_API_KEY"


def test_small_tasks_and_descriptions_go_where_answers_come_from() -> None:
    settings = settings_of(**COMMON, chat_base_url="http://chat/v1", chat_api_key="chat-key", chat_model="llama")

    endpoints = [model_endpoint(settings, role) for role in ("small", "vision", "embedding")]

    assert [endpoint.api_key for endpoint in endpoints] == ["chat-key", "chat-key", "common-key"]
    assert endpoints[0].base_url == "http://chat/v1"
    assert (settings.small_model_name, settings.vision_model_name) == ("llama", "llama")


def test_an_endpoint_of_answers_alone_is_a_chat_model() -> None:
    assert settings_of(chat_base_url="http://chat/v1", openai_api_key=None, openai_base_url=None).chat_endpoint_set


async def test_each_role_asks_its_own_server_with_its_own_key(
    openai_server: OpenAiServer, second: OpenAiServer
) -> None:
    openai_server.replies, second.replies = [Text("main")], [Text("small"), Text("vision")]
    models = openai_chat_models(
        settings_of(
            openai_base_url=openai_server.url,
            openai_api_key="common-key",
            chat_model="big",
            small_model="little",
            small_base_url=second.url,
            small_api_key="small-key",
            vision_model="seeing",
            vision_base_url=second.url,
        )
    )
    assert models.small
    assert models.vision
    said = [(await model.ainvoke("?")).text for model in (models.main, models.small, models.vision)]
    second.replies = [Failure(404)]
    with pytest.raises(ModelError) as missing:
        await models.vision.ainvoke("?")
    await models.close()

    assert said == ["main", "small", "vision"]
    assert [body["model"] for body in (*openai_server.requests, *second.requests[:2])] == ["big", "little", "seeing"]
    assert openai_server.headers[0]["authorization"] == "Bearer common-key"
    assert [headers["authorization"] for headers in second.headers[:2]] == ["Bearer small-key", "Bearer none"]
    assert "OPENTRACE_VISION_MODEL" in missing.value.detail
    assert "OPENTRACE_VISION_BASE_URL" in missing.value.detail


async def test_chat_models_are_reached_through_the_proxy_for_the_organisation(openai_server: OpenAiServer) -> None:
    openai_server.replies = [Text("through")]
    models = openai_chat_models(
        settings_of(
            openai_base_url="http://api.example.org/v1",
            openai_proxy=openai_server.url.removesuffix("/v1"),
            openai_organization="org-7",
            openai_api_key="key",
        )
    )
    answer = await models.main.ainvoke("?")
    await models.close()

    assert answer.text == "through"
    assert openai_server.headers[0]["host"] == "api.example.org"
    assert openai_server.headers[0]["openai-organization"] == "org-7"
