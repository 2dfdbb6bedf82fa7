"""Pictures of PDFs become elements with their box, once and bounded."""

import io

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from tests.adapters.parser.documents import PROSE, draw_image, drawn_pdf, lines, noise
from tests.adapters.parser.pdf_reading import elements_of, read


def test_a_picture_comes_before_its_caption_with_its_box() -> None:
    weir = noise(60, 60, spread=20)

    def draw(canvas: Canvas) -> None:
        lines(canvas, PROSE, y=720)
        draw_image(canvas, weir, (153, 396, 306, 198))
        lines(canvas, ["Figure 1: The weir in spring"], x=160, y=375)
        lines(canvas, PROSE, y=300)

    elements = elements_of(draw)

    assert [element.type for element in elements] == ["NarrativeText", "Image", "FigureCaption", "NarrativeText"]
    image = elements[1].image
    assert image is not None
    assert (image.media_type, image.width_px, image.height_px) == ("image/png", 306, 198)
    (box,) = elements[1].locations
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((0.25, 0.25, 0.75, 0.5), abs=0.01)


def test_a_picture_is_taken_once_and_small_ones_not_at_all() -> None:
    weir, dot = noise(60, 60, spread=20), noise(60, 60, spread=90)

    def draw(canvas: Canvas) -> None:
        lines(canvas, PROSE, y=720)
        draw_image(canvas, weir, (72, 400, 200, 200))
        draw_image(canvas, dot, (72, 300, 8, 8))

    document = read(drawn_pdf(draw, draw))

    assert [element.page for element in document.elements if element.type == "Image"] == [1]
    (found,) = (finding for finding in document.findings if finding.code == "images_found")
    assert found.count == 1
    assert found.message == "1 picture taken. 1 repetition of them left out."


def test_a_picture_of_many_pixels_is_made_smaller() -> None:
    large = noise(2400, 1200)

    def draw(canvas: Canvas) -> None:
        lines(canvas, PROSE, y=720)
        draw_image(canvas, large, (72, 300, 360, 180))

    (image,) = (element.image for element in elements_of(draw) if element.image is not None)

    assert image.media_type == "image/jpeg"
    assert (image.width_px, image.height_px) == pytest.approx((1000, 500), abs=1)
    with Image.open(io.BytesIO(image.data)) as picture:
        assert picture.size == (image.width_px, image.height_px)
