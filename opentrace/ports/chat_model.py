"""What the agents and the chat models behind LangChain's `BaseChatModel` agree on: errors, and how passages travel.

The interface of a chat model is `langchain_core.language_models.BaseChatModel` itself; importing this file does not
import it, since that takes half a second.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from opentrace.errors import UpstreamFailed

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

RAG_SEARCH = "rag_search"
"""Name of the tool by which a model searches the documents; its only argument is `query`."""

SEARCH_WEB = "search_web"
"""Name of the tool by which a model searches the web; its only argument is `query`."""

CITED_RANGES = "cited_ranges"
"""Key of `response_metadata` under which a model may say which characters of a passage it used: a list of
`[passage number, start, end]`, offsets into the passage's text. Only a model that quotes can know."""

ModelProvider = Literal["anthropic", "google_genai", "mistralai", "ollama"]


def model_provider(name: str) -> ModelProvider | None:
    """The provider that a model's name begins with ("anthropic:claude-…"); None for one of an OpenAI-compatible
    endpoint, whose names may hold colons too ("llama3.1:8b")."""
    word = name.partition(":")[0]
    return next((provider for provider in get_args(ModelProvider) if provider == word), None)


ModelErrorCode = Literal[
    "model_unauthorized",
    "model_forbidden",
    "model_not_found",
    "model_rate_limited",
    "model_quota_exceeded",
    "model_timeout",
    "model_unreachable",
    "model_context_exceeded",
    "model_tools_unsupported",
    "model_rejected_request",
    "model_answer_cut",
    "model_answer_empty",
    "model_answer_unreadable",
    "model_failed",
]


class ModelError(UpstreamFailed):
    """A chat model did not answer. `detail` says what to do; the vendor's error is the cause."""

    title = "The chat model failed"

    def __init__(self, code: ModelErrorCode, detail: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(detail, code=code, retry_after_s=retry_after_s)
        self.model_code: ModelErrorCode = code


class ModelCalls(Protocol):
    """Is told of every call of a model, for whoever counts them. `model` is the name that it was asked by."""

    def answered(self, model: str, *, input_tokens: int, output_tokens: int) -> None:
        """Zero tokens where the model reports none."""
        ...

    def failed(self, model: str, code: str) -> None: ...


class UncountedCalls:
    """For those who count nothing."""

    def answered(self, model: str, *, input_tokens: int, output_tokens: int) -> None: ...

    def failed(self, model: str, code: str) -> None: ...


async def _nothing_to_close() -> None:
    """For models that keep no connection."""


@dataclass(frozen=True, slots=True)
class ChatModels:
    """The models of the agents. `main` answers; `name` is what the user is told. `small` checks, rewrites and names.
    `vision` describes tables and pictures.

    `extractive` means that no language model is configured: sentences are picked from the documents, and there is
    neither of the other two. `close` ends the connections.
    """

    main: BaseChatModel
    name: str
    extractive: bool
    small: BaseChatModel | None = None
    small_name: str | None = None
    vision: BaseChatModel | None = None
    vision_name: str | None = None
    close: Callable[[], Awaitable[None]] = _nothing_to_close


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """A passage as it stands in the prompt; a `rag_search` ToolMessage carries a list of them as its `artifact`.

    `source` is the document's name, `context` what the passage was indexed with (title, headings), `position` sorts
    the passages of one source in reading order. `tables` are the HTML of the tables whose text is in `text`.
    """

    number: int
    text: str
    source: str
    context: str = ""
    position: int = 0
    tables: tuple[str, ...] = ()
