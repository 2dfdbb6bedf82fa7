"""The web client: the files of its static export, for every address that no endpoint has.

`make client` puts the export into the package. Its folders named `_` stand for ids, so that one file serves
`/projects/<any id>/chat/`; the page itself reads the id from the address.
"""

from __future__ import annotations

import json
import mimetypes
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from starlette.datastructures import Headers
from starlette.responses import FileResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

EXPORT_FOLDER = Path(__file__).parent.parent / "client"
MANIFEST = "export.json"

ANY_ID = "_"
_INDEX = "index.html"
_NOT_FOUND = "404.html"
_HASHED = "_next/static/"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".ico": "image/x-icon",
    ".svg": "image/svg+xml",
}
_PAGE_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class _Route(NamedTuple):
    """What metrics and logs call these files: a visitor's address, with its ids, is none of their business."""

    path: str


_ROUTE = _Route("client")


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    media_type: str
    etag: str
    encodings: Mapping[str, Path]
    headers: Mapping[str, str]


@dataclass(slots=True)
class _Folder:
    folders: dict[str, _Folder] = field(default_factory=dict[str, "_Folder"])
    files: dict[str, _File] = field(default_factory=dict[str, _File])

    def step(self, name: str) -> _Folder | None:
        return self.folders.get(name) or self.folders.get(ANY_ID)


class ClientFiles:
    """An ASGI application that answers for the client's addresses and leaves all others to `fallback`.

    The whole export is known at the start, so that nothing in an address ever becomes part of a path on disk.
    """

    def __init__(self, export: Path, *, fallback: ASGIApp, sources: Sequence[Mapping[str, Sequence[str]]] = ()) -> None:
        """`sources` are added to the content security policy: what outside services need of the pages."""
        self._fallback = fallback
        self._root = _read(export, sources)
        self._not_found = self._root.files.get(_NOT_FOUND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            response = self._response(str(scope["path"]), Headers(scope=scope), str(scope["query_string"], "latin-1"))
            if response is not None:
                scope["route"] = _ROUTE
                await response(scope, receive, send)
                return
        await self._fallback(scope, receive, send)

    def _response(self, path: str, headers: Headers, query: str) -> Response | None:
        *names, last = path.removeprefix("/").split("/")
        if names[:1] == ["api"] or last == "api":
            return None
        folder: _Folder | None = self._root
        for name in names:
            folder = folder.step(name) if folder is not None else None
        if folder is not None:
            file = folder.files.get(last or _INDEX)
            if file is not None:
                return _file_response(file, headers)
            below = folder.step(last) if last else None
            if below is not None and _INDEX in below.files and not path.startswith("//"):
                return RedirectResponse(f"{path}/{'?' if query else ''}{query}", status_code=308)
        if self._not_found is None or "text/html" not in headers.get("accept", ""):
            return None
        return _file_response(self._not_found, headers, status_code=404)


def _file_response(file: _File, headers: Headers, *, status_code: int = 200) -> Response:
    accepted = {
        name.strip()
        for name, _, weight in (item.partition(";") for item in headers.get("accept-encoding", "").split(","))
        if weight.strip() not in ("q=0", "q=0.0")
    }
    encoding = next((name for name in file.encodings if name in accepted), None)
    etag = f'"{file.etag}{f"-{encoding}" if encoding else ""}"'
    sent = {**file.headers, "ETag": etag}
    if file.encodings:
        sent["Vary"] = "Accept-Encoding"
    if status_code == 200 and etag in (known.strip() for known in headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=sent)
    if encoding is not None:
        sent["Content-Encoding"] = encoding
    path = file.path if encoding is None else file.encodings[encoding]
    return FileResponse(path, status_code=status_code, headers=sent, media_type=file.media_type)


def _read(export: Path, sources: Sequence[Mapping[str, Sequence[str]]]) -> _Folder:
    manifest = cast("dict[str, Any]", json.loads((export / MANIFEST).read_text(encoding="utf-8")))
    policy = cast("dict[str, list[str]]", manifest["policy"])
    script_hashes = cast("dict[str, list[str]]", manifest["script_hashes"])
    root = _Folder()
    compressed = tuple(ending for _, ending in _ENCODINGS)
    for path in sorted(export.rglob("*")):
        name = path.relative_to(export).as_posix()
        if not path.is_file() or name == MANIFEST or path.suffix in compressed:
            continue
        headers = {"Cache-Control": "public, max-age=31536000, immutable" if name.startswith(_HASHED) else "no-cache"}
        if path.suffix == ".html":
            headers |= _PAGE_HEADERS
            headers["Content-Security-Policy"] = _policy(
                policy, [{"script-src": script_hashes.get(name, [])}, *sources]
            )
        folder = root
        for part in name.split("/")[:-1]:
            folder = folder.folders.setdefault(part, _Folder())
        folder.files[path.name] = _File(
            path=path,
            media_type=_media_type(path),
            etag=sha256(path.read_bytes()).hexdigest()[:32],
            encodings={
                encoding: packed
                for encoding, ending in _ENCODINGS
                if (packed := path.with_name(path.name + ending)).is_file()
            },
            headers=headers,
        )
    return root


def _policy(policy: Mapping[str, Sequence[str]], sources: Sequence[Mapping[str, Sequence[str]]]) -> str:
    directives: list[str] = []
    for name, values in policy.items():
        added = [source for each in sources for source in each.get(name, ())]
        # 'none' holds only where it stands alone.
        kept = [value for value in values if not added or value != "'none'"]
        directives.append(" ".join([name, *kept, *dict.fromkeys(added)]))
    return "; ".join(directives)


def _media_type(path: Path) -> str:
    known = _MEDIA_TYPES.get(path.suffix)
    return known or mimetypes.guess_type(path.name, strict=True)[0] or "application/octet-stream"
