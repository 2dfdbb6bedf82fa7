"""Signatures of webhooks by the scheme of Svix, which Clerk sends with.

The package `svix` verifies them too, and takes a second to import.
"""

import base64
import binascii
import hmac
import time
from collections.abc import Mapping
from hashlib import sha256

from opentrace.ports.authenticator import WebhookRejected

TOLERANCE_S = 300
"""As Svix's own libraries have it: a message that is older, or from the future, is a replay."""

_SECRET_PREFIX = "whsec_"  # noqa: S105 -- what every secret starts with


def verify_svix_signature(headers: Mapping[str, str], body: bytes, *, secret: str) -> None:
    """Raises WebhookRejected."""
    message_id = headers.get("svix-id") or headers.get("webhook-id")
    sent_at = headers.get("svix-timestamp") or headers.get("webhook-timestamp")
    signatures = headers.get("svix-signature") or headers.get("webhook-signature")
    if not message_id or not sent_at or not signatures:
        raise WebhookRejected("The webhook is not signed.")
    if not (sent_at.isascii() and sent_at.isdigit()) or abs(time.time() - int(sent_at[:15])) > TOLERANCE_S:
        raise WebhookRejected("The webhook is too old, or its clock is wrong.")
    signed = b".".join([message_id.encode("latin-1", "replace"), sent_at.encode(), body])
    expected = hmac.new(secret_bytes(secret), signed, sha256).digest()
    for signature in signatures.split(" "):
        version, _, encoded = signature.partition(",")
        if version == "v1" and hmac.compare_digest(_decoded(encoded), expected):
            return
    raise WebhookRejected("The signature of the webhook does not hold.")


def secret_bytes(secret: str) -> bytes:
    """Raises ValueError where it is no secret of Svix."""
    try:
        return base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a signing secret looks like whsec_…") from error


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
