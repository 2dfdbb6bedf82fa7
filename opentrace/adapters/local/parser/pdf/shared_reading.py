"""How the pages of one document are read by several child processes, ranges of them at a time.

The child that has the document says `{"share": RANGES, "invisible_text": …}` and then `{"claim": true}` again and
again. The parent answers `{"range": NUMBER}`, which the child reads itself; `{"layouts": NUMBER, "size": BYTES}` and
the bytes of a range that another child has read; or `{"range": null}` when every range was given. The other children
take a job with the document, and then `{"read": [FIRST, LAST]}`, which they answer with `{"layouts": BYTES}` and the
bytes, until `{"read": null}` ends the job.
"""

import socket
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from liteparse.types import ParseError as LiteParseError

from opentrace.adapters.local.parser.pdf.hidden import may_have_invisible_text
from opentrace.adapters.local.parser.pdf.layout_wire import decode_layouts, encode_layouts
from opentrace.adapters.local.parser.pdf.page import PageLayout
from opentrace.adapters.local.parser.pdf.reading import PageReader, ranges_of
from opentrace.adapters.local.parser.wire import encode_frame, receive_exactly, receive_message


class ReadPages(Protocol):
    def __call__(self, data: bytes, page_count: int, on_page: Callable[[int, int], None]) -> list[PageLayout]:
        """All pages that can be read, in order. Raises liteparse's ParseError."""
        ...


def read_alone(data: bytes, page_count: int, on_page: Callable[[int, int], None]) -> list[PageLayout]:
    """Implements `ReadPages` in this process."""
    pages: list[PageLayout] = []
    with PageReader(data, invisible_text=may_have_invisible_text(data)) as reader:
        for first, last in ranges_of(page_count):
            pages += reader.read(first, last)
            on_page(last, page_count)
    return pages


class SharedReading:
    """Implements `ReadPages` in a child process whose parent has other children help with long documents."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def __call__(self, data: bytes, page_count: int, on_page: Callable[[int, int], None]) -> list[PageLayout]:
        ranges = ranges_of(page_count)
        if len(ranges) == 1:
            return read_alone(data, page_count, on_page)
        invisible_text = may_have_invisible_text(data)
        self._say({"share": ranges, "invisible_text": invisible_text})
        found: dict[int, list[PageLayout]] = {}
        done = 0
        with PageReader(data, invisible_text=invisible_text) as reader:
            for number, layouts in self._claimed():
                first, last = ranges[number]
                found[number] = reader.read(first, last) if layouts is None else layouts
                done += last - first + 1
                on_page(done, page_count)
        return [page for number in sorted(found) for page in found[number]]

    def _claimed(self) -> Iterator[tuple[int, list[PageLayout] | None]]:
        """The ranges one by one, with their layouts where another process has read them."""
        while True:
            self._say({"claim": True})
            message = receive_message(self._channel)
            if "layouts" in message:
                yield message["layouts"], decode_layouts(receive_exactly(self._channel, message["size"]))
            elif message["range"] is None:
                return
            else:
                yield message["range"], None

    def _say(self, message: dict[str, Any]) -> None:
        self._channel.sendall(encode_frame(message))


def help_reading(channel: socket.socket, data: bytes, *, invisible_text: bool) -> None:
    """What a child does for the document of another one. It gives damaged pages back: `{"layouts": null}`."""
    data = data[max(data.find(b"%PDF-", 0, 1024), 0) :]
    with PageReader(data, invisible_text=invisible_text) as reader:
        while (pages := receive_message(channel)["read"]) is not None:
            try:
                layouts = encode_layouts(reader.read(pages[0], pages[1]))
            except LiteParseError:
                channel.sendall(encode_frame({"layouts": None}))
                continue
            channel.sendall(encode_frame({"layouts": len(layouts)}))
            channel.sendall(layouts)
