"""Documents that are made for tests."""

import io
from collections.abc import Callable, Sequence
from typing import Any

from docx import Document
from PIL import Image
from reportlab.lib.pagesizes import letter
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = letter
LINE = 14.0
PROSE = [
    "The river rises in the hills above the town and runs for sixty miles to the sea.",
    "On its way it passes three mills, a weir that was built in the last century, and the",
    "remains of a bridge that nobody has crossed for many years.",
]


def drawn_pdf(*pages: Callable[[Canvas], None], password: str | None = None, title: str | None = None) -> bytes:
    """A PDF of letter size with one page for each function that draws one."""
    out = io.BytesIO()
    encryption = None if password is None else StandardEncryption(password, ownerPassword="owner")
    canvas = Canvas(out, pagesize=letter, encrypt=encryption)
    if title is not None:
        canvas.setTitle(title)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def lines(canvas: Canvas, texts: Sequence[str], *, x: float = 72, y: float = 700, font: str = "Helvetica") -> None:
    """Lines of 11 points, the first at height `y`."""
    canvas.setFont(font, 11)
    for at, text in enumerate(texts):
        canvas.drawString(x, y - at * LINE, text)


def heading(canvas: Canvas, text: str, *, y: float = 740, size: float = 18) -> None:
    canvas.setFont("Helvetica-Bold", size)
    canvas.drawString(72, y, text)


def outline_entry(canvas: Any, title: str, *, key: str, level: int) -> None:
    canvas.bookmarkPage(key)
    canvas.addOutlineEntry(title, key, level)


def noise(width: int, height: int, *, spread: int = 30) -> Image.Image:
    return Image.effect_noise((width, height), spread)


def draw_image(canvas: Any, image: Image.Image, box: tuple[float, float, float, float]) -> None:
    """`box` is where its lower left corner stands, its width and its height."""
    canvas.drawImage(ImageReader(image), *box)


def simple_pdf() -> bytes:
    def draw(canvas: Canvas) -> None:
        heading(canvas, "Report")
        lines(canvas, ["Rivers rise in spring."])

    return drawn_pdf(draw, title="Report")


def encrypted_pdf(*, password: str = "secret") -> bytes:
    return drawn_pdf(lambda canvas: lines(canvas, ["Nobody reads this."]), password=password)


def blank_pdf() -> bytes:
    return drawn_pdf(lambda canvas: canvas.rect(100, 100, 200, 200, fill=1))


def pages_pdf(count: int) -> bytes:
    def page(number: int) -> Callable[[Canvas], None]:
        return lambda canvas: lines(canvas, [f"This is sentence {number} of a long document."])

    return drawn_pdf(*(page(number) for number in range(count)))


def simple_docx() -> bytes:
    document = Document()
    document.add_heading("Report", level=1)
    document.add_paragraph("Rivers rise in spring.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
