"""The parent's side of `conversation.py`: asks a child for pictures of pages and has Tesseract read them."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

from opentrace.adapters.local.parser.child_process import ChildProcess
from opentrace.adapters.local.parser.ocr.raster import MAX_PIXELS, Raster
from opentrace.adapters.local.parser.ocr.tesseract import Tesseract
from opentrace.adapters.local.parser.wire import decode_error
from opentrace.adapters.local.parser.wire_values import MalformedMessage
from opentrace.ports.document_parser import ParseError, ParseLimits

# A page that is turned is tried in three more ways.
_MAX_TRIES = 4


async def answer_child(
    child: ChildProcess,
    count: object,
    *,
    tesseract: Tesseract,
    limits: ParseLimits,
    on_done: Callable[[int, int], None],
) -> None:
    """Recognise as many pictures as the child announced, on all cores; `on_done(done, count)` after each.

    Raises ChildDied, MalformedMessage, and the ParseError of a child that cannot draw.
    """
    if not isinstance(count, int) or not 0 < count <= _MAX_TRIES * limits.max_pages:
        raise MalformedMessage("a number of pictures")
    numbers = iter(range(count))
    drawing = asyncio.Lock()
    done = 0

    async def work() -> None:
        nonlocal done
        for number in numbers:
            async with tesseract.slot:
                async with drawing:
                    raster = await _drawn(child, number)
                hocr = "" if raster is None else await tesseract.hocr(raster, memory_bytes=limits.memory_bytes)
            await child.send({"recognised": number, "hocr": hocr})
            done += 1
            on_done(done, count)

    await _all(work() for _ in range(min(tesseract.processes, count)))


async def _drawn(child: ChildProcess, number: int) -> Raster | None:
    await child.send({"draw": number})
    message = await child.receive()
    if "error" in message:
        code, detail, child.peak_bytes = decode_error(message)
        raise ParseError(code, detail)
    match message.get("raster"):
        case None:
            return None
        case [int(width), int(height), int(dpi)] if width > 0 and height > 0 and 0 < dpi <= 2400:
            if width * height > MAX_PIXELS:
                raise MalformedMessage("a picture that is too large")
            return Raster(width, height, dpi, await child.receive_bytes(width * height))
        case _:
            raise MalformedMessage("a picture")


async def _all(workers: Iterator[Any]) -> None:
    """Wait for all; the first failure ends the others and is raised by itself."""
    tasks = [asyncio.ensure_future(worker) for worker in workers]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
