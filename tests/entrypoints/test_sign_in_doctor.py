"""What `opentrace doctor` says of Clerk, by a double on loopback."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from opentrace.entrypoints.findings import Finding
from opentrace.entrypoints.sign_in_doctor import examine_sign_in
from opentrace.settings import Settings
from tests.clerk_server import HOST, PUBLISHABLE_KEY, WEBHOOK_SECRET, ClerkServer
from tests.entrypoints.running import run_opentrace


@pytest.fixture
async def clerk() -> AsyncGenerator[ClerkServer]:
    async with ClerkServer.running() as server:
        yield server


async def examined(jwks_url: str | None, **changed: Any) -> list[Finding]:
    values: dict[str, Any] = {
        "_env_file": None,
        "auth": "clerk",
        "clerk_publishable_key": PUBLISHABLE_KEY,
        "clerk_webhook_secret": WEBHOOK_SECRET,
        "clerk_jwks_url": jwks_url,
        **changed,
    }
    return await asyncio.to_thread(examine_sign_in, Settings(**values))


async def test_keys_that_can_be_had_are_well(clerk: ClerkServer) -> None:
    url = clerk.instance.keys_url
    keys, webhooks = await examined(url)

    assert keys == Finding("Sign-in", "ok", f"Clerk at {HOST}; 1 key at {url}.")
    assert webhooks.state == "ok"


async def test_a_clerk_that_is_away_or_has_no_keys_is_a_problem(clerk: ClerkServer) -> None:
    url = clerk.instance.keys_url
    clerk.key_names = []
    without_keys, _ = await examined(url)
    clerk.away = True
    away, _ = await examined(url)
    unreachable, _ = await examined("http://127.0.0.1:1/jwks.json")

    assert [finding.state for finding in (without_keys, away, unreachable)] == ["problem"] * 3
    assert "has no keys" in without_keys.detail
    assert "answers with status 503" in away.detail
    assert "does not answer (ConnectError)" in unreachable.detail
    assert all("OPENTRACE_CLERK_JWKS_URL" in finding.detail for finding in (without_keys, away, unreachable))


@pytest.mark.parametrize("key", [None, "pk_test_", "sk_test_abc", "pk_live_####"])
async def test_a_key_that_is_none_is_a_problem(key: str | None) -> None:
    keys, _ = await examined(None, clerk_publishable_key=key)

    assert keys.state == "problem"
    assert "OPENTRACE_CLERK_PUBLISHABLE_KEY" in keys.detail


async def test_a_webhook_secret_is_looked_at(clerk: ClerkServer) -> None:
    _, missing = await examined(clerk.instance.keys_url, clerk_webhook_secret=None)
    _, malformed = await examined(clerk.instance.keys_url, clerk_webhook_secret="whsec_!")

    assert (missing.state, malformed.state) == ("idle", "problem")
    assert "OPENTRACE_CLERK_WEBHOOK_SECRET" in malformed.detail


def test_doctor_does_not_stumble_over_a_key_that_is_none(database_url: str, redis_url: str, tmp_path: Path) -> None:
    run = run_opentrace(
        "doctor",
        folder=tmp_path,
        COLUMNS="300",
        OPENTRACE_DATA_DIR=str(tmp_path),
        OPENTRACE_DATABASE_URL=database_url,
        OPENTRACE_REDIS_URL=redis_url,
        OPENTRACE_AUTH="clerk",
        OPENTRACE_CLERK_PUBLISHABLE_KEY="pk_test_",
    )

    assert run.returncode == 1
    assert run.stderr == ""
    assert "OPENTRACE_CLERK_PUBLISHABLE_KEY is not acceptable" in run.stdout


async def test_accounts_of_opentrace_itself_need_no_look() -> None:
    assert await examined(None, auth="local") == []
