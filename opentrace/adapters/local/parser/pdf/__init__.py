"""PDF with a text layer. liteparse finds words, blocks and their order; the rest of this package makes elements."""

from opentrace.adapters.local.parser.pdf.document import parse_pdf

__all__ = ["parse_pdf"]
