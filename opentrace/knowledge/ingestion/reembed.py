"""Embeds the chunks of a project with another model while those of before serve, then switches in one transaction.

The row of the project's settings says what is wanted. Whatever stops a run, the next one goes on where it was: what a
chunk has is not made again.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from opentrace.db.engine import DatabaseAway, SystemWork
from opentrace.knowledge.ingestion.chunk import Chunk
from opentrace.knowledge.ingestion.embed import embed_chunks
from opentrace.knowledge.ingestion.embedding_cache import EmbeddingCache
from opentrace.knowledge.ingestion.store import store_windows
from opentrace.knowledge.page_names import page_name
from opentrace.knowledge.vector_indexes import ensure_vector_index
from opentrace.logs import failure_places
from opentrace.ports.authenticator import Principal
from opentrace.ports.embedder import Embedder, EmbedderError, Embedders
from opentrace.projects.tasks import enqueue_reembedding
from opentrace.services import Services

TURN_S = 20.0
"""After that the project waits in the queue again: documents that came meanwhile go first."""

_CHUNKS_A_STEP = 64

_log = structlog.stdlib.get_logger("opentrace.reembedding")

_HOLD = text("""
    UPDATE project_settings s SET embedding_change_held_until = clock_timestamp() + make_interval(secs => :lease_s)
    FROM projects p
    WHERE s.project_id = :project_id AND p.id = s.project_id AND s.embedding_change IS NOT NULL
        AND (s.embedding_change_held_until IS NULL OR s.embedding_change_held_until < clock_timestamp())
    RETURNING s.embedding_change ->> 'model' AS model, s.embedding_change_held_until AS held_until, p.user_id
""")
# A run whose turn was taken, or whose change is wanted no more, updates nothing.
_REPORT = text("""
    UPDATE project_settings SET
        embedding_change = :change, embedding_change_held_until = clock_timestamp() + make_interval(secs => :lease_s)
    WHERE project_id = :project_id AND embedding_change ->> 'model' = :model
        AND embedding_change_held_until = :held_until
    RETURNING embedding_change_held_until
""").bindparams(bindparam("change", type_=JSONB))
_LET_GO = text("""
    UPDATE project_settings SET embedding_change_held_until = clock_timestamp() + make_interval(secs => :wait_s)
    WHERE project_id = :project_id AND embedding_change_held_until = :held_until
""")
_COUNT = text("""
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM chunk_embeddings e WHERE e.project_id = c.project_id AND e.model = :vectors AND e.chunk_id = c.id
    ))
    FROM document_chunks c WHERE c.project_id = :project_id
""")
_LACKING = text("""
    SELECT c.id, c.document_id, c.content, c.heading_path, d.file_name, d.url, d.title
    FROM document_chunks c JOIN documents d ON d.id = c.document_id
    WHERE c.project_id = :project_id AND c.id > :after AND c.id <> ALL(:blank) AND NOT EXISTS (
        SELECT FROM chunk_embeddings e WHERE e.project_id = c.project_id AND e.model = :vectors AND e.chunk_id = c.id
    )
    ORDER BY c.id LIMIT :most
""")
_STILL_THERE = text("""
    SELECT id FROM document_chunks WHERE project_id = :project_id AND id = ANY(:chunk_ids) ORDER BY id FOR KEY SHARE
""")
# From here on no document is stored with the model of before: `store_document` waits for this row, and reads it anew.
_LOCK = text("""
    SELECT FROM project_settings
    WHERE project_id = :project_id AND embedding_change ->> 'model' = :model FOR UPDATE
""")
_SWITCH = text("""
    UPDATE project_settings SET embedding_model = :model, embedding_change = NULL, embedding_change_held_until = NULL,
        updated_at = clock_timestamp()
    WHERE project_id = :project_id
""")
_DELETE_OTHERS = text("DELETE FROM chunk_embeddings WHERE project_id = :project_id AND model <> :vectors")
# What was read of web pages is searched by this model from now on.
_NOTE_PAGES = text("""
    UPDATE documents SET fetched = jsonb_set(fetched, '{model}', to_jsonb(CAST(:vectors AS text)))
    WHERE project_id = :project_id AND fetched IS NOT NULL
""")
_MODELS_NAMED = text("SELECT DISTINCT embedding_model FROM project_settings WHERE embedding_change IS NULL")
_WANT = text("""
    UPDATE project_settings s SET embedding_change = :change, embedding_change_held_until = NULL
    WHERE s.embedding_change IS NULL AND s.embedding_model = :name AND (s.embedding_model <> :wanted
        OR EXISTS (SELECT FROM chunk_embeddings e WHERE e.project_id = s.project_id AND e.model < :vectors)
        OR EXISTS (SELECT FROM chunk_embeddings e WHERE e.project_id = s.project_id AND e.model > :vectors))
    RETURNING s.project_id
""").bindparams(bindparam("change", type_=JSONB))


class _TurnLost(Exception):
    """The project is gone, in other hands, or wants another model by now."""


@dataclass(slots=True)
class _Turn:
    project_id: UUID
    principal: Principal
    model: str
    embedder: Embedder
    held_until: Any
    chunks: int = 0
    done: int = 0
    blank: list[UUID] = field(default_factory=list[UUID])
    """Chunks without text, such as of a picture: they have no vectors."""

    @property
    def ids(self) -> dict[str, Any]:
        return {"project_id": self.project_id, "model": self.model, "vectors": self.embedder.model}


class Reembedding:
    """The runs of one worker process. All its methods belong to one event loop."""

    def __init__(self, services: Services, *, turn_s: float = TURN_S) -> None:
        self._services = services
        self._turn_s = turn_s
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, project_id: UUID) -> None:
        """One turn of the project, if it waits for that; else nothing happens."""
        task = asyncio.create_task(self._run(project_id))
        self._running.add(task)
        await asyncio.wait([task])
        self._running.discard(task)
        if not task.cancelled():
            await task

    async def stop(self) -> None:
        """End the turns in hand; another worker, or the next start, goes on with them."""
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _run(self, project_id: UUID) -> None:
        try:
            turn = await self._hold(project_id)
            if turn is None:
                return
            wait_s: float | None = 0.0
            try:
                if await self._embed_for_a_while(turn):
                    await self._switch(turn)
                    wait_s = None
            except EmbedderError as error:
                await self._report(turn, problem=str(error))
                wait_s = self._services.settings.sweep_interval_s
            finally:
                if wait_s is not None:
                    with suppress(*DatabaseAway):
                        await self._let_go(turn, wait_s=wait_s)
            if wait_s == 0.0:
                await enqueue_reembedding(self._services.jobs, project_id)
        except _TurnLost:
            await enqueue_reembedding(self._services.jobs, project_id)
        except DatabaseAway as error:
            _log.warning("database_away", project_id=str(project_id), failure=failure_places(error))

    async def _hold(self, project_id: UUID) -> _Turn | None:
        async with self._services.database.system_transaction() as work:
            values = {"project_id": project_id, "lease_s": self._services.settings.job_lease_s}
            row = (await work.session.execute(_HOLD, values)).one_or_none()
            if row is None:
                return None
            # A model that the installation lost since leads to the one it has.
            embedders = self._services.embedders
            principal = Principal(user_id=row.user_id, email=None, via="job")
            turn = _Turn(project_id, principal, row.model, embedders.in_use(row.model), row.held_until)
            turn.chunks, turn.done = (await work.session.execute(_COUNT, turn.ids)).one()
        return turn

    async def _embed_for_a_while(self, turn: _Turn) -> bool:
        """True where no chunk lacks its vectors any more."""
        ends, after = monotonic() + self._turn_s, UUID(int=0)
        while monotonic() < ends:
            async with self._services.database.system_transaction() as work:
                values = turn.ids | {"after": after, "blank": turn.blank, "most": _CHUNKS_A_STEP}
                rows = (await work.session.execute(_LACKING, values)).all()
            if not rows and after.int == 0:
                return True
            if not rows:  # those that were stored meanwhile may come before
                after = UUID(int=0)
                continue
            for _, of_document in groupby(sorted(rows, key=lambda row: row.document_id), lambda row: row.document_id):
                await self._embed(turn, list(of_document))
            after = rows[-1].id
            turn.done = min(turn.done + len(rows), turn.chunks)
            await self._report(turn)
        return False

    async def _embed(self, turn: _Turn, rows: Sequence[Row[Any]]) -> None:
        """Chunks of one document."""
        first = rows[0]
        windows, _ = await embed_chunks(
            [Chunk(row.content, row.content, heading_path=tuple(row.heading_path)) for row in rows],
            document_name=first.file_name if first.url is None else page_name(first.url),
            title=first.title,
            embedder=turn.embedder,
            cache=EmbeddingCache(
                self._services.database, turn.principal, project_id=turn.project_id, model=turn.embedder.model
            ),
        )
        chunk_ids: list[UUID] = [row.id for row in rows]
        embedded = {chunk_ids[window.chunk_index] for window in windows}
        turn.blank += [chunk_id for chunk_id in chunk_ids if chunk_id not in embedded]
        async with self._services.database.transaction(turn.principal) as work:
            values = {"project_id": turn.project_id, "chunk_ids": chunk_ids}
            there = set((await work.session.scalars(_STILL_THERE, values)).all())
            kept = [window for window in windows if chunk_ids[window.chunk_index] in there]
            await store_windows(work, kept, chunk_ids, project_id=turn.project_id, model=turn.embedder.model)

    async def _report(self, turn: _Turn, *, problem: str | None = None) -> None:
        change = {"model": turn.model, "chunks_done": turn.done, "chunks": turn.chunks, "problem": problem}
        values = turn.ids | {
            "change": change,
            "held_until": turn.held_until,
            "lease_s": self._services.settings.job_lease_s,
        }
        async with self._services.database.system_transaction() as work:
            held_until = await work.session.scalar(_REPORT, values)
        if held_until is None:
            raise _TurnLost
        turn.held_until = held_until

    async def _let_go(self, turn: _Turn, *, wait_s: float) -> None:
        values = turn.ids | {"held_until": turn.held_until, "wait_s": wait_s}
        async with self._services.database.system_transaction() as work:
            await work.session.execute(_LET_GO, values)

    async def _switch(self, turn: _Turn) -> None:
        # Before, so that the first search after the switch already has it.
        await ensure_vector_index(self._services.database, turn.project_id, turn.embedder.model)
        async with self._services.database.system_transaction() as work:
            if (await work.session.execute(_LOCK, turn.ids)).one_or_none() is None:
                raise _TurnLost
            lacking = await work.session.execute(
                _LACKING, turn.ids | {"after": UUID(int=0), "blank": turn.blank, "most": 1}
            )
            if lacking.first() is not None:  # a document was stored meanwhile
                raise _TurnLost
            name = self._services.embedders.name_in_use(turn.model)
            await work.session.execute(_SWITCH, {"project_id": turn.project_id, "model": name})
            await work.session.execute(_NOTE_PAGES, turn.ids)
            await work.session.execute(_DELETE_OTHERS, turn.ids)
        _log.info("project_reembedded", project_id=str(turn.project_id), chunks=turn.chunks)


async def want_vectors_in_use(work: SystemWork, embedders: Embedders) -> list[UUID]:
    """Note for each project that holds vectors of another model than is in use for it that it must be embedded anew:
    the installation was given another model, or other weights. Those projects."""
    found: list[UUID] = []
    for name in (await work.session.scalars(_MODELS_NAMED)).all():
        wanted = embedders.name_in_use(name)
        values = {
            "name": name,
            "wanted": wanted,
            "vectors": embedders.in_use(name).model,
            "change": {"model": wanted, "chunks_done": 0, "chunks": 0},
        }
        found += (await work.session.scalars(_WANT, values)).all()
    return found
