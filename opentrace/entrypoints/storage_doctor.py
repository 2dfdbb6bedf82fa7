"""The file storage, as `opentrace doctor` looks at it: does it keep files, and do browsers reach it."""

from collections.abc import Sequence
from uuid import uuid4

from opentrace.entrypoints.findings import Finding
from opentrace.ports.blob_store import BlobStore, BlobStoreError, OutsideBlobStore
from opentrace.settings import Settings

_PROBE = b"opentrace doctor"


async def examine_storage(store: BlobStore, settings: Settings, *, fix_cors: bool) -> list[Finding]:
    """Store, read and remove an object; ask an outside storage whether it lets Opentrace's pages in."""
    try:
        await store.check()
        await _keep_and_remove(store)
    except BlobStoreError as error:
        return [Finding("Storage", "problem", str(error))]
    kept = Finding("Storage", "ok", "Takes and gives back files.")
    if not isinstance(store, OutsideBlobStore):
        return [kept]
    return [kept, await _examine_cors(store, settings.page_origins, fix=fix_cors)]


async def _keep_and_remove(store: BlobStore) -> None:
    key = f"doctor/{uuid4()}"
    await store.put(key, _PROBE, content_type="text/plain")
    try:
        if await store.read(key) != _PROBE:
            raise BlobStoreError("The file storage gives back something else than was stored. Check the server.")
    finally:
        await store.delete(key)


async def _examine_cors(store: OutsideBlobStore, origins: Sequence[str], *, fix: bool) -> Finding:
    try:
        for origin in origins:
            problem = await store.cors_problem(origin)
            if problem is not None and fix:
                await store.allow_origin(origin)
                problem = await store.cors_problem(origin)
            if problem is not None:
                return Finding("Uploads", "problem", problem)
    except BlobStoreError as error:
        return Finding("Uploads", "problem", str(error))
    return Finding("Uploads", "ok", f"Pages of {' and '.join(origins)} may send files to {store.browser_origin}.")
