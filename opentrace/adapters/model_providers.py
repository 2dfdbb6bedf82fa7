"""Providers of chat models with wire formats of their own, and what they need: a package, which is an extra of
Opentrace, and a key. Importing this imports none of the packages.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal

from opentrace.ports.chat_model import ModelProvider, model_provider
from opentrace.settings import Settings, SettingsError

RETRIES = 2

ChatRole = Literal["chat", "small", "vision"]


@dataclass(frozen=True, slots=True)
class Provider:
    """What differs between providers beyond the wire format, which LangChain's packages know.

    `form` turns an OpenAI `response_format` into the provider's own arguments; `timeout` seconds likewise.
    """

    name: str
    extra: str
    package: str
    keys: tuple[str, ...]
    no_tool: object = "none"
    form: Callable[[dict[str, Any]], dict[str, Any]] = lambda wanted: {"response_format": wanted}
    timeout: Callable[[float], dict[str, Any]] = lambda seconds: {"timeout": seconds, "max_retries": RETRIES}


PROVIDERS: Mapping[ModelProvider, Provider] = {
    "anthropic": Provider(
        "Anthropic", "anthropic", "langchain_anthropic", ("ANTHROPIC_API_KEY",), no_tool={"type": "none"}
    ),
    "google_genai": Provider(
        "Google",
        "google",
        "langchain_google_genai",
        ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        form=lambda wanted: {
            "response_mime_type": "application/json",
            "response_json_schema": wanted["json_schema"]["schema"],
        },
    ),
    "mistralai": Provider(
        "Mistral",
        "mistral",
        "langchain_mistralai",
        ("MISTRAL_API_KEY",),
        timeout=lambda seconds: {"timeout": round(seconds), "max_retries": RETRIES},
    ),
    "ollama": Provider(
        "Ollama",
        "ollama",
        "langchain_ollama",
        (),
        form=lambda wanted: {"format": wanted["json_schema"]["schema"]},
        timeout=lambda seconds: {"client_kwargs": {"timeout": seconds}},
    ),
}
"""By the word before the colon, as `langchain.chat_models.init_chat_model` knows them."""


def check_providers(settings: Settings) -> None:
    """Raises SettingsError where a model is of a provider whose package or key is missing."""
    for role, name in model_names(settings).items():
        if (word := model_provider(name)) is not None:
            check_provider(settings, PROVIDERS[word], role=role, name=name)


def model_names(settings: Settings) -> dict[ChatRole, str]:
    return {"chat": settings.chat_model, "small": settings.small_model_name, "vision": settings.vision_model_name}


def check_provider(settings: Settings, provider: Provider, *, role: ChatRole, name: str) -> None:
    """Raises SettingsError."""
    if find_spec(provider.package) is None or find_spec("langchain") is None:
        raise SettingsError(
            f"{named_by(settings, role)} names {name!r}, and what talks to {provider.name} is not installed. "
            f"Install opentrace[{provider.extra}], or name another model."
        )
    if (
        provider.keys
        and "api_key" not in own_endpoint(settings, role)
        and not any(os.environ.get(key) for key in provider.keys)
    ):
        raise SettingsError(
            f"{named_by(settings, role)} names {name!r}, and {provider.keys[0]} is not set. Set it as a variable of "
            f"the environment, or set OPENTRACE_{role.upper()}_API_KEY."
        )


def named_by(settings: Settings, role: ChatRole) -> str:
    """The setting that says which model a role has."""
    return f"OPENTRACE_{role.upper()}_MODEL" if getattr(settings, f"{role}_model") else "OPENTRACE_CHAT_MODEL"


def own_endpoint(settings: Settings, role: ChatRole) -> dict[str, str]:
    """`base_url` and `api_key` as far as settings say; those for answers where a role has neither and its model is of
    the same provider."""
    url, key = getattr(settings, f"{role}_base_url"), getattr(settings, f"{role}_api_key")
    if url is None and key is None and role != "chat":
        same = model_provider(model_names(settings)[role]) == model_provider(settings.chat_model)
        return own_endpoint(settings, "chat") if same else {}
    return ({"base_url": url} if url else {}) | ({"api_key": key.get_secret_value()} if key else {})
