"""Images as documents: PNG, JPEG, TIFF with its pages, WebP. All of their text is recognised."""

import io
import struct
import zlib

from PIL import Image, ImageOps

from opentrace.adapters.local.parser.ocr.layout import page_layouts
from opentrace.adapters.local.parser.ocr.raster import DPI, MAX_PIXELS, Recogniser
from opentrace.adapters.local.parser.ocr.recognition import recognise
from opentrace.adapters.local.parser.pdf.elements import document_elements
from opentrace.ports.document_parser import ParsedDocument, ParseError, ParseLimits

# Two pages of newspaper at 400 dpi. A picture is unpacked whole, three bytes a pixel.
MAX_FILE_PIXELS = 150_000_000
_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, IndexError, KeyError, TypeError)
# Screens have 72 to 96 dots an inch, and programs write that of pictures that never had a size.
_MIN_DPI, _MAX_DPI = 100, 400


def parse_image(data: bytes, *, limits: ParseLimits, recogniser: Recogniser) -> ParsedDocument:
    """Pages are the images of a TIFF; of an animation the first picture is read. Raises ParseError."""
    # The limit of its own, which only warns up to twice the pixels, is taken by ours.
    Image.MAX_IMAGE_PIXELS = None
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
        count = min(_page_count(image), limits.max_pages + 1)
    except _BROKEN as error:
        raise _corrupt() from error
    if count > limits.max_pages:
        raise ParseError(
            "document_too_large",
            f"The image has more than {limits.max_pages:,} pages. Split it into several files.",
        )
    found = recognise(range(1, count + 1), lambda number: _picture(image, number), recogniser)
    elements = document_elements(page_layouts([found.pages[number] for number in sorted(found.pages)]))
    if not elements:
        raise ParseError(
            "document_empty",
            "No text was recognised in this image. If there is some, scan it again at 300 dpi, straight and with good "
            "light, or name its languages in OPENTRACE_OCR_LANGUAGES.",
        )
    heading = next((element.text for element in elements if element.type == "Title"), None)
    return ParsedDocument(
        tuple(elements),
        title=heading,
        page_count=count,
        facts={"format": "image", **found.facts()},
        findings=tuple(found.findings()),
    )


def _page_count(image: Image.Image) -> int:
    return getattr(image, "n_frames", 1) if image.format == "TIFF" else 1


def _picture(image: Image.Image, number: int) -> tuple[Image.Image, int] | None:
    """A page in grey on white, upright by its own account, no larger than needed, with its dpi."""
    try:
        if number > 1:
            image.seek(number - 1)
        if image.width * image.height > MAX_FILE_PIXELS:
            raise ParseError(
                "document_too_large",
                f"The image has {image.width:,} × {image.height:,} pixels; at most {MAX_FILE_PIXELS:,} are taken. Save "
                "it smaller: 300 dots per inch are enough.",
            )
        dpi = _dpi(image)
        if image.format == "JPEG":
            image.draft("L", image.size)
        picture = _grey(ImageOps.exif_transpose(image))
    except _BROKEN as error:
        raise _corrupt() from error
    darkest, lightest = picture.getextrema()
    if darkest == lightest:
        return None
    scale = min(1.0, (MAX_PIXELS / (picture.width * picture.height)) ** 0.5, _MAX_DPI / dpi)
    if scale < 1.0:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return picture, max(1, round(dpi * scale))


def _grey(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.convert("I").point(lambda value: value / 256)
    elif image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L")


def _dpi(image: Image.Image) -> float:
    """What the file says, if a scanner could have."""
    match image.info.get("dpi"):
        case (int() | float() as across, _):
            dpi = float(across)
        case _:
            dpi = 0.0
    return dpi if _MIN_DPI <= dpi <= 4800 else float(DPI)


def _corrupt() -> ParseError:
    return ParseError(
        "document_corrupt", "This image is damaged and cannot be opened. Save or scan it anew, and upload that."
    )
