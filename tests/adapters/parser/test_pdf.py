"""PDFs become typed elements whose boxes lie on their words."""

import io
from collections.abc import Callable

import numpy as np
import pypdfium2
import pytest
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from opentrace.adapters.local.parser.pdf import parse_pdf
from opentrace.ports.document_parser import Element, ElementType, ParsedDocument, ParseError, ParseLimits
from tests.adapters.parser import documents
from tests.adapters.parser.documents import HEIGHT, drawn_pdf, heading, lines

PROSE = [
    "The river rises in the hills above the town and runs for sixty miles to the sea.",
    "On its way it passes three mills, a weir that was built in the last century, and the",
    "remains of a bridge that nobody has crossed for many years.",
]


def read(data: bytes) -> ParsedDocument:
    return parse_pdf(data, limits=ParseLimits(), on_page=lambda done, total: None)


def elements_of(*pages: Callable[[Canvas], None]) -> list[Element]:
    return list(read(drawn_pdf(*pages)).elements)


def texts(elements: list[Element], *types: ElementType) -> list[str]:
    return [element.text for element in elements if element.type in types]


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


class TestTables:
    def rows(self, canvas: Canvas, rows: list[list[str]], *, y: float = 650, columns: tuple[int, ...]) -> None:
        """Labels at the left, values with their right edges at `columns`."""
        canvas.setFont("Helvetica", 10)
        for at, (label, *values) in enumerate(rows):
            canvas.drawString(72, y - at * 14, label)
            for edge, value in zip(columns, values, strict=False):
                canvas.drawRightString(edge, y - at * 14, value)

    def test_values_under_each_other_are_a_table_without_any_rules(self) -> None:
        def draw(canvas: Canvas) -> None:
            lines(canvas, ["The catch of the last two years was as follows, in tons of fish by river:"])
            self.rows(
                canvas,
                [
                    ["", "2023", "2022"],
                    ["Salmon", "$ 1,250", "$ 980"],
                    ["Trout", "(35)", "1,104"],
                    ["Total", "1,215", "2,084"],
                ],
                columns=(400, 500),
            )
            lines(canvas, PROSE, y=560)

        elements = elements_of(draw)

        (table,) = [element for element in elements if element.type == "Table"]
        assert table.text.split("\n") == [
            "2023 | 2022",
            "Salmon | $ 1,250 | $ 980",
            "Trout | (35) | 1,104",
            "Total | 1,215 | 2,084",
        ]
        assert table.html is not None
        assert table.html.startswith("<table><tr><th></th><th>2023</th><th>2022</th></tr><tr><td>Salmon</td>")
        assert len(table.locations) == 4
        assert [element.type for element in elements] == ["NarrativeText", "Table", "NarrativeText"]

    def test_a_header_over_several_columns_spans_them(self) -> None:
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica-Bold", 10)
            canvas.drawCentredString(340, 678, "Three months ended")
            canvas.drawCentredString(500, 678, "Nine months ended")
            rows = [["", "2023", "2022", "2023", "2022"], ["Salmon", "1,250", "1,980", "1,070", "1,021"]]
            self.rows(
                canvas, [*rows, ["Trout", "1,350", "1,880", "1,270", "1,011"]], y=662, columns=(325, 385, 485, 545)
            )

        (table,) = elements_of(draw)

        assert table.html is not None
        assert (
            '<tr><th></th><th colspan="2">Three months ended</th><th colspan="2">Nine months ended</th></tr>'
            in table.html
        )

    def test_a_label_over_two_lines_is_one_cell(self) -> None:
        def draw(canvas: Canvas) -> None:
            rows = [
                ["Eels", "12", "13"],
                ["Fish that nobody has", "", ""],
                ["ever named", "14", "15"],
                ["Trout", "16", "17"],
            ]
            self.rows(canvas, rows, y=662, columns=(400, 500))

        (table,) = elements_of(draw)

        assert table.text.split("\n") == [
            "Eels | 12 | 13",
            "Fish that nobody has ever named | 14 | 15",
            "Trout | 16 | 17",
        ]

    def test_rules_enclose_cells_of_several_lines(self) -> None:
        across, down = (72, 200, 330, 540), (650, 620, 580)

        def draw(canvas: Canvas) -> None:
            for y in down:
                canvas.line(across[0], y, across[-1], y)
            for x in across:
                canvas.line(x, down[0], x, down[-1])
            canvas.setFont("Helvetica", 10)
            for at, text in enumerate(["Name", "Role", "Duties"]):
                canvas.drawString(across[at] + 5, 632, text)
            for at, (name, role, duty) in enumerate(
                [
                    ("Anna Example", "Head of rivers", "Looks after the rivers of the north and after"),
                    ("", "and mills", "the bridges over them, all year round"),
                ]
            ):
                for x, text in zip(across, (name, role, duty), strict=False):
                    canvas.drawString(x + 5, 608 - at * 12, text)

        (table,) = elements_of(draw)

        duties = "Looks after the rivers of the north and after the bridges over them, all year round"
        assert table.text.split("\n") == [
            "Name | Role | Duties",
            f"Anna Example | Head of rivers and mills | {duties}",
        ]
        assert table.html is not None
        assert table.html.startswith(
            "<table><tr><th>Name</th><th>Role</th><th>Duties</th></tr><tr><td>Anna Example</td>"
        )

    def test_a_missing_rule_makes_a_cell_span(self) -> None:
        def draw(canvas: Canvas) -> None:
            for y in (650, 630, 610, 590):
                canvas.line(172 if y == 610 else 72, y, 372, y)
            canvas.line(172, 590, 172, 650)
            canvas.line(272, 590, 272, 630)
            for x in (72, 372):
                canvas.line(x, 590, x, 650)
            canvas.setFont("Helvetica", 10)
            for x, y, text in [(80, 636, "Year"), (200, 636, "Catch in tons"), (80, 606, "2023")]:
                canvas.drawString(x, y, text)
            for x, y, text in [(180, 616, "salmon"), (280, 616, "12"), (180, 596, "trout"), (280, 596, "35")]:
                canvas.drawString(x, y, text)

        (table,) = elements_of(draw)

        assert table.html is not None
        assert '<th colspan="2">Catch in tons</th></tr>' in table.html
        assert (
            '<tr><td rowspan="2">2023</td><td>salmon</td><td>12</td></tr><tr><td>trout</td><td>35</td></tr>'
            in table.html
        )

    def test_a_frame_around_text_is_no_table(self) -> None:
        def draw(canvas: Canvas) -> None:
            canvas.rect(60, 600, 490, 120)
            canvas.line(60, 690, 550, 690)
            lines(canvas, PROSE, y=670)

        assert not texts(elements_of(draw), "Table")

    def test_two_columns_of_prose_are_no_table(self) -> None:
        def draw(canvas: Canvas) -> None:
            lines(canvas, [f"the left text of row {at} goes on for a while" for at in range(12)], x=60)
            lines(canvas, [f"the right text of row {at} goes on for a while" for at in range(12)], x=320)

        assert not texts(elements_of(draw), "Table")


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
        assert document.findings["pages_without_text"] == 1


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
