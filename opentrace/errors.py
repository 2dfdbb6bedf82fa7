"""Failures that a user can meet, each with a stable code. Knows nothing of HTTP.

`opentrace/http/problems.py` gives each class its status; a message says what to do next.
"""

from collections.abc import Mapping
from typing import ClassVar


class AppError(Exception):
    """Base of every expected failure.

    `code` is part of the public API and never changes; `title` is the short name of the kind of failure.
    `retry_after_s` is set where trying again later can help.
    """

    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        retry_after_s: float | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.error_code = code or self.code
        self.retry_after_s = retry_after_s
        self.extra: dict[str, object] = dict(extra or {})


class Unauthorized(AppError):
    """Nobody is signed in, or the token, key or session is not valid (any more)."""

    code = "unauthorized"
    title = "Unauthorized"

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class Forbidden(AppError):
    """The caller is known, but may not do this."""

    code = "forbidden"
    title = "Forbidden"


class NotFound(AppError):
    """It does not exist, or it is not the caller's: the two are indistinguishable on purpose."""

    code = "not_found"
    title = "Not found"

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}, or it is not yours.", code=f"{what.replace(' ', '_')}_not_found")


class Conflict(AppError):
    """The request does not fit the present state; the message names the state and the way on."""

    code = "conflict"
    title = "Conflict"


class Invalid(AppError):
    """A value is not acceptable; the message names it and what is."""

    code = "invalid_request"
    title = "Invalid request"


class TooLarge(AppError):
    """More bytes, pages or items than this installation takes."""

    code = "too_large"
    title = "Too large"


class UnsupportedType(AppError):
    """A kind of file that this installation does not read; the message names those that it does."""

    code = "unsupported_type"
    title = "Unsupported type"


class TooManyRequests(AppError):
    """A limit on how often; `retry_after_s` says when it ends."""

    code = "too_many_requests"
    title = "Too many requests"


class Gone(AppError):
    """It existed, and has expired or was used up."""

    code = "gone"
    title = "Gone"


class Unavailable(AppError):
    """A service that Opentrace needs does not answer."""

    code = "unavailable"
    title = "Service unavailable"


class UpstreamFailed(AppError):
    """A model or another outside service answered with a failure."""

    code = "upstream_failed"
    title = "An outside service failed"
