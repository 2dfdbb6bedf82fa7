"""What a child writes: all of it to a file that does not grow for ever, warnings and failures to the terminal too."""

import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 5 * 1024 * 1024
REMEMBERED_LINES = 12

_MAX_LINE_BYTES = 64 * 1024
# `[warning  ]` of structlog, `"level": "error"` of its JSON, `FATAL:` of PostgreSQL, ` # ` of Valkey; but neither what
# PostgreSQL tells those who knock while it starts, nor Valkey's advice on the settings of the system.
_ALARMING = re.compile(
    r'\[(warning|error|critical)\s*\]|"level": ?"(warning|error|critical)"|^Traceback \(most|'
    r"\b(FATAL|PANIC):  (?!the database system is (starting up|not yet accepting))|"
    r"^\d+:[A-Z] [^*#]{20,30} # (?!WARNING )"
)
_FOLLOWS = re.compile(r"^\s|^\w+(\.\w+)*(Error|Exception|Interrupt)\b")


class ChildLog:
    """Takes bytes as they come. `show` gets the lines that a person should see."""

    def __init__(self, path: Path, *, show: Callable[[str], None], max_bytes: int = MAX_BYTES) -> None:
        self.path = path
        self._show = show
        self._max_bytes = max_bytes
        self._pending = b""
        self._showing = False
        self._recent: deque[str] = deque(maxlen=REMEMBERED_LINES)
        self.muted = False

    def feed(self, data: bytes) -> None:
        self._append(data)
        *lines, rest = (self._pending + data).split(b"\n")
        self._pending = rest[:_MAX_LINE_BYTES]
        for line in lines:
            self._look_at(line.decode(errors="replace").rstrip())

    def take_recent(self) -> list[str]:
        """The last lines that were not shown, each once."""
        lines = list(self._recent)
        self._recent.clear()
        return lines

    def _look_at(self, line: str) -> None:
        alarming = _ALARMING.search(line) is not None
        self._showing = alarming or (self._showing and _FOLLOWS.match(line) is not None)
        if self._showing and not self.muted:
            self._show(line)
        elif line:
            self._recent.append(line)

    def _append(self, data: bytes) -> None:
        """A full disk must not stop the child, so what cannot be written is let go."""
        with suppress(OSError):
            if self.path.exists() and self.path.stat().st_size + len(data) > self._max_bytes:
                self.path.replace(self.path.with_name(self.path.name + ".1"))
            with self.path.open("ab") as file:
                file.write(data)
