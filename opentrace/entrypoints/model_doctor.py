"""The chat model, as `opentrace doctor` looks at it; and those that this machine has where none is configured."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from opentrace.entrypoints.findings import Finding
from opentrace.settings import Settings

OPENAI_BASE_URL = "https://api.openai.com/v1"

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


def examine_answers(settings: Settings, *, ports: Mapping[int, str] = USUAL_PORTS) -> Finding:
    """What answers questions, and whether it is there."""
    if not settings.chat_endpoint_set:
        return _without_model(asyncio.run(model_servers(ports)))
    base_url = settings.openai_base_url or OPENAI_BASE_URL
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    host = urlsplit(base_url).netloc.rpartition("@")[2]
    try:
        response = httpx.get(f"{base_url}/models", headers={"authorization": f"Bearer {key}"}, timeout=10)
    except httpx.HTTPError as error:
        return _problem(
            f"{host} does not answer ({type(error).__name__}). Check OPENTRACE_OPENAI_BASE_URL and the network."
        )
    if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return _problem(f"{host} refuses the key. Check OPENTRACE_OPENAI_API_KEY.")
    if response.is_server_error:
        return _problem(f"{host} answers with status {response.status_code}. Try again later.")
    if response.is_success and f'"{settings.chat_model}"' not in response.text:
        return _problem(f"{host} does not list the model {settings.chat_model!r}. Check OPENTRACE_CHAT_MODEL.")
    return Finding("Answers", "ok", f"{settings.chat_model} at {host}.")


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


def _problem(detail: str) -> Finding:
    return Finding("Answers", "problem", detail)
