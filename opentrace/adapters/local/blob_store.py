"""Objects as files of a folder. The server answers the signed requests itself (`opentrace/http/blobs.py`)."""

import asyncio
import os
import re
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Literal
from uuid import uuid4

from opentrace.adapters.local.signed_tokens import BadSignature, load_secret, sign, verify
from opentrace.ports.blob_store import (
    BlobExists,
    BlobNotFound,
    BlobRejected,
    BlobStat,
    BlobStoreError,
    BlobTooLarge,
    ServedBlob,
    SignedRequest,
)

PATH_PREFIX = "/api/blobs/"
ABANDONED_AFTER_S = 3600.0
"""An upload that has not grown for so long was cut off by the end of its server."""

_KEY = re.compile(r"(?:[a-z0-9_-]+/)*[a-z0-9_-]+")
_MAX_KEY_CHARS = 200
_WRITE_BYTES = 1024 * 1024

Method = Literal["PUT", "GET"]
_CODE_PREFIX: dict[Method, str] = {"PUT": "upload", "GET": "download"}


class LocalBlobStore:
    """Implements `BlobStore` and `ServedBlobStore`.

    An object is whole or not there: it is written under another name and then linked to its own, which also makes
    an upload address work once. Any number of processes may share `root` and `secret_file`.
    """

    def __init__(self, root: Path, *, secret_file: Path) -> None:
        self._root = root
        self._incoming = root / ".incoming"
        self._secret_file = secret_file

    async def sign_put(self, key: str, *, content_type: str, size_bytes: int, expires_in_s: int) -> SignedRequest:
        expires_at = int(time.time()) + expires_in_s
        token = await asyncio.to_thread(self._token, "PUT", key, expires_at, type=content_type, size=size_bytes)
        return SignedRequest(
            method="PUT",
            url=PATH_PREFIX + token,
            headers={"Content-Type": content_type},
            expires_at=datetime.fromtimestamp(expires_at, UTC),
        )

    async def sign_get(self, key: str, *, file_name: str, content_type: str, expires_in_s: int) -> SignedRequest:
        expires_at = int(time.time()) + expires_in_s
        token = await asyncio.to_thread(self._token, "GET", key, expires_at, type=content_type, name=file_name)
        return SignedRequest(
            method="GET", url=PATH_PREFIX + token, headers={}, expires_at=datetime.fromtimestamp(expires_at, UTC)
        )

    async def stat(self, key: str) -> BlobStat | None:
        try:
            found = await asyncio.to_thread(self._path(key).stat)
        except FileNotFoundError:
            return None
        return BlobStat(size_bytes=found.st_size, content_type=None)

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:  # noqa: ARG002 -- files have no type
        await asyncio.to_thread(self._put, self._path(key), data)

    async def read(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        path = self._path(key)

        def read() -> bytes:
            with path.open("rb") as file:
                file.seek(start)
                return file.read(-1 if length is None else length)

        try:
            return await asyncio.to_thread(read)
        except FileNotFoundError as error:
            raise BlobNotFound(f"There is no object {key!r}.") from error

    async def download(self, key: str, target: Path) -> None:
        try:
            await asyncio.to_thread(shutil.copyfile, self._path(key), target)
        except FileNotFoundError as error:
            raise BlobNotFound(f"There is no object {key!r}.") from error

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._delete, self._path(key))

    async def check(self) -> None:
        try:
            await asyncio.to_thread(self._write_probe)
        except OSError as error:
            raise _unusable(self._root, error) from error

    async def receive(
        self, token: str, body: AsyncIterator[bytes], *, content_type: str | None, content_length: int | None
    ) -> None:
        payload = await asyncio.to_thread(self._verified, token, "PUT")
        size, signed_type = int(payload["size"]), str(payload["type"])
        path = self._path(str(payload["key"]))
        if _media_type(content_type) != _media_type(signed_type):
            raise BlobRejected(
                f"The upload has the type {content_type!r}, but its address is for {signed_type!r}. Send the headers "
                "that came with the address.",
                code="upload_type_mismatch",
            )
        if content_length is not None and content_length != size:
            raise _wrong_size(content_length, size)
        if await asyncio.to_thread(path.exists):
            raise _used()
        try:
            await self._receive(path, body, size=size, expires_at=int(payload["expires"]))
        except OSError as error:
            raise _unusable(self._root, error) from error

    async def open_signed(self, token: str) -> ServedBlob:
        payload = await asyncio.to_thread(self._verified, token, "GET")
        path = self._path(str(payload["key"]))
        if not await asyncio.to_thread(path.is_file):
            raise BlobNotFound("The file is gone.")
        return ServedBlob(path=path, file_name=str(payload["name"]), content_type=str(payload["type"]))

    async def _receive(self, path: Path, body: AsyncIterator[bytes], *, size: int, expires_at: int) -> None:
        draft = self._incoming / uuid4().hex
        file = await asyncio.to_thread(self._open_draft, draft)
        try:
            received = 0
            held = bytearray()
            async for piece in body:
                received += len(piece)
                if received > size:
                    raise _wrong_size(received, size)
                held += piece
                if len(held) >= _WRITE_BYTES:
                    await asyncio.to_thread(file.write, bytes(held))
                    held.clear()
            if received < size:
                raise _wrong_size(received, size)
            if time.time() > expires_at:
                raise _expired("PUT")
            await asyncio.to_thread(_finish, file, bytes(held))
            await asyncio.to_thread(_publish, draft, path)
        finally:
            await asyncio.shield(asyncio.to_thread(_discard, file, draft))

    def _open_draft(self, draft: Path) -> IO[bytes]:
        self._remove_abandoned()
        return draft.open("xb")

    def _remove_abandoned(self) -> None:
        self._incoming.mkdir(parents=True, exist_ok=True)
        for draft in self._incoming.iterdir():
            with suppress(FileNotFoundError):
                if draft.stat().st_mtime < time.time() - ABANDONED_AFTER_S:
                    draft.unlink()

    def _put(self, path: Path, data: bytes) -> None:
        draft = self._incoming / uuid4().hex
        try:
            with self._open_draft(draft) as file:
                _finish(file, data)
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(path)
        except OSError as error:
            raise _unusable(self._root, error) from error
        finally:
            draft.unlink(missing_ok=True)

    def _delete(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(self._root, error) from error
        for folder in path.parents:
            if folder == self._root:
                return
            try:
                folder.rmdir()
            except OSError:
                # Something else is in there, or another process was faster.
                return

    def _write_probe(self) -> None:
        self._incoming.mkdir(parents=True, exist_ok=True)
        probe = self._incoming / uuid4().hex
        try:
            probe.write_bytes(b"probe")
        finally:
            probe.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        """The file of an object. A key names no folder above and no hidden file: ValueError where it tries."""
        if len(key) > _MAX_KEY_CHARS or _KEY.fullmatch(key) is None:
            raise ValueError(f"{key!r} is no key of an object: use lower-case letters, digits, '-', '_' and '/'.")
        return self._root / key

    @cached_property
    def _secret(self) -> bytes:
        try:
            return load_secret(self._secret_file)
        except (OSError, ValueError) as error:
            raise BlobStoreError(f"The key that signs addresses of files cannot be used: {error}") from error

    def _token(self, method: Method, key: str, expires_at: int, **bound: str | int) -> str:
        self._path(key)
        return sign({"method": method, "key": key, "expires": expires_at, **bound}, secret=self._secret)

    def _verified(self, token: str, method: Method) -> dict[str, Any]:
        try:
            payload = verify(token, secret=self._secret)
        except BadSignature as error:
            raise _forged(method) from error
        if payload["method"] != method:
            raise _forged(method)
        if time.time() > int(payload["expires"]):
            raise _expired(method)
        return payload


def _finish(file: IO[bytes], rest: bytes) -> None:
    file.write(rest)
    file.flush()
    os.fsync(file.fileno())


def _publish(draft: Path, path: Path) -> None:
    """Give the finished draft its name, unless something has that name. Raises BlobExists."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.hardlink_to(draft)
        except FileExistsError as error:
            raise _used() from error
        except FileNotFoundError:
            if not draft.exists():
                raise
            # The folder was empty for a moment, and a deletion of its last object took it away.
            continue
        break
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _discard(file: IO[bytes], draft: Path) -> None:
    with suppress(OSError):
        # What is still in the buffer of a full disk has nowhere to go.
        file.close()
    draft.unlink(missing_ok=True)


def _media_type(value: str | None) -> str:
    return (value or "").partition(";")[0].strip().lower()


def _forged(method: Method) -> BlobRejected:
    return BlobRejected(
        "The address was not made by this server, or was changed. Ask for a new one.",
        code=f"{_CODE_PREFIX[method]}_signature_invalid",
    )


def _expired(method: Method) -> BlobRejected:
    return BlobRejected("The address has expired. Ask for a new one.", code=f"{_CODE_PREFIX[method]}_expired")


def _used() -> BlobExists:
    return BlobExists("The file has arrived already: an upload address works once. Confirm the document.")


def _wrong_size(received: int, size: int) -> BlobRejected:
    if received > size:
        return BlobTooLarge(
            f"The upload has more than the {size} bytes that its address is for. Ask for an address for its real size.",
            code="upload_size_mismatch",
        )
    return BlobRejected(
        f"The upload has {received} bytes instead of the {size} that its address is for. Send the whole file again.",
        code="upload_size_mismatch",
    )


def _unusable(root: Path, error: OSError) -> BlobStoreError:
    return BlobStoreError(
        f"The folder of uploaded files, {str(root)!r}, cannot be used: {error.strerror or error}. Check its "
        "permissions and the space on its disk."
    )
