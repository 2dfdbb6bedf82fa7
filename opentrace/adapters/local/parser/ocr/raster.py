"""The picture of a page as Tesseract takes it, and who recognises the text in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

DPI = 200
# A page of A3 at 200 dpi has 7.7 million; what is larger is drawn smaller.
MAX_PIXELS = 25_000_000


@dataclass(frozen=True, slots=True)
class Raster:
    """Pixels in grey, one byte each, row by row from the top left."""

    width: int
    height: int
    dpi: int
    pixels: bytes


class Recogniser(Protocol):
    """Recognises the text of `count` pictures, and gives the hOCR of each with its number, in whatever order.

    It may leave pictures out, and None stands for one that took too much time or memory. `raster_of` draws a picture
    when its turn has come, and gives None where there is nothing on it.
    """

    def __call__(self, count: int, raster_of: Callable[[int], Raster | None]) -> Iterator[tuple[int, str | None]]: ...


def no_recognition(count: int, raster_of: Callable[[int], Raster | None]) -> Iterator[tuple[int, str | None]]:
    """The recogniser where text recognition is switched off: it says nothing of any picture."""
    del count, raster_of
    return iter(())


def fitting_scale(width: float, height: float, *, scale: float) -> float:
    """`scale`, or the largest at which a picture of these sides has no more than MAX_PIXELS."""
    return min(scale, (MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
