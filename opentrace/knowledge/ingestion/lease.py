"""One run of a worker over one document: who has it in hand, until when, and what became of it.

The row of the document is the only truth. Every statement names the run as `lease_owner`, so a run that lost its
document (deleted, or taken over because the run seemed dead) can write nothing more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from opentrace.db.engine import Database, DatabaseAway, UnitOfWork
from opentrace.knowledge.ingestion.progress import Progress
from opentrace.knowledge.models import WAITING, DocumentSource
from opentrace.ports.authenticator import Principal

WRITE_INTERVAL_S = 0.5
LOOK_INTERVAL_S = 2.0
"""A run looks at least this often whether the document is still its own, so a deletion soon ends its work."""

_CLAIM = text("""
    UPDATE documents SET
        status = 'partitioning', status_message = 'Getting the file.', stage_details = '{}', error_code = NULL,
        attempts = attempts + 1, lease_owner = :owner,
        lease_expires_at = clock_timestamp() + make_interval(secs => :lease_s), updated_at = clock_timestamp()
    FROM projects JOIN project_settings ON project_settings.project_id = projects.id
    WHERE documents.id = :document_id AND projects.id = documents.project_id
        AND (documents.status = 'queued'
            OR (documents.status IN ('partitioning', 'chunking', 'summarising', 'vectorization')
                AND documents.lease_expires_at < clock_timestamp()))
    RETURNING documents.project_id, projects.user_id, documents.file_name, documents.content_type,
        documents.storage_key, documents.attempts, documents.source, documents.url, documents.fetched, documents.sha256,
        documents.page_count, documents.replaces_document_id, project_settings.embedding_model,
        -- As it was before this statement.
        (SELECT before.stage_details FROM documents before WHERE before.id = documents.id) AS details_before
""")

_ATTEMPTS = text("SELECT attempts FROM documents WHERE id = :document_id")

_WRITE = text("""
    UPDATE documents SET
        status = :status, status_message = :message, stage_details = :details,
        lease_expires_at = clock_timestamp() + make_interval(secs => :lease_s), updated_at = clock_timestamp()
    WHERE id = :document_id AND lease_owner = :owner
    RETURNING id
""").bindparams(bindparam("details", type_=JSONB))

_GIVE_BACK = text("""
    UPDATE documents SET
        status = 'queued', status_message = :message, lease_owner = NULL, lease_expires_at = NULL,
        attempts = attempts - :uncounted, enqueued_at = clock_timestamp(), updated_at = clock_timestamp()
    WHERE id = :document_id AND lease_owner = :owner
    RETURNING id
""")

_KEEP_VERSION = text("""
    UPDATE documents SET
        status = 'completed', status_message = :message, stage_details = :details, error_code = :code,
        fetched = coalesce(:fetched, fetched), lease_owner = NULL, lease_expires_at = NULL,
        updated_at = clock_timestamp()
    WHERE id = :document_id AND lease_owner = :owner
    RETURNING id
""").bindparams(bindparam("details", type_=JSONB), bindparam("fetched", type_=JSONB(none_as_null=True)))

_FAIL = text("""
    UPDATE documents SET
        status = 'failed', status_message = :message, error_code = :code, lease_owner = NULL, lease_expires_at = NULL,
        updated_at = clock_timestamp()
    WHERE id = :document_id AND lease_owner = :owner
    RETURNING id
""")


Completion = Callable[[UnitOfWork], Awaitable[None]]


class LeaseLost(Exception):
    """The document is gone or in other hands: the run ends and writes nothing."""


@dataclass(frozen=True, slots=True)
class ClaimedDocument:
    """A document as it was when the run began. `attempts` counts this run too.

    `embedding_model` is the name of the project's. `replaces` is the document that goes when this one is searchable.
    `fetched`, `sha256`, `page_count` and `details_before` are of the version of a web page that was read before.
    """

    document_id: UUID
    project_id: UUID
    owner: UUID
    principal: Principal
    embedding_model: str
    file_name: str
    content_type: str
    storage_key: str
    attempts: int
    replaces: UUID | None
    source: DocumentSource
    url: str | None
    fetched: dict[str, Any] | None
    sha256: bytes | None
    page_count: int | None
    details_before: dict[str, dict[str, Any]]

    @property
    def has_version(self) -> bool:
        """Whether it is a web page of which a version is searchable, whatever becomes of this run."""
        return self.source == "url" and self.fetched is not None


async def attempts_so_far(database: Database, document_id: UUID) -> int | None:
    """None where there is no such document (any more)."""
    async with database.system_transaction() as work:
        return await work.session.scalar(_ATTEMPTS, {"document_id": document_id})


async def claim(database: Database, document_id: UUID, *, lease_s: float) -> ClaimedDocument | None:
    """Take a document that waits, or whose worker is silent. None where there is nothing to do."""
    owner = uuid4()
    async with database.system_transaction() as work:
        values = {"document_id": document_id, "owner": owner, "lease_s": lease_s}
        row = (await work.session.execute(_CLAIM, values)).one_or_none()
    if row is None:
        return None
    return ClaimedDocument(
        document_id=document_id,
        project_id=row.project_id,
        owner=owner,
        principal=Principal(user_id=row.user_id, email=None, via="job"),
        embedding_model=row.embedding_model,
        file_name=row.file_name,
        content_type=row.content_type,
        storage_key=row.storage_key,
        attempts=row.attempts,
        replaces=row.replaces_document_id,
        source=row.source,
        url=row.url,
        fetched=row.fetched,
        sha256=row.sha256,
        page_count=row.page_count,
        details_before=row.details_before,
    )


class DocumentLease:
    """The hold of a run on its document. All methods but `keep` raise LeaseLost where it is gone.

    `outcome` says how the run ended: "completed", the code of a failure, or None where another run will end it.
    """

    def __init__(self, database: Database, document: ClaimedDocument, *, lease_s: float) -> None:
        self.document = document
        self.progress = Progress()
        self.outcome: str | None = None
        self._database = database
        self._lease_s = lease_s
        self._expires = monotonic() + lease_s
        # One writer at a time: an older state never overwrites a newer one.
        self._writing = asyncio.Lock()
        self._over = False

    async def write(self) -> None:
        """Write the progress and renew the lease."""
        async with self._writing:
            if not self._over:
                await self._write()

    async def keep(self) -> None:
        """Write what changes and renew the lease until the run is over. Raises LeaseLost.

        A database that is away is waited for, as long as the lease holds.
        """
        look_s = min(self._lease_s / 3, LOOK_INTERVAL_S)
        while not self._over:
            with suppress(TimeoutError):
                async with asyncio.timeout(look_s):
                    await self.progress.changed.wait()
            try:
                await self.write()
            except DatabaseAway as error:
                if monotonic() > self._expires:
                    raise LeaseLost from error
            await asyncio.sleep(WRITE_INTERVAL_S)

    async def give_back(self, *, counted: bool, message: str = WAITING) -> None:
        """Let another run have the document; a run that is not `counted` is as if it had not been."""
        await self._end(_GIVE_BACK, uncounted=0 if counted else 1, message=message)

    async def fail(self, code: str, message: str) -> None:
        self.progress.end_span(code)
        await self._end(_FAIL, code=code, message=message)
        self.outcome = code

    async def keep_version(
        self, message: str, *, details: dict[str, dict[str, Any]], code: str | None, fetched: dict[str, Any] | None
    ) -> None:
        """End the run of a web page whose version stays: it is unchanged, or there is no newer one to be had."""
        await self._end(_KEEP_VERSION, message=message, details=details, code=code, fetched=fetched)
        self.outcome = code or "completed"

    async def finish(self, complete: Completion) -> None:
        """End the run by the transaction of `complete`; it waits for a write under way, and none follows."""
        async with self._writing:
            self.progress.begin_span("store")
            async with self._database.transaction(self.document.principal) as work:
                await complete(work)
            self.progress.end_span()
            self._over = True
            self.outcome = "completed"

    async def _write(self) -> None:
        self.progress.changed.clear()
        began = monotonic()
        await self._execute(
            _WRITE,
            status=self.progress.stage,
            message=self.progress.message,
            details=self.progress.details,
            lease_s=self._lease_s,
        )
        self._expires = began + self._lease_s

    async def _end(self, statement: Any, **values: Any) -> None:
        self.progress.end_span()
        async with self._writing:
            await self._execute(statement, **values)
            self._over = True

    async def _execute(self, statement: Any, **values: Any) -> None:
        async with self._database.transaction(self.document.principal) as work:
            ids = {"document_id": self.document.document_id, "owner": self.document.owner}
            held = await work.session.scalar(statement, ids | values)
        if held is None:
            self.progress.end_span("lease_lost")
            raise LeaseLost
