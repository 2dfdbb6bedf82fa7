"""Projects of the caller, and how each one is searched."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from opentrace.db.engine import UnitOfWork
from opentrace.db.paging import Page, PageRequest
from opentrace.errors import Invalid, NotFound
from opentrace.projects.models import Project, ProjectSettings
from opentrace.projects.repository import ProjectContents, ProjectRepository
from opentrace.projects.schemas import DefaultSettings


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
    """`embedding_model` is the base name of the model that this installation embeds with."""

    def __init__(self, work: UnitOfWork, *, embedding_model: str) -> None:
        self._projects = ProjectRepository(work)
        self._embedding_model = embedding_model

    async def create(self, *, name: str, description: str = "") -> ProjectSummary:
        settings = {**asdict(DefaultSettings()), "embedding_model": self._embedding_model}
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
        """`changes` by column name. Raises NotFound, Invalid."""
        before = await self.settings(project_id, lock=True)
        if "embedding_model" in changes:
            self._check_model(changes["embedding_model"])
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

    def _check_model(self, name: str) -> None:
        if name != self._embedding_model:
            raise Invalid(
                f"This installation has no embedding model {name!r}; the one it has is {self._embedding_model!r}.",
                code="embedding_model_unavailable",
            )

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
