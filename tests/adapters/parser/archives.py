"""Zip archives of XML, as Office, OpenDocument and e-books are, that are made for tests."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def archive_of(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def relations(**targets: str) -> str:
    """`r1="slide slides/slide1.xml"`: the kind and the target of each relationship."""
    items = [
        f'<Relationship Id="{name}" Type="{_RELATIONS}/{target.split()[0]}" Target="{target.split()[1]}"/>'
        for name, target in targets.items()
    ]
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{namespace}">{"".join(items)}</Relationships>'


def _content_types(main: str, content_type: str) -> str:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.{content_type}+xml"/>'
        "</Types>"
    )


def workbook(
    *sheets: tuple[str, str], hidden: str = "", shared_strings: str = "", formats: Sequence[str] = ()
) -> bytes:
    """An Excel workbook of sheets, each a name and the XML of its rows; style 1 is the first of the number formats."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    state = {hidden: ' state="hidden"'}
    listed = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="r{at}"{state.get(name, "")}/>'
        for at, (name, _) in enumerate(sheets, start=1)
    )
    targets = {f"r{at}": f"worksheet worksheets/sheet{at}.xml" for at in range(1, len(sheets) + 1)}
    if shared_strings:
        targets["strings"] = "sharedStrings sharedStrings.xml"
    if formats:
        targets["styles"] = "styles styles.xml"
    members = {
        "[Content_Types].xml": _content_types("xl/workbook.xml", "spreadsheetml.sheet.main"),
        "_rels/.rels": relations(r1="officeDocument xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(**targets),
    }
    if shared_strings:
        members["xl/sharedStrings.xml"] = shared_strings
    if formats:
        declared = "".join(
            f'<numFmt numFmtId="{at}" formatCode="{escape(code, quote=True)}"/>'
            for at, code in enumerate(formats, start=164)
        )
        styles = "".join(f'<xf numFmtId="{at}"/>' for at in (0, *range(164, 164 + len(formats)), 10))
        members["xl/styles.xml"] = (
            f"<styleSheet {main}><numFmts>{declared}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>"
        )
    for at, (_, rows) in enumerate(sheets, start=1):
        members[f"xl/worksheets/sheet{at}.xml"] = f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>"
    return archive_of(members)


def sheet_row(number: int, *cells: str | float) -> str:
    """From column A on; empty texts are no cells."""
    found = ""
    for at, cell in enumerate(cells):
        place = f"{chr(ord('A') + at)}{number}"
        if isinstance(cell, str):
            found += f'<c r="{place}" t="inlineStr"><is><t>{cell}</t></is></c>' if cell else ""
        else:
            found += f'<c r="{place}"><v>{cell}</v></c>'
    return f'<row r="{number}">{found}</row>'


def presentation(*slides: str, notes: str = "") -> bytes:
    """Slides by the XML of their shapes; notes belong to the first."""
    spaces = (
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        f'xmlns:r="{_RELATIONS}"'
    )
    listed = "".join(f'<p:sldId id="{255 + at}" r:id="r{at}"/>' for at in range(1, len(slides) + 1))
    members = {
        "[Content_Types].xml": _content_types("ppt/presentation.xml", "presentationml.presentation.main"),
        "_rels/.rels": relations(r1="officeDocument ppt/presentation.xml"),
        "ppt/presentation.xml": f"<p:presentation {spaces}><p:sldIdLst>{listed}</p:sldIdLst>"
        '<p:sldSz cx="1000" cy="500"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(
            **{f"r{at}": f"slide slides/slide{at}.xml" for at in range(1, len(slides) + 1)}
        ),
    }
    for at, shapes in enumerate(slides, start=1):
        shown = ' show="0"' if "hidden" in shapes else ""
        tree = f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>"
        members[f"ppt/slides/slide{at}.xml"] = f"<p:sld {spaces}{shown}>{tree}</p:sld>"
    if notes:
        members["ppt/slides/_rels/slide1.xml.rels"] = relations(r1="notesSlide ../notesSlides/notesSlide1.xml")
        tree = f"<p:cSld><p:spTree>{shape(notes, kind='body')}</p:spTree></p:cSld>"
        members["ppt/notesSlides/notesSlide1.xml"] = f"<p:notes {spaces}>{tree}</p:notes>"
    return archive_of(members)


def shape(*paragraphs: str, kind: str = "", frame: tuple[int, int, int, int] | None = None) -> str:
    placeholder = f'<p:ph type="{kind}"/>' if kind else ""
    placed = ""
    if frame is not None:
        x, y, width, height = frame
        placed = f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
    text = "".join(f"<a:p><a:r><a:t>{paragraph}</a:t></a:r></a:p>" for paragraph in paragraphs)
    about = f"<p:nvSpPr><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr>"
    return f"<p:sp>{about}<p:spPr>{placed}</p:spPr><p:txBody>{text}</p:txBody></p:sp>"


def open_document(body: str, *, manifest: str = "<manifest/>") -> bytes:
    """An OpenDocument text of the XML of its body."""
    kinds = ("office", "text", "table", "draw", "style")
    spaces = " ".join(f'xmlns:{kind}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"' for kind in kinds)
    content = f"<office:document-content {spaces}><office:body><office:text>{body}</office:text></office:body>"
    return archive_of(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": manifest,
            "content.xml": f"{content}</office:document-content>",
        }
    )


def e_book(*, title: str = "Report", **pages: str) -> bytes:
    """Pages of HTML in the order in which they are read; their files are in another."""
    package = 'xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    items = "".join(
        f'<item id="{name}" href="text/{name}.xhtml" media-type="application/xhtml+xml"/>' for name in pages
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in pages)
    container = "urn:oasis:names:tc:opendocument:xmlns:container"
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": f'<container xmlns="{container}"><rootfiles><rootfile full-path="OEBPS/book.opf"/>'
        "</rootfiles></container>",
        "OEBPS/book.opf": f"<package {package}><metadata><dc:title>{title}</dc:title></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    for name in sorted(pages):
        members[f"OEBPS/text/{name}.xhtml"] = f"<!DOCTYPE html><html><body>{pages[name]}</body></html>"
    return archive_of(members)
