"""Files as they come back: never a page of ours, whatever is in them."""

from urllib.parse import quote

import httpx
import pytest

from opentrace.services import Services
from tests.api_fixtures import SignUp
from tests.knowledge.test_uploads import PDF, problem
from tests.knowledge.uploading import MARKDOWN, add_document, create_project, upload_unconfirmed
from tests.nasty_strings import NASTY_STRINGS


async def opened(url: str, **headers: str) -> httpx.Response:
    """As a browser opens an address that somebody gave it."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(url, headers=headers)


async def file_url(person_http: httpx.AsyncClient, document_id: str) -> str:
    response = await person_http.get(f"/api/documents/{document_id}/file")
    assert response.status_code == 307
    return str(person_http.base_url.join(response.headers["location"]))


async def test_a_pdf_opens_in_the_viewer_of_the_browser_and_in_parts(sign_up: SignUp) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada), PDF, file_name="Zürich.pdf")
    url = await file_url(ada.http, document["id"])

    whole, part = await opened(url), await opened(url, range="bytes=0-7")

    assert (whole.status_code, whole.content) == (200, PDF)
    assert whole.headers["content-type"] == "application/pdf"
    assert whole.headers["content-disposition"] == "inline; filename=\"Z_rich.pdf\"; filename*=UTF-8''Z%C3%BCrich.pdf"
    assert whole.headers["x-frame-options"] == "SAMEORIGIN"
    assert (part.status_code, part.content) == (206, b"%PDF-1.7")


@pytest.mark.parametrize("file_name", ["a.html", "a.md", "a.txt"])
async def test_text_and_web_pages_are_shown_as_plain_text(sign_up: SignUp, file_name: str) -> None:
    ada = await sign_up()
    page = b"<!DOCTYPE html><script>alert(1)</script><p>Hello"
    document = await add_document(ada, await create_project(ada), page, file_name=file_name)

    response = await opened(await file_url(ada.http, document["id"]))

    assert response.content == page
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"].startswith("sandbox")


async def test_other_files_are_saved(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    key = "projects/x/documents/y"
    await services.blob_store.put(key, b"PK\x03\x04", content_type="application/zip")
    signed = await services.blob_store.sign_get(
        key, file_name="a.docx", content_type="application/vnd.openxmlformats", expires_in_s=60
    )

    response = await ada.http.get(signed.url)

    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment;")


async def test_a_hostile_name_stays_within_its_header(sign_up: SignUp) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)
    for name in NASTY_STRINGS:
        document = await add_document(ada, project_id, MARKDOWN, file_name=name + ".md")

        response = await opened(await file_url(ada.http, document["id"]))

        disposition = response.headers["content-disposition"]
        assert response.status_code == 200
        assert disposition.count('"') == 2
        assert disposition.endswith("filename*=UTF-8''" + quote(document["file_name"], safe=""))


async def test_an_address_of_a_file_is_for_that_file_only(sign_up: SignUp) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))
    url = await file_url(ada.http, document["id"])

    assert problem(await opened(url[:-2] + "AA")) == (403, "download_signature_invalid")
    assert problem(await opened(url.partition("/api/blobs/")[0] + "/api/blobs/x.y")) == (
        403,
        "download_signature_invalid",
    )


async def test_a_deleted_document_has_no_file(sign_up: SignUp) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))
    await ada.http.delete(f"/api/documents/{document['id']}")

    assert problem(await ada.http.get(f"/api/documents/{document['id']}/file")) == (404, "document_not_found")


async def test_a_file_that_has_not_arrived_cannot_be_opened(sign_up: SignUp) -> None:
    ada = await sign_up()
    document_id = await upload_unconfirmed(ada, await create_project(ada), MARKDOWN, file_name="a.md")

    assert problem(await ada.http.get(f"/api/documents/{document_id}/file")) == (409, "document_not_uploaded")
