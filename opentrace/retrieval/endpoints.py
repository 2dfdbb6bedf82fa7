"""Search over HTTP."""

from uuid import UUID

from fastapi import APIRouter

from opentrace.http.dependencies import PrincipalDep, ServicesDep
from opentrace.retrieval.schemas import SearchRequest, SearchResponse, search_response
from opentrace.retrieval.service import RetrievalService

router = APIRouter(prefix="/api/projects", tags=["search"])


@router.post("/{project_id}/search", summary="Find the passages that answer a question")
async def search_project(
    project_id: UUID, body: SearchRequest, principal: PrincipalDep, services: ServicesDep
) -> SearchResponse:
    retrieval = RetrievalService(
        services.database, services.embedder, embedding_model=services.settings.embedding_model
    )
    outcome = await retrieval.search(
        principal, project_id, body.query, overrides=body.overrides(), document_ids=body.document_ids
    )
    return search_response(outcome)
