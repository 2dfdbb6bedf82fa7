"""Clerk, as `opentrace doctor` looks at it: are its keys to be had, and are ours what they should be."""

import httpx

from opentrace.adapters.clerk import ClerkInstance, frontend_host
from opentrace.adapters.jwks import signing_keys
from opentrace.adapters.svix_signature import secret_bytes
from opentrace.entrypoints.findings import Finding
from opentrace.settings import Settings

_TIMEOUT_S = 10.0


def examine_sign_in(settings: Settings) -> list[Finding]:
    """Nothing where Opentrace keeps the accounts itself: they are in the database."""
    if settings.auth != "clerk":
        return []
    return [_keys(settings), _webhook_secret(settings)]


def _keys(settings: Settings) -> Finding:
    key = settings.clerk_publishable_key
    if key is None:
        return _problem("OPENTRACE_CLERK_PUBLISHABLE_KEY is not set. Copy it from Clerk, or set OPENTRACE_AUTH=local.")
    try:
        host = frontend_host(key)
    except ValueError as error:
        return _problem(f"OPENTRACE_CLERK_PUBLISHABLE_KEY is not acceptable: {error}. Copy it from Clerk again.")
    instance = ClerkInstance(
        publishable_key=key, authorized_parties=(), issuer=settings.clerk_issuer, jwks_url=settings.clerk_jwks_url
    )
    check = "OPENTRACE_CLERK_JWKS_URL" if settings.clerk_jwks_url else "OPENTRACE_CLERK_PUBLISHABLE_KEY"
    try:
        answer = httpx.get(instance.keys_url, timeout=_TIMEOUT_S).raise_for_status()
        count = len(signing_keys(answer.json()))
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        return _problem(f"{instance.keys_url} answers with status {status}. Check {check}.")
    except httpx.HTTPError as error:
        return _problem(f"{instance.keys_url} does not answer ({type(error).__name__}). Check {check} and the network.")
    except ValueError:
        count = 0
    if not count:
        return _problem(f"{instance.keys_url} has no keys for signatures (RS256). Check {check}.")
    return Finding("Sign-in", "ok", f"Clerk at {host}; {count} key{'' if count == 1 else 's'} at {instance.keys_url}.")


def _webhook_secret(settings: Settings) -> Finding:
    secret = settings.clerk_webhook_secret
    if secret is None:
        detail = "OPENTRACE_CLERK_WEBHOOK_SECRET is not set, so nobody hears of accounts that are changed or deleted."
        return Finding("Webhooks", "idle", detail)
    try:
        secret_bytes(secret.get_secret_value())
    except ValueError as error:
        detail = f"OPENTRACE_CLERK_WEBHOOK_SECRET is not acceptable: {error}. Copy it from the endpoint at Clerk."
        return Finding("Webhooks", "problem", detail)
    return Finding("Webhooks", "ok", "The secret has the form of one.")


def _problem(detail: str) -> Finding:
    return Finding("Sign-in", "problem", detail)
