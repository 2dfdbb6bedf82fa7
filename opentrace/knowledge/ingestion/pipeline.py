"""The stages of a document's way from its bytes to searchable vectors: partition, chunk, summarise, embed, store."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from statistics import mean
from time import monotonic

from opentrace.db.engine import UnitOfWork
from opentrace.knowledge.facets import document_facets
from opentrace.knowledge.file_names import display_name
from opentrace.knowledge.ingestion.chunk import Chunk, chunk_elements
from opentrace.knowledge.ingestion.embed import chunk_context, embed_chunks
from opentrace.knowledge.ingestion.embedding_cache import EmbeddingCache
from opentrace.knowledge.ingestion.health import chunk_findings, chunk_flags, duplicate_finding
from opentrace.knowledge.ingestion.lease import ClaimedDocument, DocumentLease
from opentrace.knowledge.ingestion.source import SourceFile, noted_version, source_file
from opentrace.knowledge.ingestion.store import ReadDocument, mark_completed, store_document
from opentrace.knowledge.ingestion.summarise import describe_chunks
from opentrace.knowledge.ingestion.summary_cache import SummaryCache
from opentrace.knowledge.page_names import page_name
from opentrace.knowledge.repository import DocumentRepository
from opentrace.ports.document_parser import Finding, ParsedDocument, ParseError, ParseLimits
from opentrace.services import Services


@dataclass(frozen=True, slots=True)
class _Chunked:
    """What is kept of a parsed document: its elements, which may be many, are let go before the long embedding."""

    chunks: list[Chunk]
    title: str | None
    page_count: int | None
    canonical_url: str | None
    media_type: str
    source: SourceFile


class Pipeline:
    """Runs the stages of documents that a run has in hand."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, lease: DocumentLease) -> None:
        """Until the document is searchable. Each stage leaves what it found in the progress of `lease`.

        Raises PageUnchanged, ParseError, PageError, ModelSwitched, LeaseLost, and what the services raise.
        """
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
                work, document, read, message=ready_message(len(read.chunks), read.page_count), details=progress.details
            )

        await lease.finish(complete)


def ready_message(chunks: int, page_count: int | None) -> str:
    passages = f"{chunks:,} passage{'s' if chunks != 1 else ''}"
    if page_count is None:
        return f"Ready: {passages}."
    return f"Ready: {page_count:,} page{'s' if page_count != 1 else ''}, {passages}."
