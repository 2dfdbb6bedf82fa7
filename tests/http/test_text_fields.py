"""Every text that the API takes, found in its OpenAPI document, against text that nobody expected."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI

from opentrace.services import Services
from tests.api_fixtures import SignUp
from tests.http.test_tenancy import BODIES
from tests.nasty_strings import NASTY_STRINGS
from tests.tenant_rows import add_tenant_rows

JSON = {"content-type": "application/json"}
UNSTORABLE = ("a\x00b", "\ud800", "a\udfffb")
ASKING = "POST /api/chats/{chat_id}/messages"
OTHER_BODIES = {
    "POST /api/projects": {"name": "Reports"},
    "POST /api/api-keys": {"name": "Key"},
}


def text_fields(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Route and field of every text in a body of a guarded route."""
    document = app.openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "requestBody" not in operation or "security" not in operation:
                continue
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            for field, described in _resolved(schema, document)["properties"].items():
                if any(kind.get("type") == "string" for kind in _alternatives(described, document)):
                    yield f"{method.upper()} {path}", field


def text_parameters(app: FastAPI) -> Iterator[tuple[str, str]]:
    document = app.openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", []):
                kinds = _alternatives(parameter["schema"], document)
                if parameter["in"] == "query" and any(kind.get("type") == "string" for kind in kinds):
                    yield f"{method.upper()} {path}", parameter["name"]


def _alternatives(schema: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    resolved = _resolved(schema, document)
    return [_resolved(item, document) for item in resolved.get("anyOf", [resolved])]


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    for item in schema.get("anyOf", []):
        if "$ref" in item:
            return _resolved(item, document)
    if "$ref" in schema:
        return document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


async def test_no_text_field_takes_what_cannot_be_stored(app: FastAPI, sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    ids = asdict(await add_tenant_rows(services.database, user_id=ada.user_id))
    fields = list(text_fields(app))
    for route, field in fields:
        method, path = route.split(" ")
        for value in UNSTORABLE:
            body = {**({**BODIES, **OTHER_BODIES}[route]), field: value}
            content = json.dumps(body).encode()
            response = await ada.http.request(method, path.format(**ids), content=content, headers=JSON)
            # A file name is made fit instead: people do not choose it for Opentrace.
            expected = 201 if field == "file_name" else 422
            assert (route, field, response.status_code) == (route, field, expected), response.text
    assert (ASKING, "content") in fields


async def test_no_text_field_fails_on_any_other_text(app: FastAPI, sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    ids = asdict(await add_tenant_rows(services.database, user_id=ada.user_id))
    for route, field in text_fields(app):
        method, path = route.split(" ")
        for value in NASTY_STRINGS if route != ASKING else ():
            body = {**({**BODIES, **OTHER_BODIES}[route]), field: value}
            response = await ada.http.request(method, path.format(**ids), json=body)
            assert response.status_code < 500, (route, field, value)


async def test_no_query_fails_on_any_text(app: FastAPI, sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    ids = asdict(await add_tenant_rows(services.database, user_id=ada.user_id))
    parameters = list(text_parameters(app))
    for route, name in parameters:
        method, path = route.split(" ")
        for value in ("%00", "%ff%fe", "%ed%a0%80", *(quote(text) for text in NASTY_STRINGS)):
            response = await ada.http.request(method, f"{path.format(**ids)}?{name}={value}")
            assert response.status_code < 500, (route, name, value)
    assert ("GET /api/projects", "q") in parameters
