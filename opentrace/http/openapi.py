"""The OpenAPI document: FastAPI's own, with problem documents and security as Opentrace really answers."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from opentrace.http.problems import PROBLEM_MEDIA_TYPE, Problem, problems

TITLE = "Opentrace"

DESCRIPTION = """\
A private knowledge base that answers with citations which open the exact passage.

Sign in (`POST /api/auth/sign-in`) and send the token as `Authorization: Bearer …`, or create an API key. Lists are
`{items, next_cursor}`; failures are problem documents (RFC 9457) with a stable `code`. What is not yours is answered
as if it did not exist.
"""

TAGS = [
    {"name": "accounts", "description": "Who is calling: sign-up, sign-in, sessions and API keys."},
    {"name": "projects", "description": "Knowledge bases, and how each one is searched."},
    {"name": "documents", "description": "Files and what was read from them."},
    {"name": "search", "description": "Passages for a question, and the trace of how they were found."},
    {"name": "chats", "description": "Questions, cited answers and what people think of them."},
    {"name": "health", "description": "Liveness, readiness, metrics."},
]

_METHODS = ("get", "put", "post", "delete", "patch")


def install_openapi(app: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # pyright: ignore[reportAttributeAccessIssue] -- FastAPI's documented way to extend it


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, tags=app.openapi_tags, routes=app.routes
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                _describe_problems(operations[method], path)
    return document


def _describe_problems(operation: dict[str, Any], path: str) -> None:
    """What any route of its kind may answer is added; FastAPI's own shape of a validation error never is answered."""
    responses = operation.setdefault("responses", {})
    implied: set[int] = set()
    if "422" in responses or "requestBody" in operation:
        implied.add(422)
    if "requestBody" in operation:
        implied.add(413)
    if operation.get("security"):
        implied |= {401, 503}
    if "{" in path:
        implied.add(404)
    for status in implied:
        if status == 422 or str(status) not in responses:
            described = problems(status)[status]
            media = _with_schema(described["content"][PROBLEM_MEDIA_TYPE])
            responses[str(status)] = {"description": described["description"], "content": {PROBLEM_MEDIA_TYPE: media}}
    for response in responses.values():
        content = response.get("content", {})
        plain = content.get("application/json", {}).get("schema", {})
        if plain.get("$ref") == "#/components/schemas/Problem":
            content.pop("application/json")
            content[PROBLEM_MEDIA_TYPE] = _with_schema(content.get(PROBLEM_MEDIA_TYPE, {}))
    operation["responses"] = dict(sorted(responses.items()))


def _with_schema(media: dict[str, Any]) -> dict[str, Any]:
    return {"schema": {"$ref": "#/components/schemas/Problem"}, **media}
