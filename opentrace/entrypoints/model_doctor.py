"""The chat model, as `opentrace doctor` looks at it; and those that this machine has where none is configured."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from opentrace.adapters.model_endpoint import ModelEndpoint, Role, model_endpoint
from opentrace.entrypoints.findings import Finding
from opentrace.ports.chat_model import ModelError
from opentrace.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from langchain_core.language_models import BaseChatModel

USUAL_PORTS: Mapping[int, str] = {
    11434: "Ollama",
    1234: "LM Studio",
    8080: "llama.cpp",
    8000: "vLLM",
    4000: "LiteLLM",
    1337: "Jan",
}
"""Where servers of models listen on the machine of a person, by default."""

LOOK_TIMEOUT_S = 1.0

_OWNERS = {"llamacpp": "llama.cpp", "vllm": "vLLM", "library": "Ollama"}
"""What servers say of themselves in `owned_by` of their models."""
_EMBEDDING = ("embed", "bge-", "minilm")
_SHOWN_MODELS = 3


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A server on this machine that speaks OpenAI's wire format."""

    name: str
    base_url: str
    models: tuple[str, ...]

    @property
    def chat_model(self) -> str | None:
        """The first that is not one for embeddings, by its name."""
        return next((name for name in self.models if not any(part in name.lower() for part in _EMBEDDING)), None)


def examine_answers(settings: Settings, *, ports: Mapping[int, str] = USUAL_PORTS) -> list[Finding]:
    """What answers questions, does small tasks and describes pictures; whether it is there, and what it can do."""
    if not settings.chat_endpoint_set:
        return [_without_model(asyncio.run(model_servers(ports)))]
    return asyncio.run(_examine_models(settings))


async def _examine_models(settings: Settings) -> list[Finding]:
    from opentrace.adapters.provider_chat_model import configured_chat_models

    try:
        models = configured_chat_models(settings)
    except SettingsError as error:
        return [Finding("Answers", "problem", str(error))]
    try:
        return [
            await _examine("Answers", models.main, settings, role="chat", ability=_TOOLS),
            await _examine("Small tasks", models.small, settings, role="small", ability=_FORM),
            await _examine("Descriptions", models.vision, settings, role="vision", ability=_PICTURES),
        ]
    finally:
        await models.close()


async def _examine(
    subject: str, model: BaseChatModel | None, settings: Settings, *, role: Role, ability: _Ability
) -> Finding:
    from opentrace.adapters.openai import OpenAiChatModel
    from opentrace.adapters.provider_chat_model import ProviderChatModel

    if isinstance(model, ProviderChatModel):
        name, host = model.model_name, model.provider.name
    else:
        assert isinstance(model, OpenAiChatModel)
        endpoint = model_endpoint(settings, role)
        name, host = model.model_name, urlsplit(endpoint.shown).netloc
        problem = await _unreachable(endpoint, name, named_by=model.named_by)
        if problem is not None:
            return Finding(subject, "problem", problem)
    able = True
    try:
        await ability.try_out(model)
    except ModelError as error:
        if error.model_code not in ("model_tools_unsupported", "model_rejected_request"):
            return Finding(subject, "problem", error.detail)
        able = False
    return Finding(subject, "ok", f"{name} at {host}. {ability.there if able else ability.missing}")


async def _unreachable(endpoint: ModelEndpoint, model: str, *, named_by: str) -> str | None:
    """What keeps the model from being asked, as far as its endpoint's list of models tells."""
    host = urlsplit(endpoint.shown).netloc
    headers = {"authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
    try:
        async with httpx.AsyncClient(timeout=10, proxy=endpoint.proxy) as http:
            response = await http.get(f"{endpoint.base_url}/models", headers=headers)
    except httpx.HTTPError as error:
        return f"{host} does not answer ({type(error).__name__}). Check {endpoint.base_url_variable} and the network."
    if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return f"{host} refuses the key. Check {endpoint.api_key_variable}."
    if response.is_server_error:
        return f"{host} answers with status {response.status_code}. Try again later."
    if response.is_success and f'"{model}"' not in response.text:
        return f"{host} does not list the model {model!r}. Check {named_by}."
    return None


@dataclass(frozen=True, slots=True)
class _Ability:
    """What a model is tried out for, and what Opentrace does without it."""

    try_out: Callable[[BaseChatModel], Awaitable[object]]
    there: str
    missing: str


async def _call_a_tool(model: BaseChatModel) -> None:
    parameters = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    function = {"name": "search", "description": "Search.", "parameters": parameters}
    await model.bind_tools([{"type": "function", "function": function}]).ainvoke("Search for lighthouses.")


async def _answer_in_a_form(model: BaseChatModel) -> None:
    schema = {
        "type": "object",
        "properties": {"word": {"type": "string"}},
        "required": ["word"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "Word", "schema": schema, "strict": True}}
    await model.bind(response_format=form).ainvoke("Answer with a word, as JSON.")


async def _look_at_a_picture(model: BaseChatModel) -> None:
    from langchain_core.messages import HumanMessage

    url = f"data:image/png;base64,{_WHITE_SQUARE}"
    question: list[str | dict[Any, Any]] = [
        {"type": "text", "text": "Which colour is this? One word."},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    await model.ainvoke([HumanMessage(question)])


_WHITE_SQUARE = (
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAFklEQVR42mP4TwAwjCoYVTCqYKQqAAA/aPwuqUTQyAAAAABJRU5ErkJggg=="
)
_TOOLS = _Ability(
    _call_a_tool,
    "It calls tools.",
    "It calls no tools, so answers rest on the first search; no agent searches further.",
)
_FORM = _Ability(
    _answer_in_a_form, "It answers in a given form.", "It takes no response_format, so it is asked for JSON in words."
)
_PICTURES = _Ability(
    _look_at_a_picture, "It sees pictures.", "It takes no pictures, so they are searched by the text in them."
)


async def model_servers(ports: Mapping[int, str]) -> list[ModelServer]:
    """Those that answer on loopback, in the order of `ports`; no answer within LOOK_TIMEOUT_S is none."""
    async with httpx.AsyncClient(timeout=LOOK_TIMEOUT_S, trust_env=False) as http:
        found = await asyncio.gather(*(_model_server(http, port, name) for port, name in ports.items()))
    return [server for server in found if server is not None]


async def _model_server(http: httpx.AsyncClient, port: int, name: str) -> ModelServer | None:
    try:
        async with asyncio.timeout(LOOK_TIMEOUT_S):
            answer = (await http.get(f"http://127.0.0.1:{port}/v1/models")).raise_for_status()
        listed: list[dict[str, Any]] = answer.json()["data"] or []
        models = tuple(str(model["id"]) for model in listed)
        owners = {str(model.get("owned_by")) for model in listed}
    except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError, AttributeError):
        return None  # something else listens there, or nothing
    name = next((_OWNERS[owner] for owner in owners if owner in _OWNERS), name)
    return ModelServer(name, f"http://127.0.0.1:{port}/v1", models)


def _without_model(servers: list[ModelServer]) -> Finding:
    sentences = ["Sentences of the documents; no language model is configured."]
    for server in servers:
        if server.chat_model is None:
            sentences.append(f"{server.name} answers at {server.base_url} and has no chat model; get one there first.")
            continue
        others = len(server.models) - _SHOWN_MODELS
        shown = ", ".join(server.models[:_SHOWN_MODELS]) + (f" and {others} more" if others > 0 else "")
        sentences.append(
            f"{server.name} answers at {server.base_url} with {shown}: to have it answer, set "
            f"OPENTRACE_OPENAI_BASE_URL={server.base_url} and OPENTRACE_CHAT_MODEL={server.chat_model}."
        )
    return Finding("Answers", "ok", " ".join(sentences))
