"""Writes the documents that the browser tests upload into a folder: a report worth reading, and files that fail."""

import json
import sys
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from tests.nasty_strings import NASTY_STRINGS

INK = colors.HexColor("#1c2b2d")
ACCENT = colors.HexColor("#006663")
_SHEET = getSampleStyleSheet()
TITLE = ParagraphStyle("title", parent=_SHEET["Title"], alignment=0, fontSize=26, leading=30, textColor=INK)
LEAD = ParagraphStyle("lead", parent=_SHEET["Normal"], fontSize=12, leading=18, textColor=ACCENT, spaceAfter=14)
HEAD = ParagraphStyle("head", parent=_SHEET["Heading1"], fontSize=16, leading=20, textColor=INK, spaceBefore=14)
BODY = ParagraphStyle("body", parent=_SHEET["Normal"], fontSize=10.5, leading=15.5, textColor=INK, spaceAfter=8)

OVERVIEW = """
Northwind Ferries runs eleven ships on seven routes between the mainland and the islands. In 2025 the company carried
more passengers than ever before, took its first battery-electric ferry into service, and began to rebuild the
terminal at Port Ellis. This report says what was achieved, what it cost, and what comes next.

The year was shaped by a mild winter and a long summer. Sailings that had to be cancelled for weather fell to 38, the
lowest number since records began, while demand in the shoulder months of May and September grew faster than in July
and August.
"""
PASSENGERS = """
In 2025 Northwind Ferries carried 4.82 million passengers, 6.4 percent more than in the year before. Growth came from
commuters between Port Ellis and Sandholm, whose number rose by 11 percent after the early sailing at 05:40 was added.

Punctuality improved for the third year in a row: 96.1 percent of all sailings arrived within ten minutes of the
timetable. The remaining delays were mostly caused by fog in the Narrow Sound.
"""
ELECTRIC = """
The Aurora, the first battery-electric ferry of the fleet, entered service on 14 March 2025 on the route from Port
Ellis to Sandholm. Her batteries hold 4,600 kilowatt hours and are charged in nine minutes at each berth while cars
are loaded.

The Aurora replaced a diesel ferry that burned 1.9 million litres of fuel a year. Over the first nine months her
energy cost per crossing was 41 percent below that of the ship she replaced, and the noise at the quay fell by half.
"""
OUTLOOK = """
A second battery-electric ferry, the Borealis, has been ordered for 2027. The terminal at Port Ellis will be finished
in the autumn of 2026 at a cost of 38 million euros, two million less than planned.

The company expects about five million passengers in 2026 and will raise fares by no more than the rate of inflation.
"""
NOTES = """\
# Notes on ferries

The ferry to Sandholm leaves at 05:40.

| Ship | Built |
|---|---|
| Aurora | 2025 |
"""
HOSTILE = """\
# <img src=x onerror="window.hit='heading'">

<script>window.hit='script'</script>

[click](javascript:window.hit='link') ![picture](https://tracker.invalid/pixel.png)

The harbour master of Sandholm is called <b onclick="window.hit='bold'">Ines Okafor</b>.

| <svg onload="window.hit='table'"> | Harbour |
|---|---|
| Berth 4 | <iframe src=javascript:window.hit='frame'> |
"""
FIGURES = [
    ["Million euros", "2023", "2024", "2025"],
    ["Ticket revenue", "141.2", "149.8", "163.5"],
    ["Freight revenue", "38.4", "39.1", "40.7"],
    ["Fuel and energy", "(31.9)", "(33.2)", "(27.6)"],
    ["Crew", "(58.3)", "(61.0)", "(64.4)"],
    ["Operating profit", "22.6", "25.9", "37.8"],
]


def paragraphs(heading: str, text: str) -> list[Flowable]:
    return [Paragraph(heading, HEAD), *(Paragraph(part, BODY) for part in text.strip().split("\n\n"))]


def write_report(path: Path) -> None:
    figures = Table(FIGURES, colWidths=[62 * mm, 28 * mm, 28 * mm, 28 * mm], rowHeights=9 * mm)
    figures.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
                ("FONTNAME", (0, -1), (-1, -1), "Helvetica-Bold"),
                ("FONTSIZE", (0, 0), (-1, -1), 10),
                ("TEXTCOLOR", (0, 0), (-1, -1), INK),
                ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e3f2f1")),
                ("GRID", (0, 0), (-1, -1), 0.5, colors.HexColor("#b9c6c7")),
            ]
        )
    )
    story: list[Flowable] = [
        Paragraph("Northwind Ferries", TITLE),
        Paragraph("Annual report 2025", LEAD),
        *paragraphs("The year in brief", OVERVIEW),
        *paragraphs("Passengers and punctuality", PASSENGERS),
        PageBreak(),
        *paragraphs("The first electric ferry", ELECTRIC),
        PageBreak(),
        Paragraph("Results", HEAD),
        Paragraph("Revenue and profit grew, as fuel became a smaller part of the cost.", BODY),
        Spacer(1, 4 * mm),
        figures,
        PageBreak(),
        *paragraphs("Outlook", OUTLOOK),
    ]
    margin = 24 * mm
    SimpleDocTemplate(
        str(path),
        pagesize=A4,
        title="Northwind Ferries: annual report 2025",
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
    ).build(story)


def write_log(path: Path) -> None:
    """Thirty pages, of which each tells of another day."""
    story: list[Flowable] = []
    for day in range(1, 31):
        story += [Paragraph(f"Day {day} of April", HEAD)]
        story += [
            Paragraph(f"The watch of day {day} saw nothing but the sea and the sky, hour {hour}.", BODY)
            for hour in range(20)
        ]
        if day == 27:
            story.append(Paragraph("A grey whale with her calf swam beside the Aurora until Sandholm.", BODY))
        story.append(PageBreak())
    SimpleDocTemplate(str(path), pagesize=A4, title="The log of the Aurora").build(story)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    write_report(folder / "Northwind annual report 2025.pdf")
    write_log(folder / "log of the Aurora.pdf")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"this is no PDF at all\n" * 40)
    (folder / "ferry notes.md").write_text(NOTES, encoding="utf-8")
    (folder / "hostile.md").write_text(HOSTILE, encoding="utf-8")
    (folder / "nasty strings.json").write_text(json.dumps(NASTY_STRINGS), encoding="utf-8")
    folder_of_files = folder / "folder" / "inner"
    folder_of_files.mkdir(parents=True)
    (folder / "folder" / "first.txt").write_text("The first file of the folder.\n", encoding="utf-8")
    (folder_of_files / "second.txt").write_text("The second file, one folder below.\n", encoding="utf-8")
    (folder_of_files / ".hidden").write_text("not for upload\n", encoding="utf-8")


if __name__ == "__main__":
    main()
