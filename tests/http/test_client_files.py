import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from opentrace.http.client_files import MANIFEST, ClientFiles

UUID = "0195f5a2-7a1c-7bd0-9c55-4f1f2d1c8a11"
HTML = {"accept": "text/html"}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    files = {
        "index.html": "<p>landing</p>",
        "404.html": "<p>nothing here</p>",
        "account/index.html": "<p>account</p>",
        "projects/index.html": "<p>projects</p>",
        "projects/_/chat/index.html": "<p>chat</p>",
        "projects/_/chat/index.txt": "payload of chat",
        "projects/_/chat/_/index.html": "<p>one chat</p>",
        "projects/_/chat/_/__next.projects.$d$projectId.txt": "segment",
        "_next/static/chunks/abc.js": "console.log(1)",
        "_next/static/chunks/abc.js.br": "packed by brotli",
        "_next/static/chunks/abc.js.gz": "packed by gzip",
    }
    for name, text in files.items():
        path = tmp_path / "export" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    manifest = {
        "policy": {"default-src": ["'self'"], "script-src": ["'self'"], "connect-src": ["'self'"]},
        "script_hashes": {"index.html": ["'sha256-abc='"]},
    }
    (tmp_path / "export" / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "secret.txt").write_text("not part of the export", encoding="utf-8")
    return tmp_path / "export"


def client_of(export: Path, **options: Any) -> httpx.AsyncClient:
    app = FastAPI(openapi_url=None)

    @app.get("/api/me")
    async def me() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction] -- the decorator registers it
        return {"email": "ada@example.org"}

    app.router.default = ClientFiles(export, fallback=app.router.default, **options)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://opentrace.test")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "<p>landing</p>"),
        ("/projects/", "<p>projects</p>"),
        (f"/projects/{UUID}/chat/", "<p>chat</p>"),
        (f"/projects/{UUID}/chat/{UUID}/", "<p>one chat</p>"),
        (f"/projects/{UUID}/chat/index.txt", "payload of chat"),
        (f"/projects/{UUID}/chat/{UUID}/__next.projects.$d$projectId.txt", "segment"),
    ],
)
async def test_an_address_with_ids_is_served_by_the_page_of_its_kind(export: Path, path: str, text: str) -> None:
    async with client_of(export) as client:
        response = await client.get(path)
    assert (response.status_code, response.text) == (200, text)


async def test_head_is_answered_without_a_body(export: Path) -> None:
    async with client_of(export) as client:
        response = await client.head(f"/projects/{UUID}/chat/")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len("<p>chat</p>"))


async def test_a_missing_slash_is_added_and_the_query_kept(export: Path) -> None:
    async with client_of(export) as client:
        response = await client.get(f"/projects/{UUID}/chat?ask=why")
        elsewhere = await client.get("http://opentrace.test//projects", headers=HTML)
    assert (response.status_code, response.headers["location"]) == (308, f"/projects/{UUID}/chat/?ask=why")
    assert elsewhere.status_code == 404


async def test_hashed_files_are_kept_for_good_and_pages_asked_for_again(export: Path) -> None:
    async with client_of(export) as client:
        script = await client.get("/_next/static/chunks/abc.js", headers={"accept-encoding": "identity"})
        page = await client.get("/")
        again = await client.get("/", headers={"if-none-match": page.headers["etag"]})
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == page.headers["etag"]


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)]
)
async def test_the_best_packed_copy_that_the_browser_takes_is_sent(
    export: Path, accepted: str, encoding: str | None
) -> None:
    async with (
        client_of(export) as client,
        client.stream("GET", "/_next/static/chunks/abc.js", headers={"accept-encoding": accepted}) as response,
    ):
        assert response.headers.get("content-encoding") == encoding
        assert response.headers["vary"] == "Accept-Encoding"


async def test_a_page_allows_its_own_inline_scripts_only(export: Path) -> None:
    async with client_of(export, sources=[{"connect-src": ["https://storage.test"]}]) as client:
        landing = await client.get("/")
        account = await client.get("/account/")
    assert landing.headers["content-security-policy"] == (
        "default-src 'self'; script-src 'self' 'sha256-abc='; connect-src 'self' https://storage.test"
    )
    assert "script-src 'self';" in account.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/projects/a/b/c/d/", "/account/x.html", "/../secret.txt", "/%2e%2e/secret.txt", "/%00"]
)
async def test_what_is_not_in_the_export_is_the_page_for_it(export: Path, path: str) -> None:
    async with client_of(export) as client:
        response = await client.get(path, headers=HTML)
    assert (response.status_code, response.text) == (404, "<p>nothing here</p>")


async def test_the_manifest_and_the_packed_copies_are_no_pages(export: Path) -> None:
    async with client_of(export) as client:
        statuses = [(await client.get(path)).status_code for path in (f"/{MANIFEST}", "/_next/static/chunks/abc.js.br")]
    assert statuses == [404, 404]


async def test_endpoints_come_first_and_unknown_ones_are_not_pages(export: Path) -> None:
    async with client_of(export) as client:
        known = await client.get("/api/me", headers=HTML)
        unknown = await client.get("/api/nothing", headers=HTML)
        posted = await client.post("/account/", headers=HTML)
    assert known.json() == {"email": "ada@example.org"}
    assert unknown.headers["content-type"] == "application/json"
    assert (unknown.status_code, posted.status_code) == (404, 404)
