"""What every process of Opentrace holds once it is wired: one frozen value, made by `opentrace/wiring.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentrace.db.engine import Database
from opentrace.ports.authenticator import Authenticator
from opentrace.ports.blob_store import BlobStore
from opentrace.ports.document_parser import DocumentParser
from opentrace.ports.embedder import Embedder
from opentrace.ports.job_queue import JobQueue
from opentrace.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.language_models import BaseChatModel


@dataclass(frozen=True, slots=True)
class ChatModels:
    """The models of the agents. `main` answers; `name` is what the user is told.

    `extractive` means that no language model is configured: sentences are picked from the documents.
    """

    main: BaseChatModel
    name: str
    extractive: bool


@dataclass(frozen=True, slots=True)
class Services:
    """`chat_models` is a function because importing LangChain takes a second that a worker need not spend."""

    settings: Settings
    database: Database
    blob_store: BlobStore
    embedder: Embedder
    parser: DocumentParser
    jobs: JobQueue
    authenticator: Authenticator
    chat_models: Callable[[], ChatModels]
