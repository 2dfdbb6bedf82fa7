"""Reads a document from its bytes to searchable vectors: partition, chunk, summarise, embed, store."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from statistics import mean
from time import monotonic
from uuid import UUID

import structlog
from sqlalchemy import text

from opentrace.db.engine import DatabaseAway, UnitOfWork
from opentrace.knowledge.facets import document_facets
from opentrace.knowledge.file_names import display_name
from opentrace.knowledge.ingestion.chunk import Chunk, chunk_elements
from opentrace.knowledge.ingestion.embed import chunk_context, embed_chunks
from opentrace.knowledge.ingestion.embedding_cache import EmbeddingCache
from opentrace.knowledge.ingestion.health import chunk_findings, chunk_flags, duplicate_finding
from opentrace.knowledge.ingestion.lease import (
    ClaimedDocument,
    DocumentLease,
    LeaseLost,
    attempts_so_far,
    claim,
)
from opentrace.knowledge.ingestion.metrics import IngestionMetrics
from opentrace.knowledge.ingestion.source import PageUnchanged, SourceFile, noted_version, source_file
from opentrace.knowledge.ingestion.store import ModelSwitched, ReadDocument, mark_completed, store_document
from opentrace.knowledge.ingestion.summarise import describe_chunks
from opentrace.knowledge.ingestion.summary_cache import SummaryCache
from opentrace.knowledge.page_names import page_name
from opentrace.knowledge.repository import DocumentRepository
from opentrace.knowledge.tasks import enqueue_ingestion
from opentrace.knowledge.vector_indexes import ensure_vector_index
from opentrace.logs import failure_places
from opentrace.ports.blob_store import BlobNotFound, BlobStoreError
from opentrace.ports.document_parser import Finding, ParsedDocument, ParseError, ParseLimits
from opentrace.ports.embedder import EmbedderAway, EmbedderError
from opentrace.ports.page_fetcher import PageError
from opentrace.services import Services

GIVE_BACK_TIMEOUT_S = 5.0

_REFRESH_STATISTICS = text("SELECT refresh_keyword_statistics(:project_id)")

_log = structlog.stdlib.get_logger("opentrace.ingestion")


@dataclass(frozen=True, slots=True)
class _Chunked:
    """What is kept of a parsed document: its elements, which may be many, are let go before the long embedding."""

    chunks: list[Chunk]
    title: str | None
    page_count: int | None
    canonical_url: str | None
    media_type: str
    source: SourceFile


class Ingestion:
    """The runs of one worker process. All its methods belong to one event loop.

    `given_back` are the documents that a stop left in the queue: their messages are used up, so they need new ones.
    """

    def __init__(self, services: Services, *, metrics: IngestionMetrics | None = None) -> None:
        self.given_back: list[UUID] = []
        self._services = services
        self._metrics = metrics or IngestionMetrics()
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._stopping = False
        # A document over which a worker died may kill the next one too. Such documents run one at a time, so that
        # not several of them are charged with the same death.
        self._suspects = asyncio.Lock()

    async def ingest(self, document_id: UUID) -> None:
        """Read the document if it waits for that; else nothing happens. Failures end up in its row."""
        if document_id in self._running:
            return
        if self._stopping:
            self.given_back.append(document_id)
            return
        task = asyncio.create_task(self._ingest(document_id))
        self._running[document_id] = task
        await asyncio.wait([task])
        del self._running[document_id]
        if task.cancelled():
            self.given_back.append(document_id)
        else:
            await task

    async def stop(self) -> None:
        """Give the documents in hand back to the queue."""
        self._stopping = True
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _ingest(self, document_id: UUID) -> None:
        try:
            attempts = await attempts_so_far(self._services.database, document_id)
            if attempts == 0:
                await self._run(document_id)
            elif attempts is not None:
                async with self._suspects:
                    await self._run(document_id)
        except DatabaseAway as error:
            _log.warning("database_away", document_id=str(document_id), failure=failure_places(error))

    async def _run(self, document_id: UUID) -> None:
        settings = self._services.settings
        document = await claim(self._services.database, document_id, lease_s=settings.job_lease_s)
        if document is None:
            return
        lease = DocumentLease(self._services.database, document, lease_s=settings.job_lease_s)
        began = monotonic()
        try:
            if document.attempts > settings.job_attempts:
                await lease.fail(
                    "ingestion_crashed",
                    f"Reading the file stopped the worker {settings.job_attempts} times. Save it anew from the program "
                    "that made it, or split it, and upload that.",
                )
                return
            await self._run_with_failures(lease)
        except asyncio.CancelledError:
            await self._give_back_at_stop(lease)
            raise
        except LeaseLost:
            _log.info("ingestion_left", document_id=str(document_id))
        else:
            if lease.outcome is not None:
                self._metrics.record(lease.outcome, lease.progress.details)
            _log.info("ingestion_ended", document_id=str(document_id), seconds=round(monotonic() - began, 2))
            await self._tend_search(document)

    async def _run_with_failures(self, lease: DocumentLease) -> None:
        document_id = str(lease.document.document_id)
        try:
            await self._stages_in_time(lease)
        except PageUnchanged as unchanged:
            await self._keep_unchanged(lease, unchanged)
        except (ParseError, PageError) as error:
            _log.info("document_failed", document_id=document_id, code=error.code)
            await self._fail(lease, error.code, error.detail)
        except BlobNotFound:
            _log.warning("document_failed", document_id=document_id, code="file_missing")
            await lease.fail(
                "file_missing", "The file is no longer in the storage. Remove it here and upload it again."
            )
        except ModelSwitched:
            await lease.give_back(counted=False)
            await enqueue_ingestion(self._services.jobs, lease.document.document_id)
        except (BlobStoreError, EmbedderAway, *DatabaseAway) as error:
            await self._run_later(lease, error)
        except EmbedderError as error:
            _log.warning("document_failed", document_id=document_id, code="embedding_failed")
            await self._fail(lease, "embedding_failed", f"The text could not be embedded. {error}")
        except (LeaseLost, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 -- a defect fails one document, not the worker
            _log.error("ingestion_failed", document_id=document_id, failure=failure_places(error))
            await lease.fail(
                "ingestion_failed",
                "Something went wrong in Opentrace while it read this file; the worker's log says where. Try again.",
            )

    async def _fail(self, lease: DocumentLease, code: str, detail: str) -> None:
        """A page that cannot be read again stays searchable as it was read before."""
        document = lease.document
        if document.has_version:
            message = f"The page could not be read again, so what was read before stays. {detail}"
            await lease.keep_version(message, details=document.details_before, code=code, fetched=None)
        else:
            await lease.fail(code, detail)

    async def _keep_unchanged(self, lease: DocumentLease, unchanged: PageUnchanged) -> None:
        document = lease.document
        details = document.details_before
        details = details | {"partitioning": details.get("partitioning", {}) | {"unchanged": True}}
        passages = details.get("chunking", {}).get("chunks")
        ready = "Ready." if passages is None else _ready(passages, document.page_count)
        message = f"{ready} The page has not changed."
        await lease.keep_version(message, details=details, code=None, fetched=unchanged.fetched)

    async def _stages_in_time(self, lease: DocumentLease) -> None:
        """A document may take its time, but not for ever: the broker then counts its worker as silent."""
        longest_s = self._services.settings.job_timeout_s
        limit = asyncio.timeout(longest_s)
        try:
            async with limit:
                await self._stages_while_held(lease)
        except TimeoutError:
            if not limit.expired():
                raise
            await self._fail(
                lease,
                "ingestion_timeout",
                f"Making the document searchable took longer than {longest_s:,.0f} seconds. Split it, or set "
                "OPENTRACE_JOB_TIMEOUT_S higher.",
            )

    async def _stages_while_held(self, lease: DocumentLease) -> None:
        failure: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as group:
                keeper = group.create_task(lease.keep())
                await self._stages(lease)
                keeper.cancel()
        except BaseExceptionGroup as failed:
            failure = (failed.subgroup(LeaseLost) or failed).exceptions[0]
        if failure is not None:
            raise failure

    async def _stages(self, lease: DocumentLease) -> None:
        document, progress = lease.document, lease.progress
        embedder = self._services.embedders.in_use(document.embedding_model)
        chunked = await self._partition_and_chunk(lease)
        chunks, title = chunked.chunks, chunked.title
        # A page is shown under its title once that is known; what it is embedded with stays the same.
        name = document.file_name if document.url is None else page_name(document.url)

        progress.enter("summarising", "Preparing tables and pictures for search.")
        await lease.write()
        chunks = await self._summarise(lease, chunks)
        flags = await asyncio.to_thread(lambda: [chunk_flags(chunk) for chunk in chunks])
        progress.report(chunk_findings(chunks, flags))

        progress.enter("vectorization", f"Making {len(chunks)} passages searchable.")
        await lease.write()
        cache = EmbeddingCache(
            self._services.database, document.principal, project_id=document.project_id, model=embedder.model
        )
        contexts, (windows, embedded) = await asyncio.gather(
            asyncio.to_thread(
                lambda: [
                    chunk_context(chunk.heading_path, document_name=name, title=title, embedder=embedder)
                    for chunk in chunks
                ]
            ),
            embed_chunks(
                chunks,
                document_name=name,
                title=title,
                embedder=embedder,
                cache=cache,
                on_progress=lambda done, total: progress.note(vectors_done=done, vectors=total),
            ),
        )
        progress.note(vectors_done=len(windows), vectors=len(windows), embedded=embedded, model=embedder.model)
        facets = await asyncio.to_thread(
            document_facets,
            file_name=document.file_name,
            title=title,
            media_type=chunked.media_type,
            contents=[chunk.content for chunk in chunks],
        )
        read = ReadDocument(
            chunks=chunks,
            contexts=contexts,
            flags=flags,
            windows=windows,
            model=embedder.model,
            title=title,
            facets=facets,
            page_count=chunked.page_count,
            sha256=chunked.source.sha256,
            content_type=chunked.media_type,
            size_bytes=chunked.source.size_bytes,
        )
        page = chunked.source.page
        if page is not None:
            # Not before the page is known to be readable: what was stored of an older version stays until then.
            await self._services.blob_store.put(document.storage_key, page.data, content_type=chunked.media_type)
            noted = noted_version(page, canonical_url=chunked.canonical_url, model=embedder.model)
            read = replace(read, page_name=display_name(title) if title else None, fetched=noted)
        await self._store(lease, read)

    async def _partition_and_chunk(self, lease: DocumentLease) -> _Chunked:
        progress = lease.progress
        parsed, media_type, source = await self._partition(lease)
        progress.enter("chunking", "Cutting the text into passages.")
        await lease.write()
        chunks = await asyncio.to_thread(chunk_elements, parsed.elements, title=parsed.title)
        if not chunks:
            raise ParseError(
                "document_empty",
                "No text was found in the file. If it is a scan, recognise its text (OCR) first and upload that.",
            )
        sizes = [len(chunk.content) for chunk in chunks]
        progress.note(
            chunks=len(chunks),
            chars=sum(sizes),
            chars_min=min(sizes),
            chars_mean=round(mean(sizes)),
            chars_max=max(sizes),
        )
        progress.report(await self._duplicates(lease.document, source.sha256))
        return _Chunked(chunks, parsed.title, parsed.page_count, parsed.canonical_url, media_type, source)

    async def _summarise(self, lease: DocumentLease, chunks: list[Chunk]) -> list[Chunk]:
        """With descriptions of tables and pictures, where a model is configured; else their own text is searched."""
        progress, settings = lease.progress, self._services.settings
        with_tables = sum(1 for chunk in chunks if chunk.tables)
        with_images = sum(1 for chunk in chunks if chunk.images)
        progress.note(chunks_with_tables=with_tables, chunks_with_images=with_images)
        if not (with_tables or with_images) or not settings.chat_endpoint_set or not settings.summary_max_chunks:
            progress.note(linearised=with_tables)
            return chunks
        models = await asyncio.to_thread(self._services.chat_models)

        def on_progress(done: int, total: int) -> None:
            progress.note(described=done, to_describe=total)
            progress.tell(f"Processing chunk {min(done + 1, total)} of {total}.")

        document, name = lease.document, models.vision_name or models.name
        described = await describe_chunks(
            chunks,
            models=models,
            cache=SummaryCache(self._services.database, document.principal, project_id=document.project_id, model=name),
            most=settings.summary_max_chunks,
            concurrency=settings.summary_concurrency,
            on_progress=on_progress,
        )
        progress.note(described=described.described, model=name)
        progress.report(described.findings(most=settings.summary_max_chunks))
        return described.chunks

    async def _duplicates(self, document: ClaimedDocument, sha256: bytes) -> list[Finding]:
        async with self._services.database.transaction(document.principal) as work:
            same = await DocumentRepository(work).find_same(document.project_id, sha256=sha256)
        twin = next((other for other in same if other.id not in (document.document_id, document.replaces)), None)
        return [] if twin is None else [duplicate_finding(twin.id, twin.file_name)]

    async def _partition(self, lease: DocumentLease) -> tuple[ParsedDocument, str, SourceFile]:
        """The document with its true media type and the file that it came from."""
        document, progress, settings = lease.document, lease.progress, self._services.settings
        parser = self._services.parser
        progress.enter("partitioning", "Getting the file." if document.url is None else "Fetching the page.")
        async with source_file(self._services, document) as source:
            detect = partial(parser.detect, source.head, path=source.path, file_name=source.name)
            media_type = await asyncio.to_thread(detect)
            progress.tell("Reading the file.")
            if source.page is not None and source.page.credits is not None:
                progress.note(credits=source.page.credits)

            def on_page(done: int, total: int) -> None:
                progress.note(pages_done=done, pages=total)
                progress.tell(f"Reading page {done} of {total}.")

            def on_recognised(done: int, total: int) -> None:
                progress.note(ocr_pages_done=done, ocr_pages=total)
                progress.tell(f"Recognising the text of scanned pages: {done} of {total}.")

            parsed = await parser.parse(
                source.path,
                media_type=media_type,
                limits=ParseLimits(
                    timeout_s=settings.parse_timeout_s,
                    memory_bytes=settings.parse_memory_bytes,
                    max_pages=settings.max_pages,
                ),
                page=source.web_page,
                on_page=on_page,
                on_recognised=on_recognised,
            )
        found = {"elements": dict(Counter(element.type for element in parsed.elements).most_common())}
        if parsed.page_count is not None:
            found |= {"pages_done": parsed.page_count, "pages": parsed.page_count}
        progress.note(**parsed.facts, **found)
        progress.report(parsed.findings)
        return parsed, media_type, source

    async def _store(self, lease: DocumentLease, read: ReadDocument) -> None:
        document, progress = lease.document, lease.progress

        async def complete(work: UnitOfWork) -> None:
            began = monotonic()
            await store_document(work, document, read)
            progress.note(store_seconds=round(monotonic() - began, 3))
            progress.leave()
            await mark_completed(
                work, document, read, message=_ready(len(read.chunks), read.page_count), details=progress.details
            )

        await lease.finish(complete)

    async def _tend_search(self, document: ClaimedDocument) -> None:
        """The document is searchable without; a project that has just grown large is searched faster with it."""
        try:
            async with self._services.database.system_transaction() as work:
                await work.session.execute(_REFRESH_STATISTICS, {"project_id": document.project_id})
            vectors = self._services.embedders.in_use(document.embedding_model).model
            await ensure_vector_index(self._services.database, document.project_id, vectors)
        except DatabaseAway as error:
            _log.warning("search_upkeep_failed", document_id=str(document.document_id), failure=failure_places(error))

    async def _run_later(self, lease: DocumentLease, error: Exception) -> None:
        """What failed may work in a while: the sweeper brings the document back, as often as a crash may happen.

        A storage or a model that is away says nothing against the document, which waits for it however long that takes.
        """
        document = lease.document
        _log.error("ingestion_interrupted", document_id=str(document.document_id), failure=failure_places(error))
        try:
            if isinstance(error, BlobStoreError):
                await lease.give_back(counted=False, message="Waiting for the file storage, which does not answer.")
            elif isinstance(error, EmbedderAway):
                await lease.give_back(counted=False, message=f"Waiting for the embedding model. {error}")
            elif document.attempts < self._services.settings.job_attempts:
                await lease.give_back(counted=True)
            else:
                await lease.fail("database_failed", "The database refused the result. Try again when it is well.")
        except DatabaseAway as away:
            # The lease runs out by itself.
            _log.warning("database_away", document_id=str(document.document_id), failure=failure_places(away))

    async def _give_back_at_stop(self, lease: DocumentLease) -> None:
        with suppress(LeaseLost, TimeoutError, *DatabaseAway):
            async with asyncio.timeout(GIVE_BACK_TIMEOUT_S):
                await lease.give_back(counted=False)


def _ready(chunks: int, page_count: int | None) -> str:
    passages = f"{chunks:,} passage{'s' if chunks != 1 else ''}"
    if page_count is None:
        return f"Ready: {passages}."
    return f"Ready: {page_count:,} page{'s' if page_count != 1 else ''}, {passages}."
