"""What a server's refusal means for the person who asked for the page."""

from opentrace.ports.page_fetcher import PageError, PageErrorCode

_UPLOAD = "Open it in a browser, save it there, and upload the file."

_REFUSALS: dict[int, tuple[PageErrorCode, str]] = {
    401: ("page_unauthorized", f"The page asks for a user name and password (401). {_UPLOAD}"),
    402: ("page_forbidden", f"The page is only for people who pay for it (402). {_UPLOAD}"),
    403: ("page_forbidden", f"The server does not let Opentrace read this page (403). {_UPLOAD}"),
    404: ("page_not_found", "There is no page at this address (404). Correct the address."),
    407: ("page_unreachable", "A proxy stands between this machine and the page and asks for a password (407)."),
    410: ("page_gone", "The page has been removed for good (410). Look for another one."),
    418: ("page_forbidden", f"The server takes Opentrace for a robot and refuses it. {_UPLOAD}"),
    451: ("page_forbidden", f"The page is not shown for legal reasons (451). {_UPLOAD}"),
}


def page_error_of(status: int, *, retry_after: str | None) -> PageError | None:
    """None for an answer that carries the page."""
    if status in (204, 205):
        return PageError("page_empty", "There is nothing at this address. Open it in a browser to see why.")
    if 200 <= status < 300 and status != 206:
        return None
    if status in _REFUSALS:
        return PageError(*_REFUSALS[status])
    if status == 429 or (status == 503 and retry_after):
        return PageError(
            "page_rate_limited", f"The server gets too many requests ({status}). Try again {_when(retry_after)}."
        )
    if status >= 500:
        return PageError("page_server_failed", f"The server of the page has a fault ({status}). Try again later.")
    return PageError("page_failed", f"The server answers with the status {status} and no page. {_UPLOAD}")


def _when(retry_after: str | None) -> str:
    """`Retry-After` in words; the form with a date counts as some time."""
    if retry_after is None or not retry_after.isdecimal() or len(retry_after) > 7:
        return "later"
    seconds = int(retry_after)
    return f"in {seconds} seconds" if seconds < 120 else f"in {round(seconds / 60)} minutes"
