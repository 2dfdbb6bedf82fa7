"""The HTTP client behind the command line: projects by name, uploads, searches and streamed answers."""

import hashlib
import json
import mimetypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

import httpx

Json = dict[str, Any]

UPLOAD_PIECE_BYTES = 256 * 1024


class ApiError(Exception):
    """The server refused, or cannot be reached; the message is a sentence for the person at the terminal."""

    def __init__(self, message: str, *, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """A piece of a streamed answer: `kind` is the type of the stream's chunk, `value` its payload."""

    kind: str
    value: Any


class ApiClient:
    """Speaks the API of DESIGN §8 with a bearer token. Use as a context manager."""

    def __init__(self, server_url: str, *, token: str | None, timeout_s: float = 60.0) -> None:
        self.server_url = server_url.rstrip("/")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=self.server_url, headers=headers, timeout=timeout_s, trust_env=False)

    def __enter__(self) -> "ApiClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **params: str | int) -> Json:
        return self._request("GET", path, params=params)

    def post(self, path: str, body: Json | None = None) -> Json:
        return self._request("POST", path, json=body)

    def list_all(self, path: str, **params: str | int) -> Iterator[Json]:
        """Every item of a paged list."""
        cursor: str | None = None
        while True:
            page = self.get(path, **params, limit=200, **({"cursor": cursor} if cursor else {}))
            yield from cast("list[Json]", page["items"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def find_project(self, name: str) -> Json | None:
        """The newest project of this name."""
        return next((project for project in self.list_all("/api/projects") if project["name"] == name), None)

    def project(self, name: str) -> Json:
        """Raises ApiError, naming the projects there are, when there is none of this name."""
        found = self.find_project(name)
        if found is None:
            names = ", ".join(repr(project["name"]) for project in self.list_all("/api/projects"))
            raise ApiError(
                f"There is no project {name!r}. " + (f"There are: {names}." if names else "Add a file first.")
            )
        return found

    def upload(
        self, project_id: str, path: Path, *, replace: bool = False, on_bytes: Callable[[int], None]
    ) -> Json | None:
        """Create the document, send the bytes to the signed address, confirm. Returns the document.

        None where the project has these bytes already: nothing is sent. With `replace` the document takes the place of
        the one of the same name.
        """
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        created = self.post(
            f"/api/projects/{project_id}/documents",
            {
                "file_name": path.name,
                "content_type": mimetypes.guess_type(path.name)[0] or "application/octet-stream",
                "size_bytes": path.stat().st_size,
                "sha256": sha256,
            },
        )
        document_id = created["document"]["id"]
        if created["same_content"] is not None:
            self._request("DELETE", f"/api/documents/{document_id}")
            return None
        upload = created["upload"]

        def pieces() -> Iterator[bytes]:
            with path.open("rb") as file:
                while piece := file.read(UPLOAD_PIECE_BYTES):
                    yield piece
                    on_bytes(len(piece))

        headers = {**upload["headers"], "content-length": str(path.stat().st_size)}
        # Without the client's own headers: the address is signed, and may belong to another host.
        with self._reaching(), httpx.Client(timeout=self._http.timeout, trust_env=False) as storage:
            url = urljoin(self.server_url + "/", upload["url"])
            response = storage.request(upload["method"], url, headers=headers, content=pieces())
        _raise_for(response)
        replaced = created["same_name"] if replace else None
        return self.post(
            f"/api/documents/{document_id}/confirm", {"replaces_document_id": replaced["id"]} if replaced else None
        )

    def ask(self, chat_id: str, question: str) -> Iterator[AnswerPart]:
        """The parts of the answer as they arrive. Raises ApiError when the server reports a failure."""
        headers = {"accept": "text/event-stream"}
        path = f"/api/chats/{chat_id}/messages"
        with (
            self._reaching(),
            self._http.stream("POST", path, json={"content": question}, headers=headers, timeout=300) as response,
        ):
            if response.is_error:
                response.read()
                _raise_for(response)
            for line in response.iter_lines():
                data = line.removeprefix("data:").strip()
                if not line.startswith("data:") or data == "[DONE]":
                    continue
                chunk = cast("Json", json.loads(data))
                match chunk["type"]:
                    case "text-delta":
                        yield AnswerPart("text", chunk["delta"])
                    case "error":
                        raise ApiError(chunk["errorText"])
                    case str(kind) if kind.startswith("data-"):
                        yield AnswerPart(kind.removeprefix("data-"), chunk["data"])
                    case _:
                        pass

    def _request(self, method: str, path: str, **kwargs: Any) -> Json:
        with self._reaching():
            response = self._http.request(method, path, **kwargs)
        _raise_for(response)
        return cast("Json", response.json()) if response.content else {}

    def _reaching(self) -> "_Reaching":
        return _Reaching(self.server_url)


@dataclass(frozen=True, slots=True)
class _Reaching:
    """Turns a failed connection into a sentence."""

    server_url: str

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, httpx.TimeoutException):
            raise ApiError(f"{self.server_url} did not answer in time. Is it busy? Try again.") from error
        if isinstance(error, httpx.TransportError | httpx.InvalidURL):
            raise ApiError(
                f"Nothing answers at {self.server_url}. Start Opentrace with `opentrace up`, "
                "or name the server with --server."
            ) from error


def _raise_for(response: httpx.Response) -> None:
    if response.is_success:
        return
    try:
        problem = cast("Json", response.json())
    except ValueError:
        problem = {}
    detail = problem.get("detail") or f"The server answered {response.status_code} {response.reason_phrase}."
    raise ApiError(str(detail), status=response.status_code, code=problem.get("code"))
