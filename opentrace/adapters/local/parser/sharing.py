"""The parent's side of `pdf/shared_reading.py`: which child reads which pages of a long document."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

from opentrace.adapters.local.parser.child_process import ChildProcess
from opentrace.adapters.local.parser.wire_values import MalformedMessage

MAX_RANGES = 10_000
MAX_HELD_BYTES = 256 * 1024 * 1024
"""Of layouts that wait to be taken; the document's own child takes them before it reads itself."""


class Sharing:
    """The ranges of one document. Its own child claims some; others are read by helpers, and given to it when it asks.

    A helper that fails fails the document, since it fails of the file.
    """

    def __init__(self, ranges: object, *, invisible_text: object) -> None:
        """Raises MalformedMessage."""
        if not isinstance(ranges, list) or not isinstance(invisible_text, bool):
            raise MalformedMessage("a document to share")
        self._ranges = [_range(pages) for pages in cast("list[object]", ranges)]
        if len(self._ranges) > MAX_RANGES:
            raise MalformedMessage("more ranges of pages than any document has")
        self.invisible_text = invisible_text
        self._left = deque(range(len(self._ranges)))
        self._read: deque[tuple[int, bytes]] = deque()
        self._being_read = 0
        self._changed = asyncio.Event()

    @property
    def has_work(self) -> bool:
        return bool(self._left)

    async def help(self, child: ChildProcess, *, may_go_on: Callable[[], bool]) -> None:
        """Have a child, which has the document, read ranges while there are some and it may. Raises as it does."""
        while self._left and may_go_on():
            number = self._left.popleft()
            self._being_read += 1
            await child.send({"read": self._ranges[number]})
            match (await child.receive()).get("layouts"):
                case int(size) if 0 <= size <= MAX_HELD_BYTES - sum(len(layouts) for _, layouts in self._read):
                    self._read.append((number, await child.receive_bytes(size)))
                case None:
                    # Damaged: the document's own child fails of it with the right words.
                    self._left.append(number)
                case _:
                    raise MalformedMessage("layouts")
            self._being_read -= 1
            self._changed.set()
        await child.send({"read": None})
        match (await child.receive()).get("peak_bytes"):
            case int(peak_bytes):
                child.peak_bytes = peak_bytes
            case _:
                raise MalformedMessage("memory")

    async def answer_claim(self, child: ChildProcess) -> bool:
        """Tell the document's own child what it does next, and whether that was the last word on it.

        It waits where all that is left is with helpers.
        """
        while not self._read and not self._left and self._being_read:
            self._changed.clear()
            await self._changed.wait()
        if self._read:
            number, layouts = self._read.popleft()
            await child.send({"layouts": number, "size": len(layouts)})
            await child.send_bytes(layouts)
        else:
            number = self._left.popleft() if self._left else None
            await child.send({"range": number})
            return number is None
        return False


def _range(pages: object) -> list[int]:
    match pages:
        case [int(first), int(last)] if 0 < first <= last:
            return [first, last]
        case _:
            raise MalformedMessage("a range of pages")
