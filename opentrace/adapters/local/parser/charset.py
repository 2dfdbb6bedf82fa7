"""Decodes text of an unknown encoding."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, lookup

from opentrace.adapters.local.parser.detect import wide_encoding

# The longer marks first: that of UTF-32 LE begins with that of UTF-16 LE.
_MARKS = (
    (BOM_UTF8, "utf-8"),
    (BOM_UTF32_LE, "utf-32-le"),
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 256 * 1024


def decode(data: bytes, *, declared: str | None = None) -> str:
    """By byte order mark, then UTF-8 where it is valid, then as `declared`, then by statistics; never fails."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    wide = wide_encoding(data)
    if wide is not None:
        return data.decode(wide, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # One broken character at the end of a long text is still UTF-8.
        if error.start > 4096 and error.start > len(data) - 4:
            return data.decode("utf-8", errors="replace")
    return data.decode(_known(declared) or _guessed(data), errors="replace")


def _known(encoding: str | None) -> str | None:
    try:
        name = lookup(encoding).name if encoding else None
    except LookupError:
        return None
    # What calls itself Latin-1 on the web is Windows-1252 (WHATWG Encoding Standard).
    if name in ("iso8859-1", "ascii"):
        return "cp1252"
    return None if name in ("utf-8", "utf-7") else name


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    return "cp1252" if best is None or best.encoding in ("ascii", "latin_1") else best.encoding
