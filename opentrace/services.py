"""What every process of Opentrace holds once it is wired: one frozen value, made by `opentrace/wiring.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentrace.db.engine import Database
from opentrace.ports.authenticator import Authenticator
from opentrace.ports.blob_store import BlobStore
from opentrace.ports.chat_model import ChatModels
from opentrace.ports.document_parser import DocumentParser
from opentrace.ports.embedder import Embedder, Embedders
from opentrace.ports.job_queue import JobQueue
from opentrace.ports.page_fetcher import PageFetcher
from opentrace.ports.rate_limiter import RateLimiter
from opentrace.ports.reranker import Reranker
from opentrace.ports.web_search import WebSearch
from opentrace.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Services:
    """`web_search` is None where the web is not to be searched. `chat_models` is a function because importing LangChain
    takes a second that a worker need not spend."""

    settings: Settings
    database: Database
    blob_store: BlobStore
    embedders: Embedders
    parser: DocumentParser
    page_fetcher: PageFetcher
    jobs: JobQueue
    rate_limiter: RateLimiter
    authenticator: Authenticator
    web_search: WebSearch | None
    reranker: Reranker
    chat_models: Callable[[], ChatModels]

    @property
    def embedder(self) -> Embedder:
        """The model that the installation was given, for all but the vectors of projects that have another."""
        return self.embedders.default
