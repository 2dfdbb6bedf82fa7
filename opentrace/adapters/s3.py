"""Objects in an S3 bucket, of AWS or of a server that speaks its protocol. Browsers send and get the bytes there."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

import boto3
import httpx
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)

from opentrace.ports.blob_store import BlobNotFound, BlobStat, BlobStoreError, Presentation, SignedRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CORSRuleTypeDef

Result = TypeVar("Result")

DEFAULT_REGION = "us-east-1"
PART_BYTES = 16 * 1024 * 1024
"""What is larger is sent and fetched in parts of this size, four at a time."""

_CORS_MAX_AGE_S = 3600
_ANY_KEY = "cors-check"
_ENCRYPTION_HEADERS = {
    "ServerSideEncryption": "x-amz-server-side-encryption",
    "SSEKMSKeyId": "x-amz-server-side-encryption-aws-kms-key-id",
}
_ALLOWED_HEADERS = ["content-type", "if-none-match", "range", *_ENCRYPTION_HEADERS.values()]
_EXPOSED_HEADERS = ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"]
_NOT_FOUND = frozenset({"404", "NoSuchKey", "NotFound"})
_METHODS: tuple[Literal["PUT", "GET"], ...] = ("PUT", "GET")


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Bucket:
    """Which bucket, and how it is reached. Without a key, boto3 looks in the usual places of AWS."""

    name: str
    prefix: str = ""
    region: str | None = None
    endpoint_url: str | None = None
    public_endpoint_url: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None
    session_token: str | None = None
    addressing: Literal["auto", "path", "virtual"] = "auto"
    encryption: Literal["bucket", "AES256", "aws:kms"] = "bucket"
    kms_key_id: str | None = None


class S3BlobStore:
    """Implements `BlobStore` and `OutsideBlobStore`.

    boto3 blocks, so that its calls run in threads. A signed upload is bound to its size and type by signed headers,
    and to its first use by `If-None-Match: *`.
    """

    def __init__(self, bucket: S3Bucket) -> None:
        self._bucket = bucket
        session = boto3.session.Session()
        self._region = bucket.region or session.region_name or DEFAULT_REGION
        client = partial(_client, session, bucket, region=self._region)
        self._client = client(endpoint_url=bucket.endpoint_url)
        self._signer = client(endpoint_url=bucket.public_endpoint_url) if bucket.public_endpoint_url else self._client
        self._transfer = TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=4
        )

    async def sign_put(self, key: str, *, content_type: str, size_bytes: int, expires_in_s: int) -> SignedRequest:
        params = {
            "ContentType": content_type,
            "ContentLength": size_bytes,
            "IfNoneMatch": "*",
            **self._encryption(),
        }
        url = await self._sign("put_object", key, params, expires_in_s)
        return SignedRequest(
            method="PUT",
            url=url,
            headers={"Content-Type": content_type, "If-None-Match": "*", **self._encryption_headers()},
            expires_at=_after(expires_in_s),
        )

    async def sign_get(self, key: str, *, file_name: str, content_type: str, expires_in_s: int) -> SignedRequest:
        presentation = Presentation.of(content_type)
        params = {
            "ResponseContentType": presentation.content_type,
            "ResponseContentDisposition": presentation.content_disposition(file_name),
            "ResponseCacheControl": "private, no-store",
        }
        url = await self._sign("get_object", key, params, expires_in_s)
        return SignedRequest(method="GET", url=url, headers={}, expires_at=_after(expires_in_s))

    async def stat(self, key: str) -> BlobStat | None:
        try:
            found = await self._call(self._client.head_object, Bucket=self._bucket.name, Key=self._name(key))
        except BlobNotFound:
            return None
        return BlobStat(size_bytes=found["ContentLength"], content_type=found.get("ContentType"))

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        await self._call(
            self._client.upload_fileobj,
            BytesIO(data),
            self._bucket.name,
            self._name(key),
            ExtraArgs={"ContentType": content_type, **self._encryption()},
            Config=self._transfer,
        )

    async def read(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        if length == 0:
            return b""
        end = "" if length is None else start + length - 1
        where = {} if (start, length) == (0, None) else {"Range": f"bytes={start}-{end}"}
        return await self._call(self._read, self._name(key), where)

    async def download(self, key: str, target: Path) -> None:
        await self._call(
            self._client.download_file, self._bucket.name, self._name(key), str(target), Config=self._transfer
        )

    async def delete(self, key: str) -> None:
        await self._call(self._client.delete_object, Bucket=self._bucket.name, Key=self._name(key))

    async def check(self) -> None:
        try:
            answer = await self._call(self._client.head_bucket, Bucket=self._bucket.name)
        except BlobNotFound as error:
            raise BlobStoreError(
                f"There is no bucket {self._bucket.name!r} at {self._endpoint}. Create it, or correct "
                "OPENTRACE_S3_BUCKET."
            ) from error
        region = answer.get("BucketRegion")
        if region and region != self._region and self._bucket.endpoint_url is None:
            raise BlobStoreError(
                f"The bucket {self._bucket.name!r} is in {region}, and not in {self._region}. Set "
                f"OPENTRACE_S3_REGION={region}."
            )

    @property
    def browser_origin(self) -> str:
        bucket = self._bucket
        parts = urlsplit(self._signer.meta.endpoint_url)
        if _addressing(bucket) == "path":
            return f"{parts.scheme}://{parts.netloc}"
        return f"{parts.scheme}://{bucket.name}.{parts.netloc}"

    async def cors_problem(self, page_origin: str) -> str | None:
        """Asks as a browser does before it sends a file: some servers cannot be asked for their rules."""
        upload = await self.sign_put(_ANY_KEY, content_type="application/pdf", size_bytes=1, expires_in_s=60)
        names = ",".join(sorted(name.lower() for name in upload.headers))
        async with httpx.AsyncClient(timeout=10) as client:
            for method in _METHODS:
                asked = {"Origin": page_origin, "Access-Control-Request-Method": method}
                if method == "PUT":
                    asked["Access-Control-Request-Headers"] = names
                try:
                    answer = await client.options(upload.url, headers=asked)
                except httpx.HTTPError as error:
                    raise BlobStoreError(
                        f"{self.browser_origin} does not answer ({type(error).__name__}). Check "
                        "OPENTRACE_S3_ENDPOINT_URL and OPENTRACE_S3_PUBLIC_ENDPOINT_URL."
                    ) from error
                if not _allows(answer, page_origin=page_origin, method=method, names=names if method == "PUT" else ""):
                    return (
                        f"The bucket does not let pages of {page_origin} send a {method} request. Run `opentrace "
                        "doctor --fix-cors`, or set its CORS rules by hand (docs/how-to/store-files-in-s3.md)."
                    )
        return None

    async def allow_origin(self, page_origin: str) -> None:
        rules = await self._call(self._cors_rules)
        rules = [rule for rule in rules if rule.get("ID") != _rule_id(page_origin)]
        rules.append(
            {
                "ID": _rule_id(page_origin),
                "AllowedOrigins": [page_origin],
                "AllowedMethods": ["PUT", "GET", "HEAD"],
                "AllowedHeaders": _ALLOWED_HEADERS,
                "ExposeHeaders": _EXPOSED_HEADERS,
                "MaxAgeSeconds": _CORS_MAX_AGE_S,
            }
        )
        await self._call(self._client.put_bucket_cors, Bucket=self._bucket.name, CORSConfiguration={"CORSRules": rules})

    def _cors_rules(self) -> list[CORSRuleTypeDef]:
        try:
            found = self._client.get_bucket_cors(Bucket=self._bucket.name)["CORSRules"]
        except ClientError as error:
            if _code(error) == "NoSuchCORSConfiguration":
                return []
            raise
        return [{**rule} for rule in found]  # pyright: ignore[reportReturnType] -- what was read may be written

    def _read(self, name: str, where: Mapping[str, str]) -> bytes:
        try:
            return self._client.get_object(Bucket=self._bucket.name, Key=name, **where)["Body"].read()  # pyright: ignore[reportArgumentType] -- `where` is a Range or nothing
        except ClientError as error:
            if _code(error) == "InvalidRange":
                return b""  # it starts at or past the end
            raise

    async def _sign(
        self, operation: Literal["put_object", "get_object"], key: str, params: Mapping[str, object], expires_in_s: int
    ) -> str:
        return await self._call(
            self._signer.generate_presigned_url,
            operation,
            Params={"Bucket": self._bucket.name, "Key": self._name(key), **params},
            ExpiresIn=expires_in_s,
        )

    async def _call(self, call: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        with self._translated():
            return await asyncio.to_thread(call, *args, **kwargs)

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except ClientError as error:
            if _code(error) in _NOT_FOUND:
                raise BlobNotFound("There is no such object.") from error
            raise BlobStoreError(_sentence(_code(error), bucket=self._bucket.name, endpoint=self._endpoint)) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise BlobStoreError(
                "There is no key for the file storage. Set OPENTRACE_S3_ACCESS_KEY_ID and "
                "OPENTRACE_S3_SECRET_ACCESS_KEY, or give this machine a role."
            ) from error
        except (BotoConnectionError, HTTPClientError) as error:
            raise BlobStoreError(
                f"The file storage at {self._endpoint} does not answer. Check OPENTRACE_S3_ENDPOINT_URL, "
                "OPENTRACE_S3_REGION and the network."
            ) from error
        except BotoCoreError as error:
            raise BlobStoreError(
                f"The file storage at {self._endpoint} cannot be used ({type(error).__name__}). Check the "
                "OPENTRACE_S3_… settings."
            ) from error

    @property
    def _endpoint(self) -> str:
        return urlsplit(self._client.meta.endpoint_url).netloc.rpartition("@")[2]

    def _name(self, key: str) -> str:
        return self._bucket.prefix + key

    def _encryption(self) -> dict[str, str]:
        """As parameters of boto3."""
        if self._bucket.encryption == "bucket":
            return {}
        asked = {"ServerSideEncryption": self._bucket.encryption}
        return asked | ({"SSEKMSKeyId": self._bucket.kms_key_id} if self._bucket.kms_key_id else {})

    def _encryption_headers(self) -> dict[str, str]:
        return {_ENCRYPTION_HEADERS[parameter]: value for parameter, value in self._encryption().items()}


def _client(session: boto3.session.Session, bucket: S3Bucket, *, region: str, endpoint_url: str | None) -> S3Client:
    return session.client(  # pyright: ignore[reportUnknownMemberType] -- the types of other services are not installed
        "s3",
        region_name=region,
        endpoint_url=endpoint_url,
        aws_access_key_id=bucket.access_key_id,
        aws_secret_access_key=bucket.secret_access_key,
        aws_session_token=bucket.session_token if bucket.access_key_id else None,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": _addressing(bucket), "us_east_1_regional_endpoint": "regional"},
            # Checksums of newer SDKs are not understood by every compatible server.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=50,
        ),
    )


def _addressing(bucket: S3Bucket) -> Literal["path", "virtual"]:
    if bucket.addressing != "auto":
        return bucket.addressing
    return "virtual" if bucket.endpoint_url is None else "path"


def _after(seconds: int) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _sentence(code: str, *, bucket: str, endpoint: str) -> str:
    match code:
        case "NoSuchBucket":
            return f"There is no bucket {bucket!r} at {endpoint}. Create it, or correct OPENTRACE_S3_BUCKET."
        case "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" | "ExpiredToken" | "AuthFailure":
            return (
                f"{endpoint} does not accept the key ({code}). Check OPENTRACE_S3_ACCESS_KEY_ID and "
                "OPENTRACE_S3_SECRET_ACCESS_KEY."
            )
        case "AccessDenied" | "403":
            return (
                f"The key may not use the bucket {bucket!r} at {endpoint}. Allow it s3:GetObject, s3:PutObject, "
                "s3:DeleteObject and s3:ListBucket there, or check key and secret."
            )
        case "PermanentRedirect" | "301" | "AuthorizationHeaderMalformed":
            return f"The bucket {bucket!r} is in another region. Set OPENTRACE_S3_REGION to its own."
        case "SlowDown" | "ServiceUnavailable" | "InternalError" | "503" | "500":
            return f"The file storage at {endpoint} fails ({code}). Try again in a moment."
        case _:
            return f"The file storage at {endpoint} refuses the request ({code or 'no code'})."


def _rule_id(page_origin: str) -> str:
    return f"opentrace {page_origin}"[:255]


def _allows(answer: httpx.Response, *, page_origin: str, method: str, names: str) -> bool:
    """Whether a browser would go on after this answer to its preflight."""

    def listed(header: str) -> set[str]:
        return {item.strip().lower() for item in answer.headers.get(header, "").split(",") if item.strip()}

    if not answer.is_success or answer.headers.get("access-control-allow-origin") not in ("*", page_origin):
        return False
    methods, headers = listed("access-control-allow-methods"), listed("access-control-allow-headers")
    # A simple method needs no mention.
    method_fits = method == "GET" or method.lower() in methods or "*" in methods
    return method_fits and ("*" in headers or {name for name in names.split(",") if name} <= headers)
