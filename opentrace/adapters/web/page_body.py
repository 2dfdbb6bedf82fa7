"""Unpacks the body of a response piece by piece and stops at a limit: 20 KB of gzip can hold 20 MB of zeros."""

import re
import zlib
from collections.abc import AsyncIterable, Sequence

from opentrace.ports.page_fetcher import PageError

_GZIP_OR_ZLIB = 47  # zlib looks at the header which of the two it is
_RAW_DEFLATE = -15
_PIECE_BYTES = 1 << 20
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_.:+-]{1,40})""", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"\s*([a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100})\s*(?:;|$)", re.IGNORECASE)

Headers = Sequence[tuple[bytes, bytes]]


async def read_body(parts: AsyncIterable[bytes], *, headers: Headers, max_bytes: int) -> bytes:
    """Raises PageError where there are more than `max_bytes`, or where the body cannot be unpacked."""
    announced = header(headers, "content-length") or ""
    if announced.isdecimal() and len(announced) < 20 and int(announced) > max_bytes:
        raise _too_large(max_bytes)
    unpack = _unpacker(header(headers, "content-encoding"))
    body = bytearray()
    received = 0
    async for part in parts:
        received += len(part)
        if received > max_bytes:
            raise _too_large(max_bytes)
        body += unpack.some(part, room=max_bytes + 1 - len(body))
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    if received and not unpack.is_complete:
        raise PageError("page_failed", "The page broke off while it was read. Try again.")
    return bytes(body)


def header(headers: Headers, name: str) -> str | None:
    wanted = name.encode("ascii")
    return next((value.decode("latin-1").strip() for key, value in headers if key.lower() == wanted), None)


def content_type(headers: Headers) -> tuple[str | None, str | None]:
    """Media type and charset as the server says."""
    value = header(headers, "content-type") or ""
    media_type, charset = _MEDIA_TYPE.match(value), _CHARSET.search(value)
    return media_type.group(1).lower() if media_type else None, charset.group(1).lower() if charset else None


class _Plain:
    is_complete = True

    def some(self, part: bytes, *, room: int) -> bytes:
        return part[:room]


class _Zipped:
    """gzip (of one or several members) or deflate, with or without zlib's header."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._begun = False

    @property
    def is_complete(self) -> bool:
        return self._zlib.eof

    def some(self, part: bytes, *, room: int) -> bytes:
        unpacked = bytearray()
        pending = part
        while pending and len(unpacked) < room:
            if self._zlib.eof:
                self._zlib = zlib.decompressobj(_GZIP_OR_ZLIB)
            unpacked += self._decompress(pending, min(room - len(unpacked), _PIECE_BYTES))
            pending = self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail
        return bytes(unpacked)

    def _decompress(self, data: bytes, max_length: int) -> bytes:
        try:
            unpacked = self._zlib.decompress(data, max_length)
        except zlib.error as error:
            if self._begun:
                raise PageError("page_failed", "The page arrived damaged. Try again.") from error
            self._zlib = zlib.decompressobj(_RAW_DEFLATE)
            self._begun = True
            return self._decompress(data, max_length)
        self._begun = True
        return unpacked


def _unpacker(encoding: str | None) -> _Plain | _Zipped:
    match (encoding or "identity").lower():
        case "identity":
            return _Plain()
        case "gzip" | "x-gzip" | "deflate":
            return _Zipped()
        case _:
            raise PageError(
                "page_failed",
                "The server sends the page in a compression that was not asked for. Save it in a browser, and upload "
                "the file.",
            )


def _too_large(max_bytes: int) -> PageError:
    return PageError(
        "page_too_large",
        f"The page has more than {max_bytes / 1024**2:.0f} MB (OPENTRACE_MAX_PAGE_BYTES). Download what you need of "
        "it, and upload that.",
    )
