"""Brings the bytes of a document to this machine: from the object store, or from the web."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from opentrace.knowledge.ingestion.lease import ClaimedDocument
from opentrace.knowledge.page_names import name_for_detection
from opentrace.ports.document_parser import WebPage
from opentrace.ports.page_fetcher import FetchedPage, PageVersion
from opentrace.services import Services
from opentrace.settings import Settings

HEAD_BYTES = 65536


class PageUnchanged(Exception):
    """The page is the version that is searchable already. `fetched` is what to note of this look at it."""

    def __init__(self, fetched: dict[str, Any]) -> None:
        super().__init__()
        self.fetched = fetched


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A document's bytes in a file that goes when its run ends. `name` decides between kinds of plain text."""

    path: Path
    name: str
    head: bytes
    sha256: bytes
    size_bytes: int
    page: FetchedPage | None = None

    @property
    def web_page(self) -> WebPage | None:
        return None if self.page is None else WebPage(self.page.version.url, self.page.charset)


def work_folder(settings: Settings) -> Path:
    """Holds a folder per run, named by its `lease_owner`; what a killed worker leaves there is swept."""
    return settings.data_dir / "ingestion"


@asynccontextmanager
async def source_file(services: Services, document: ClaimedDocument) -> AsyncGenerator[SourceFile]:
    """Raises PageUnchanged, PageError or BlobStoreError."""
    folder = work_folder(services.settings) / str(document.owner)
    await asyncio.to_thread(partial(folder.mkdir, parents=True))
    path = folder / "document"
    try:
        if document.url is None:
            await services.blob_store.download(document.storage_key, path)
            yield await asyncio.to_thread(_described, path, document.file_name, None)
        else:
            page = await _fetched(services, document, document.url)
            await asyncio.to_thread(path.write_bytes, page.data)
            taken = services.parser.media_types
            name = name_for_detection(page.version.url, media_type=page.media_type, taken=taken)
            source = await asyncio.to_thread(_described, path, name, page)
            if _is_searchable(document, services) and source.sha256 == document.sha256:
                raise PageUnchanged((document.fetched or {}) | _noted(page))
            yield source
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def noted_version(page: FetchedPage, *, canonical_url: str | None, model: str) -> dict[str, Any]:
    """What a document's row keeps of the page that was fetched, and by which model its vectors are."""
    return _noted(page) | {"canonical_url": canonical_url, "model": model}


def _noted(page: FetchedPage) -> dict[str, Any]:
    version = page.version
    return {
        "url": version.url,
        "etag": version.etag,
        "last_modified": version.last_modified,
        "charset": page.charset,
        "at": _now(),
    }


async def _fetched(services: Services, document: ClaimedDocument, url: str) -> FetchedPage:
    known = document.fetched if _is_searchable(document, services) else None
    version = None if known is None else PageVersion(known["url"], known["etag"], known["last_modified"])
    page = await services.page_fetcher.fetch(url, known=version)
    if page is None:
        raise PageUnchanged((known or {}) | {"at": _now()})
    return page


def _is_searchable(document: ClaimedDocument, services: Services) -> bool:
    """Whether what was read before is searched by the present model."""
    vectors = services.embedders.in_use(document.embedding_model).model
    return document.fetched is not None and document.fetched["model"] == vectors


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _described(path: Path, name: str, page: FetchedPage | None) -> SourceFile:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").digest()
        size_bytes = file.seek(0, 2)
    return SourceFile(path, name, head, digest, size_bytes, page)
