"""Gets the bytes behind an address that a user has given."""

from dataclasses import dataclass
from typing import Literal, Protocol

PageErrorCode = Literal[
    "url_invalid",
    "url_not_allowed",
    "page_unreachable",
    "page_timeout",
    "page_tls_failed",
    "page_too_large",
    "page_too_many_redirects",
    "page_unauthorized",
    "page_forbidden",
    "page_not_found",
    "page_gone",
    "page_rate_limited",
    "page_server_failed",
    "page_failed",
    "page_empty",
    "page_needs_login",
    "page_refused_by_robots",
    "page_fetcher_unauthorized",
    "page_fetcher_quota_exceeded",
]


class PageError(Exception):
    """A page cannot be had. `detail` is a sentence for the person who asked for it that says what to do."""

    def __init__(self, code: PageErrorCode, detail: str) -> None:
        super().__init__(detail)
        self.code: PageErrorCode = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class PageVersion:
    """What is known of a page that was fetched before; `url` is where its bytes came from."""

    url: str
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """The bytes of a page, unpacked. `media_type` and `charset` are what its server says, which need not be true.

    `credits` is what a paid service took for it.
    """

    version: PageVersion
    data: bytes
    media_type: str | None
    charset: str | None
    credits: int | None = None


class PageFetcher(Protocol):
    def check(self, url: str) -> str:
        """The address in its normal form, without a fragment. Raises PageError `url_invalid` or `url_not_allowed`.

        What a name stands for is not looked up here, but when the page is fetched.
        """
        ...

    async def fetch(self, url: str, *, known: PageVersion | None = None) -> FetchedPage | None:
        """The page, or None where it is still the `known` version. Raises PageError.

        Nothing inside of a private network is reached, also by a redirect or a name that changes its address.
        """
        ...

    async def close(self) -> None: ...
