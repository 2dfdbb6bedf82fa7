"""The command `opentrace`. Each command imports what it needs when it runs, so that `--help` is quick."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from opentrace.settings import Overrides, Settings

USAGE_ERROR = 2

CLIENT_COMMANDS = {
    "add": "Add files and web pages to a project (made when there is none of this name) and watch them become ready.",
    "ask": "Ask the documents of a project; the answer streams, then its sources are listed.",
    "search": "Show the passages that a question finds, with their scores.",
    "projects": "List the projects.",
    "documents": "List the documents of a project and how far each one is.",
    "sign-in": "Sign in (or, where there is no account yet, make the first one) and remember it.",
    "sign-out": "Forget the remembered account.",
}
"""What `client_cli.py` registers. It is imported when one of these is called, and listed from here otherwise."""

ARCHIVE_COMMANDS = {
    "backup": "Copy the whole installation, database and files, into one file while it runs.",
    "restore": "Take a backup into an empty installation that runs.",
    "export": "Copy one project, with documents, vectors and chats, into a file.",
    "import": "Take an exported project in, as a new one.",
}
"""What `archive_cli.py` registers, likewise."""

HostOption = Annotated[
    str | None, typer.Option(help="Address to listen on, instead of OPENTRACE_HOST.", show_default="127.0.0.1")
]
PortOption = Annotated[
    int | None,
    typer.Option(
        help="Port to listen on, instead of OPENTRACE_PORT; 0 picks a free one.",
        min=0,
        max=65535,
        show_default="8000",
    ),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of all data, instead of OPENTRACE_DATA_DIR.", metavar="FOLDER"),
]


def main() -> None:
    application(sys.argv[1:])()


def application(arguments: list[str]) -> typer.Typer:
    """The commands, for a command line that starts with these arguments."""
    app = typer.Typer(
        name="opentrace",
        help="A private knowledge base that answers with citations.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,  # rendering help with rich takes longer than everything else
        pretty_exceptions_enable=False,
    )
    for command in (up, serve, worker, migrate, doctor):
        app.command()(command)
    app.command(hidden=True)(prepare_model)
    command = arguments[0] if arguments else ""
    if command in CLIENT_COMMANDS:
        from opentrace.entrypoints import client_cli

        client_cli.register(app)
    else:
        _list(app, CLIENT_COMMANDS)
    if command in ARCHIVE_COMMANDS:
        from opentrace.entrypoints import archive_cli

        archive_cli.register(app)
    else:
        _list(app, ARCHIVE_COMMANDS)
    app.command()(version)
    return app


def up(host: HostOption = None, port: PortOption = None, data_dir: DataDirOption = None) -> None:
    """Run all on this machine: database, queue, worker, server."""
    settings = _settings({"host": host, "port": port, "data_dir": data_dir})
    from opentrace.adapters.local.child_process import ServiceStartError
    from opentrace.entrypoints.address import AddressError
    from opentrace.entrypoints.child_keeper import GaveUp
    from opentrace.entrypoints.data_folder import DataFolderError
    from opentrace.entrypoints.supervisor import supervise

    try:
        supervise(settings, report=typer.echo)
    except (DataFolderError, AddressError, ServiceStartError, GaveUp) as error:
        _fail(str(error))


def serve(
    host: HostOption = None,
    port: PortOption = None,
    data_dir: DataDirOption = None,
    socket_fd: Annotated[int | None, typer.Option(help="A listening socket to take over.", hidden=True)] = None,
) -> None:
    """Run the server alone, on services of your own.

    OPENTRACE_DATABASE_URL and OPENTRACE_REDIS_URL name them.
    """
    settings = _with_services(_settings({"host": host, "port": port, "data_dir": data_dir}))
    import socket

    import uvicorn

    from opentrace.entrypoints.api import create_app, relieve_collector, server_config
    from opentrace.logs import configure_logging
    from opentrace.settings import SettingsError

    configure_logging(level=settings.log_level, style=settings.log_format)
    try:
        app = create_app(settings, once_loaded=relieve_collector)
    except SettingsError as error:
        _fail(str(error), code=USAGE_ERROR)
    server = uvicorn.Server(server_config(app, settings))
    server.run(sockets=None if socket_fd is None else [socket.socket(fileno=socket_fd)])
    if not server.started:
        _fail("The server did not start; the lines above say why.")


def worker(data_dir: DataDirOption = None) -> None:
    """Run a worker alone, on services of your own.

    OPENTRACE_DATABASE_URL and OPENTRACE_REDIS_URL name them.
    """
    settings = _with_services(_settings({"data_dir": data_dir}))
    from opentrace.entrypoints.worker import run
    from opentrace.logs import configure_logging
    from opentrace.settings import SettingsError

    configure_logging(level=settings.log_level, style=settings.log_format)
    try:
        run(settings)
    except SettingsError as error:
        _fail(str(error), code=USAGE_ERROR)


def migrate(data_dir: DataDirOption = None) -> None:
    """Bring the schema of the database up to date.

    The database is that of OPENTRACE_DATABASE_URL, or of the running instance.
    """
    settings = _settings({"data_dir": data_dir})
    from sqlalchemy.exc import SQLAlchemyError

    from opentrace.db.migrate import UnknownSchema
    from opentrace.db.migrate import migrate as bring_up_to_date
    from opentrace.entrypoints.data_folder import running_instance

    given = settings.database_direct_url or settings.database_url
    if given is not None:
        url = given.get_secret_value()
    else:
        instance = running_instance(settings.data_dir)
        if instance is None or not instance.database_url:
            _fail(
                "There is no database to migrate: OPENTRACE_DATABASE_URL is not set and no instance runs on "
                f"{str(settings.data_dir)!r}. Set it; `opentrace up` migrates its own database by itself."
            )
        url = instance.database_url
    try:
        before, after = bring_up_to_date(url)
    except UnknownSchema as error:
        _fail(str(error))
    except SQLAlchemyError as error:
        _fail(f"The schema could not be brought up to date: {error.args[0] if error.args else error}")
    typer.echo(f"The schema is at {after}." if before == after else f"The schema went from {before} to {after}.")


def doctor(
    *,
    data_dir: DataDirOption = None,
    fix_cors: Annotated[
        bool, typer.Option("--fix-cors", help="Let this installation's pages use the bucket of the files.")
    ] = False,
) -> None:
    """Check everything that is configured.

    Says what to do about what is wrong; the exit code is 1 then.
    """
    settings = _settings({"data_dir": data_dir})
    from opentrace.entrypoints.doctor import examine, print_findings

    if not print_findings(examine(settings, fix_cors=fix_cors)):
        raise typer.Exit(1)


def prepare_model(data_dir: DataDirOption = None) -> None:
    """Make the file of the embedding model, so that the first start need not."""
    settings = _settings({"data_dir": data_dir})
    from opentrace.adapters.local.minilm import prepare_model as prepare
    from opentrace.ports.embedder import EmbedderError

    try:
        prepare(settings.data_dir / "models")
    except EmbedderError as error:
        _fail(str(error))


def version() -> None:
    """Print the version."""
    from importlib.metadata import version as version_of

    typer.echo(f"Opentrace {version_of('opentrace')}")


def _list(app: typer.Typer, commands: dict[str, str]) -> None:
    for name, summary in commands.items():
        app.command(name, help=summary)(_listed_only)


def _listed_only() -> None:
    raise AssertionError("unreachable: `application` registers the real command when it is called")


def _settings(flags: "Overrides") -> "Settings":
    from opentrace.settings import SettingsError, load_settings

    try:
        return load_settings({name: value for name, value in flags.items() if value is not None})
    except SettingsError as error:
        _fail(str(error), code=USAGE_ERROR)


def _with_services(settings: "Settings") -> "Settings":
    """For the commands that run alone."""
    for variable, value in (
        ("OPENTRACE_DATABASE_URL", settings.database_url),
        ("OPENTRACE_REDIS_URL", settings.redis_url),
    ):
        if value is None:
            _fail(f"{variable} is not set. Set it, or run everything with `opentrace up`.", code=USAGE_ERROR)
    return settings


def _fail(sentence: str, *, code: int = 1) -> NoReturn:
    typer.secho(sentence, fg=typer.colors.RED, err=True)
    raise typer.Exit(code)


if __name__ == "__main__":
    main()
