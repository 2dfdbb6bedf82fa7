"""`opentrace backup`, `restore`, `export` and `import`: copies of everything, or of one project, in a file."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import psycopg
import typer
from pydantic import SecretStr

from opentrace.archive.file import ArchiveError
from opentrace.archive.installation import back_up
from opentrace.archive.installation import restore as restore_installation
from opentrace.archive.project import export_project, import_project
from opentrace.entrypoints.data_folder import running_instance
from opentrace.ports.blob_store import BlobStore, BlobStoreError
from opentrace.settings import Settings, SettingsError, load_settings, variable_of
from opentrace.wiring import open_services

Result = TypeVar("Result")

DATABASE_URL = variable_of("database_url")
DATABASE_DIRECT_URL = variable_of("database_direct_url")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)]
DataDirOption = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of all data, instead of OPENTRACE_DATA_DIR.", metavar="FOLDER"),
]


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("export")(export)
    app.command("import")(import_)


def backup(file: FileArgument, data_dir: DataDirOption = None) -> None:
    """Copy the whole installation, database and files, into one file while it runs."""
    contents = _with_store(data_dir, lambda url, store: back_up(url, store, file))
    typer.echo(
        f"{file}: {contents.rows['documents']} documents, {contents.rows['chats']} chats, {_files(contents.objects)}."
    )


def restore(file: FileArgument, data_dir: DataDirOption = None) -> None:
    """Take a backup into an empty installation that runs."""
    contents = _with_store(data_dir, lambda url, store: restore_installation(url, store, file))
    typer.echo(
        f"Restored {contents.rows['users']} accounts, {contents.rows['projects']} projects, "
        f"{contents.rows['documents']} documents, {_files(contents.objects)}."
    )


def export(
    project_id: Annotated[UUID, typer.Argument(metavar="PROJECT_ID", help="`opentrace projects` lists them.")],
    file: FileArgument,
    data_dir: DataDirOption = None,
) -> None:
    """Copy one project, with documents, vectors and chats, into a file."""
    copy = _with_store(data_dir, lambda url, store: export_project(url, store, file, project_id=project_id))
    typer.echo(f"{file}: {copy.name!r} with {copy.rows['documents']} documents, {_files(copy.objects)}.")


def import_(
    file: FileArgument,
    user: Annotated[
        str | None, typer.Option(help="E-mail address of the account that gets it; else the owner.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the new project; else that of the old one.")] = None,
    data_dir: DataDirOption = None,
) -> None:
    """Take an exported project in, as a new one."""
    copy = _with_store(data_dir, lambda url, store: import_project(url, store, file, email=user, name=name))
    typer.echo(f"{copy.name!r} is project {copy.project_id}: {copy.rows['documents']} documents.")


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"


def _with_store(data_dir: Path | None, work: Callable[[str, BlobStore], Awaitable[Result]]) -> Result:
    """Run on the database and the storage that are configured, or on those of the instance that runs."""
    variable = DATABASE_URL
    try:
        settings = _reachable(load_settings({"data_dir": data_dir} if data_dir else {}))
        variable = DATABASE_URL if settings.database_direct_url is None else DATABASE_DIRECT_URL
        return asyncio.run(_open_and(settings, work))
    except (SettingsError, ArchiveError, BlobStoreError) as error:
        typer.secho(str(error), fg=typer.colors.RED, err=True)
    except psycopg.OperationalError:
        message = f"The database does not answer. Check {variable}, and that the server behind it runs."
        typer.secho(message, fg=typer.colors.RED, err=True)
    raise typer.Exit(1)


async def _open_and(settings: Settings, work: Callable[[str, BlobStore], Awaitable[Result]]) -> Result:
    """A copy is one long transaction that sets its session up, so it goes past a pooler."""
    url = settings.database_direct_url or settings.database_url
    assert url is not None
    async with open_services(settings) as services:
        return await work(url.get_secret_value(), services.blob_store)


def _reachable(settings: Settings) -> Settings:
    if settings.database_url is not None and settings.redis_url is not None:
        return settings
    instance = running_instance(settings.data_dir)
    if instance is None or not instance.database_url:
        raise SettingsError(
            "There is no database to reach: OPENTRACE_DATABASE_URL is not set and no instance runs on "
            f"{str(settings.data_dir)!r}. Set it, or start `opentrace up` first."
        )
    return settings.model_copy(
        update={
            "database_url": settings.database_url or SecretStr(instance.database_url),
            "redis_url": settings.redis_url or SecretStr(instance.redis_url),
        }
    )
