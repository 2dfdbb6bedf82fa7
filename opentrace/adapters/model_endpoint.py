"""Where a model is asked: address, key, organisation and proxy, by the role that it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import httpx2

if TYPE_CHECKING:
    from opentrace.settings import Settings

OPENAI_BASE_URL = "https://api.openai.com/v1"

Role = Literal["chat", "small", "vision", "embedding"]


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """An endpoint that speaks OpenAI's wire format. `base_url_variable` is the setting that names it."""

    base_url: str
    api_key: str | None
    organization: str | None
    proxy: str | None
    base_url_variable: str
    api_key_variable: str

    @property
    def is_openai(self) -> bool:
        return urlsplit(self.base_url).hostname == urlsplit(OPENAI_BASE_URL).hostname

    @property
    def shown(self) -> str:
        """For people: without user and password."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def http_client(self, *, timeout_s: float) -> httpx2.AsyncClient:
        """A client for this endpoint; whoever asked for it closes it."""
        return httpx2.AsyncClient(
            timeout=httpx2.Timeout(timeout_s, connect=min(10.0, timeout_s)),
            limits=httpx2.Limits(max_connections=1000),
            proxy=self.proxy,
        )


def model_endpoint(settings: Settings, role: Role) -> ModelEndpoint:
    """The role's own endpoint, else that for answers (small tasks, descriptions) or the common one.

    A key never goes to another host than it is for.
    """
    own_url, own_key = {
        "chat": (settings.chat_base_url, settings.chat_api_key),
        "small": (settings.small_base_url, settings.small_api_key),
        "vision": (settings.vision_base_url, settings.vision_api_key),
        "embedding": (settings.embedding_base_url, settings.embedding_api_key),
    }[role]
    fallback = model_endpoint(settings, "chat") if role in ("small", "vision") else _common(settings)
    if own_url is None and own_key is None:
        return fallback
    base_url = own_url or fallback.base_url
    same_host = urlsplit(base_url).netloc == urlsplit(fallback.base_url).netloc
    prefix = f"OPENTRACE_{role.upper()}"
    return ModelEndpoint(
        base_url=base_url,
        api_key=own_key.get_secret_value() if own_key else fallback.api_key if same_host else None,
        organization=fallback.organization if same_host else None,
        proxy=settings.openai_proxy,
        base_url_variable=f"{prefix}_BASE_URL" if own_url else fallback.base_url_variable,
        api_key_variable=f"{prefix}_API_KEY" if own_key or not same_host else fallback.api_key_variable,
    )


def _common(settings: Settings) -> ModelEndpoint:
    key = settings.openai_api_key
    return ModelEndpoint(
        base_url=settings.openai_base_url or OPENAI_BASE_URL,
        api_key=key.get_secret_value() if key else None,
        organization=settings.openai_organization,
        proxy=settings.openai_proxy,
        base_url_variable="OPENTRACE_OPENAI_BASE_URL",
        api_key_variable="OPENTRACE_OPENAI_API_KEY",
    )
