"""The runs of a worker over documents: which are in hand, how each ends, and what a failure leaves."""

import asyncio
from contextlib import suppress
from time import monotonic
from uuid import UUID

import structlog
from sqlalchemy import text

from opentrace.db.engine import DatabaseAway
from opentrace.knowledge.ingestion.lease import (
    ClaimedDocument,
    DocumentLease,
    LeaseLost,
    attempts_so_far,
    claim,
)
from opentrace.knowledge.ingestion.metrics import IngestionMetrics
from opentrace.knowledge.ingestion.pipeline import Pipeline, ready_message
from opentrace.knowledge.ingestion.source import PageUnchanged
from opentrace.knowledge.ingestion.store import ModelSwitched
from opentrace.knowledge.tasks import enqueue_ingestion
from opentrace.knowledge.vector_indexes import ensure_vector_index
from opentrace.logs import failure_places
from opentrace.ports.blob_store import BlobNotFound, BlobStoreError
from opentrace.ports.document_parser import ParseError
from opentrace.ports.embedder import EmbedderAway, EmbedderError
from opentrace.ports.page_fetcher import PageError
from opentrace.services import Services

GIVE_BACK_TIMEOUT_S = 5.0

_REFRESH_STATISTICS = text("SELECT refresh_keyword_statistics(:project_id)")

_log = structlog.stdlib.get_logger("opentrace.ingestion")


class Ingestion:
    """The runs of one worker process. All its methods belong to one event loop.

    `given_back` are the documents that a stop left in the queue: their messages are used up, so they need new ones.
    """

    def __init__(self, services: Services, *, metrics: IngestionMetrics | None = None) -> None:
        self.given_back: list[UUID] = []
        self._services = services
        self._pipeline = Pipeline(services)
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
        ready = "Ready." if passages is None else ready_message(passages, document.page_count)
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
                await self._pipeline.run(lease)
                keeper.cancel()
        except BaseExceptionGroup as failed:
            failure = (failed.subgroup(LeaseLost) or failed).exceptions[0]
        if failure is not None:
            raise failure

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
