"""Small documents of every format that is taken, each with a fact on its second page or in its second section."""

from pathlib import Path

from docx import Document as WordDocument
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

SUBJECT = "harbour bridge"
FACT = "The harbour bridge was opened in 1931 and carries 42,000 cars a day."
QUESTION = "How many cars does the harbour bridge carry a day?"
FACT_TOP = 300.0 / A4[1]
"""Where the fact's line stands on its page, from the top, in heights of the page."""

FILLER = "The annual flower show takes place in the park behind the museum, in the second week of June. "


def write_pdf(path: Path) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica", 11)
    for line in range(12):
        canvas.drawString(72, A4[1] - 100 - 20 * line, FILLER[:80])
    canvas.showPage()
    canvas.setFont("Helvetica", 11)
    canvas.drawString(72, A4[1] - 300, FACT)
    canvas.showPage()
    canvas.save()
    return path


def write_docx(path: Path) -> Path:
    document = WordDocument()
    document.add_heading("Events", level=1)
    document.add_paragraph(FILLER * 6)
    document.add_heading("Traffic", level=1)
    document.add_paragraph(FACT)
    document.save(str(path))
    return path


def write_html(path: Path) -> Path:
    path.write_text(
        "<!doctype html><title>Town</title><nav>Home</nav>"
        f"<h1>Events</h1><p>{FILLER * 6}</p><h1>Traffic</h1><p>{FACT}</p>",
        encoding="utf-8",
    )
    return path


def write_markdown(path: Path) -> Path:
    path.write_text(f"# Events\n\n{FILLER * 6}\n\n# Traffic\n\n{FACT}\n", encoding="utf-8")
    return path


def write_text(path: Path) -> Path:
    path.write_text(f"Events\n\n{FILLER * 6}\n\nTraffic\n\n{FACT}\n", encoding="utf-8")
    return path


WRITERS = {
    "town.pdf": write_pdf,
    "town.docx": write_docx,
    "town.html": write_html,
    "town.md": write_markdown,
    "town.txt": write_text,
}
