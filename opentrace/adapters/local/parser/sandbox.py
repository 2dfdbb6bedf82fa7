"""Takes from a child process what a parser does not need."""

import contextlib
import resource
import sys
from collections.abc import Iterable

MAX_WRITTEN_BYTES = 1024 * 1024


def confine(*, memory_bytes: int, readable: Iterable[str] | None = None, becomes_program: bool = False) -> None:
    """Bound this process for good: its address space, no core dumps, no large files, its parent's end is its own.

    `readable` are the files and folders that it may read beside the system's libraries: by default those of Python. It
    may become another program only where that is said.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_WRITTEN_BYTES, MAX_WRITTEN_BYTES))
    with contextlib.suppress(ValueError, OSError):  # macOS does not bound address spaces
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    if sys.platform == "linux":
        from opentrace.adapters.local.parser.sandbox_linux import confine_linux

        confine_linux(readable, becomes_program=becomes_program)
