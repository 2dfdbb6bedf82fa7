"""What a user's file is called on the screen, and what kind of file it says it is. Never a path, never a command."""

import unicodedata
from collections.abc import Mapping

MAX_FILE_NAME_CHARS = 255
UNNAMED = "Untitled"

_MAX_ENDING_CHARS = 10


def display_name(file_name: str) -> str:
    """The name as its owner knows it, on one line and short enough to show.

    Control characters and lone surrogates, which no database or header takes, become spaces; everything else is kept,
    separators of paths too, since nothing ever opens it. A name that is too long loses its middle, not its ending.
    """
    plain = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in file_name)
    name = plain.strip()
    if len(name) > MAX_FILE_NAME_CHARS:
        ending = _ending(name)
        name = name[: MAX_FILE_NAME_CHARS - len(ending) - 1] + "…" + ending
    return name or UNNAMED


def media_type_of(declared: str, *, file_name: str, taken: Mapping[str, tuple[str, ...]]) -> str | None:
    """Which of the types that are `taken` a file is said to be: by its declared type, else by the end of its name."""
    media_type = declared.partition(";")[0].strip().lower()
    if media_type in taken:
        return media_type
    ending = _ending(file_name).lower()
    return next((media_type for media_type, endings in taken.items() if ending in endings), None)


def _ending(name: str) -> str:
    """From the last dot on; empty where that is too long to be an ending."""
    _, dot, ending = name.rpartition(".")
    return dot + ending if dot and len(ending) < _MAX_ENDING_CHARS else ""
