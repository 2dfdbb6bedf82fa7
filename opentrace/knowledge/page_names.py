"""What a web page is called before its title is known, and what tells what kind of text it is."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from opentrace.knowledge.file_names import display_name


def page_name(url: str) -> str:
    """Host and path as people read them: `docs.example/guide/Größe`."""
    parts = urlsplit(url)
    return display_name(f"{parts.netloc}{unquote(parts.path)}".rstrip("/"))


def name_for_detection(url: str, *, media_type: str | None, taken: Mapping[str, tuple[str, ...]]) -> str:
    """A name whose ending says what its server says, where that is one of the types taken; else that of the path."""
    if media_type is not None and media_type in taken:
        return "page" + taken[media_type][0]
    return "page" + PurePosixPath(urlsplit(url).path).suffix
