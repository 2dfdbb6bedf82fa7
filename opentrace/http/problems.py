"""Failures as RFC 9457 problem documents: which status each one has, and what a client may read of it."""

import json
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Annotated, Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from opentrace.db.engine import DatabaseAway
from opentrace.errors import (
    AppError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnsupportedType,
    UpstreamFailed,
)
from opentrace.logs import failure_places
from opentrace.ports.authenticator import AuthenticatorUnavailable
from opentrace.ports.blob_store import BlobStoreError
from opentrace.ports.embedder import EmbedderError
from opentrace.ports.job_queue import JobQueueError

PROBLEM_MEDIA_TYPE = "application/problem+json"
PROBLEM_CODE = "problem_code"
MAX_MESSAGE_CHARS = 300
MAX_FIELD_CHARS = 100
MAX_FIELD_PROBLEMS = 20

_log = structlog.stdlib.get_logger("opentrace.http")

STATUS_OF: dict[type[AppError], int] = {
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    TooLarge: 413,
    UnsupportedType: 415,
    Invalid: 422,
    TooManyRequests: 429,
    UpstreamFailed: 502,
    Unavailable: 503,
    AppError: 500,
}


class FieldProblem(BaseModel):
    """One field of a request that cannot be taken. What was sent is not repeated: it may be a password."""

    field: Annotated[str, Field(description="Path of the field, such as `name` or `items.0.id`.", examples=["name"])]
    location: Annotated[str, Field(description="`body`, `query`, `path`, `header` or `cookie`.", examples=["body"])]
    message: Annotated[str, Field(examples=["String should have at least 1 character."])]


class Problem(BaseModel):
    """RFC 9457. `code` is stable; `detail` is a sentence for the user that says what to do."""

    type: Annotated[str, Field(examples=["urn:opentrace:problem:project_not_found"])]
    title: Annotated[str, Field(examples=["Not found"])]
    status: Annotated[int, Field(examples=[404])]
    detail: Annotated[str, Field(examples=["There is no such project, or it is not yours."])]
    code: Annotated[str, Field(examples=["project_not_found"])]
    errors: Annotated[
        list[FieldProblem] | None, Field(default=None, description="With `validation_failed` only: one per field.")
    ]


class ProblemResponse(Response):
    """Leaves its code in the request's state, for RequestObserver."""

    def __init__(
        self, content: str, status_code: int, headers: Mapping[str, str], media_type: str, *, code: str
    ) -> None:
        super().__init__(content, status_code, headers, media_type)
        self._code = code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[PROBLEM_CODE] = self._code
        await super().__call__(scope, receive, send)


def problem_response(
    *,
    status: int,
    title: str,
    detail: str,
    code: str,
    extra: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Escapes everything that is not ASCII, so that a lone surrogate in a name cannot break the answer."""
    body = {
        **(extra or {}),
        "type": f"urn:opentrace:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return ProblemResponse(json.dumps(body, default=str), status, dict(headers or {}), PROBLEM_MEDIA_TYPE, code=code)


def response_to(error: AppError) -> Response:
    """The response that an expected failure becomes; streams use it as well, before their first byte."""
    status = next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)
    headers: dict[str, str] = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, ceil(error.retry_after_s)))
    return problem_response(
        status=status, title=error.title, detail=error.detail, code=error.error_code, extra=error.extra, headers=headers
    )


def app_error_of(error: Exception) -> AppError | None:
    """The failure to report where a service that Opentrace needs is away."""
    match error:
        case AppError():
            return error
        case _ if isinstance(error, DatabaseAway):
            return Unavailable(
                "The database does not answer. Try again in a moment.", code="database_unavailable", retry_after_s=5
            )
        case JobQueueError():
            return Unavailable(
                "The job queue does not answer. Try again in a moment.", code="queue_unavailable", retry_after_s=5
            )
        case BlobStoreError():
            return Unavailable(
                "The file storage does not answer. Try again in a moment.", code="storage_unavailable", retry_after_s=5
            )
        case EmbedderError():
            return Unavailable(
                "The embedding model does not answer. Try again in a moment.",
                code="embedder_unavailable",
                retry_after_s=5,
            )
        case AuthenticatorUnavailable():
            return Unavailable(
                "Sign-ins cannot be checked at the moment. Try again in a moment.",
                code="authenticator_unavailable",
                retry_after_s=5,
            )
        case _:
            return None


def add_problem_handlers(app: FastAPI) -> None:
    """Every failure of `app` becomes a problem document. Unexpected ones are caught by RequestObserver."""
    for kind in (
        AppError,
        *DatabaseAway,
        JobQueueError,
        BlobStoreError,
        EmbedderError,
        AuthenticatorUnavailable,
    ):
        app.add_exception_handler(kind, _on_expected)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)


async def _on_expected(_: Request, error: Exception) -> Response:
    app_error = app_error_of(error)
    assert app_error is not None
    if app_error is not error:
        _log.error("service_unavailable", failure=failure_places(error))
    return response_to(app_error)


async def _on_validation_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found: Sequence[Mapping[str, Any]] = error.errors()
    for item in found:
        if item["loc"][0] == "path":
            # An id that cannot be one names nothing, like any other id that is not there.
            return response_to(NotFound(str(item["loc"][1]).removesuffix("_id").replace("_", " ")))
    problems = [_field_problem(item) for item in found[:MAX_FIELD_PROBLEMS]]
    sentences = [f"{problem.field}: {problem.message}" if problem.field else problem.message for problem in problems]
    return problem_response(
        status=422,
        title="Invalid request",
        detail=" ".join(sentences[:3]),
        code="validation_failed",
        extra={"errors": [problem.model_dump() for problem in problems]},
    )


def _field_problem(item: Mapping[str, Any]) -> FieldProblem:
    location, *path = item["loc"]
    kind = str(item["type"])
    if kind == "json_invalid":
        message = f"The body is no valid JSON: {item['ctx']['error']} at character {path[0]}."
        return FieldProblem(field="", location="body", message=message)
    message = str(item["msg"]).removeprefix("Value error, ").removesuffix(".")[:MAX_MESSAGE_CHARS] + "."
    return FieldProblem(
        field=".".join(str(part)[:MAX_FIELD_CHARS] for part in path), location=str(location), message=message
    )


_HTTP_SENTENCES = {
    400: ("bad_request", "Bad request", "The body cannot be read. Send JSON in UTF-8."),
    401: ("unauthorized", "Unauthorized", "Unauthorized"),
    404: ("not_found", "Not found", "There is nothing at this address. The API is described at /docs."),
    405: ("method_not_allowed", "Method not allowed", "This address does not take this method; see /docs."),
    413: ("too_large", "Too large", "The body is larger than this server takes."),
}


async def _on_http_exception(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, title, detail = _HTTP_SENTENCES.get(error.status_code, ("http_error", "The request failed", error.detail))
    return problem_response(
        status=error.status_code, title=title, detail=detail, code=code, headers=error.headers or {}
    )


_DESCRIPTIONS = {
    401: ("Nobody is signed in.", Unauthorized()),
    403: ("The caller may not do this.", Forbidden("An API key cannot manage API keys. Sign in to do this.")),
    404: ("It does not exist, or it is not the caller's.", NotFound("project")),
    409: ("It does not fit the present state.", Conflict("This account exists already. Sign in.", code="email_taken")),
    410: ("It has expired or was used up.", Gone("This address has expired. Ask for a new one.")),
    413: ("More than this installation takes.", TooLarge("The body is larger than 1048576 bytes.")),
    415: ("A kind of file that is not read.", UnsupportedType("'image/png' is not read yet. Upload a PDF.")),
    422: ("A value is not acceptable.", Invalid("name: String should have at least 1 character.")),
    429: ("Too often.", TooManyRequests("Too many attempts. Try again in 8 seconds.")),
    502: ("An outside service failed.", UpstreamFailed("The model refused the request.")),
    503: ("A service that Opentrace needs is away.", Unavailable("The database does not answer. Try again.")),
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: the problems it may answer with, each with an example."""
    return {status: _documented(status) for status in sorted(statuses)}


def _documented(status: int) -> dict[str, Any]:
    description, example = _DESCRIPTIONS[status]
    body = {
        "type": f"urn:opentrace:problem:{example.error_code}",
        "title": example.title,
        "status": status,
        "detail": example.detail,
        "code": example.error_code,
    }
    return {
        "description": description,
        "model": Problem,
        "content": {PROBLEM_MEDIA_TYPE: {"example": body}},
    }
