"""Projects over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from opentrace.http.dependencies import PageDep, ServicesDep, UnitOfWorkDep
from opentrace.http.problems import problems
from opentrace.http.schemas import MAX_NAME_CHARS, CleanText, PageOf
from opentrace.projects.quotas import Quotas
from opentrace.projects.schemas import (
    ProjectPatch,
    ProjectRequest,
    ProjectResponse,
    SettingsPatch,
    SettingsResponse,
)
from opentrace.projects.service import ProjectService

router = APIRouter(prefix="/api/projects", tags=["projects"])


async def get_projects(work: UnitOfWorkDep, services: ServicesDep) -> ProjectService:
    return ProjectService(work, embedders=services.embedders, jobs=services.jobs)


ProjectsDep = Annotated[ProjectService, Depends(get_projects)]


@router.get("", summary="List your projects, newest first")
async def list_projects(
    projects: ProjectsDep,
    page: PageDep,
    q: Annotated[
        CleanText | None, Query(max_length=MAX_NAME_CHARS, description="Only projects whose name contains this.")
    ] = None,
) -> PageOf[ProjectResponse]:
    found = await projects.list(page, name_contains=q)
    return PageOf(
        items=[ProjectResponse.model_validate(project) for project in found.items], next_cursor=found.next_cursor
    )


@router.post("", status_code=201, summary="Create a project", responses=problems(403))
async def create_project(
    body: ProjectRequest, projects: ProjectsDep, work: UnitOfWorkDep, services: ServicesDep
) -> ProjectResponse:
    await Quotas(work, services.settings).check_project()
    return ProjectResponse.model_validate(await projects.create(name=body.name, description=body.description))


@router.get("/{project_id}", summary="Read a project")
async def get_project(project_id: UUID, projects: ProjectsDep) -> ProjectResponse:
    return ProjectResponse.model_validate(await projects.get(project_id))


@router.patch("/{project_id}", summary="Rename or describe a project")
async def update_project(project_id: UUID, body: ProjectPatch, projects: ProjectsDep) -> ProjectResponse:
    return ProjectResponse.model_validate(await projects.update(project_id, body.changes()))


@router.delete(
    "/{project_id}", status_code=204, summary="Delete a project with its documents, their files, and its chats"
)
async def delete_project(project_id: UUID, projects: ProjectsDep) -> None:
    await projects.delete(project_id)


@router.get("/{project_id}/settings", summary="Read how a project is searched")
async def get_project_settings(project_id: UUID, projects: ProjectsDep) -> SettingsResponse:
    return SettingsResponse.model_validate(await projects.settings(project_id))


@router.patch("/{project_id}/settings", summary="Change how a project is searched")
async def update_project_settings(project_id: UUID, body: SettingsPatch, projects: ProjectsDep) -> SettingsResponse:
    return SettingsResponse.model_validate(await projects.update_settings(project_id, body.changes()))
