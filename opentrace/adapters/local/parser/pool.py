"""A document parser that keeps a few child processes and lets them read the files."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from opentrace.adapters.local.parser.child_process import ChildDied, ChildProcess
from opentrace.adapters.local.parser.detect import detect
from opentrace.adapters.local.parser.media_types import IMAGES, MEDIA_TYPES, PDF, unsupported
from opentrace.adapters.local.parser.ocr.answers import answer_child
from opentrace.adapters.local.parser.ocr.conversation import PAGE_S
from opentrace.adapters.local.parser.ocr.tesseract import Tesseract
from opentrace.adapters.local.parser.sharing import Sharing
from opentrace.adapters.local.parser.wire import decode_elements, decode_error, decode_outcome
from opentrace.adapters.local.parser.wire_values import MalformedMessage
from opentrace.ports.document_parser import Element, ParsedDocument, ParseError, ParseLimits, WebPage

IDLE_S = 30.0
MAX_DOCUMENTS = 100
MAX_PEAK_BYTES = 300 * 1024 * 1024
SMALL_BYTES = 1024 * 1024


class LocalDocumentParser:
    """Implements `DocumentParser`. A file can only fail its own parse: the child that reads it is killed and replaced.

    At most `processes` files are read at a time, others wait; a place more is kept for a small file where large ones
    have all. The pages of a long document are read by as many children as have nothing else to do. A child is reused
    for some documents, and ends when it is idle for IDLE_S or has grown. All calls belong to one event loop, in any
    thread. `peak_bytes` is the most memory that a child had while it read a document that it could read.
    """

    def __init__(self, *, processes: int, tesseract: Tesseract | None = None) -> None:
        """Without `tesseract` no text is recognised, and images are not taken."""
        self._tesseract = tesseract
        self._processes = processes
        self._slots = asyncio.Semaphore(processes)
        self._kept_slot = asyncio.Semaphore(1)
        self._waiting = 0
        self._large_files = 0
        self._idle: list[ChildProcess] = []
        self._timers: dict[ChildProcess, asyncio.TimerHandle] = {}
        self._busy: set[ChildProcess] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self.peak_bytes = 0

    @property
    def media_types(self) -> dict[str, tuple[str, ...]]:
        return {
            media_type: endings
            for media_type, endings in MEDIA_TYPES.items()
            if self._tesseract is not None or media_type not in IMAGES
        }

    def detect(self, head: bytes, *, path: Path | None = None, file_name: str) -> str:
        return detect(head, path=path, file_name=file_name)

    async def parse(
        self,
        path: Path,
        *,
        media_type: str,
        limits: ParseLimits,
        page: WebPage | None = None,
        on_page: Callable[[int, int], None] | None = None,
        on_recognised: Callable[[int, int], None] | None = None,
    ) -> ParsedDocument:
        if media_type in IMAGES and self._tesseract is None:
            raise unsupported("an image, and text recognition is switched off (OPENTRACE_OCR_LANGUAGES)")
        progress = _Progress(on_page, on_recognised)
        is_small = (await asyncio.to_thread(path.stat)).st_size <= SMALL_BYTES
        async with self._place(is_small=is_small), self._borrowed(limits.memory_bytes) as borrowed:
            try:
                async with asyncio.timeout(limits.timeout_s) as deadline:
                    reading = _Reading(path, borrowed.child, limits, progress, deadline)
                    await borrowed.child.send_job(path, self._job(media_type, limits, page=page))
                    document = await self._receive_helped(reading)
                borrowed.is_fit = True
                return document
            except ParseError as error:
                borrowed.is_fit = error.code != "parse_out_of_memory" and not progress.is_busy
                raise
            except TimeoutError as error:
                raise ParseError(
                    "parse_timeout",
                    f"Reading the file took longer than {limits.timeout_s:g} seconds. Split it into smaller files, or "
                    "save it anew from the program that made it.",
                ) from error
            except ChildDied as error:
                raise await asyncio.to_thread(_failure, borrowed.child) from error
            except MalformedMessage as error:
                raise _crashed() from error

    def _job(
        self, media_type: str, limits: ParseLimits, *, page: WebPage | None = None, help_with: bool | None = None
    ) -> dict[str, Any]:
        """`help_with` is for a child that helps with the document of another: whether it may have invisible text."""
        return {
            "media_type": media_type,
            "limits": asdict(limits),
            "ocr": self._tesseract is not None,
            "page": None if page is None else asdict(page),
            "share": self._processes > 1,
            "help": help_with,
        }

    @asynccontextmanager
    async def _place(self, *, is_small: bool) -> AsyncGenerator[None]:
        """A slot; for a small file the kept one where files that are not small have all others."""
        slots = self._slots
        if is_small and slots.locked() and self._large_files and not self._kept_slot.locked():
            slots = self._kept_slot
        self._waiting += 1
        try:
            await slots.acquire()
        finally:
            self._waiting -= 1
        self._large_files += not is_small
        try:
            yield
        finally:
            self._large_files -= not is_small
            slots.release()

    @asynccontextmanager
    async def _borrowed(self, memory_bytes: int) -> AsyncGenerator["_Borrowed"]:
        """A child, which is taken back if it is fit for another document, and else ended."""
        borrowed = _Borrowed(self._take(memory_bytes))
        child = borrowed.child
        self._busy.add(child)
        try:
            yield borrowed
        finally:
            self._busy.discard(child)
            self.peak_bytes = max(self.peak_bytes, child.peak_bytes)
            if borrowed.is_fit and child.documents < MAX_DOCUMENTS and child.peak_bytes < MAX_PEAK_BYTES:
                self._keep(child)
            else:
                self._end(child)

    async def _receive_helped(self, reading: "_Reading") -> ParsedDocument:
        """What the child makes of the document, with the help of others where it asks for that."""
        failure: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as group:
                document = await self._receive(reading, group)
                for helper in reading.helpers:
                    helper.cancel()
                return document
        except BaseExceptionGroup as failed:
            failure = failed.exceptions[0]
        raise failure

    async def _help(self, reading: "_Reading", sharing: Sharing) -> None:
        """Read pages of a document with a child more, whenever no other file waits for it. Raises ParseError."""
        while sharing.has_work:
            async with self._slots:
                if not sharing.has_work:
                    return
                async with self._borrowed(reading.limits.memory_bytes) as borrowed:
                    job = self._job(PDF, reading.limits, help_with=sharing.invisible_text)
                    try:
                        await borrowed.child.send_job(reading.path, job)
                        await sharing.help(borrowed.child, may_go_on=lambda: not self._waiting)
                    except ChildDied as error:
                        raise await asyncio.to_thread(_failure, borrowed.child) from error
                    except MalformedMessage as error:
                        raise _crashed() from error
                    borrowed.is_fit = True

    async def _receive(self, reading: "_Reading", group: asyncio.TaskGroup) -> ParsedDocument:
        child, limits = reading.child, reading.limits
        elements: list[Element] = []
        chars = image_bytes = 0
        while True:
            message = await child.receive()
            if "elements" in message:
                for element in decode_elements(message["elements"]):
                    chars += len(element.text)
                    image_bytes += len(element.image.data) if element.image is not None else 0
                    elements.append(element)
                too_much_text = len(elements) > limits.max_elements or chars > limits.max_text_chars
                if too_much_text or image_bytes > limits.max_images_bytes:
                    raise MalformedMessage("more than the limits that the child was given")
            elif "page" in message:
                reading.progress.page(*_page(message["page"]))
            elif "claim" in message:
                await reading.answer_claim()
            elif "share" in message:
                sharing = reading.share(Sharing(message["share"], invisible_text=message.get("invisible_text")))
                reading.helpers += [group.create_task(self._help(reading, sharing)) for _ in range(self._processes - 1)]
            elif "ocr" in message:
                await self._recognise(reading, message["ocr"])
            elif "error" in message:
                code, detail, child.peak_bytes = decode_error(message)
                raise ParseError(code, detail)
            else:
                done = decode_outcome(message)
                child.peak_bytes = done.peak_bytes
                return ParsedDocument(
                    tuple(elements),
                    title=done.title,
                    page_count=done.page_count,
                    facts=done.facts,
                    findings=done.findings,
                    canonical_url=done.canonical_url,
                )

    async def _recognise(self, reading: "_Reading", count: object) -> None:
        """The time that recognition may take grows with the pages, beside the time of the parse itself."""
        if self._tesseract is None or not isinstance(count, int):
            raise MalformedMessage("recognition")
        deadline, progress = reading.deadline, reading.progress
        due = deadline.when()
        progress.is_busy = True
        if due is not None:
            deadline.reschedule(due + count * PAGE_S)
        started = asyncio.get_running_loop().time()
        await answer_child(
            reading.child, count, tesseract=self._tesseract, limits=reading.limits, on_done=progress.recognised
        )
        if due is not None:
            deadline.reschedule(due + asyncio.get_running_loop().time() - started)
        progress.is_busy = False

    async def close(self) -> None:
        for child in self._busy:
            child.kill()
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


@dataclass(slots=True)
class _Borrowed:
    child: ChildProcess
    is_fit: bool = False


@dataclass(slots=True)
class _Reading:
    """One document that a child reads."""

    path: Path
    child: ChildProcess
    limits: ParseLimits
    progress: "_Progress"
    deadline: asyncio.Timeout
    helpers: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    _sharing: Sharing | None = None

    def share(self, sharing: Sharing) -> Sharing:
        if self._sharing is not None:
            raise MalformedMessage("a document that is shared already")
        self._sharing = sharing
        # Until it is told of the last range the child waits for an answer, and takes no other job.
        self.progress.is_busy = True
        return sharing

    async def answer_claim(self) -> None:
        if self._sharing is None:
            raise MalformedMessage("a claim of nothing")
        self.progress.is_busy = not await self._sharing.answer_claim(self.child)


@dataclass(slots=True)
class _Progress:
    """Who hears of it, and whether the child waits for something that it asked for: then it takes no other job."""

    on_page: Callable[[int, int], None] | None
    on_recognised: Callable[[int, int], None] | None
    is_busy: bool = False

    def page(self, done: int, total: int) -> None:
        if self.on_page is not None:
            self.on_page(done, total)

    def recognised(self, done: int, total: int) -> None:
        if self.on_recognised is not None:
            self.on_recognised(done, total)


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
