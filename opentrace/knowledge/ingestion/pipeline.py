"""Reads a document from its bytes to searchable vectors: partition, chunk, summarise, embed, store."""

import asyncio
import hashlib
import shutil
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean
from time import monotonic
from uuid import UUID

import structlog

from opentrace.db.engine import UnitOfWork
from opentrace.knowledge.ingestion.chunk import Chunk, chunk_elements
from opentrace.knowledge.ingestion.embed import chunk_context, embed_chunks
from opentrace.knowledge.ingestion.lease import (
    ClaimedDocument,
    DatabaseAway,
    DocumentLease,
    LeaseLost,
    attempts_so_far,
    claim,
)
from opentrace.knowledge.ingestion.store import ReadDocument, mark_completed, store_document
from opentrace.logs import failure_places
from opentrace.ports.blob_store import BlobNotFound, BlobStoreError
from opentrace.ports.document_parser import ParsedDocument, ParseError, ParseLimits
from opentrace.ports.embedder import EmbedderError
from opentrace.services import Services
from opentrace.settings import Settings

HEAD_BYTES = 65536
GIVE_BACK_TIMEOUT_S = 5.0

_log = structlog.stdlib.get_logger("opentrace.ingestion")


def work_folder(settings: Settings) -> Path:
    """Holds a folder per run, named by its `lease_owner`; what a killed worker leaves there is swept."""
    return settings.data_dir / "ingestion"


@dataclass(frozen=True, slots=True)
class _Partitioned:
    parsed: ParsedDocument
    media_type: str
    sha256: bytes


class Ingestion:
    """The runs of one worker process. All its methods belong to one event loop.

    `given_back` are the documents that a stop left in the queue: their messages are used up, so they need new ones.
    """

    def __init__(self, services: Services) -> None:
        self.given_back: list[UUID] = []
        self._services = services
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = False
        # A document over which a worker died may kill the next one too. Such documents run one at a time, so that
        # not several of them are charged with the same death.
        self._suspects = asyncio.Lock()

    async def ingest(self, document_id: UUID) -> None:
        """Read the document if it waits for that; else nothing happens. Failures end up in its row."""
        if self._stopping:
            self.given_back.append(document_id)
            return
        task = asyncio.create_task(self._ingest(document_id))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait([task])
        if task.cancelled():
            self.given_back.append(document_id)
        else:
            await task

    async def stop(self) -> None:
        """Give the documents in hand back to the queue."""
        self._stopping = True
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

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
            _log.info("ingestion_ended", document_id=str(document_id), seconds=round(monotonic() - began, 2))

    async def _run_with_failures(self, lease: DocumentLease) -> None:
        document_id = str(lease.document.document_id)
        try:
            await self._stages_while_held(lease)
        except ParseError as error:
            _log.info("document_failed", document_id=document_id, code=error.code)
            await lease.fail(error.code, error.detail)
        except BlobNotFound:
            _log.warning("document_failed", document_id=document_id, code="file_missing")
            await lease.fail(
                "file_missing", "The file is no longer in the storage. Remove it here and upload it again."
            )
        except (BlobStoreError, EmbedderError, *DatabaseAway) as error:
            await self._run_later(lease, error)
        except (LeaseLost, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 -- a defect fails one document, not the worker
            _log.error("ingestion_failed", document_id=document_id, failure=failure_places(error))
            await lease.fail(
                "ingestion_failed",
                "Something went wrong in Opentrace while it read this file; the worker's log says where. Try again.",
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
        embedder = self._services.embedder
        partitioned = await self._partition(lease)
        title = partitioned.parsed.title

        progress.enter("chunking", "Cutting the text into passages.")
        await lease.write()
        chunks = await asyncio.to_thread(chunk_elements, partitioned.parsed.elements, title=title)
        if not chunks:
            raise ParseError(
                "document_empty",
                "No text was found in the file. If it is a scan, recognise its text (OCR) first and upload that.",
            )
        sizes = [len(chunk.content) for chunk in chunks]
        progress.note(
            chunks=len(chunks),
            chars_min=min(sizes),
            chars_mean=round(mean(sizes)),
            chars_max=max(sizes),
            chars=sum(sizes),
        )

        progress.enter("summarising", "Preparing tables for search.")
        progress.note(**_summarised(chunks))
        await lease.write()

        progress.enter("vectorization", f"Making {len(chunks)} passages searchable.")
        await lease.write()
        contexts, windows = await asyncio.gather(
            asyncio.to_thread(
                lambda: [
                    chunk_context(chunk.heading_path, document_name=document.file_name, title=title, embedder=embedder)
                    for chunk in chunks
                ]
            ),
            embed_chunks(
                chunks,
                document_name=document.file_name,
                title=title,
                embedder=embedder,
                on_progress=lambda done, total: progress.note(vectors_done=done, vectors=total),
            ),
        )
        progress.note(vectors_done=len(windows), vectors=len(windows), model=embedder.model)
        read = ReadDocument(
            chunks=chunks,
            contexts=contexts,
            windows=windows,
            model=embedder.model,
            title=title,
            page_count=partitioned.parsed.page_count,
            sha256=partitioned.sha256,
            content_type=partitioned.media_type,
        )
        await self._store(lease, read)

    async def _partition(self, lease: DocumentLease) -> _Partitioned:
        document, progress, settings = lease.document, lease.progress, self._services.settings
        parser = self._services.parser
        progress.enter("partitioning", "Getting the file.")
        async with self._local_copy(document) as path:
            sha256, head = await asyncio.to_thread(_digest_and_head, path)
            detect = partial(parser.detect, head, path=path, file_name=document.file_name)
            media_type = await asyncio.to_thread(detect)
            progress.tell("Reading the file.")

            def on_page(done: int, total: int) -> None:
                progress.note(pages_done=done, pages=total)
                progress.tell(f"Reading page {done} of {total}.")

            parsed = await parser.parse(
                path,
                media_type=media_type,
                limits=ParseLimits(
                    timeout_s=settings.parse_timeout_s,
                    memory_bytes=settings.parse_memory_bytes,
                    max_pages=settings.max_pages,
                ),
                on_page=on_page,
            )
        found = {"elements": dict(Counter(element.type for element in parsed.elements).most_common())}
        if parsed.page_count is not None:
            found |= {"pages_done": parsed.page_count, "pages": parsed.page_count}
        progress.note(**parsed.findings, **found)
        return _Partitioned(parsed, media_type, sha256)

    @asynccontextmanager
    async def _local_copy(self, document: ClaimedDocument) -> AsyncGenerator[Path]:
        folder = work_folder(self._services.settings) / str(document.owner)
        await asyncio.to_thread(partial(folder.mkdir, parents=True))
        try:
            await self._services.blob_store.download(document.storage_key, folder / "document")
            yield folder / "document"
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _store(self, lease: DocumentLease, read: ReadDocument) -> None:
        document, progress = lease.document, lease.progress

        async def complete(work: UnitOfWork) -> None:
            began = monotonic()
            await store_document(work, document, read)
            progress.note(store_seconds=round(monotonic() - began, 3))
            progress.leave()
            await mark_completed(work, document, read, message=_ready(read), details=progress.details)

        await lease.finish(complete)

    async def _run_later(self, lease: DocumentLease, error: Exception) -> None:
        """What failed may work in a while: the sweeper brings the document back, as often as a crash may happen."""
        document = lease.document
        _log.error("ingestion_interrupted", document_id=str(document.document_id), failure=failure_places(error))
        try:
            if document.attempts < self._services.settings.job_attempts:
                await lease.give_back(counted=True)
            elif isinstance(error, BlobStoreError):
                await lease.fail("storage_failed", "The file storage did not answer. Try again when it does.")
            elif isinstance(error, EmbedderError):
                await lease.fail("embedding_failed", f"The text could not be embedded. {error}")
            else:
                await lease.fail("database_failed", "The database refused the result. Try again when it is well.")
        except DatabaseAway as away:
            # The lease runs out by itself.
            _log.warning("database_away", document_id=str(document.document_id), failure=failure_places(away))

    async def _give_back_at_stop(self, lease: DocumentLease) -> None:
        with suppress(LeaseLost, TimeoutError, *DatabaseAway):
            async with asyncio.timeout(GIVE_BACK_TIMEOUT_S):
                await lease.give_back(counted=False)


def _digest_and_head(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        return hashlib.file_digest(file, "sha256").digest(), head


def _summarised(chunks: Sequence[Chunk]) -> dict[str, int]:
    """Tables are searched as linearised text: no model that could describe them is asked."""
    with_tables = sum(1 for chunk in chunks if chunk.tables)
    with_images = sum(1 for chunk in chunks if "Image" in chunk.types)
    return {"chunks_with_tables": with_tables, "chunks_with_images": with_images, "linearised": with_tables}


def _ready(read: ReadDocument) -> str:
    passages = f"{len(read.chunks):,} passage{'s' if len(read.chunks) != 1 else ''}"
    if read.page_count is None:
        return f"Ready: {passages}."
    return f"Ready: {read.page_count:,} page{'s' if read.page_count != 1 else ''}, {passages}."
