"""PDFs become typed elements whose boxes lie on their words."""

import io
from collections.abc import Callable

import numpy as np
import pypdfium2
import pytest
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from opentrace.ports.document_parser import ParseError
from tests.adapters.parser import documents
from tests.adapters.parser.documents import HEIGHT, PROSE, drawn_pdf, heading, lines, outline_entry
from tests.adapters.parser.pdf_reading import elements_of, read, texts


def test_lines_of_a_paragraph_are_one_text_with_a_location_each() -> None:
    (paragraph,) = elements_of(lambda canvas: lines(canvas, PROSE))

    assert paragraph.text == " ".join(PROSE)
    assert [paragraph.text[at.start : at.end] for at in paragraph.locations] == PROSE


def test_headings_are_ranked_by_size_over_all_pages() -> None:
    def first(canvas: Canvas) -> None:
        heading(canvas, "The river", size=24)
        lines(canvas, PROSE)
        heading(canvas, "Its mills", y=600, size=16)
        lines(canvas, PROSE, y=570)

    def second(canvas: Canvas) -> None:
        heading(canvas, "Its bridges", size=16)
        lines(canvas, PROSE)

    titles = [(element.text, element.level) for element in elements_of(first, second) if element.type == "Title"]

    assert titles == [("The river", 1), ("Its mills", 2), ("Its bridges", 2)]


def test_numbered_headings_of_one_style_are_ranked_by_their_numbers() -> None:
    def draw(canvas: Canvas) -> None:
        for at, text in enumerate(["Part I Water", "Item 1. Rivers", "1.1 The long river"]):
            heading(canvas, text, y=720 - at * 120, size=12)
            lines(canvas, PROSE, y=690 - at * 120)

    levels = [element.level for element in elements_of(draw) if element.type == "Title"]

    assert levels == [1, 2, 3]


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [f"left column line {at:02} runs along here" for at in range(30)]
    right = [f"right column line {at:02} runs along here" for at in range(30)]

    def draw(canvas: Canvas) -> None:
        lines(canvas, left, x=60)
        lines(canvas, right, x=320, y=697)

    text = " ".join(element.text for element in elements_of(draw))

    assert text == " ".join([*left, *right])


def test_three_narrow_columns_are_read_one_after_the_other() -> None:
    words = [
        "alder",
        "beech",
        "birch",
        "sycamore",
        "elder",
        "hazel",
        "chestnut",
        "maple",
        "olive",
        "rowan",
        "blackthorn",
    ]

    def column(name: str) -> list[str]:
        return [" ".join([name, *(words[at * step % 11] for step in (1, 5, 7))]) for at in range(30)]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 10)
        for x, name in ((60, "First"), (200, "Second"), (340, "Third")):
            for at, line in enumerate(column(name)):
                # Justified: narrow columns have spaces between words that are as wide as those between columns.
                text = canvas.beginText(x, 700 - at * 12)
                spaces = line.count(" ")
                text.setWordSpace((122 - canvas.stringWidth(line, "Times-Roman", 10)) / spaces)
                text.textOut(line)
                canvas.drawText(text)

    read = " ".join(texts(elements_of(draw), "NarrativeText")).split()

    assert [word for word in read if word in ("First", "Second", "Third")] == [
        *["First"] * 30,
        *["Second"] * 30,
        *["Third"] * 30,
    ]


def test_words_that_line_ends_part_are_joined_unless_the_hyphen_is_their_own() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["The administration of the well-known river and its long-", "term care is an adminis-"])
        lines(canvas, ["tration of its own, for the long-term good of all of us."], y=700 - 2 * documents.LINE)

    text = " ".join(element.text for element in elements_of(draw))

    assert "its long-term care is an administration of its own" in text


def test_a_sentence_that_a_page_break_cuts_is_one_text_with_both_pages() -> None:
    (paragraph,) = elements_of(
        lambda canvas: lines(canvas, [PROSE[0], "On its way it passes three mills, a weir that was built"], y=90),
        lambda canvas: lines(canvas, ["in the last century, and the remains of a bridge."], y=720),
    )

    assert "built in the last century" in paragraph.text
    assert [at.page for at in paragraph.locations] == [1, 1, 2]


def test_running_headers_footers_and_page_numbers_are_set_apart() -> None:
    def page(number: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            lines(canvas, ["Annual river report"], y=770)
            lines(canvas, [f"Chapter {number} tells about something that no other chapter has told before."])
            lines(canvas, ["Confidential, not for the public"], y=50)
            lines(canvas, [str(number)], x=300, y=30)

        return draw

    elements = elements_of(*(page(number) for number in range(1, 6)))

    assert set(texts(elements, "Header")) == {"Annual river report"}
    assert set(texts(elements, "Footer")) == {"Confidential, not for the public"}
    assert texts(elements, "PageNumber") in ([], ["1", "2", "3", "4", "5"])
    assert len(texts(elements, "NarrativeText")) == 5


def test_a_document_of_nothing_but_repeated_lines_keeps_them() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, ["The same on every page."])

    elements = elements_of(page, page, page)

    assert texts(elements, "NarrativeText") == ["The same on every page."] * 3


def test_bulleted_and_numbered_lines_are_list_items() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["• salmon that swim upstream", "• trout that stay", "• eels that come from afar"])
        lines(canvas, ["1. open the sluice", "2. wait for the water", "3. close the sluice"], y=600)

    items = texts(elements_of(draw), "ListItem")

    assert items == [
        "salmon that swim upstream",
        "trout that stay",
        "eels that come from afar",
        "1. open the sluice",
        "2. wait for the water",
        "3. close the sluice",
    ]


def test_footnotes_are_elements_of_their_own() -> None:
    notes = ["1 Measured at the lower gauge.", "2 Without the years of the flood, which nobody", "counted."]

    def draw(canvas: Canvas) -> None:
        lines(canvas, PROSE * 4)
        canvas.setFont("Helvetica", 8)
        for at, note in enumerate(notes):
            canvas.drawString(72, 100 - at * 10, note)

    elements = elements_of(draw)

    assert texts(elements, "Footnote") == [notes[0], f"{notes[1]} {notes[2]}"]
    assert not any("gauge" in text for text in texts(elements, "NarrativeText"))


def test_the_outline_says_which_lines_are_headings_and_how_deep() -> None:
    def draw(canvas: Canvas) -> None:
        for at, (key, title, level) in enumerate([("a", "Of rivers", 0), ("b", "Of weirs", 1)]):
            lines(canvas, [title], y=700 - at * 120)
            lines(canvas, PROSE, y=670 - at * 120)
            outline_entry(canvas, title, key=key, level=level)

    found = [(element.text, element.level) for element in elements_of(draw) if element.type == "Title"]

    assert found == [("Of rivers", 1), ("Of weirs", 2)]


class TestBoxes:
    """The ink of a page lies in the boxes, and the boxes have ink: pages are drawn by PDFium and looked at."""

    @pytest.mark.parametrize("rotation", [0, 90, 180, 270])
    @pytest.mark.parametrize("cropped", [False, True])
    def test_boxes_hold_the_ink_of_rotated_and_cropped_pages(self, rotation: int, cropped: bool) -> None:
        data = self.turned(drawn_pdf(self.draw), rotation=rotation, cropped=cropped)

        self.check(data)

    @pytest.mark.parametrize("angle", [90, 180, 270])
    def test_boxes_hold_the_ink_of_text_that_runs_sidewise(self, angle: int) -> None:
        def draw(canvas: Canvas) -> None:
            canvas.translate(306, 396)
            canvas.rotate(angle)
            canvas.translate(-250, -250)
            lines(canvas, ["Sidewise it runs, this text.", "And on it goes."], x=10, y=300)

        data = drawn_pdf(draw)

        assert "Sidewise it runs, this text. And on it goes." in " ".join(
            element.text for element in read(data).elements
        )
        self.check(data)

    def draw(self, canvas: Canvas) -> None:
        heading(canvas, "The river", y=690)
        lines(canvas, PROSE, y=650)
        lines(canvas, ["A line further down the page."], x=150, y=300)

    def turned(self, data: bytes, *, rotation: int, cropped: bool) -> bytes:
        out = io.BytesIO()
        with pypdfium2.PdfDocument(data) as document:
            document[0].set_rotation(rotation)
            if cropped:
                document[0].set_cropbox(40, 200, letter[0] - 20, HEIGHT - 50)
            document.save(out)
        return out.getvalue()

    def check(self, data: bytes) -> None:
        with pypdfium2.PdfDocument(data) as document:
            image = document[0].render(scale=2, grayscale=True).to_numpy()
        dark = np.asarray(image).reshape(image.shape[0], image.shape[1]) < 128
        height, width = dark.shape
        boxes = [at for element in read(data).elements for at in element.locations]
        outside = dark.copy()
        for at in boxes:
            left, right = int(at.x0 * width) - 3, int(at.x1 * width) + 4
            top, bottom = int(at.y0 * height) - 3, int(at.y1 * height) + 4
            assert dark[max(top, 0) : bottom, max(left, 0) : right].any()
            outside[max(top, 0) : bottom, max(left, 0) : right] = False
        assert len(boxes) >= 2
        assert not outside.any()


class TestFailures:
    def test_a_pdf_with_an_empty_user_password_is_read(self) -> None:
        document = read(documents.encrypted_pdf(password=""))

        assert document.elements[0].text == "Nobody reads this."

    def test_pages_without_text_say_what_to_do(self) -> None:
        with pytest.raises(ParseError) as caught:
            read(documents.blank_pdf())

        assert caught.value.code == "document_empty"
        assert "OCR" in caught.value.detail

    def test_pages_without_text_are_counted_where_others_have_some(self) -> None:
        document = read(drawn_pdf(lambda canvas: lines(canvas, PROSE), lambda canvas: canvas.rect(9, 9, 90, 90)))

        assert document.page_count == 2
        (finding,) = document.findings
        assert (finding.code, finding.count, finding.pages) == ("pages_without_text", 1, (2,))


@pytest.mark.parametrize(
    ("named", "title"),
    [
        ("The river and its mills", "The river and its mills"),
        ("Microsoft Word - The river and its mills", "The river and its mills"),
        ("report_final_v2.docx", None),
        ("0001045810-23-000175", None),
        ("(anonymous)", None),
        ("untitled", None),
    ],
)
def test_a_title_is_what_a_person_called_the_document(named: str, title: str | None) -> None:
    data = drawn_pdf(lambda canvas: lines(canvas, PROSE), title=named)

    assert read(data).title == title
