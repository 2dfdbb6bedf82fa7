"""Signed uploads and downloads of the local blob store, below HTTP."""

import asyncio
import stat
import threading
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from opentrace.adapters.local.blob_store import LocalBlobStore
from opentrace.adapters.local.signed_tokens import load_secret
from opentrace.ports.blob_store import BlobExists, BlobNotFound, BlobRejected, BlobStoreError, BlobTooLarge
from tests.contracts.blob_store import new_key

TEXT = "text/plain"


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "objects", secret_file=tmp_path / "signing.key")


async def body(*pieces: bytes) -> AsyncGenerator[bytes]:
    for piece in pieces:
        yield piece


class Interrupted(Exception):
    """The client went away."""


async def interrupted_body() -> AsyncGenerator[bytes]:
    yield b"ab"
    raise Interrupted


async def put_token(store: LocalBlobStore, key: str, *, size: int = 4, expires_in_s: int = 60) -> str:
    request = await store.sign_put(key, content_type=TEXT, size_bytes=size, expires_in_s=expires_in_s)
    return request.url.rpartition("/")[2]


async def get_token(store: LocalBlobStore, key: str, *, expires_in_s: int = 60) -> str:
    request = await store.sign_get(key, file_name="naïve.txt", content_type=TEXT, expires_in_s=expires_in_s)
    return request.url.rpartition("/")[2]


async def receive(
    store: LocalBlobStore, token: str, *pieces: bytes, content_type: str = TEXT, length: int | None = None
) -> None:
    await store.receive(token, body(*pieces), content_type=content_type, content_length=length)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_an_upload_in_pieces_becomes_one_object(store: LocalBlobStore, tmp_path: Path) -> None:
    key = new_key()

    await receive(store, await put_token(store, key), b"ab", b"", b"cd")

    assert await store.read(key) == b"abcd"
    assert files_below(tmp_path / "objects") == [tmp_path / "objects" / key]


async def test_an_address_works_once(store: LocalBlobStore) -> None:
    key = new_key()
    token = await put_token(store, key)
    await receive(store, token, b"abcd")

    with pytest.raises(BlobExists):
        await receive(store, token, b"efgh")

    assert await store.read(key) == b"abcd"


async def test_of_two_uploads_at_once_one_wins(store: LocalBlobStore, tmp_path: Path) -> None:
    key = new_key()
    token = await put_token(store, key)

    outcomes = await asyncio.gather(
        *(receive(store, token, bytes([65 + number]) * 4) for number in range(8)), return_exceptions=True
    )

    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, BlobExists) for outcome in outcomes) == 7
    winner = outcomes.index(None)
    assert await store.read(key) == bytes([65 + winner]) * 4
    assert len(files_below(tmp_path / "objects")) == 1


async def test_an_interrupted_upload_leaves_nothing_and_can_be_repeated(store: LocalBlobStore, tmp_path: Path) -> None:
    key = new_key()
    token = await put_token(store, key)

    with pytest.raises(Interrupted):
        await store.receive(token, interrupted_body(), content_type=TEXT, content_length=4)

    assert files_below(tmp_path / "objects") == []
    await receive(store, token, b"abcd")
    assert await store.read(key) == b"abcd"


@pytest.mark.parametrize(
    ("sent", "length", "kind"),
    [
        (b"abc", None, BlobRejected),
        (b"abc", 3, BlobRejected),
        (b"abcde", None, BlobTooLarge),
        (b"abcde", 5, BlobTooLarge),
        (b"abcde", 4, BlobTooLarge),
        (b"", 0, BlobRejected),
    ],
)
async def test_another_size_than_signed_is_refused(
    store: LocalBlobStore, tmp_path: Path, sent: bytes, length: int | None, kind: type[BlobRejected]
) -> None:
    key = new_key()

    with pytest.raises(kind) as raised:
        await receive(store, await put_token(store, key), sent, length=length)

    assert raised.value.code == "upload_size_mismatch"
    assert files_below(tmp_path / "objects") == []


async def test_another_type_than_signed_is_refused(store: LocalBlobStore) -> None:
    token = await put_token(store, new_key())

    with pytest.raises(BlobRejected) as raised:
        await receive(store, token, b"abcd", content_type="text/html")

    assert raised.value.code == "upload_type_mismatch"


async def test_parameters_of_the_type_do_not_matter(store: LocalBlobStore) -> None:
    await receive(store, await put_token(store, new_key()), b"abcd", content_type="TEXT/plain; charset=utf-8")


async def test_expired_addresses_are_refused(store: LocalBlobStore) -> None:
    key = new_key()

    with pytest.raises(BlobRejected) as upload:
        await receive(store, await put_token(store, key, expires_in_s=-1), b"abcd")
    with pytest.raises(BlobRejected) as download:
        await store.open_signed(await get_token(store, key, expires_in_s=-1))

    assert upload.value.code == "upload_expired"
    assert download.value.code == "download_expired"


async def test_every_change_of_a_token_is_noticed(store: LocalBlobStore) -> None:
    token = await put_token(store, new_key())
    changed = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(len(token))
    ]

    for forged in [*changed, "", ".", token + "A", token[:-1], token + "=", "ü.ü", "x" * 100_000]:
        with pytest.raises(BlobRejected) as raised:
            await receive(store, forged, b"abcd")
        assert raised.value.code == "upload_signature_invalid"


async def test_a_token_of_another_installation_is_refused(store: LocalBlobStore, tmp_path: Path) -> None:
    other = LocalBlobStore(tmp_path / "objects", secret_file=tmp_path / "other.key")

    with pytest.raises(BlobRejected) as raised:
        await receive(store, await put_token(other, new_key()), b"abcd")

    assert raised.value.code == "upload_signature_invalid"


async def test_a_token_is_for_one_method(store: LocalBlobStore) -> None:
    key = new_key()

    with pytest.raises(BlobRejected, match="not made by this server"):
        await store.open_signed(await put_token(store, key))
    with pytest.raises(BlobRejected, match="not made by this server"):
        await receive(store, await get_token(store, key), b"abcd")


async def test_a_download_names_the_file_and_its_type(store: LocalBlobStore) -> None:
    key = new_key()
    await store.put(key, b"abcd", content_type=TEXT)

    blob = await store.open_signed(await get_token(store, key))

    assert (blob.file_name, blob.content_type, blob.path.read_bytes()) == ("naïve.txt", TEXT, b"abcd")


async def test_a_download_of_what_is_gone_is_not_found(store: LocalBlobStore) -> None:
    with pytest.raises(BlobNotFound):
        await store.open_signed(await get_token(store, new_key()))


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "a//b", "a/../b", "", ".incoming/x", "a\\b", "A", "a\x00"])
async def test_a_key_never_leads_out_of_the_folder(store: LocalBlobStore, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        await store.put(key, b"", content_type=TEXT)
    with pytest.raises(ValueError, match="no key"):
        await store.sign_get(key, file_name="a", content_type=TEXT, expires_in_s=60)


async def test_the_last_object_takes_its_folders_with_it(store: LocalBlobStore, tmp_path: Path) -> None:
    await store.put("projects/a/documents/b", b"1", content_type=TEXT)
    await store.put("projects/c/documents/d", b"2", content_type=TEXT)

    await store.delete("projects/a/documents/b")

    assert not (tmp_path / "objects/projects/a").exists()
    assert await store.read("projects/c/documents/d") == b"2"


async def test_a_folder_that_cannot_be_written_fails_the_check(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file where the folder should be")
    store = LocalBlobStore(tmp_path / "objects", secret_file=tmp_path / "signing.key")

    with pytest.raises(BlobStoreError, match="cannot be used"):
        await store.check()


def test_the_secret_is_its_owners_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.key"
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(load_secret(path))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["signing.key"]
