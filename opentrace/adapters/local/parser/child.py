"""What runs in a child process: `python -m opentrace.adapters.local.parser.child SOCKET_FD MEMORY_BYTES`.

A job arrives on the socket with the open file, so a child needs neither paths nor a file system. What it cannot
handle ends it, on purpose: the parent takes a death for the failure of this one document.
"""

import gc
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

from opentrace.adapters.local.parser.ocr.conversation import ParentRecogniser
from opentrace.adapters.local.parser.ocr.raster import Recogniser, no_recognition
from opentrace.adapters.local.parser.readers import read_document
from opentrace.adapters.local.parser.sandbox import confine
from opentrace.adapters.local.parser.wire import HEADER, decode_frame, element_batches, encode_frame, outcome_message
from opentrace.ports.document_parser import ParsedDocument, ParseError, ParseLimits, WebPage

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
    # A document makes very many objects and hardly a cycle: looking for cycles all the while costs a tenth of the time.
    gc.disable()
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, 65536, 1)
        if not message:
            return
        job = decode_frame(message[HEADER.size :])
        limits = ParseLimits(**job["limits"])
        # Should the parent die or hang, the alarm ends the child; the parent's own timeout comes first.
        signal.alarm(int(limits.timeout_s) + 5)
        with os.fdopen(descriptors[0], "rb") as file:
            if job["help"] is not None:
                _help(channel, file.read(), memory, invisible_text=job["help"])
            else:
                _answer(channel, file.read(), memory, job, limits=limits)
        signal.alarm(0)
        gc.collect()


def _help(channel: socket.socket, data: bytes, memory: MemoryMark, *, invisible_text: bool) -> None:
    from opentrace.adapters.local.parser.pdf.shared_reading import help_reading

    help_reading(channel, data, invisible_text=invisible_text)
    channel.sendall(encode_frame({"peak_bytes": memory.peak_bytes()}))


def _answer(
    channel: socket.socket, data: bytes, memory: MemoryMark, job: dict[str, Any], *, limits: ParseLimits
) -> None:
    recogniser = ParentRecogniser(channel) if job["ocr"] else no_recognition

    def send(message: dict[str, Any]) -> None:
        channel.sendall(encode_frame(message))

    def on_page(done: int, total: int) -> None:
        send({"page": [done, total]})

    try:
        document = parse(
            data,
            media_type=job["media_type"],
            limits=limits,
            on_page=on_page,
            recogniser=recogniser,
            page=WebPage(**job["page"]) if job["page"] is not None else None,
            helped_over=channel if job["share"] else None,
        )
        for batch in element_batches(document):
            send({"elements": batch})
        send(outcome_message(document, peak_bytes=memory.peak_bytes()))
    except ParseError as error:
        send({"error": error.code, "detail": error.detail, "peak_bytes": memory.peak_bytes()})
    except RecursionError:
        detail = (
            "The parts of this document are nested too deeply. Save it anew from a word processor, and upload that."
        )
        send({"error": "document_too_large", "detail": detail, "peak_bytes": memory.peak_bytes()})


def parse(
    data: bytes,
    *,
    media_type: str,
    limits: ParseLimits,
    on_page: OnPage,
    recogniser: Recogniser = no_recognition,
    page: WebPage | None = None,
    helped_over: socket.socket | None = None,
) -> ParsedDocument:
    """Raises ParseError. `helped_over` is the way to a parent that has other processes help with long documents."""
    if not data:
        raise ParseError("document_empty", "The file has no bytes. Upload it again.")
    document = read_document(
        data,
        media_type=media_type,
        limits=limits,
        on_page=on_page,
        recogniser=recogniser,
        page=page,
        helped_over=helped_over,
    )
    return _bounded(document, limits)


def _bounded(document: ParsedDocument, limits: ParseLimits) -> ParsedDocument:
    if not any(element.text.strip() or element.image for element in document.elements):
        raise ParseError("document_empty", "There is no text in this file.")
    if len(document.elements) > limits.max_elements:
        raise ParseError(
            "document_too_large",
            f"The document has {len(document.elements):,} paragraphs and tables; at most {limits.max_elements:,} are "
            "taken. Split it into several files.",
        )
    chars = sum(len(element.text) + sum(len(link.url) for link in element.links) for element in document.elements)
    if chars > limits.max_text_chars:
        raise ParseError(
            "document_too_large",
            f"The document has {chars:,} characters of text; at most {limits.max_text_chars:,} are taken. Split it "
            "into several files.",
        )
    return document


if __name__ == "__main__":
    main()
