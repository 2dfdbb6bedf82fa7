"""The caller's documents, from the first request to upload one to its removal."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import func

from opentrace.db.engine import UnitOfWork
from opentrace.db.paging import Page, PageRequest
from opentrace.errors import Conflict, Gone, Invalid, NotFound, TooLarge, UnsupportedType
from opentrace.knowledge.file_names import media_type_of
from opentrace.knowledge.models import MOVING, WAITING, Document, DocumentChunk, DocumentStatus
from opentrace.knowledge.page_names import page_name
from opentrace.knowledge.repository import DocumentRepository
from opentrace.knowledge.tasks import enqueue_ingestion
from opentrace.ports.blob_store import SignedRequest
from opentrace.ports.document_parser import ParseError
from opentrace.ports.page_fetcher import PageError
from opentrace.projects.quotas import Quotas
from opentrace.services import Services

HEAD_BYTES = 65536

_ZIP_MAGIC = b"PK"


class DocumentService:
    """Every method that takes an id raises NotFound for what is not the caller's."""

    def __init__(self, work: UnitOfWork, services: Services) -> None:
        self._work = work
        self._documents = DocumentRepository(work)
        self._blob_store = services.blob_store
        self._parser = services.parser
        self._page_fetcher = services.page_fetcher
        self._jobs = services.jobs
        self._settings = services.settings

    async def create(
        self, project_id: UUID, *, file_name: str, content_type: str, size_bytes: int
    ) -> tuple[Document, SignedRequest]:
        """A document without bytes, and where to send them. Raises TooLarge, UnsupportedType, QuotaExceeded."""
        if not await self._documents.has_project(project_id):
            raise NotFound("project")
        if size_bytes > self._settings.max_upload_bytes:
            raise TooLarge(
                f"The file has {size_bytes} bytes; at most {self._settings.max_upload_bytes} are taken "
                "(OPENTRACE_MAX_UPLOAD_BYTES). Split it into smaller files.",
                code="document_too_large",
            )
        media_type = media_type_of(content_type, file_name=file_name, taken=self._parser.media_types)
        if media_type is None:
            endings = ", ".join(ending for endings in self._parser.media_types.values() for ending in endings)
            raise UnsupportedType(
                f"Neither the type {content_type!r} nor the name says that this is a file that can be read. Upload one "
                f"of these kinds: {endings}.",
                code="document_type_unsupported",
            )
        await Quotas(self._work, self._settings).check_document(size_bytes=size_bytes)
        document_id = uuid4()
        storage_key = f"projects/{project_id}/documents/{document_id}"
        upload = await self._blob_store.sign_put(
            storage_key,
            content_type=media_type,
            size_bytes=size_bytes,
            expires_in_s=self._settings.upload_expires_s,
        )
        document = await self._documents.add(
            Document(
                id=document_id,
                project_id=project_id,
                source="file",
                file_name=file_name,
                content_type=media_type,
                size_bytes=size_bytes,
                storage_key=storage_key,
                status="uploading",
                status_message="Waiting for the file.",
                upload_expires_at=upload.expires_at,
            )
        )
        return document, upload

    async def add_page(self, project_id: UUID, url: str) -> Document:
        """A web page, which the worker fetches; one that is in the project already is fetched again.

        Raises Invalid for what is no address, or one that is not fetched; QuotaExceeded.
        """
        if not await self._documents.has_project(project_id):
            raise NotFound("project")
        try:
            url = self._page_fetcher.check(url)
        except PageError as error:
            raise Invalid(error.detail, code=error.code) from error
        known = await self._documents.find_page(project_id, url)
        if known is None:
            await Quotas(self._work, self._settings).check_document(size_bytes=0)
            document_id = uuid4()
            document = Document(
                id=document_id,
                project_id=project_id,
                source="url",
                file_name=page_name(url),
                content_type="text/html",
                size_bytes=0,
                storage_key=f"projects/{project_id}/documents/{document_id}",
                url=url,
                status="queued",
            )
            if await self._documents.add_page(document):
                return await self._enqueued(document_id)
            known = await self._documents.find_page(project_id, url)
            if known is None:
                raise NotFound("project")
        return known if known.status in MOVING else await self._enqueued(known.id, attempts=0, error_code=None)

    async def alike(self, document: Document, *, sha256: bytes | None) -> tuple[Document | None, Document | None]:
        """A searchable document of its project with the same bytes, and one with the same name."""
        same = await self._documents.find_same(document.project_id, sha256=sha256) if sha256 is not None else ()
        named = await self._documents.find_named(document.project_id, document.file_name)
        return next(iter(same), None), next(iter(named), None)

    async def confirm(self, document_id: UUID, *, replaces_document_id: UUID | None = None) -> Document:
        """The bytes have been sent: check them and hand the document to the workers. A second call does nothing.

        The document `replaces_document_id` of the same project is deleted once this one is searchable.

        A file that cannot be read fails here as it would fail later: the document says why. Raises Conflict or Gone
        where the bytes are not there.
        """
        document = await self._found(document_id, for_update=True)
        if document.status != "uploading":
            return document
        if replaces_document_id is not None:
            replaced = await self._found(replaces_document_id)
            if replaced.project_id != document.project_id or replaced.id == document.id:
                raise NotFound("document")
        stat = await self._blob_store.stat(document.storage_key)
        if stat is None:
            raise _not_uploaded(document)
        if stat.size_bytes != document.size_bytes:
            raise Conflict(
                f"{stat.size_bytes} bytes have arrived instead of {document.size_bytes}. Upload the file again as a "
                "new document.",
                code="upload_size_mismatch",
            )
        try:
            media_type = await self._detected_type(document)
        except ParseError as error:
            return await self._documents.change(
                document_id, status="failed", status_message=error.detail, error_code=error.code
            )
        return await self._enqueued(document_id, content_type=media_type, replaces_document_id=replaces_document_id)

    async def retry(self, document_id: UUID) -> Document:
        """Read a document again that has failed, or fetch a web page again. Raises Conflict for any other.

        What was read of a page before stays searchable until its new version is.
        """
        document = await self._found(document_id, for_update=True)
        if document.source == "url" and document.status not in MOVING:
            return await self._enqueued(document_id, attempts=0, error_code=None)
        if document.status != "failed":
            raise Conflict(
                f"Only a document that has failed is tried again; this one is {document.status!r}.",
                code="document_not_failed",
            )
        return await self._enqueued(document_id, attempts=0, error_code=None, stage_details={})

    async def get(self, document_id: UUID) -> Document:
        return await self._found(document_id)

    async def delete(self, document_id: UUID) -> None:
        """With its chunks and its file. Reading that is under way stops."""
        if not await self._documents.remove(document_id):
            raise NotFound("document")

    async def list(
        self, project_id: UUID, page: PageRequest, *, statuses: Sequence[DocumentStatus], name_contains: str | None
    ) -> Page[Document]:
        if not await self._documents.has_project(project_id):
            raise NotFound("project")
        return await self._documents.list(project_id, page, statuses=statuses, name_contains=name_contains)

    async def chunks(self, document_id: UUID, page: PageRequest, *, containing: str | None) -> Page[DocumentChunk]:
        await self._found(document_id)
        return await self._documents.chunks(document_id, page, containing=containing)

    async def download(self, document_id: UUID) -> SignedRequest:
        """Where the file can be read for a while. Raises Conflict where it has not arrived."""
        document = await self._found(document_id)
        if document.status == "uploading":
            raise Conflict("The file has not arrived yet.", code="document_not_uploaded")
        if document.source == "url" and document.fetched is None:
            raise Conflict("The page has not been fetched.", code="document_not_uploaded")
        return await self._blob_store.sign_get(
            document.storage_key,
            file_name=document.file_name,
            content_type=document.content_type,
            expires_in_s=self._settings.download_expires_s,
        )

    async def _found(self, document_id: UUID, *, for_update: bool = False) -> Document:
        document = await self._documents.find(document_id, for_update=for_update)
        if document is None:
            raise NotFound("document")
        return document

    async def _enqueued(self, document_id: UUID, **values: object) -> Document:
        document = await self._documents.change(
            document_id, status="queued", status_message=WAITING, enqueued_at=func.clock_timestamp(), **values
        )
        self._work.after_commit(partial(enqueue_ingestion, self._jobs, document_id))
        return document

    async def _detected_type(self, document: Document) -> str:
        """By the first bytes. An archive lists what is in it at its end, so that is looked at too.

        The worker, which has the whole file, decides what cannot be decided here.
        """
        head = await self._blob_store.read(document.storage_key, length=HEAD_BYTES)
        is_cut_archive = head.startswith(_ZIP_MAGIC) and document.size_bytes > HEAD_BYTES
        if is_cut_archive:
            tail_start = max(HEAD_BYTES, document.size_bytes - HEAD_BYTES)
            head += await self._blob_store.read(document.storage_key, start=tail_start)
        try:
            return self._parser.detect(head, file_name=document.file_name)
        except ParseError as error:
            if is_cut_archive and error.code == "document_type_unsupported":
                return document.content_type
            raise


def _not_uploaded(document: Document) -> Gone | Conflict:
    if document.upload_expires_at is not None and datetime.now(UTC) > document.upload_expires_at:
        return Gone(
            "The file did not arrive while its upload address was valid. Upload it again as a new document.",
            code="upload_expired",
        )
    return Conflict(
        "The file has not arrived. Send it to the upload address first, then confirm.", code="upload_missing"
    )
