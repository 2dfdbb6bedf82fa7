"""Pictures of pages that are made for tests."""

import io

import pypdfium2
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.adapters.parser.documents import HEIGHT, WIDTH, drawn_pdf, heading, lines

PROSE = (
    "Rivers rise in spring, when the snow of the mountains melts.",
    "They carry sand and clay, which settle where the water slows.",
    "Towns stand on their banks, and bridges join what they part.",
)


def prose_page(canvas: Canvas) -> None:
    heading(canvas, "On great rivers", size=22)
    lines(canvas, PROSE)


def picture(pdf: bytes, *, turned: int = 0, dpi: int = 150) -> Image.Image:
    """The first page as a scanner sees it, turned anticlockwise."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].render(scale=dpi / 72).to_pil().convert("L")
    return page.rotate(turned, expand=True, fillcolor=255)


def prose_picture(*, turned: int = 0) -> Image.Image:
    return picture(drawn_pdf(prose_page), turned=turned)


def encoded(image: Image.Image, image_format: str) -> bytes:
    out = io.BytesIO()
    image.save(out, image_format, dpi=(150, 150))
    return out.getvalue()


def draw_scan(canvas: Canvas, image: Image.Image) -> None:
    """Fills the page with a picture of one."""
    canvas.drawImage(ImageReader(image), 0, 0, WIDTH, HEIGHT)  # pyright: ignore[reportUnknownMemberType] -- reportlab's types are partial
