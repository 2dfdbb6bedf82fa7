"""The contract of blob stores, kept by each that ships."""

from pathlib import Path

import pytest

from opentrace.adapters.local.blob_store import LocalBlobStore
from opentrace.adapters.s3 import S3BlobStore, S3Bucket
from opentrace.ports.blob_store import BlobStore
from tests.contracts.blob_store import BlobStoreContract


class TestLocalBlobStore(BlobStoreContract):
    @pytest.fixture
    def blob_store(self, tmp_path: Path) -> BlobStore:
        return LocalBlobStore(tmp_path / "objects", secret_file=tmp_path / "signing.key")


class TestS3BlobStore(BlobStoreContract):
    @pytest.fixture(scope="class")
    def blob_store(self, s3_bucket: S3Bucket) -> BlobStore:
        return S3BlobStore(s3_bucket)
