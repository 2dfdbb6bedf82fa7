"""Where links in a text lead, and which of its words they are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from opentrace.adapters.local.parser.cleaning import clean
from opentrace.ports.document_parser import Link

MAX_LINKS = 50
"""Of an element: more are those of an index, not of a text."""
MAX_URL_CHARS = 500


def web_address(reference: str, *, base: str | None) -> str | None:
    """What a reference of the page at `base` leads to, if that is another page of the web."""
    reference = reference.strip().replace(" ", "%20")
    if not reference or reference.startswith("#") or len(reference) > MAX_URL_CHARS:
        return None
    try:
        address = urlsplit(urljoin(base or "", reference)).geturl()
    except ValueError:
        return None
    if base is not None and address.partition("#")[0] == base.partition("#")[0]:
        return None
    return address if is_web_address(address) else None


def is_web_address(address: str) -> bool:
    """Whether it is one that may be shown: http or https, short, without credentials and signs that are not seen."""
    try:
        parts = urlsplit(address)
        named = bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
    seen = address.isprintable() and " " not in address and len(address) <= MAX_URL_CHARS
    return named and seen and parts.scheme in ("http", "https")


@dataclass(slots=True)
class LinkedText:
    """A text that is gathered piece by piece, with its links.

    Their places are counted in characters other than spaces, for of those tidying leaves as many as there were.
    """

    base: str | None = None
    parts: list[str] = field(default_factory=list[str])
    _chars: int = 0
    _open: tuple[int, str] | None = None
    _spans: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])

    def add(self, text: str) -> None:
        self.parts.append(text)
        self._chars += len("".join((text if text.isascii() else clean(text)).split()))

    def open(self, reference: str | None) -> None:
        """A link begins; one that leads nowhere of use is none."""
        address = web_address(reference, base=self.base) if reference else None
        self._open = (self._chars, address) if address is not None else None

    def close(self) -> None:
        if self._open is not None:
            start, address = self._open
            if self._chars > start and len(self._spans) < MAX_LINKS:
                self._spans.append((start, self._chars, address))
            self._open = None

    def pass_on(self) -> "LinkedText":
        """A text of its own that begins inside of the link that is open here."""
        inner = LinkedText(self.base)
        if self._open is not None and self._open[0] == self._chars:
            inner._open, self._open = (0, self._open[1]), None
        return inner

    def take(self, tidy: Callable[[str], str]) -> tuple[str, tuple[Link, ...]]:
        """What was gathered, tidied, and its links; a link that goes on is of the first text with words in it."""
        if self._open is not None and self._chars > self._open[0]:
            self.close()
        elif self._open is not None:
            self._open = (0, self._open[1])
        text = tidy("".join(self.parts))
        links = tuple(_links(text, self._spans)) if self._spans else ()
        self.parts.clear()
        self._spans.clear()
        self._chars = 0
        return text, links


def _links(text: str, spans: list[tuple[int, int, str]]) -> list[Link]:
    """Without those that their words already say, and with each address once."""
    places = [place for place, char in enumerate(text) if not char.isspace()]
    found: dict[str, Link] = {}
    for start, end, address in spans:
        if end <= len(places):
            link = Link(places[start], places[end - 1] + 1, address)
            if text[link.start : link.end].rstrip("/") != address.rstrip("/"):
                found.setdefault(address, link)
    return list(found.values())
