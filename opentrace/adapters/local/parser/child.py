"""What runs in a child process: `python -m opentrace.adapters.local.parser.child SOCKET_FD MEMORY_BYTES`.

A job arrives on the socket with the open file, so a child needs neither paths nor a file system. What it cannot
handle ends it, on purpose: the parent takes a death for the failure of this one document.
"""

import os
import re
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import FileIO
from pathlib import Path
from typing import Any

from opentrace.adapters.local.parser import media_types
from opentrace.adapters.local.parser.sandbox import confine
from opentrace.adapters.local.parser.wire import HEADER, decode_frame, element_batches, encode_frame
from opentrace.ports.document_parser import ParsedDocument, ParseError, ParseLimits

OnPage = Callable[[int, int], None]

_PEAK = re.compile(rb"VmHWM:\s*(\d+) kB")


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    with MemoryMark() as memory:
        confine(memory_bytes=int(sys.argv[2]))
        serve(channel, memory)


class MemoryMark(AbstractContextManager["MemoryMark"]):
    """The most memory that this process had resident at any time.

    On Linux getrusage counts what the parent had when it started the child, so the kernel's own mark is read. Its file
    is opened at the start, for later it cannot be.
    """

    def __init__(self) -> None:
        self._status: FileIO | None = None
        if sys.platform == "linux":
            self._status = Path("/proc/self/status").open("rb", buffering=0)  # noqa: SIM115 -- closed on exit

    def peak_bytes(self) -> int:
        if self._status is None:
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self._status.seek(0)
        found = _PEAK.search(self._status.read())
        return int(found.group(1)) * 1024 if found is not None else 0

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.close()


def serve(channel: socket.socket, memory: MemoryMark) -> None:
    """Read one document after the other, until the parent closes its end."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, 65536, 1)
        if not message:
            return
        job = decode_frame(message[HEADER.size :])
        limits = ParseLimits(**job["limits"])
        # Should the parent die or hang, the alarm ends the child; the parent's own timeout comes first.
        signal.alarm(int(limits.timeout_s) + 5)
        with os.fdopen(descriptors[0], "rb") as file:
            _answer(channel, file.read(), memory, media_type=job["media_type"], limits=limits)
        signal.alarm(0)


def _answer(channel: socket.socket, data: bytes, memory: MemoryMark, *, media_type: str, limits: ParseLimits) -> None:
    def send(message: dict[str, Any]) -> None:
        channel.sendall(encode_frame(message))

    def on_page(done: int, total: int) -> None:
        send({"page": [done, total]})

    try:
        document = parse(data, media_type=media_type, limits=limits, on_page=on_page)
        for batch in element_batches(document):
            send({"elements": batch})
        done = {"title": document.title, "page_count": document.page_count, "findings": document.findings}
        send({"done": True, "peak_bytes": memory.peak_bytes(), **done})
    except ParseError as error:
        send({"error": error.code, "detail": error.detail, "peak_bytes": memory.peak_bytes()})


def parse(data: bytes, *, media_type: str, limits: ParseLimits, on_page: OnPage) -> ParsedDocument:
    """Raises ParseError. Each format is imported when its first document comes."""
    if not data:
        raise ParseError("document_empty", "The file has no bytes. Upload it again.")
    match media_type:
        case media_types.PDF:
            from opentrace.adapters.local.parser.pdf import parse_pdf

            document = parse_pdf(data, limits=limits, on_page=on_page)
        case media_types.DOCX:
            from opentrace.adapters.local.parser.docx_parser import parse_docx

            document = parse_docx(data)
        case media_types.HTML:
            from opentrace.adapters.local.parser.html_parser import parse_html

            document = parse_html(data)
        case media_types.MARKDOWN:
            from opentrace.adapters.local.parser.markdown_parser import parse_markdown

            document = parse_markdown(data)
        case media_types.TEXT:
            from opentrace.adapters.local.parser.text_parser import parse_text

            document = parse_text(data)
        case _:
            raise media_types.unsupported(f"a file of the type {media_type!r}")
    return _bounded(document, limits)


def _bounded(document: ParsedDocument, limits: ParseLimits) -> ParsedDocument:
    if not any(element.text.strip() for element in document.elements):
        raise ParseError("document_empty", "There is no text in this file.")
    if len(document.elements) > limits.max_elements:
        raise ParseError(
            "document_too_large",
            f"The document has {len(document.elements):,} paragraphs and tables; at most {limits.max_elements:,} are "
            "taken. Split it into several files.",
        )
    chars = sum(len(element.text) for element in document.elements)
    if chars > limits.max_text_chars:
        raise ParseError(
            "document_too_large",
            f"The document has {chars:,} characters of text; at most {limits.max_text_chars:,} are taken. Split it "
            "into several files.",
        )
    return document


if __name__ == "__main__":
    main()
