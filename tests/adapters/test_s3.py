"""Signed requests and rules of an S3 bucket, against a server that checks signatures."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
import pytest

from opentrace.adapters.s3 import PART_BYTES, S3BlobStore, S3Bucket
from opentrace.ports.blob_store import BlobStoreError, SignedRequest
from tests.contracts.blob_store import new_key
from tests.s3_server import admin_client
from tests.waiting import until

PDF = "application/pdf"
PAGE = "https://opentrace.example.org"


@pytest.fixture(scope="module")
def store(s3_bucket: S3Bucket) -> S3BlobStore:
    return S3BlobStore(s3_bucket)


@dataclass
class Attempt:
    """A request on its way, to be spoilt by a test."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""

    def change_query(self, **values: str) -> None:
        parts = urlsplit(self.url)
        query = {name: values.get(name.replace("-", "_"), value) for name, value in parse_qsl(parts.query)}
        self.url = urlunsplit(parts._replace(query=urlencode(query)))

    def change_path(self, old: str, new: str) -> None:
        parts = urlsplit(self.url)
        assert old in parts.path
        self.url = urlunsplit(parts._replace(path=parts.path.replace(old, new)))


async def send(request: Attempt | SignedRequest, body: bytes = b"") -> httpx.Response:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        content = request.body if isinstance(request, Attempt) else body
        return await client.request(request.method, request.url, headers=request.headers, content=content or None)


async def upload(store: S3BlobStore, key: str, *, size_bytes: int = 4, expires_in_s: int = 60) -> SignedRequest:
    return await store.sign_put(key, content_type=PDF, size_bytes=size_bytes, expires_in_s=expires_in_s)


async def test_an_upload_keeps_bytes_and_type_and_works_once(store: S3BlobStore) -> None:
    key = new_key()
    signed = await upload(store, key)

    first, second = await send(signed, b"%PDF"), await send(signed, b"evil")

    assert (first.status_code, second.status_code) == (200, 412)
    assert await store.read(key) == b"%PDF"
    stat = await store.stat(key)
    assert stat is not None
    assert stat.content_type == PDF


SPOILT_UPLOADS: dict[str, Callable[[Attempt], object]] = {
    "changed signature": lambda put: put.change_query(X_Amz_Signature="0" * 64),
    "no signature": lambda put: put.change_query(X_Amz_Signature=""),
    "longer expiry": lambda put: put.change_query(X_Amz_Expires="600000"),
    "other signer": lambda put: put.change_query(
        X_Amz_Credential=dict(parse_qsl(urlsplit(put.url).query))["X-Amz-Credential"].replace("opentrace-test", "x")
    ),
    "fewer signed headers": lambda put: put.change_query(X_Amz_SignedHeaders="host"),
    "other key": lambda put: put.change_path("/documents/", "/documentz/"),
    "other project": lambda put: put.change_path("/projects/", "/projects/../projects/x"),
    "other method": lambda put: setattr(put, "method", "DELETE"),
    "other type": lambda put: put.headers.update({"Content-Type": "text/html"}),
    "no type": lambda put: put.headers.pop("Content-Type"),
    "may replace": lambda put: put.headers.pop("If-None-Match"),
    "more bytes": lambda put: setattr(put, "body", b"%PDF-"),
    "fewer bytes": lambda put: setattr(put, "body", b"%PD"),
}


@pytest.mark.parametrize("spoil", SPOILT_UPLOADS.values(), ids=SPOILT_UPLOADS.keys())
async def test_a_spoilt_upload_is_refused(store: S3BlobStore, spoil: Callable[[Attempt], object]) -> None:
    key = new_key()
    signed = await upload(store, key)
    attempt = Attempt("PUT", signed.url, dict(signed.headers), b"%PDF")

    spoil(attempt)
    refused = await send(attempt)

    assert refused.status_code in (400, 403), refused.text
    assert await store.stat(key) is None
    assert (await send(signed, b"%PDF")).status_code == 200, "unspoilt, it works"


async def test_a_download_has_the_name_and_a_harmless_type(store: S3BlobStore) -> None:
    key = new_key()
    await store.put(key, b"<script>alert(1)</script>", content_type="text/html")

    page = await send(await store.sign_get(key, file_name="naïve.html", content_type="text/html", expires_in_s=60))
    other = await send(await store.sign_get(key, file_name="a.xlsx", content_type="x/sheet", expires_in_s=60))

    assert page.content == b"<script>alert(1)</script>"
    assert page.headers["content-type"] == "text/plain; charset=utf-8"
    assert page.headers["content-disposition"] == "inline; filename=\"na_ve.html\"; filename*=UTF-8''na%C3%AFve.html"
    assert other.headers["content-type"] == "application/octet-stream"
    assert other.headers["content-disposition"].startswith('attachment; filename="a.xlsx"')


SPOILT_DOWNLOADS: dict[str, Callable[[Attempt], object]] = {
    "changed signature": lambda get: get.change_query(X_Amz_Signature="0" * 64),
    "longer expiry": lambda get: get.change_query(X_Amz_Expires="600000"),
    "other key": lambda get: get.change_path("/documents/", "/documentz/"),
    "runs as a page": lambda get: get.change_query(response_content_type="text/html"),
    "other name": lambda get: get.change_query(response_content_disposition="inline"),
    "writes": lambda get: setattr(get, "method", "PUT"),
}


@pytest.mark.parametrize("spoil", SPOILT_DOWNLOADS.values(), ids=SPOILT_DOWNLOADS.keys())
async def test_a_spoilt_download_is_refused(store: S3BlobStore, spoil: Callable[[Attempt], object]) -> None:
    key = new_key()
    await store.put(key, b"secret", content_type="text/plain")
    signed = await store.sign_get(key, file_name="a.txt", content_type="text/plain", expires_in_s=60)
    attempt = Attempt("GET", signed.url, {})

    spoil(attempt)
    refused = await send(attempt)

    assert refused.status_code == 403, refused.text
    assert b"secret" not in refused.content


async def test_signed_requests_expire(store: S3BlobStore) -> None:
    key = new_key()
    await store.put(key, b"data", content_type=PDF)
    put = await upload(store, new_key(), expires_in_s=1)
    get = await store.sign_get(key, file_name="a.pdf", content_type=PDF, expires_in_s=1)

    async def over() -> bool:
        return (datetime.now(UTC) - get.expires_at).total_seconds() > 1

    await until(over)

    assert [(await send(put, b"%PDF")).status_code, (await send(get)).status_code] == [403, 403]


async def test_a_large_object_goes_in_parts(store: S3BlobStore, s3_bucket: S3Bucket) -> None:
    key = new_key()
    data = bytes(range(256)) * (PART_BYTES // 256) + b"the rest"

    await store.put(key, data, content_type=PDF)

    found = admin_client(s3_bucket).head_object(Bucket=s3_bucket.name, Key=s3_bucket.prefix + key)
    assert found["ETag"].rstrip('"').endswith("-2")
    assert await store.read(key) == data


async def test_encryption_is_asked_for_with_each_object(s3_bucket: S3Bucket) -> None:
    store = S3BlobStore(replace(s3_bucket, encryption="AES256"))
    keys = [new_key(), new_key()]
    signed = await upload(store, keys[0])

    refused = await send(Attempt("PUT", signed.url, {"Content-Type": PDF, "If-None-Match": "*"}, b"%PDF"))
    sent = await send(signed, b"%PDF")
    await store.put(keys[1], b"%PDF", content_type=PDF)

    assert (refused.status_code, sent.status_code) == (403, 200)
    for key in keys:
        found = admin_client(s3_bucket).head_object(Bucket=s3_bucket.name, Key=s3_bucket.prefix + key)
        assert found["ServerSideEncryption"] == "AES256"
        assert await store.read(key) == b"%PDF"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": "nowhere"}, "OPENTRACE_S3_BUCKET"),
        ({"secret_access_key": "wrong"}, "key"),
        ({"access_key_id": "nobody"}, "key"),
        ({"endpoint_url": "http://127.0.0.1:1"}, "OPENTRACE_S3_ENDPOINT_URL"),
    ],
)
async def test_a_store_that_cannot_be_used_says_what_to_do(
    s3_bucket: S3Bucket, wrong: dict[str, str], says: str
) -> None:
    store = S3BlobStore(replace(s3_bucket, **wrong))

    with pytest.raises(BlobStoreError, match=says):
        await store.check()


async def test_pages_are_let_in_beside_those_that_were(store: S3BlobStore, s3_bucket: S3Bucket) -> None:
    client = admin_client(s3_bucket)
    other = "https://other.example.org"
    rule = {"AllowedOrigins": [other], "AllowedMethods": ["PUT", "GET"], "AllowedHeaders": ["*"]}
    client.put_bucket_cors(Bucket=s3_bucket.name, CORSConfiguration={"CORSRules": [rule]})  # pyright: ignore[reportArgumentType] -- a plain dict is what is sent

    before = await store.cors_problem(PAGE)
    await store.allow_origin(PAGE)
    await store.allow_origin(PAGE)

    assert before is not None
    assert "--fix-cors" in before
    assert await store.cors_problem(PAGE) is None
    assert await store.cors_problem(other) is None
    assert await store.cors_problem("https://evil.example.org") is not None
    assert len(client.get_bucket_cors(Bucket=s3_bucket.name)["CORSRules"]) == 2


@pytest.mark.parametrize(
    ("changes", "origin"),
    [
        ({}, "https://documents.s3.eu-central-1.amazonaws.com"),
        ({"region": "us-east-1"}, "https://documents.s3.us-east-1.amazonaws.com"),
        ({"addressing": "path"}, "https://s3.eu-central-1.amazonaws.com"),
        ({"endpoint_url": "http://minio:9000"}, "http://minio:9000"),
        ({"endpoint_url": "https://r2.example.com", "addressing": "virtual"}, "https://documents.r2.example.com"),
        ({"endpoint_url": "http://s3:8333", "public_endpoint_url": "https://f.example.org"}, "https://f.example.org"),
    ],
)
async def test_browsers_are_sent_where_they_reach_the_bucket(changes: dict[str, str], origin: str) -> None:
    bucket = S3Bucket(name="documents", region="eu-central-1", access_key_id="key", secret_access_key="secret")
    store = S3BlobStore(replace(bucket, **changes))  # pyright: ignore[reportArgumentType] -- of a table

    signed = await upload(store, "k")

    assert store.browser_origin == origin
    assert signed.url.startswith(origin + "/")
    assert time.time() < signed.expires_at.timestamp()
