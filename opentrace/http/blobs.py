"""Answers the signed requests of blob stores that Opentrace serves itself. The address alone is the permission."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import FileResponse

from opentrace.errors import AppError, Conflict, Forbidden, Gone, Invalid, NotFound, TooLarge, UnsupportedType
from opentrace.http.dependencies import ServicesDep
from opentrace.ports.blob_store import (
    BlobExists,
    BlobNotFound,
    BlobRejected,
    BlobTooLarge,
    Presentation,
    ServedBlob,
    ServedBlobStore,
)
from opentrace.services import Services

router = APIRouter(prefix="/api/blobs", include_in_schema=False)

_REJECTIONS: dict[str, type[AppError]] = {
    "upload_expired": Gone,
    "download_expired": Gone,
    "upload_signature_invalid": Forbidden,
    "download_signature_invalid": Forbidden,
    "upload_type_mismatch": UnsupportedType,
    "upload_size_mismatch": Invalid,
}


@router.put("/{token}", status_code=204)
async def put_blob(
    token: str,
    request: Request,
    services: ServicesDep,
    content_type: Annotated[str | None, Header()] = None,
    content_length: Annotated[int | None, Header(ge=0)] = None,
) -> Response:
    store = _served(services)
    try:
        await store.receive(token, request.stream(), content_type=content_type, content_length=content_length)
    except BlobExists as error:
        raise Conflict(str(error), code="upload_already_used") from error
    except BlobRejected as error:
        raise _app_error(error) from error
    return Response(status_code=204)


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def get_blob(token: str, services: ServicesDep) -> FileResponse:
    """With byte ranges, which viewers of long PDFs ask for."""
    try:
        blob = await _served(services).open_signed(token)
    except BlobNotFound as error:
        raise NotFound("file") from error
    except BlobRejected as error:
        raise _app_error(error) from error
    return _file_response(blob)


def _served(services: Services) -> ServedBlobStore:
    store = services.blob_store
    if not isinstance(store, ServedBlobStore):
        raise NotFound("file")
    return store


def _app_error(error: BlobRejected) -> AppError:
    if isinstance(error, BlobTooLarge):
        return TooLarge(error.detail, code=error.code)
    return _REJECTIONS.get(error.code, Forbidden)(error.detail, code=error.code)


def _file_response(blob: ServedBlob) -> FileResponse:
    presentation = Presentation.of(blob.content_type)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Disposition": presentation.content_disposition(blob.file_name),
    }
    if presentation.content_type == "application/pdf":
        # Browsers refuse to open their PDF viewer in a sandbox; a PDF has no access to our origin without one.
        headers["Content-Security-Policy"] = "frame-ancestors 'self'"
        headers["X-Frame-Options"] = "SAMEORIGIN"
    return FileResponse(blob.path, media_type=presentation.content_type, headers=headers)
