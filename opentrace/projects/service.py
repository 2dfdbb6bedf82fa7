"""Projects of the caller, and how each one is searched."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from opentrace.db.engine import UnitOfWork
from opentrace.db.paging import Page, PageRequest
from opentrace.errors import Invalid, NotFound
from opentrace.ports.embedder import Embedders
from opentrace.ports.job_queue import JobQueue
from opentrace.projects.models import Project, ProjectSettings
from opentrace.projects.repository import ProjectContents, ProjectRepository
from opentrace.projects.schemas import DefaultSettings
from opentrace.projects.tasks import enqueue_reembedding


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """A project and how much is in it. `documents_by_status` leaves out states that no document is in."""

    id: UUID
    name: str
    description: str
    created_at: datetime
    updated_at: datetime
    document_count: int
    documents_by_status: Mapping[str, int]
    chat_count: int
    last_activity_at: datetime


class ProjectService:
    def __init__(self, work: UnitOfWork, *, embedders: Embedders, jobs: JobQueue) -> None:
        self._work = work
        self._projects = ProjectRepository(work)
        self._embedders = embedders
        self._jobs = jobs

    async def create(self, *, name: str, description: str = "") -> ProjectSummary:
        settings = {**asdict(DefaultSettings()), "embedding_model": self._embedders.chosen}
        return _summary(
            await self._projects.add(name=name, description=description, settings=settings), ProjectContents()
        )

    async def list(self, page: PageRequest, *, name_contains: str | None = None) -> Page[ProjectSummary]:
        found = await self._projects.list(page, name_contains=name_contains)
        contents = await self._projects.contents([project.id for project in found.items])
        return Page([_summary(project, contents[project.id]) for project in found.items], found.next_cursor)

    async def get(self, project_id: UUID) -> ProjectSummary:
        """Raises NotFound."""
        return await self._summarised(await self._projects.find(project_id))

    async def update(self, project_id: UUID, changes: Mapping[str, Any]) -> ProjectSummary:
        """`changes` by column name. Raises NotFound."""
        if not changes:
            return await self.get(project_id)
        return await self._summarised(await self._projects.update(project_id, changes))

    async def delete(self, project_id: UUID) -> None:
        """With its documents, their stored objects, and its chats. Raises NotFound."""
        if not await self._projects.remove(project_id):
            raise NotFound("project")

    async def settings(self, project_id: UUID, *, lock: bool = False) -> ProjectSettings:
        """With `lock`, nobody else changes them before the transaction ends. Raises NotFound."""
        settings = await self._projects.settings(project_id, lock=lock)
        if settings is None:
            raise NotFound("project")
        return settings

    async def update_settings(self, project_id: UUID, changes: Mapping[str, Any]) -> ProjectSettings:
        """`changes` by column name. Another embedding model serves once all chunks have its vectors. Raises NotFound,
        Invalid."""
        before = await self.settings(project_id, lock=True)
        changes = dict(changes)
        if "embedding_model" in changes:
            changes |= self._change_of_model(before, changes.pop("embedding_model"))
        vector_weight = changes.get("vector_weight", before.vector_weight)
        keyword_weight = changes.get("keyword_weight", before.keyword_weight)
        if vector_weight == 0 and keyword_weight == 0:
            raise Invalid("vector_weight and keyword_weight cannot both be 0; raise one of them.")
        if not changes:
            return before
        settings = await self._projects.update_settings(project_id, changes)
        if settings is None:
            raise NotFound("project")
        return settings

    def _change_of_model(self, before: ProjectSettings, name: str) -> dict[str, Any]:
        if name not in self._embedders.by_name:
            there = ", ".join(repr(known) for known in self._embedders.by_name)
            raise Invalid(
                f"This installation has no embedding model {name!r}; it has {there}.",
                code="embedding_model_unavailable",
            )
        under_way = before.embedding_change
        if name == (before.embedding_model if under_way is None else under_way["model"]):
            return {}
        self._work.after_commit(partial(enqueue_reembedding, self._jobs, before.project_id))
        return {
            "embedding_change": {"model": name, "chunks_done": 0, "chunks": 0},
            "embedding_change_held_until": None,
        }

    async def _summarised(self, project: Project | None) -> ProjectSummary:
        if project is None:
            raise NotFound("project")
        return _summary(project, (await self._projects.contents([project.id]))[project.id])


def _summary(project: Project, contents: ProjectContents) -> ProjectSummary:
    return ProjectSummary(
        id=project.id,
        name=project.name,
        description=project.description,
        created_at=project.created_at,
        updated_at=project.updated_at,
        document_count=sum(contents.documents_by_status.values()),
        documents_by_status=contents.documents_by_status,
        chat_count=contents.chat_count,
        last_activity_at=max(project.updated_at, contents.last_change_at or project.updated_at),
    )
