"""Pages without a text that can be used are read from their picture, at the same places."""

import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from opentrace.adapters.local.parser import LocalDocumentParser
from opentrace.adapters.local.parser.ocr import launch
from opentrace.adapters.local.parser.ocr.hocr import read_hocr
from opentrace.adapters.local.parser.ocr.layout import ScannedPage, page_layouts
from opentrace.adapters.local.parser.ocr.tesseract import OcrLanguageError, Tesseract
from opentrace.adapters.local.parser.pdf.elements import document_elements
from opentrace.ports.document_parser import ParsedDocument, ParseError, ParseLimits
from tests.adapters.parser.documents import drawn_pdf, lines
from tests.adapters.parser.hostile_files import png_claiming
from tests.adapters.parser.scans import PROSE, draw_scan, encoded, prose_page, prose_picture

LIMITS = ParseLimits(timeout_s=120.0)
WORDS = " ".join(PROSE)


@pytest.fixture(scope="module")
async def parser() -> AsyncGenerator[LocalDocumentParser]:
    parser = LocalDocumentParser(processes=1, tesseract=Tesseract(languages="eng"))
    yield parser
    await parser.close()


async def read(parser: LocalDocumentParser, folder: Path, data: bytes) -> ParsedDocument:
    path = folder / "scan"
    path.write_bytes(data)
    media_type = parser.detect(data[:65536], path=path, file_name="scan")
    return await parser.parse(path, media_type=media_type, limits=LIMITS)


async def test_only_the_scanned_pages_of_a_document_are_recognised(parser: LocalDocumentParser, tmp_path: Path) -> None:
    path = tmp_path / "mixed.pdf"
    path.write_bytes(
        drawn_pdf(
            lambda canvas: lines(canvas, [f"Typed line {number} of the first page." for number in range(20)]),
            lambda canvas: draw_scan(canvas, prose_picture()),
        )
    )
    told: list[tuple[int, int]] = []

    document = await parser.parse(
        path,
        media_type="application/pdf",
        limits=LIMITS,
        on_recognised=lambda done, total: told.append((done, total)),
    )

    scanned = [element for element in document.elements if element.page == 2]
    assert [(element.type, element.text) for element in scanned] == [
        ("Title", "On great rivers"),
        ("NarrativeText", WORDS),
    ]
    assert told == [(1, 1)]
    assert document.facts["ocr_pages"] == 1
    (finding,) = [finding for finding in document.findings if finding.code == "pages_recognised"]
    assert finding.pages == (2,)
    assert finding.confidence is not None
    assert finding.confidence > 0.8


async def test_recognised_lines_stand_where_the_typed_ones_do(parser: LocalDocumentParser, tmp_path: Path) -> None:
    typed = await read(parser, tmp_path, drawn_pdf(prose_page))
    scanned = await read(parser, tmp_path, drawn_pdf(lambda canvas: draw_scan(canvas, prose_picture())))

    for one, other in zip(typed.elements, scanned.elements, strict=True):
        assert len(one.locations) == len(other.locations)
        for at, seen in zip(one.locations, other.locations, strict=True):
            assert (seen.start, seen.end) == (at.start, at.end)
            assert (seen.x0, seen.y0, seen.x1, seen.y1) == pytest.approx((at.x0, at.y0, at.x1, at.y1), abs=0.01)


async def test_a_text_layer_of_signs_gives_way_to_what_is_seen(parser: LocalDocumentParser, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_scan(canvas, prose_picture())
        hidden = canvas.beginText(72, 700)
        hidden.setTextRenderMode(3)
        for _ in range(10):
            hidden.textLine("!\"#$%&'()*+ ,-./:;<= >?@[]^_ `{|}~ !\"#$%&' ()*+")
        canvas.drawText(hidden)

    document = await read(parser, tmp_path, drawn_pdf(draw))

    assert [element.text for element in document.elements] == ["On great rivers", WORDS]
    assert "garbled_text" in [finding.code for finding in document.findings]


async def test_a_text_layer_behind_a_scan_is_believed(parser: LocalDocumentParser, tmp_path: Path) -> None:
    said = "What another program has recognised before stands behind the picture of the page."

    def draw(canvas: Canvas) -> None:
        draw_scan(canvas, prose_picture())
        hidden = canvas.beginText(72, 700)
        hidden.setTextRenderMode(3)
        for _ in range(4):
            hidden.textLine(said)
        canvas.drawText(hidden)

    document = await read(parser, tmp_path, drawn_pdf(draw))

    assert said in document.elements[0].text
    assert "ocr_pages" not in document.facts


async def test_a_page_that_lies_on_its_side_is_turned_upright(parser: LocalDocumentParser, tmp_path: Path) -> None:
    document = await read(parser, tmp_path, encoded(prose_picture(turned=90), "PNG"))

    assert [element.text for element in document.elements] == ["On great rivers", WORDS]
    # Turned anticlockwise, the top of the page is on the left, and its left side at the bottom.
    (heading,) = document.elements[0].locations
    assert heading.x1 < 0.2
    assert heading.y0 > 0.5


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP"])
async def test_images_are_documents(parser: LocalDocumentParser, tmp_path: Path, image_format: str) -> None:
    document = await read(parser, tmp_path, encoded(prose_picture(), image_format))

    assert [element.type for element in document.elements] == ["Title", "NarrativeText"]
    assert document.elements[1].text == WORDS
    assert document.title == "On great rivers"
    assert document.page_count == 1


async def test_the_images_of_a_tiff_are_its_pages(parser: LocalDocumentParser, tmp_path: Path) -> None:
    path = tmp_path / "pages.tiff"
    second = Image.new("L", (400, 300), 255)
    prose_picture().save(path, save_all=True, append_images=[second, prose_picture()], dpi=(150, 150))

    document = await read(parser, tmp_path, path.read_bytes())

    assert document.page_count == 3
    assert {element.page for element in document.elements} == {1, 3}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(encoded(prose_picture(), "PNG")[:5000], "document_corrupt", id="cut off"),
        pytest.param(png_claiming(65_535, 65_535), "document_too_large", id="pixel bomb"),
        pytest.param(encoded(Image.new("RGB", (300, 300), "blue"), "PNG"), "document_empty", id="blank"),
        pytest.param(b"II*\x00\x08\x00\x00\x00\xff\xff", "document_corrupt", id="no pages"),
    ],
)
async def test_an_image_without_text_fails_with_its_code(
    parser: LocalDocumentParser, tmp_path: Path, data: bytes, code: str
) -> None:
    with pytest.raises(ParseError) as caught:
        await read(parser, tmp_path, data)

    assert caught.value.code == code
    # The child that could not draw is not mistaken for one that waits for a job.
    assert (await read(parser, tmp_path, b"# A heading\n\nAnd text.")).elements


async def test_without_recognition_images_are_not_taken(tmp_path: Path) -> None:
    parser = LocalDocumentParser(processes=1)
    try:
        assert "image/png" not in parser.media_types
        with pytest.raises(ParseError) as caught:
            await read(parser, tmp_path, encoded(prose_picture(), "PNG"))
    finally:
        await parser.close()

    assert caught.value.code == "document_type_unsupported"


@pytest.mark.parametrize("languages", ["xyz", "eng+xyz", "../eng", "", "eng -c x=y"])
def test_a_language_without_data_is_refused_with_those_there_are(languages: str) -> None:
    with pytest.raises(OcrLanguageError, match="which has: deu, eng"):
        Tesseract(languages=languages)


def test_lines_of_a_page_that_is_askew_keep_their_rows_and_their_places() -> None:
    # Two columns whose lines fall by one pixel in ten: the right column stands half a line lower than the left.
    def line(text: str, x: int, y: int) -> str:
        words = [
            f"<span class='ocrx_word' title='bbox {x + 100 * at} {y + 10 * at} {x + 100 * at + 90} {y + 10 * at + 30}; "
            f"x_wconf 95'>{word}</span>"
            for at, word in enumerate(text.split())
        ]
        return f"<span class='ocr_line' title='bbox {x} {y} 0 0; baseline 0.1 0; x_size 30'>{''.join(words)}</span>"

    paragraph = "<p class='ocr_par'>{}</p>"
    hocr = "".join(
        paragraph.format(line(text, x, y))
        for text, x, y in [("one two three four", 100, 100), ("five six seven eight", 100, 160)]
    )

    (layout,) = page_layouts([ScannedPage(1, 1000, 1000, 200, read_hocr(f"<div>{hocr}</div>"))])
    elements = document_elements([layout])

    assert " ".join(element.text for element in elements) == "one two three four five six seven eight"
    first = elements[0].locations[0]
    assert first.y0 == pytest.approx(0.1, abs=0.01)
    assert first.y1 == pytest.approx(0.16, abs=0.01)


ATTEMPTS = """
import json, os, socket, sys
outside = sys.argv[1]
attempts = {
    "open a socket": lambda: socket.socket(),
    "fork": lambda: os.fork() or os._exit(0),
    "read a file": lambda: open(outside).read(),
    "write a file": lambda: open(outside, "w"),
    "take more memory": lambda: bytearray(2 << 30),
}
done = []
for name, attempt in attempts.items():
    try:
        attempt()
    except (OSError, MemoryError):
        continue
    done.append(name)
print(json.dumps([os.environ.get("OPENTRACE_SECRET"), done]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems offer less")
def test_what_recognises_text_is_confined(tmp_path: Path) -> None:
    """Python stands in for Tesseract; it may read itself besides, since it is a program of many files."""
    outside = tmp_path / "outside"
    outside.write_text("secret", encoding="utf-8")
    package_parent = Path(launch.__file__).parents[5]
    program = ["-I", "-S", launch.__file__, str(package_parent), str(1 << 30), "60", sys.base_prefix, sys.executable]

    result = subprocess.run(
        [sys.executable, *program, "-I", "-S", "-c", ATTEMPTS, str(outside)], capture_output=True, text=True, check=True
    )

    assert json.loads(result.stdout) == [None, []]
    assert outside.read_text(encoding="utf-8") == "secret"
