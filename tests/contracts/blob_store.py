"""What every blob store keeps to. A test module inherits from the suite and gives it a fixture `blob_store`."""

from pathlib import Path
from uuid import uuid4

import pytest

from opentrace.ports.blob_store import BlobNotFound, BlobStore


def new_key() -> str:
    return f"projects/{uuid4()}/documents/{uuid4()}"


class BlobStoreContract:
    async def test_what_is_put_can_be_read_whole_and_in_parts(self, blob_store: BlobStore, tmp_path: Path) -> None:
        key = new_key()

        await blob_store.put(key, b"0123456789", content_type="text/plain")

        assert await blob_store.read(key) == b"0123456789"
        assert await blob_store.read(key, length=3) == b"012"
        assert await blob_store.read(key, start=7, length=10) == b"789"
        await blob_store.download(key, tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == b"0123456789"
        stat = await blob_store.stat(key)
        assert stat is not None
        assert stat.size_bytes == 10

    async def test_a_second_put_replaces_the_first(self, blob_store: BlobStore) -> None:
        key = new_key()

        await blob_store.put(key, b"first", content_type="text/plain")
        await blob_store.put(key, b"second", content_type="text/plain")

        assert await blob_store.read(key) == b"second"

    async def test_what_is_not_there_is_said_not_to_be(self, blob_store: BlobStore, tmp_path: Path) -> None:
        key = new_key()

        assert await blob_store.stat(key) is None
        with pytest.raises(BlobNotFound):
            await blob_store.read(key)
        with pytest.raises(BlobNotFound):
            await blob_store.download(key, tmp_path / "copy")
        assert not (tmp_path / "copy").exists()

    async def test_deleting_leaves_nothing_and_may_be_repeated(self, blob_store: BlobStore) -> None:
        key = new_key()
        await blob_store.put(key, b"data", content_type="text/plain")

        await blob_store.delete(key)
        await blob_store.delete(key)

        assert await blob_store.stat(key) is None

    async def test_an_empty_object_is_an_object(self, blob_store: BlobStore) -> None:
        key = new_key()

        await blob_store.put(key, b"", content_type="text/plain")

        stat = await blob_store.stat(key)
        assert stat is not None
        assert stat.size_bytes == 0
        assert await blob_store.read(key) == b""

    async def test_signed_requests_name_their_method_and_end(self, blob_store: BlobStore) -> None:
        put = await blob_store.sign_put(new_key(), content_type="text/plain", size_bytes=4, expires_in_s=60)
        get = await blob_store.sign_get(new_key(), file_name="a.txt", content_type="text/plain", expires_in_s=30)

        assert (put.method, get.method) == ("PUT", "GET")
        assert 25 <= (put.expires_at - get.expires_at).total_seconds() <= 35
        assert put.headers["Content-Type"] == "text/plain"

    async def test_a_store_in_order_passes_its_check(self, blob_store: BlobStore) -> None:
        await blob_store.check()
