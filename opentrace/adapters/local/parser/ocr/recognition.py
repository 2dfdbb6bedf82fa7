"""Has pictures of pages recognised, those that stand sidewise or upside down too."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from PIL import Image

from opentrace.adapters.local.parser.ocr.hocr import RecognisedPage, read_hocr
from opentrace.adapters.local.parser.ocr.layout import ScannedPage
from opentrace.adapters.local.parser.ocr.raster import Raster, Recogniser
from opentrace.ports.document_parser import Finding

LOW_CONFIDENCE = 60.0
# Text that stands upright is recognised with 80 and more, and what stands upside down with 50 to 61.
_UPRIGHT_CONFIDENCE = 68.0
_TURNS = (90, 270, 180)
_TRANSPOSED = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


PictureOf = Callable[[int], tuple[Image.Image, int] | None]


@dataclass(slots=True)
class Recognition:
    """`pages` are those with text, by number. `failed` took too much time or memory."""

    pages: dict[int, ScannedPage] = field(default_factory=dict[int, ScannedPage])
    failed: list[int] = field(default_factory=list[int])

    @property
    def confidence(self) -> float:
        """The mean of all characters, 0 to 1."""
        chars = sum(scan.page.chars for scan in self.pages.values())
        weighted = sum(scan.page.confidence * scan.page.chars for scan in self.pages.values())
        return round(weighted / chars / 100, 3) if chars else 0.0

    def facts(self) -> dict[str, object]:
        """What the stage shows; nothing where no page was recognised."""
        return {"ocr_pages": len(self.pages), "ocr_confidence": self.confidence} if self.pages else {}

    def findings(self) -> list[Finding]:
        found: list[Finding] = []
        if self.pages:
            pages = sorted(self.pages)
            found.append(
                Finding(
                    code="pages_recognised",
                    severity="info",
                    message=f"The text of {_pages(pages)} was recognised (OCR), with {self.confidence:.0%} confidence.",
                    pages=tuple(pages),
                    count=len(pages),
                    confidence=self.confidence,
                )
            )
        low = sorted(number for number, scan in self.pages.items() if scan.page.confidence < LOW_CONFIDENCE)
        if low:
            found.append(
                Finding(
                    code="low_ocr_confidence",
                    severity="warning",
                    message=f"The recognised text of {_pages(low)} is probably wrong in many places.",
                    action="Check it against the page. Scan it again at 300 dpi, straight and with good light, or name "
                    "the languages of the text in OPENTRACE_OCR_LANGUAGES.",
                    pages=tuple(low),
                    count=len(low),
                )
            )
        if self.failed:
            found.append(
                Finding(
                    code="content_left_out",
                    severity="warning",
                    message=f"Recognising the text of {_pages(self.failed)} took too long, and was given up.",
                    action="Scan again at 200 to 300 dpi, or upload a file with a text layer.",
                    pages=tuple(sorted(self.failed)),
                    count=len(self.failed),
                )
            )
        return found


def _pages(numbers: Sequence[int]) -> str:
    return "1 page" if len(numbers) == 1 else f"{len(numbers):,} pages"


def recognise(numbers: Sequence[int], picture_of: PictureOf, recogniser: Recogniser) -> Recognition:
    """The text of pages, by their numbers. `picture_of` gives a page in grey with its dpi, or None for a blank one.

    What comes out badly is tried sidewise and upside down, and the best of the four is taken.
    """
    found = Recognition()
    poor: list[int] = []
    for number, scan in _recognised([(number, 0) for number in numbers], picture_of, recogniser):
        if scan is None:
            found.failed.append(number)
        else:
            _keep_better(found, scan)
            if scan.width and (scan.page.confidence < _UPRIGHT_CONFIDENCE or scan.page.is_sidewise):
                poor.append(number)
    turned = [(number, turn) for number in poor for turn in _TURNS]
    for _, scan in _recognised(turned, picture_of, recogniser):
        if scan is not None:
            _keep_better(found, scan)
    return found


def _keep_better(found: Recognition, scan: ScannedPage) -> None:
    held = found.pages.get(scan.number)
    if scan.page.chars and (held is None or _worth(scan.page) > _worth(held.page)):
        found.pages[scan.number] = scan


def _worth(page: RecognisedPage) -> float:
    """Much text of high confidence; sure characters count far more than doubtful ones."""
    return page.chars * page.confidence**3 * (0.5 if page.is_sidewise else 1.0)


def _recognised(
    requests: Sequence[tuple[int, int]],
    picture_of: PictureOf,
    recogniser: Recogniser,
) -> Iterator[tuple[int, ScannedPage | None]]:
    """Each page number with what was recognised, or None where it was given up."""
    sizes: dict[int, tuple[int, int, int]] = {}

    def raster_of(at: int) -> Raster | None:
        number, turn = requests[at]
        drawn = picture_of(number)
        if drawn is None:
            return None
        picture, dpi = drawn
        if turn:
            picture = picture.transpose(_TRANSPOSED[turn])
        sizes[at] = (picture.width, picture.height, dpi)
        return Raster(picture.width, picture.height, dpi, picture.tobytes())

    for at, hocr in recogniser(len(requests), raster_of):
        number, turn = requests[at]
        width, height, dpi = sizes.get(at, (0, 0, 1))
        yield number, None if hocr is None else ScannedPage(number, width, height, dpi, read_hocr(hocr), turn)
