"""Rows of projects. `projects_of` is where every statement about a user's things starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Select, Text, Uuid, column, delete, func, select, table, update
from sqlalchemy.dialects.postgresql import insert

from opentrace.db.engine import UnitOfWork
from opentrace.db.paging import Page, PageRequest, newest_first, to_page
from opentrace.projects.models import Project, ProjectSettings

# The domains above own these tables; what is counted here is only that they point at a project.
_documents = table(
    "documents", column("project_id", Uuid()), column("status", Text()), column("updated_at", DateTime(timezone=True))
)
_chats = table("chats", column("project_id", Uuid()), column("updated_at", DateTime(timezone=True)))


def projects_of(work: UnitOfWork) -> Select[Project]:
    """The caller's projects. Statements about what is in them join to or select from this one."""
    return select(Project).where(Project.user_id == work.user_id)


@dataclass(slots=True)
class ProjectContents:
    """How much is in a project. `last_change_at` is None where it is empty."""

    documents_by_status: dict[str, int] = field(default_factory=dict[str, int])
    chat_count: int = 0
    last_change_at: datetime | None = None

    def changed(self, at: datetime) -> None:
        self.last_change_at = max(self.last_change_at or at, at)


class ProjectRepository:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session

    async def add(self, *, name: str, description: str, settings: Mapping[str, Any]) -> Project:
        project = Project(user_id=self._work.user_id, name=name, description=description)
        self._session.add(project)
        await self._session.flush()
        await self._session.execute(insert(ProjectSettings).values(project_id=project.id, **settings))
        await self._session.refresh(project)
        return project

    async def find(self, project_id: UUID) -> Project | None:
        return await self._session.scalar(projects_of(self._work).where(Project.id == project_id))

    async def list(self, page: PageRequest, *, name_contains: str | None) -> Page[Project]:
        statement = projects_of(self._work)
        if name_contains:
            statement = statement.where(Project.name.icontains(name_contains, autoescape=True))
        statement = newest_first(statement, created_at=Project.created_at, id_=Project.id, page=page)
        return to_page((await self._session.scalars(statement)).all(), page)

    async def update(self, project_id: UUID, changes: Mapping[str, Any]) -> Project | None:
        """None where there is no such project of the caller's."""
        statement = update(Project).where(Project.user_id == self._work.user_id, Project.id == project_id)
        return await self._session.scalar(statement.values(**changes).returning(Project))

    async def remove(self, project_id: UUID) -> bool:
        """False where there is none. The database removes what is in it, and notes its stored objects for removal."""
        statement = delete(Project).where(Project.user_id == self._work.user_id, Project.id == project_id)
        return await self._session.scalar(statement.returning(Project.id)) is not None

    async def contents(self, project_ids: Sequence[UUID]) -> dict[UUID, ProjectContents]:
        found = {project_id: ProjectContents() for project_id in project_ids}
        documents = (
            select(_documents.c.project_id, _documents.c.status, func.count(), func.max(_documents.c.updated_at))
            .where(_documents.c.project_id.in_(project_ids))
            .group_by(_documents.c.project_id, _documents.c.status)
        )
        for project_id, status, count, changed_at in await self._session.execute(documents):
            found[project_id].documents_by_status[status] = count
            found[project_id].changed(changed_at)
        chats = (
            select(_chats.c.project_id, func.count(), func.max(_chats.c.updated_at))
            .where(_chats.c.project_id.in_(project_ids))
            .group_by(_chats.c.project_id)
        )
        for project_id, count, changed_at in await self._session.execute(chats):
            found[project_id].chat_count = count
            found[project_id].changed(changed_at)
        return found

    async def settings(self, project_id: UUID, *, lock: bool = False) -> ProjectSettings | None:
        """With `lock`, nobody else changes them before the transaction ends."""
        own = projects_of(self._work).with_only_columns(Project.id)
        statement = select(ProjectSettings).where(
            ProjectSettings.project_id == project_id, ProjectSettings.project_id.in_(own)
        )
        return await self._session.scalar(statement.with_for_update() if lock else statement)

    async def update_settings(self, project_id: UUID, changes: Mapping[str, Any]) -> ProjectSettings | None:
        """None where there is no such project of the caller's."""
        own = projects_of(self._work).with_only_columns(Project.id)
        return await self._session.scalar(
            update(ProjectSettings)
            .where(ProjectSettings.project_id == project_id, ProjectSettings.project_id.in_(own))
            .values(**changes)
            .returning(ProjectSettings)
            .execution_options(populate_existing=True)
        )
