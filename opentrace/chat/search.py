"""The search that an agent gets: one project's documents, by the project's settings."""

from collections.abc import Sequence
from uuid import UUID

from opentrace.agents.passages import FoundPassage, Search, SearchOutcome
from opentrace.ports.authenticator import Principal
from opentrace.retrieval.ranking import SearchResult
from opentrace.retrieval.service import RetrievalService
from opentrace.services import Services


def project_search(
    services: Services, principal: Principal, project_id: UUID, *, document_ids: Sequence[UUID] | None = None
) -> Search:
    """`document_ids` restricts the search to these documents.

    A call raises NotFound where the project is gone, and EmbedderError.
    """
    retrieval = RetrievalService.of(services)

    async def search(query: str) -> SearchOutcome:
        outcome = await retrieval.search(principal, project_id, query, document_ids=document_ids)
        return SearchOutcome([_passage(result) for result in outcome.results], outcome.trace.to_json())

    return search


def _passage(result: SearchResult) -> FoundPassage:
    return FoundPassage(
        chunk_id=result.chunk_id,
        document_id=result.document_id,
        document_name=result.document_name,
        page_number=result.page_number,
        content=result.content,
        score=result.score,
        chunk_index=result.chunk_index,
        char_start=result.char_start,
        char_end=result.char_end,
        locations=result.chunk_locations,
        context=result.context,
        tables=tuple(result.tables),
        url=result.url,
        headings=tuple(result.heading_path),
    )
