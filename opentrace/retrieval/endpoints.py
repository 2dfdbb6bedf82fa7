"""Search over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Depends

from opentrace.http.dependencies import PrincipalDep, ServicesDep
from opentrace.http.problems import problems
from opentrace.http.rate_limits import limits_user
from opentrace.retrieval.schemas import SearchRequest, SearchResponse, search_response
from opentrace.retrieval.service import RetrievalService

router = APIRouter(prefix="/api/projects", tags=["search"])


@router.post(
    "/{project_id}/search",
    summary="Find the passages that answer a question",
    responses=problems(429),
    dependencies=[Depends(limits_user("search"))],
)
async def search_project(
    project_id: UUID, body: SearchRequest, principal: PrincipalDep, services: ServicesDep
) -> SearchResponse:
    retrieval = RetrievalService.of(services)
    outcome = await retrieval.search(
        principal,
        project_id,
        body.query,
        overrides=body.overrides(),
        document_ids=body.document_ids,
        explain_chunk_id=body.explain_chunk_id,
        explain_document_id=body.explain_document_id,
    )
    return search_response(outcome)
