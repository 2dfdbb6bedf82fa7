"""How a child process has pages recognised: it draws them when its parent asks, and the parent says what they read.

The child begins with `{"ocr": COUNT}`. The parent answers with `{"draw": NUMBER}`, which the child answers with a
raster, and with `{"recognised": NUMBER, "hocr": …}`, until every number was recognised.
"""

import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

from opentrace.adapters.local.parser.ocr.raster import Raster
from opentrace.adapters.local.parser.wire import encode_frame, receive_message

# What a page may take on average before the whole document is too slow.
PAGE_S = 30.0


class ParentRecogniser:
    """Implements `Recogniser` in a child process, over the socket to its parent."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def __call__(self, count: int, raster_of: Callable[[int], Raster | None]) -> Iterator[tuple[int, str | None]]:
        if count == 0:
            return
        left = signal.alarm(0)
        if left:
            signal.alarm(left + int(count * PAGE_S))
        self._channel.sendall(encode_frame({"ocr": count}))
        recognised = 0
        while recognised < count:
            message = receive_message(self._channel)
            if "draw" in message:
                self._send_raster(raster_of(message["draw"]))
            else:
                recognised += 1
                yield message["recognised"], message["hocr"]

    def _send_raster(self, raster: Raster | None) -> None:
        if raster is None:
            self._channel.sendall(encode_frame({"raster": None}))
            return
        about: dict[str, Any] = {"raster": [raster.width, raster.height, raster.dpi]}
        self._channel.sendall(encode_frame(about))
        self._channel.sendall(raster.pixels)
