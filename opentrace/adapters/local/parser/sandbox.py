"""Takes from a child process what a parser does not need."""

import contextlib
import resource
import sys

MAX_WRITTEN_BYTES = 1024 * 1024


def confine(*, memory_bytes: int) -> None:
    """Bound this process for good: its address space, no core dumps, no large files, its parent's end is its own."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_WRITTEN_BYTES, MAX_WRITTEN_BYTES))
    with contextlib.suppress(ValueError, OSError):  # macOS does not bound address spaces
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    if sys.platform == "linux":
        from opentrace.adapters.local.parser.sandbox_linux import confine_linux

        confine_linux()
