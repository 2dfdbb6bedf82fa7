"""Parses documents in child processes. See `pool.py` for how, `child.py` for what runs in a child."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentrace.adapters.local.parser.pool import LocalDocumentParser

__all__ = ["LocalDocumentParser"]


def __getattr__(name: str) -> object:
    # A child imports this package too; asyncio, which only the parent needs, would double its start time.
    if name == "LocalDocumentParser":
        from opentrace.adapters.local.parser.pool import LocalDocumentParser

        return LocalDocumentParser
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
