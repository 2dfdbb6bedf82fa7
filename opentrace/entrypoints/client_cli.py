"""`opentrace add`, `ask`, `search` and the like: a running server from the terminal."""

import json
import platform
import re
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from opentrace.entrypoints.api_client import ApiClient, ApiError, Json
from opentrace.entrypoints.credentials import Credentials, forget_credentials, load_credentials, save_credentials
from opentrace.settings import Settings, load_settings

DEFAULT_SERVER_URL = "http://localhost:8000"
POLL_S = 0.5
MAX_SILENCE_S = 600.0

_URL = re.compile(r"https?://", re.IGNORECASE)

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

ServerOption = Annotated[str | None, typer.Option("--server", help="Address of the server.", metavar="URL")]
ProjectOption = Annotated[str, typer.Option("--project", "-p", help="Name of the project.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application of `cli.py`."""
    for command in (add, ask, search, projects, documents, sign_in, sign_out):
        app.command()(command)


def add(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders whose files are all added, or addresses of web pages. Known bytes are left out.",
            metavar="FILE|URL...",
        ),
    ],
    project: ProjectOption,
    *,
    wait: Annotated[bool, typer.Option(help="Wait until the documents are searchable.")] = True,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put each file in the place of the one of the same name.")
    ] = False,
    server: ServerOption = None,
) -> None:
    """Add files and web pages to a project (made when there is none of this name) and watch them become ready."""
    with _client(server) as client:
        urls = [source for source in sources if _URL.match(source)]
        paths = list(_files_of([Path(source) for source in sources if not _URL.match(source)]))
        if not paths and not urls:
            raise ApiError("There is no file in what was named.")
        found = client.find_project(project) or client.post("/api/projects", {"name": project})
        columns = (TextColumn("{task.fields[name]}"), BarColumn(bar_width=24), TextColumn("{task.description}"))
        with Progress(*columns, TimeElapsedColumn(), console=err) as progress:
            added, failures = _upload_all(client, found["id"], paths, progress, replace=replace)
            pages, refused = _add_pages(client, found["id"], urls, progress)
            failures += refused
            if wait:
                failures += _watch(client, added | pages, progress)
        for failure in failures:
            err.print(f"[red]{escape(failure)}[/red]", soft_wrap=True)
    if failures:
        raise typer.Exit(1)


def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    project: ProjectOption,
    chat: Annotated[str | None, typer.Option(help="Go on with this chat (its id).")] = None,
    server: ServerOption = None,
) -> None:
    """Ask the documents of a project; the answer streams, then its sources are listed."""
    with _client(server) as client:
        found = client.project(project)
        chat_id = chat or str(client.post(f"/api/projects/{found['id']}/chats", {})["id"])
        citations: list[Json] = []
        for part in client.ask(chat_id, question):
            match part.kind:
                case "text":
                    out.out(part.value, end="")
                    out.file.flush()
                case "citations":
                    citations = part.value["citations"]
                case _:
                    pass
        out.print()
        if citations:
            out.print("\n[bold]Sources[/bold]")
        for citation in citations:
            page = f", page {citation['page_number']}" if citation["page_number"] else ""
            out.print(escape(f"  [{citation['number']}] {citation['document_name']}{page}"))
        err.print(f"\n[dim]Go on with --chat {chat_id}[/dim]")


def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    project: ProjectOption,
    limit: Annotated[int, typer.Option(min=1, max=50, help="Most passages to show.")] = 5,
    *,
    as_json: JsonOption = False,
    server: ServerOption = None,
) -> None:
    """Show the passages that a question finds, with their scores."""
    with _client(server) as client:
        found = client.project(project)
        body = {"query": query, "num_chunks": limit, "final_context_size": limit}
        answer = client.post(f"/api/projects/{found['id']}/search", body)
    if as_json:
        _print_json(answer)
        return
    if not answer["results"]:
        out.print("Nothing in this project comes close enough.")
    for rank, result in enumerate(answer["results"], start=1):
        page = f", page {result['page_number']}" if result["page_number"] else ""
        out.print(f"[bold]{rank}. {escape(result['document_name'])}{page}[/bold]  [dim]{result['score']:.3f}[/dim]")
        out.print(escape(_shorten(result["content"])), style="none")


def projects(*, as_json: JsonOption = False, server: ServerOption = None) -> None:
    """List the projects."""
    with _client(server) as client:
        rows = list(client.list_all("/api/projects"))
    if as_json:
        _print_json(rows)
        return
    table = Table("Project", "Made", "Id")
    for row in rows:
        table.add_row(escape(row["name"]), str(row["created_at"])[:10], row["id"])
    out.print(table)


def documents(project: ProjectOption, *, as_json: JsonOption = False, server: ServerOption = None) -> None:
    """List the documents of a project and how far each one is."""
    with _client(server) as client:
        rows = list(client.list_all(f"/api/projects/{client.project(project)['id']}/documents"))
    if as_json:
        _print_json(rows)
        return
    table = Table("Document", "Status", "Pages", "Size", "Id")
    for row in rows:
        status = row["status"] if row["status"] != "failed" else f"failed: {row['status_message']}"
        table.add_row(
            escape(row["file_name"]), escape(status), str(row["page_count"] or ""), _size(row["size_bytes"]), row["id"]
        )
    out.print(table)


def sign_in(
    email: Annotated[str | None, typer.Option(help="E-mail address of the account.")] = None,
    server: ServerOption = None,
) -> None:
    """Sign in (or, where there is no account yet, make the first one) and remember it."""
    credentials = _sign_in(_server_url(load_settings(), server), email)
    out.print(f"Signed in to {credentials.server_url} as {escape(credentials.email)}.")


def sign_out() -> None:
    """Forget the remembered account."""
    out.print("Signed out." if forget_credentials() else "Nobody was signed in.")


@contextmanager
def _client(server: str | None) -> Generator[ApiClient]:
    """A client of the signed-in user; failures become one red sentence and exit code 1."""
    settings = load_settings()
    url = _server_url(settings, server)
    try:
        with ApiClient(url, token=_token(settings, url)) as client:
            yield client
    except ApiError as error:
        hint = " Sign in again with `opentrace sign-in`." if error.status == 401 else ""
        err.print(f"[red]{escape(str(error))}{hint}[/red]")
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(130) from error


def _server_url(settings: Settings, server: str | None) -> str:
    remembered = load_credentials()
    return server or settings.server_url or (remembered.server_url if remembered else DEFAULT_SERVER_URL)


def _token(settings: Settings, url: str) -> str:
    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    remembered = load_credentials()
    if remembered is not None and remembered.server_url == url.rstrip("/"):
        return remembered.api_key
    if not sys.stdin.isatty():
        raise ApiError(f"Nobody is signed in to {url}. Run `opentrace sign-in`, or set OPENTRACE_API_KEY.")
    return _sign_in(url, None).api_key


def _sign_in(url: str, email: str | None) -> Credentials:
    """Ask for e-mail and password, and trade them for an API key of this machine."""
    with ApiClient(url, token=None) as client:
        auth = client.get("/api/config")["auth"]
        if auth["provider"] != "local":
            raise ApiError(f"{url} signs in by {auth['provider']}. Make an API key there and set OPENTRACE_API_KEY.")
        first_run = bool(auth["first_run"])
        err.print("[bold]Make the first account[/bold]" if first_run else f"[bold]Sign in to {url}[/bold]")
        email = email or str(typer.prompt("E-mail", err=True))
        password = str(typer.prompt("Password", hide_input=True, confirmation_prompt=first_run, err=True))
        path = "/api/auth/sign-up" if first_run else "/api/auth/sign-in"
        session = client.post(path, {"email": email, "password": password})
    with ApiClient(url, token=session["token"]) as client:
        key = client.post("/api/api-keys", {"name": f"Command line on {platform.node() or 'this machine'}"[:100]})
        client.post("/api/auth/sign-out")
    credentials = Credentials(server_url=url.rstrip("/"), api_key=key["key"], email=session["user"]["email"])
    save_credentials(credentials)
    return credentials


def _files_of(paths: list[Path]) -> Iterator[Path]:
    """Raises ApiError for a path where nothing is."""
    for path in paths:
        if not path.exists():
            raise ApiError(f"There is no file or folder {str(path)!r}. An address of a web page begins with https://.")
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
        else:
            yield path


def _upload_all(
    client: ApiClient, project_id: str, paths: list[Path], progress: Progress, *, replace: bool
) -> tuple[dict[str, TaskID], list[str]]:
    """Bars by document id, and a sentence for each file that the server did not take."""
    uploaded: dict[str, TaskID] = {}
    refused: list[str] = []
    for path in paths:
        bar = progress.add_task("uploading", name=escape(path.name), total=max(path.stat().st_size, 1))
        try:
            document = client.upload(
                project_id, path, replace=replace, on_bytes=lambda count, bar=bar: progress.advance(bar, count)
            )
        except ApiError as error:
            if error.status is None or error.status == 401:
                raise
            refused.append(f"{path.name} was refused: {error}")
            progress.update(bar, description="[red]refused[/red]")
        else:
            if document is None:
                progress.update(bar, completed=progress.tasks[bar].total, description="[green]there already[/green]")
                progress.stop_task(bar)
                continue
            uploaded[document["id"]] = bar
            progress.update(bar, description=document["status"])
    return uploaded, refused


def _add_pages(
    client: ApiClient, project_id: str, urls: list[str], progress: Progress
) -> tuple[dict[str, TaskID], list[str]]:
    """Bars by document id, and a sentence for each address that the server did not take."""
    added: dict[str, TaskID] = {}
    refused: list[str] = []
    for url in urls:
        bar = progress.add_task("queued", name=escape(url), total=1)
        try:
            document = client.post(f"/api/projects/{project_id}/urls", {"url": url})
        except ApiError as error:
            if error.status is None or error.status == 401:
                raise
            refused.append(f"{url} was refused: {error}")
            progress.update(bar, description="[red]refused[/red]")
        else:
            added[document["id"]] = bar
    return added, refused


def _watch(client: ApiClient, uploaded: dict[str, TaskID], progress: Progress) -> list[str]:
    """Follow the documents until each is completed or failed; returns a sentence for each that failed."""
    failed: list[str] = []
    moving = dict(uploaded)
    seen: dict[str, tuple[str, str | None]] = {}
    last_change = time.monotonic()
    while moving:
        for document_id, bar in list(moving.items()):
            document = client.get(f"/api/documents/{document_id}")
            status, message = document["status"], document["status_message"]
            if seen.get(document_id) != (status, message):
                seen[document_id] = (status, message)
                last_change = time.monotonic()
            if status == "failed":
                failed.append(f"{document['file_name']} failed: {message}")
                progress.update(bar, description="[red]failed[/red]")
                progress.stop_task(bar)
                del moving[document_id]
            elif status == "completed":
                progress.update(bar, completed=progress.tasks[bar].total)
                pages = f", {document['page_count']} pages" if document["page_count"] else ""
                progress.update(bar, description=f"[green]ready{pages}[/green]")
                progress.stop_task(bar)
                del moving[document_id]
            else:
                progress.update(bar, description=escape(message or status))
        if moving:
            if time.monotonic() - last_change > MAX_SILENCE_S:
                raise ApiError("Nothing has moved for ten minutes. `opentrace doctor` on the server says why.")
            time.sleep(POLL_S)
    return failed


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _shorten(text: str, *, limit: int = 400) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + " …"


def _size(size_bytes: int) -> str:
    size = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError("unreachable")
