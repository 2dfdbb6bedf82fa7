"""Takes out of a text what no text has and PostgreSQL does not store."""

import re
import unicodedata

# NUL and the other control characters but tab and line feed, lone surrogates, byte order marks, non-characters.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_LINE_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SOFT_HYPHEN = "\u00ad"
_BLANK = re.compile(r"[^\S\n]+")
_SPACE = re.compile(r"\s+")

# Typographic ligatures of the Unicode block "Alphabetic Presentation Forms": fonts draw them, nobody searches them.
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", _SOFT_HYPHEN: None}
)
# Shapes of Arabic letters by their place in a word, which fonts draw and nobody types.
_ARABIC_SHAPES = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")


def clean(text: str) -> str:
    """The text with line feeds as its only line breaks, and without forbidden characters."""
    if text.isascii() and text.isprintable():
        return text
    text = FORBIDDEN.sub("", _LINE_BREAK.sub("\n", text)).translate(_LIGATURES)
    return _ARABIC_SHAPES.sub(lambda shape: unicodedata.normalize("NFKC", shape.group()), text)


def one_line(text: str) -> str:
    """The clean text with every run of white space as one space."""
    return _SPACE.sub(" ", clean(text)).strip()


def clean_lines(text: str) -> str:
    """The clean text with its line breaks; blanks are run together and lines trimmed."""
    return "\n".join(line.strip() for line in _BLANK.sub(" ", clean(text)).strip().split("\n"))
