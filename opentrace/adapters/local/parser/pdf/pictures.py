"""The pictures of a page that say something, in a form that browsers and models take, and within bounds."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import pypdfium2
from liteparse.types import ExtractedImage

from opentrace.ports.document_parser import ElementImage

# Rules, bullets and icons are drawn smaller than a fingernail, or of next to no pixels.
_MIN_POINTS = 30.0
_MIN_PIXELS = 24
_MAX_SIDE_PX = 2000
# Of a page, as in print: more is not seen.
_MAX_SCALE = 200 / 72
_LARGE_PNG_BYTES = 300_000
_JPEG_QUALITY = 85

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and where it stands, in points from the top left of its page; without `image` it repeats another."""

    box: Box
    digest: bytes
    image: ElementImage | None


class Pictures:
    """Takes the pictures of the pages of one document, each as the page shows it, and each once."""

    def __init__(self, open_page: Callable[[int], pypdfium2.PdfPage]) -> None:
        """`open_page` may raise PdfiumError."""
        self._open_page = open_page
        self._seen: set[bytes] = set()

    def of_page(self, images: Sequence[ExtractedImage], *, page: int) -> tuple[list[Picture], int]:
        """The pictures, and how many could not be had."""
        rasters = {image.id: image.bytes for image in images}
        found: list[Picture] = []
        left_out = 0
        for image in images:
            if image.page != page or _is_decoration(image):
                continue
            digest = sha256(image.bytes or rasters.get(image.duplicate_of or "", b"")).digest()
            box = (image.bbox.x, image.bbox.y, image.bbox.x + image.bbox.width, image.bbox.y + image.bbox.height)
            if digest in self._seen:
                found.append(Picture(box, digest, None))
                continue
            self._seen.add(digest)
            taken = self._rendered(page, box, width_px=image.width)
            left_out += taken is None
            if taken is not None:
                found.append(Picture(box, digest, taken))
        return found, left_out

    def _rendered(self, number: int, box: Box, *, width_px: int) -> ElementImage | None:
        """liteparse gives pictures in the pixels of a screen; this is in those that they have."""
        x0, y0, x1, y1 = box
        try:
            page = self._open_page(number)
            width, height = page.get_size()
            x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height)
            if min(x1 - x0, y1 - y0) < _MIN_POINTS:
                return None
            scale = min(_MAX_SCALE, max(width_px / (box[2] - box[0]), 1.0), _MAX_SIDE_PX / max(x1 - x0, y1 - y0))
            picture = page.render(scale=scale, crop=(x0, height - y1, width - x1, y0)).to_pil().convert("RGB")
        except pypdfium2.PdfiumError:
            return None
        data = io.BytesIO()
        picture.save(data, "PNG")
        if data.tell() <= _LARGE_PNG_BYTES:
            return ElementImage("image/png", data.getvalue(), *picture.size)
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=_JPEG_QUALITY)
        return ElementImage("image/jpeg", data.getvalue(), *picture.size)


def _is_decoration(image: ExtractedImage) -> bool:
    smallest = min(image.bbox.width, image.bbox.height)
    return smallest < _MIN_POINTS or min(image.width, image.height) < _MIN_PIXELS


class PictureBudget:
    """Gives each picture of a document once, and no more of them than the limits allow."""

    def __init__(self, *, max_image_bytes: int, max_images_bytes: int) -> None:
        self._max_image_bytes = max_image_bytes
        self._left_bytes = max_images_bytes
        self._seen: set[bytes] = set()
        self.taken = 0
        self.repeated = 0
        self.left_out = 0

    def take(self, pictures: Iterable[Picture]) -> list[tuple[Box, ElementImage]]:
        kept: list[tuple[Box, ElementImage]] = []
        for picture in pictures:
            if picture.image is None or picture.digest in self._seen:
                self.repeated += 1
            elif len(picture.image.data) > min(self._max_image_bytes, self._left_bytes):
                self.left_out += 1
            else:
                self._seen.add(picture.digest)
                self._left_bytes -= len(picture.image.data)
                self.taken += 1
                kept.append((picture.box, picture.image))
        return kept
