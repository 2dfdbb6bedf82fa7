"""Tokens that carry a permission: what may be done, until when, and a signature (HMAC-SHA256) that proves it.

A token is `<payload>.<signature>`, both in URL-safe base64 without padding.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

_PURPOSE = b"opentrace blob v1\x00"
_SECRET_BYTES = 32
MAX_TOKEN_CHARS = 8192


class BadSignature(Exception):
    """The token was not made with this secret."""


def sign(payload: dict[str, str | int], *, secret: bytes) -> str:
    encoded = _encode(json.dumps(payload, separators=(",", ":"), sort_keys=True).encode())
    return f"{encoded}.{_encode(_signature(encoded, secret))}"


def verify(token: str, *, secret: bytes) -> dict[str, Any]:
    """The payload. Raises BadSignature; nothing of the token is looked at before its signature holds."""
    encoded, _, signature = token.partition(".")
    if len(token) > MAX_TOKEN_CHARS or not token.isascii():
        raise BadSignature
    expected = _encode(_signature(encoded, secret))
    if not hmac.compare_digest(expected, signature):
        raise BadSignature
    try:
        return json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (binascii.Error, ValueError) as error:
        raise BadSignature from error


def _signature(encoded: str, secret: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + encoded.encode("ascii"), hashlib.sha256)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def load_secret(path: Path) -> bytes:
    """The secret in `path`, readable by its owner only; made at first use. Two processes may do so at once.

    Raises OSError, or ValueError where the file holds something else.
    """
    if not path.exists():
        _write_secret(path)
    secret = path.read_bytes()
    if len(secret) != _SECRET_BYTES:
        raise ValueError(
            f"{str(path)!r} has {len(secret)} bytes instead of {_SECRET_BYTES}. Remove it to get a new one."
        )
    return secret


def _write_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
