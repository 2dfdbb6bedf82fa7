"""Tables of PDFs become rows and cells, with rules and without."""

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.adapters.parser.documents import PROSE, lines
from tests.adapters.parser.pdf_reading import elements_of, texts


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

    def test_the_next_lines_of_a_cell_belong_to_it(self) -> None:
        def draw(canvas: Canvas) -> None:
            for at, (label, first, second, value) in enumerate(
                [
                    ("Weir", "Rebuilt after the flood of", "the spring before last", "1,250"),
                    ("Bridge", "Closed while its piers are", "looked at by engineers", "980"),
                    ("Mill", "Sold", "", "75"),
                ]
            ):
                y = 660 - at * 40
                lines(canvas, [label], y=y)
                lines(canvas, [first, second], x=160, y=y)
                canvas.drawRightString(420, y, value)

        (table,) = elements_of(draw)

        assert table.text.split("\n") == [
            "Weir | Rebuilt after the flood of the spring before last | 1,250",
            "Bridge | Closed while its piers are looked at by engineers | 980",
            "Mill | Sold | 75",
        ]

    @pytest.mark.parametrize("repeated", [True, False], ids=["header repeated", "rows alone"])
    def test_a_table_over_a_page_break_is_one_table_with_its_header_once(self, repeated: bool) -> None:
        names = ["Eels", "Perch", "Pike", "Roach", "Trout"]
        rows = [["Fish", "Caught", "Sold"], *([name, f"1,{at}50", f"{at}20"] for at, name in enumerate(names))]

        def first(canvas: Canvas) -> None:
            lines(canvas, PROSE)
            self.rows(canvas, rows[:5], y=160, columns=(300, 400))

        def second(canvas: Canvas) -> None:
            self.rows(canvas, [*(rows[:1] if repeated else []), *rows[5:]], y=720, columns=(300, 400))
            lines(canvas, PROSE, y=500)

        (table,) = (element for element in elements_of(first, second) if element.type == "Table")

        assert table.text.split("\n") == [" | ".join(row) for row in rows]
        assert [at.page for at in table.locations] == [1, 1, 1, 1, 1, 2]

    @pytest.mark.parametrize("prose_below", [None, 12, 200])
    @pytest.mark.parametrize("repeated", [True, False], ids=["header repeated", "row alone"])
    @pytest.mark.parametrize("ruled", [True, False], ids=["ruled", "borderless"])
    @pytest.mark.parametrize("season", ["autumn", "1,250"])
    def test_a_single_row_on_the_next_page_belongs_to_its_table(
        self, season: str, *, ruled: bool, repeated: bool, prose_below: int | None
    ) -> None:
        waters = {"Eels": "slow rivers", "Perch": "lakes", "Pike": "lakes and rivers", "Trout": "cold streams"}
        rows = [["Fish", "Water", "Season"], *([fish, water, season] for fish, water in waters.items())]

        def table_at(canvas: Canvas, shown: list[list[str]], top: int) -> None:
            for at, row in enumerate(shown):
                for x, text in zip((76, 204, 334), row, strict=True):
                    canvas.drawString(x, top - at * 18 - 13, text)
            for at in range(len(shown) + 1) if ruled else ():
                canvas.line(72, top - at * 18, 540, top - at * 18)
            for x in (72, 200, 330, 540) if ruled else ():
                canvas.line(x, top, x, top - len(shown) * 18)

        def first(canvas: Canvas) -> None:
            lines(canvas, PROSE)
            table_at(canvas, rows[:4], 170)

        def second(canvas: Canvas) -> None:
            table_at(canvas, [*(rows[:1] if repeated else []), rows[4]], 740)
            if prose_below is not None:
                lines(canvas, PROSE, y=690 - prose_below)

        (table,) = (element for element in elements_of(first, second) if element.type == "Table")

        assert table.text.split("\n") == [" | ".join(row) for row in rows]
        assert [at.page for at in table.locations] == [1, 1, 1, 1, 2]

    def test_two_columns_of_a_page_do_not_go_on_a_table(self) -> None:
        def first(canvas: Canvas) -> None:
            lines(canvas, PROSE)
            self.rows(
                canvas, [["Fish", "Sold"], ["Eels", "1,250"], ["Pike", "980"], ["Roach", "75"]], y=160, columns=(400,)
            )

        def second(canvas: Canvas) -> None:
            for x in (72, 320):
                lines(
                    canvas, ["The mill by the bridge", "was sold in autumn, and", "its wheel stands still."], x=x, y=720
                )

        (table,) = (element for element in elements_of(first, second) if element.type == "Table")

        assert [at.page for at in table.locations] == [1, 1, 1, 1]

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
