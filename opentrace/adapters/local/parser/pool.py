"""A document parser that keeps a few child processes and lets them read the files."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from opentrace.adapters.local.parser.child_process import ChildDied, ChildProcess
from opentrace.adapters.local.parser.detect import detect
from opentrace.adapters.local.parser.media_types import MEDIA_TYPES
from opentrace.adapters.local.parser.wire import MalformedMessage, decode_elements, decode_error, decode_outcome
from opentrace.ports.document_parser import Element, ParsedDocument, ParseError, ParseLimits

IDLE_S = 30.0
MAX_DOCUMENTS = 100
MAX_PEAK_BYTES = 300 * 1024 * 1024


class LocalDocumentParser:
    """Implements `DocumentParser`. A file can only fail its own parse: the child that reads it is killed and replaced.

    At most `processes` files are read at a time, others wait. A child is reused for some documents, and ends when it
    is idle for IDLE_S or has grown. All calls belong to one event loop, in whatever thread it runs. `peak_bytes` is the
    most memory that a child had while it read a document that it could read.
    """

    def __init__(self, *, processes: int) -> None:
        self._slots = asyncio.Semaphore(processes)
        self._idle: list[ChildProcess] = []
        self._timers: dict[ChildProcess, asyncio.TimerHandle] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self.peak_bytes = 0

    @property
    def media_types(self) -> dict[str, tuple[str, ...]]:
        return dict(MEDIA_TYPES)

    def detect(self, head: bytes, *, path: Path | None = None, file_name: str) -> str:
        return detect(head, path=path, file_name=file_name)

    async def parse(
        self,
        path: Path,
        *,
        media_type: str,
        limits: ParseLimits,
        on_page: Callable[[int, int], None] | None = None,
    ) -> ParsedDocument:
        async with self._slots:
            child = self._take(limits.memory_bytes)
            reusable = False
            try:
                async with asyncio.timeout(limits.timeout_s):
                    await child.send_job(path, {"media_type": media_type, "limits": asdict(limits)})
                    document = await _receive(child, limits=limits, on_page=on_page)
                reusable = True
                return document
            except ParseError as error:
                reusable = error.code != "parse_out_of_memory"
                raise
            except TimeoutError as error:
                raise ParseError(
                    "parse_timeout",
                    f"Reading the file took longer than {limits.timeout_s:g} seconds. Split it into smaller files, or "
                    "save it anew from the program that made it.",
                ) from error
            except ChildDied as error:
                raise await asyncio.to_thread(_failure, child) from error
            except MalformedMessage as error:
                raise _crashed() from error
            finally:
                self.peak_bytes = max(self.peak_bytes, child.peak_bytes)
                if reusable and child.documents < MAX_DOCUMENTS and child.peak_bytes < MAX_PEAK_BYTES:
                    self._keep(child)
                else:
                    self._end(child)

    async def close(self) -> None:
        for child in list(self._idle):
            self._retire(child)
        while self._ending:
            await asyncio.gather(*self._ending)

    def _take(self, memory_bytes: int) -> ChildProcess:
        while self._idle:
            child = self._idle.pop()
            self._timers.pop(child).cancel()
            if child.memory_bytes == memory_bytes and child.is_alive():
                return child
            self._end(child)
        return ChildProcess.start(memory_bytes=memory_bytes)

    def _keep(self, child: ChildProcess) -> None:
        self._idle.append(child)
        self._timers[child] = asyncio.get_running_loop().call_later(IDLE_S, self._retire, child)

    def _retire(self, child: ChildProcess) -> None:
        self._idle.remove(child)
        self._timers.pop(child).cancel()
        self._end(child)

    def _end(self, child: ChildProcess) -> None:
        child.kill()
        task = asyncio.create_task(child.reap())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


async def _receive(
    child: ChildProcess, *, limits: ParseLimits, on_page: Callable[[int, int], None] | None
) -> ParsedDocument:
    elements: list[Element] = []
    chars = 0
    while True:
        message = await child.receive()
        if "elements" in message:
            for element in decode_elements(message["elements"]):
                chars += len(element.text)
                elements.append(element)
            if len(elements) > limits.max_elements or chars > limits.max_text_chars:
                raise MalformedMessage("more than the limits that the child was given")
        elif "page" in message:
            if on_page is not None:
                on_page(*_page(message["page"]))
        elif "error" in message:
            code, detail, child.peak_bytes = decode_error(message)
            raise ParseError(code, detail)
        else:
            title, page_count, findings, child.peak_bytes = decode_outcome(message)
            return ParsedDocument(tuple(elements), title=title, page_count=page_count, findings=findings)


def _page(value: Any) -> tuple[int, int]:
    match value:
        case [int(done), int(total)]:
            return done, total
        case _:
            raise MalformedMessage("progress")


def _failure(child: ChildProcess) -> ParseError:
    if child.ran_out_of_memory():
        return ParseError(
            "parse_out_of_memory",
            f"Reading the file needs more than {child.memory_bytes // 1024**2:,} MB of memory. Split it into smaller "
            "files, or save it anew from the program that made it.",
        )
    return _crashed()


def _crashed() -> ParseError:
    return ParseError(
        "parse_crashed",
        "The file made its reader stop, so it is probably damaged. Save it anew from the program that made it, and "
        "upload that.",
    )
