"""PDF: liteparse finds words, blocks and their order; the rest of this package makes elements of them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentrace.adapters.local.parser.pdf.document import parse_pdf

__all__ = ["parse_pdf"]


def __getattr__(name: str) -> object:
    # Recognised pages are laid out by modules of this package, which the whole of it imports in its turn.
    if name == "parse_pdf":
        from opentrace.adapters.local.parser.pdf.document import parse_pdf

        return parse_pdf
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
