"""Documents over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse

from opentrace.http.dependencies import PageDep, ServicesDep, UnitOfWorkDep
from opentrace.http.problems import problems
from opentrace.http.rate_limits import limits_user
from opentrace.http.schemas import CleanText, PageOf
from opentrace.knowledge.models import DocumentStatus
from opentrace.knowledge.schemas import (
    MAX_QUERY_CHARS,
    ChunkResponse,
    Confirmation,
    DocumentCreatedResponse,
    DocumentRequest,
    DocumentResponse,
    PageToAdd,
    UploadTarget,
)
from opentrace.knowledge.service import DocumentService
from opentrace.ports.blob_store import SignedRequest
from opentrace.settings import Settings

router = APIRouter(prefix="/api", tags=["documents"])


async def get_documents(work: UnitOfWorkDep, services: ServicesDep) -> DocumentService:
    return DocumentService(work, services)


DocumentsDep = Annotated[DocumentService, Depends(get_documents)]


@router.post(
    "/projects/{project_id}/documents",
    status_code=201,
    summary="Ask for the address to which a file is uploaded",
    description="Send the file to `upload`, then confirm the document; else it is removed when `upload` expires.",
    responses=problems(403, 413, 415, 429),
    dependencies=[Depends(limits_user("upload"))],
)
async def create_document(
    project_id: UUID, body: DocumentRequest, request: Request, documents: DocumentsDep, services: ServicesDep
) -> DocumentCreatedResponse:
    document, upload = await documents.create(
        project_id, file_name=body.file_name, content_type=body.content_type, size_bytes=body.size_bytes
    )
    sha256 = None if body.sha256 is None else bytes.fromhex(body.sha256)
    same_content, same_name = await documents.alike(document, sha256=sha256)
    return DocumentCreatedResponse(
        document=DocumentResponse.model_validate(document),
        upload=UploadTarget(
            method="PUT",
            url=_absolute(upload, request, services.settings),
            headers=upload.headers,
            expires_at=upload.expires_at,
        ),
        same_content=None if same_content is None else DocumentResponse.model_validate(same_content),
        same_name=None if same_name is None else DocumentResponse.model_validate(same_name),
    )


@router.post(
    "/documents/{document_id}/confirm",
    status_code=202,
    summary="Say that the file has been uploaded",
    description="It is then read. Confirming again does nothing. A file of a kind that is not read fails the document.",
    responses=problems(409, 410),
)
async def confirm_document(
    document_id: UUID, documents: DocumentsDep, body: Confirmation | None = None
) -> DocumentResponse:
    replaces = None if body is None else body.replaces_document_id
    return DocumentResponse.model_validate(await documents.confirm(document_id, replaces_document_id=replaces))


@router.post(
    "/projects/{project_id}/urls",
    status_code=202,
    summary="Add a web page",
    description="It is fetched and read in the background. A page that is in the project already is fetched again.",
    responses=problems(403, 429),
    dependencies=[Depends(limits_user("upload"))],
)
async def add_page(project_id: UUID, body: PageToAdd, documents: DocumentsDep) -> DocumentResponse:
    return DocumentResponse.model_validate(await documents.add_page(project_id, body.url))


@router.get("/projects/{project_id}/documents", summary="List the documents of a project, newest first")
async def list_documents(
    project_id: UUID,
    documents: DocumentsDep,
    page: PageDep,
    status: Annotated[
        list[DocumentStatus] | None, Query(max_length=8, description="Only documents in one of these states.")
    ] = None,
    q: Annotated[
        CleanText | None, Query(max_length=MAX_QUERY_CHARS, description="Only documents whose name contains this.")
    ] = None,
) -> PageOf[DocumentResponse]:
    found = await documents.list(project_id, page, statuses=status or [], name_contains=q)
    return PageOf(items=[DocumentResponse.model_validate(row) for row in found.items], next_cursor=found.next_cursor)


@router.get("/documents/{document_id}", summary="Read a document's state")
async def get_document(document_id: UUID, documents: DocumentsDep) -> DocumentResponse:
    return DocumentResponse.model_validate(await documents.get(document_id))


@router.delete("/documents/{document_id}", status_code=204, summary="Delete a document with its chunks and its file")
async def delete_document(document_id: UUID, documents: DocumentsDep) -> None:
    await documents.delete(document_id)


@router.post(
    "/documents/{document_id}/retry",
    status_code=202,
    summary="Read a document again that has failed, or fetch a web page again",
    description="A page that has not changed costs nothing; what was read of it stays searchable meanwhile.",
    responses=problems(409),
)
async def retry_document(document_id: UUID, documents: DocumentsDep) -> DocumentResponse:
    return DocumentResponse.model_validate(await documents.retry(document_id))


@router.get("/documents/{document_id}/chunks", summary="List the chunks of a document in its order")
async def list_chunks(
    document_id: UUID,
    documents: DocumentsDep,
    page: PageDep,
    q: Annotated[
        CleanText | None, Query(max_length=MAX_QUERY_CHARS, description="Only chunks that contain this text or words.")
    ] = None,
) -> PageOf[ChunkResponse]:
    found = await documents.chunks(document_id, page, containing=q)
    return PageOf(items=[ChunkResponse.model_validate(row) for row in found.items], next_cursor=found.next_cursor)


@router.get(
    "/documents/{document_id}/file",
    status_code=307,
    response_class=RedirectResponse,
    summary="Open the file of a document",
    responses=problems(409),
)
async def get_document_file(document_id: UUID, documents: DocumentsDep) -> RedirectResponse:
    return RedirectResponse((await documents.download(document_id)).url, status_code=307)


def _absolute(upload: SignedRequest, request: Request, settings: Settings) -> str:
    if not upload.url.startswith("/"):
        return upload.url
    return (settings.public_url or str(request.base_url).rstrip("/")) + upload.url
