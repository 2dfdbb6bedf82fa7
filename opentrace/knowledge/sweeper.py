"""Brings back what stopped moving and removes what nobody needs. Safe when several workers sweep at once."""

import asyncio
import shutil
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, delete, func, or_, select, text, update

from opentrace.db.engine import DatabaseAway
from opentrace.knowledge.ingestion.embedding_cache import forget_old_vectors
from opentrace.knowledge.ingestion.reembed import want_vectors_in_use
from opentrace.knowledge.ingestion.source import work_folder
from opentrace.knowledge.ingestion.summary_cache import forget_old_summaries
from opentrace.knowledge.models import IN_WORK, WAITING, Document, ObjectDeletion
from opentrace.knowledge.tasks import enqueue_ingestion
from opentrace.knowledge.vector_indexes import sweep_vector_indexes
from opentrace.logs import failure_places
from opentrace.ports.blob_store import BlobStoreError
from opentrace.ports.job_queue import JobQueueError
from opentrace.projects.models import ProjectSettings
from opentrace.projects.tasks import enqueue_reembedding
from opentrace.services import Services

UPLOAD_SLACK = timedelta(minutes=1)
"""An upload that began in time may end a little later."""

OBJECTS_A_SWEEP = 200

INDEX_INTERVAL_S = 600.0
"""Counting the vectors of all projects reads the whole table, and an index is only missed by a large project."""

_log = structlog.stdlib.get_logger("opentrace.sweeper")

_REMOVE_SETTLED_DELETIONS = text("""
    DELETE FROM object_deletions
    WHERE storage_key = ANY(:keys) AND (upload_expires_at IS NULL OR upload_expires_at + :slack < due_at)
""")


class Sweeper:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self) -> None:
        """Sweep until cancelled. What does not answer now is swept the next time."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_vector_indexes())
            while True:
                await self.sweep()
                await asyncio.sleep(self._services.settings.sweep_interval_s)

    async def _keep_vector_indexes(self) -> None:
        while True:
            try:
                await forget_old_vectors(self._services.database)
                await forget_old_summaries(self._services.database)
                await self.want_vectors_in_use()
                await sweep_vector_indexes(self._services.database)
            except DatabaseAway as error:
                _log.warning("sweep_failed", step="vectors", failure=failure_places(error))
            await asyncio.sleep(INDEX_INTERVAL_S)

    async def sweep(self) -> None:
        for step in (
            self.requeue_expired_leases,
            self.requeue_forgotten,
            self.requeue_reembedding,
            self.remove_unconfirmed,
            self.remove_objects,
            self.remove_work_folders,
        ):
            try:
                await step()
            except (*DatabaseAway, JobQueueError, BlobStoreError, OSError) as error:
                _log.warning("sweep_failed", step=step.__name__, failure=failure_places(error))

    async def requeue_expired_leases(self) -> None:
        """Documents whose worker is silent."""
        silent = and_(Document.status.in_(IN_WORK), Document.lease_expires_at < func.clock_timestamp())
        await self._requeue(silent, event="expired_leases_requeued", status_message=WAITING)

    async def requeue_forgotten(self) -> None:
        """Queued documents of which the broker holds no message.

        A message that a worker has fetched is not seen there, so some are sent twice, which does no harm.
        """
        if await self._services.jobs.depth() > 0:
            return
        age = timedelta(seconds=self._services.settings.sweep_interval_s)
        queued_at = func.coalesce(Document.enqueued_at, Document.created_at)
        forgotten = and_(Document.status == "queued", queued_at < func.clock_timestamp() - age)
        await self._requeue(forgotten, event="forgotten_documents_requeued")

    async def want_vectors_in_use(self) -> None:
        """Projects whose vectors are not those of the installation's models any more."""
        async with self._services.database.system_transaction() as work:
            projects = await want_vectors_in_use(work, self._services.embedders)
            for project_id in projects:
                work.after_commit(partial(enqueue_reembedding, self._services.jobs, project_id))
        if projects:
            _log.info("projects_to_embed_anew", count=len(projects))

    async def requeue_reembedding(self) -> None:
        """Projects that wait for another model's vectors, and that no worker has in hand."""
        if await self._services.jobs.depth() > 0:
            return
        now = func.clock_timestamp()
        held_until = ProjectSettings.embedding_change_held_until
        waiting = select(ProjectSettings.project_id).where(
            ProjectSettings.embedding_change.is_not(None), or_(held_until.is_(None), held_until < now)
        )
        async with self._services.database.system_transaction() as work:
            projects = (await work.session.scalars(waiting)).all()
        for project_id in projects:
            await enqueue_reembedding(self._services.jobs, project_id)

    async def remove_unconfirmed(self) -> None:
        """Documents whose upload address has expired; their objects go like those of any document that is deleted."""
        async with self._services.database.system_transaction() as work:
            removed = await work.session.scalars(
                delete(Document)
                .where(
                    Document.status == "uploading", Document.upload_expires_at < func.clock_timestamp() - UPLOAD_SLACK
                )
                .returning(Document.id)
            )
            count = len(removed.all())
        if count:
            _log.info("unconfirmed_uploads_removed", count=count)

    async def remove_objects(self) -> None:
        """The stored files of documents that are gone."""
        due = (
            select(ObjectDeletion.storage_key)
            .where(ObjectDeletion.due_at <= func.clock_timestamp())
            .order_by(ObjectDeletion.due_at)
            .limit(OBJECTS_A_SWEEP)
        )
        async with self._services.database.system_transaction() as work:
            keys = (await work.session.scalars(due)).all()
        if not keys:
            return
        for key in keys:
            await self._services.blob_store.delete(key)
        async with self._services.database.system_transaction() as work:
            await work.session.execute(_REMOVE_SETTLED_DELETIONS, {"keys": list(keys), "slack": UPLOAD_SLACK})
            await work.session.execute(
                update(ObjectDeletion)
                .where(ObjectDeletion.storage_key.in_(keys))
                .values(due_at=ObjectDeletion.upload_expires_at + 2 * UPLOAD_SLACK)
            )
        _log.info("objects_removed", count=len(keys))

    async def remove_work_folders(self) -> None:
        """Folders of runs whose worker was killed."""
        root = work_folder(self._services.settings)
        folders = await asyncio.to_thread(_old_folders, root, older_than_s=self._services.settings.job_lease_s)
        if not folders:
            return
        async with self._services.database.system_transaction() as work:
            held = await work.session.scalars(select(Document.lease_owner).where(Document.lease_owner.in_(folders)))
            abandoned = set(folders) - set(held.all())
        for owner in abandoned:
            await asyncio.to_thread(shutil.rmtree, folders[owner], ignore_errors=True)

    async def _requeue(self, condition: ColumnElement[bool], *, event: str, **values: str) -> None:
        # A row that somebody has locked is moving, or is swept the next time: the others do not wait for it.
        found = select(Document.id).where(condition).with_for_update(skip_locked=True)
        statement = (
            update(Document)
            .where(Document.id.in_(found))
            .values(
                status="queued",
                lease_owner=None,
                lease_expires_at=None,
                enqueued_at=func.clock_timestamp(),
                **values,
            )
            .returning(Document.id)
        )
        async with self._services.database.system_transaction() as work:
            document_ids = (await work.session.scalars(statement)).all()
            for document_id in document_ids:
                work.after_commit(partial(enqueue_ingestion, self._services.jobs, document_id))
        if document_ids:
            _log.info(event, count=len(document_ids))


def _old_folders(root: Path, *, older_than_s: float) -> dict[UUID, Path]:
    found: dict[UUID, Path] = {}
    if root.is_dir():
        for folder in root.iterdir():
            with suppress(FileNotFoundError, ValueError):
                if folder.stat().st_mtime < time.time() - older_than_s:
                    found[UUID(folder.name)] = folder
    return found
