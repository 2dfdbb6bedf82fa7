"""Web pages in a project: added, fetched, read, fetched again."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from opentrace.knowledge.ingestion.runs import Ingestion
from opentrace.knowledge.ingestion.source import work_folder
from opentrace.knowledge.models import Document
from opentrace.ports.embedder import Embedder
from opentrace.services import Services
from tests.adapters.parser import documents as files
from tests.api_fixtures import Person, SignUp
from tests.internet import Internet, Page, Site
from tests.knowledge.uploading import count_stored, create_project, read_document

PROSE = "Rivers rise in spring, when the snow of the mountains melts. " * 5
PAGE = f"""<!doctype html><title>Rivers</title><link rel=canonical href=/rivers>
<nav><a href=/>Home</a></nav><main><h1>Rivers</h1><p>{PROSE}</p></main>"""


@dataclass(frozen=True)
class Web:
    """Somebody's project, an internet, and a worker that fetches from it."""

    person: Person
    project_id: str
    site: Site
    ingestion: Ingestion

    async def add(self, url: str = "http://pages.example/rivers") -> dict[str, Any]:
        response = await self.person.http.post(f"/api/projects/{self.project_id}/urls", json={"url": url})
        assert response.status_code == 202, response.text
        return response.json()

    async def read(self, document_id: str) -> dict[str, Any]:
        await self.ingestion.ingest(UUID(document_id))
        return await read_document(self.person, document_id)

    async def chunks(self, document_id: str) -> list[dict[str, Any]]:
        return (await self.person.http.get(f"/api/documents/{document_id}/chunks")).json()["items"]


@pytest.fixture
async def web(services: Services, sign_up: SignUp) -> AsyncGenerator[Web]:
    ada = await sign_up()
    async with Internet.running() as internet:
        site = await internet.site("pages.example")
        site.pages["/rivers"] = Page(PAGE, headers={"ETag": '"1"'})
        fetcher = internet.fetcher(timeout_s=30.0, max_bytes=200_000)
        yield Web(ada, await create_project(ada), site, Ingestion(replace(services, page_fetcher=fetcher)))


async def test_a_page_becomes_searchable_and_keeps_its_address(web: Web) -> None:
    added = await web.add("HTTP://pages.example:80/rivers#part")
    assert (added["source"], added["status"], added["file_name"]) == ("url", "queued", "pages.example/rivers")
    assert added["url"] == "http://pages.example/rivers"

    document = await web.read(added["id"])

    assert (document["status"], document["file_name"], document["title"]) == ("completed", "Rivers", "Rivers")
    assert (document["content_type"], document["size_bytes"]) == ("text/html", len(PAGE.encode()))
    (chunk,) = await web.chunks(document["id"])
    assert chunk["content"].startswith("Rivers\n\nRivers rise in spring")
    assert "Home" not in chunk["content"]
    assert document["stage_details"]["health"]["findings"][0]["code"] == "boilerplate_dropped"
    found = (
        await web.person.http.post(f"/api/projects/{web.project_id}/search", json={"query": "When do rivers rise?"})
    ).json()
    assert found["results"][0]["url"] == "http://pages.example/rivers"


async def test_what_was_fetched_can_be_opened(web: Web) -> None:
    document = await web.add()
    before = await web.person.http.get(f"/api/documents/{document['id']}/file")
    assert (before.status_code, before.json()["code"]) == (409, "document_not_uploaded")

    await web.read(document["id"])
    redirect = await web.person.http.get(f"/api/documents/{document['id']}/file")
    file = await web.person.http.get(redirect.headers["location"])

    assert file.text == PAGE
    assert file.headers["content-type"].startswith("text/plain")


async def test_a_pdf_behind_an_address_is_read_as_one(web: Web) -> None:
    web.site.pages["/report"] = Page(files.simple_pdf(), content_type="application/octet-stream")

    document = await web.read((await web.add("http://pages.example/report"))["id"])

    assert (document["status"], document["content_type"], document["page_count"]) == ("completed", "application/pdf", 1)
    assert (await web.chunks(document["id"]))[0]["locations"]


async def test_the_charset_is_the_one_that_the_server_names(web: Web) -> None:
    page = PAGE.replace("spring", "Frühjahr").encode("iso-8859-15")
    web.site.pages["/rivers"] = Page(page, content_type="text/html; charset=ISO-8859-15")

    document = await web.read((await web.add())["id"])

    assert "Frühjahr" in (await web.chunks(document["id"]))[0]["content"]


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (Page(status=404), "page_not_found"),
        (Page(status=403), "page_forbidden"),
        (Page(bytes(300_000)), "page_too_large"),
        (Page("<div id=root></div><script src=a.js></script>"), "page_needs_javascript"),
        (Page("<form>Sign in <input type=password></form>"), "page_needs_login"),
        (Page(status=302, headers={"Location": "http://127.0.0.1:6379/"}), "url_not_allowed"),
        (Page(bytes(range(256)) * 9, content_type="image/x-unknown"), "document_type_unsupported"),
    ],
)
async def test_a_page_that_cannot_be_read_says_why(web: Web, page: Page, code: str) -> None:
    web.site.pages["/rivers"] = page

    document = await web.read((await web.add())["id"])

    assert (document["status"], document["error_code"]) == ("failed", code)
    assert document["status_message"].endswith(".")
    assert list(work_folder(web.ingestion._services.settings).iterdir()) == []  # pyright: ignore[reportPrivateUsage]


class TestFetchedAgain:
    async def test_an_unchanged_page_is_neither_sent_nor_embedded_again(self, web: Web, services: Services) -> None:
        document = await web.read((await web.add())["id"])
        chunks = await web.chunks(document["id"])
        web.site.pages["/rivers"] = Page(status=304)

        retried = await web.person.http.post(f"/api/documents/{document['id']}/retry")
        again = await web.read(document["id"])

        assert (retried.status_code, retried.json()["status"]) == (202, "queued")
        assert web.site.requests[-1][1]["if-none-match"] == '"1"'
        assert again["status_message"] == "Ready: 1 passage. The page has not changed."
        assert again["stage_details"]["chunking"] == document["stage_details"]["chunking"]
        assert await web.chunks(document["id"]) == chunks

    async def test_the_same_bytes_are_the_same_page(self, web: Web) -> None:
        document = await web.read((await web.add())["id"])
        chunks = await web.chunks(document["id"])
        web.site.pages["/rivers"] = Page(PAGE, headers={"ETag": '"another"'})
        await web.person.http.post(f"/api/documents/{document['id']}/retry")

        again = await web.read(document["id"])

        assert again["stage_details"]["partitioning"]["unchanged"] is True
        assert await web.chunks(document["id"]) == chunks

    async def test_vectors_of_another_model_are_made_anew(self, web: Web, services: Services, minilm: Embedder) -> None:
        document = await web.read((await web.add())["id"])
        async with services.database.system_transaction() as work:
            fetched = {"url": document["url"], "etag": '"1"', "last_modified": None, "model": "another"}
            await work.session.execute(
                update(Document).where(Document.id == UUID(document["id"])).values(fetched=fetched)
            )
        await web.person.http.post(f"/api/documents/{document['id']}/retry")

        again = await web.read(document["id"])

        assert "if-none-match" not in web.site.requests[-1][1]
        assert "unchanged" not in again["stage_details"]["partitioning"]

    async def test_a_changed_page_replaces_what_was_there(self, web: Web, services: Services) -> None:
        document = await web.read((await web.add())["id"])
        web.site.pages["/rivers"] = Page(PAGE.replace("spring", "summer"))

        assert (await web.add())["id"] == document["id"]
        again = await web.read(document["id"])

        assert again["sha256"] != document["sha256"]
        (chunk,) = await web.chunks(document["id"])
        assert "summer" in chunk["content"]
        assert (await count_stored(services.database, document["id"]))[0] == 1

    async def test_a_page_that_is_gone_stays_as_it_was_read(self, web: Web) -> None:
        document = await web.read((await web.add())["id"])
        web.site.pages["/rivers"] = Page(status=410)
        await web.person.http.post(f"/api/documents/{document['id']}/retry")

        again = await web.read(document["id"])

        assert (again["status"], again["error_code"]) == ("completed", "page_gone")
        assert "what was read before stays" in again["status_message"]
        assert again["stage_details"] == document["stage_details"]
        assert len(await web.chunks(document["id"])) == 1

    async def test_a_page_added_twice_at_once_is_one_document(self, web: Web) -> None:
        added = await asyncio.gather(*(web.add() for _ in range(6)))

        assert len({document["id"] for document in added}) == 1


class TestRequests:
    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("http://169.254.169.254/latest/meta-data/", "url_not_allowed"),
            ("http://localhost:8000/", "url_not_allowed"),
            ("http://me:secret@pages.example/", "url_not_allowed"),
            ("ftp://pages.example/", "url_not_allowed"),
            ("http://", "url_invalid"),
            ("", "validation_failed"),
            ("https://pages.example/" + "a" * 3000, "validation_failed"),
        ],
    )
    async def test_an_address_that_is_not_fetched_is_refused_at_once(self, web: Web, url: str, code: str) -> None:
        response = await web.person.http.post(f"/api/projects/{web.project_id}/urls", json={"url": url})

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_only_ones_own_projects_take_pages(self, web: Web, sign_up: SignUp) -> None:
        eve = await sign_up()
        body = {"url": "http://pages.example/rivers"}

        assert (await eve.http.post(f"/api/projects/{web.project_id}/urls", json=body)).status_code == 404
        assert (await eve.http.post(f"/api/projects/{uuid4()}/urls", json=body)).status_code == 404
        body["extra"] = "?"
        assert (await web.person.http.post(f"/api/projects/{web.project_id}/urls", json=body)).status_code == 422

    async def test_two_projects_may_have_the_same_page(self, web: Web) -> None:
        first = await web.add()
        other = replace(web, project_id=await create_project(web.person, "Others"))

        assert (await other.add())["id"] != first["id"]
