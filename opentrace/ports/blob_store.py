"""Where the bytes of documents live: a local folder, or an S3 bucket."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable
from urllib.parse import quote

_PDF = "application/pdf"
_SHOWN_AS_TEXT = ("text/plain", "text/markdown", "text/html")


class BlobStoreError(Exception):
    """The store did not answer, or refused for a reason that the caller cannot mend."""


class BlobNotFound(BlobStoreError):
    """There is no object under this key."""


class BlobExists(BlobStoreError):
    """The key is taken: an upload URL works once."""


class BlobRejected(BlobStoreError):
    """A signed request does not hold: forged, expired, or another size or type than was signed."""

    def __init__(self, detail: str, *, code: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code


class BlobTooLarge(BlobRejected):
    """More bytes than were signed."""


@dataclass(frozen=True, slots=True)
class BlobStat:
    """What the store knows of an object."""

    size_bytes: int
    content_type: str | None


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that anybody who holds it may send, once the headers are added, until it expires.

    `url` is absolute, or a path below the server's own address for stores that the server serves itself.
    """

    method: str
    url: str
    headers: dict[str, str]
    expires_at: datetime


class BlobStore(Protocol):
    """Objects by key. Keys are made by Opentrace (`projects/<uuid>/documents/<uuid>`), never by users."""

    async def sign_put(self, key: str, *, content_type: str, size_bytes: int, expires_in_s: int) -> SignedRequest:
        """A single-use upload of exactly `size_bytes` bytes of `content_type` to `key`."""
        ...

    async def sign_get(self, key: str, *, file_name: str, content_type: str, expires_in_s: int) -> SignedRequest:
        """A download that a browser shows under `file_name`."""
        ...

    async def stat(self, key: str) -> BlobStat | None:
        """None where there is no such object."""
        ...

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store `data`, replacing what was there."""
        ...

    async def read(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        """Bytes from `start`, at most `length`. Raises BlobNotFound."""
        ...

    async def download(self, key: str, target: Path) -> None:
        """Write the whole object to `target`. Raises BlobNotFound."""
        ...

    async def delete(self, key: str) -> None:
        """Remove the object; removing what is not there is no error."""
        ...

    async def check(self) -> None:
        """Raise BlobStoreError, with a sentence that says what to do, where the store cannot be used."""
        ...


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a browser gets a file: what users upload never runs as a page.

    PDFs go to the browser's viewer, text is shown as plain text, and everything else is saved as a file.
    """

    content_type: str
    disposition: Literal["inline", "attachment"]

    @classmethod
    def of(cls, content_type: str) -> "Presentation":
        if content_type == _PDF:
            return cls(_PDF, "inline")
        if content_type in _SHOWN_AS_TEXT:
            return cls("text/plain; charset=utf-8", "inline")
        return cls("application/octet-stream", "attachment")

    def content_disposition(self, file_name: str) -> str:
        """The header of RFC 6266: a plain name for old clients, and the whole one in the encoding of RFC 5987."""
        plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\/%' else "_" for c in file_name)
        return f"{self.disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


@runtime_checkable
class OutsideBlobStore(Protocol):
    """A store of an origin of its own, which pages reach across origins: it must allow Opentrace's."""

    @property
    def browser_origin(self) -> str:
        """Where its signed URLs point, as `https://host:port`."""
        ...

    async def cors_problem(self, page_origin: str) -> str | None:
        """What keeps pages of `page_origin` from uploading and reading; None where all is well.

        Raises BlobStoreError where the store cannot be asked.
        """
        ...

    async def allow_origin(self, page_origin: str) -> None:
        """Add what `cors_problem` misses to the store's own rules. Raises BlobStoreError."""
        ...


@dataclass(frozen=True, slots=True)
class ServedBlob:
    """What a signed GET opens."""

    path: Path
    file_name: str
    content_type: str


@runtime_checkable
class ServedBlobStore(Protocol):
    """A store whose signed URLs Opentrace's own server answers (`opentrace/http/blobs.py`).

    `token` is the last segment of the signed URL.
    """

    async def receive(
        self, token: str, body: AsyncIterator[bytes], *, content_type: str | None, content_length: int | None
    ) -> None:
        """Store the body of a signed PUT. Raises BlobRejected or BlobExists; a broken body leaves nothing."""
        ...

    async def open_signed(self, token: str) -> ServedBlob:
        """Resolve a signed GET. Raises BlobRejected or BlobNotFound."""
        ...
