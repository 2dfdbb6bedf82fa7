"""What the styles and the numbering of a Word document say of its paragraphs."""

import re
from dataclasses import dataclass, field

from opentrace.adapters.local.parser.xml_element import XmlElement

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING_NAME = re.compile(r"heading (\d)")
_PLACE = re.compile(r"%(\d)")
_MAX_BASES = 20


@dataclass(frozen=True, slots=True)
class Style:
    """`level` is that of a heading, from 1. `numbering` is (list id, indent)."""

    name: str = ""
    level: int | None = None
    numbering: tuple[str, int] | None = None
    hidden: bool = False


def val(parent: XmlElement | None, name: str) -> str | None:
    """The w:val of a child, or "" for a child without one (which Word takes for "on")."""
    child = None if parent is None else parent.find(W + name)
    return None if child is None else child.get(W + "val", "")


def is_on(parent: XmlElement | None, name: str) -> bool:
    value = val(parent, name)
    return value is not None and value not in ("0", "false", "off", "none")


def number(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdecimal() and len(value) < 7 else None


def read_styles(root: XmlElement | None) -> dict[str, Style]:
    """Paragraph and character styles by id, each with what it has from those it is based on."""
    if root is None:
        return {}
    nodes = {node.get(W + "styleId", ""): node for node in root.iter(W + "style")}
    return {style_id: _resolved(style_id, nodes) for style_id in nodes}


def _resolved(style_id: str, nodes: dict[str, XmlElement]) -> Style:
    name = (val(nodes[style_id], "name") or "").lower()
    level: int | None = None
    numbering: tuple[str, int] | None = None
    hidden = False
    at: str | None = style_id
    for _ in range(_MAX_BASES):
        node = nodes.get(at or "")
        if node is None:
            break
        properties = node.find(W + "pPr")
        level = level or heading_level(val(node, "name"), val(properties, "outlineLvl"))
        numbering = numbering or numbering_of(properties)
        hidden = hidden or is_on(node.find(W + "rPr"), "vanish")
        at = val(node, "basedOn")
    return Style(name=name, level=level, numbering=numbering, hidden=hidden)


def heading_level(style_name: str | None, outline: str | None) -> int | None:
    """From the English names that Word gives its own styles in every language, or the outline level (0 to 8)."""
    named = _HEADING_NAME.fullmatch((style_name or "").lower())
    if named is not None:
        return max(1, int(named.group(1)))
    if (style_name or "").lower() == "title":
        return 1
    depth = number(outline)
    return depth + 1 if depth is not None and depth < 9 else None


def numbering_of(properties: XmlElement | None) -> tuple[str, int] | None:
    node = None if properties is None else properties.find(W + "numPr")
    if node is None:
        return None
    return val(node, "numId") or "0", number(val(node, "ilvl")) or 0


@dataclass(slots=True)
class Numbering:
    """Counts list items, since a document holds no list number as text."""

    formats: dict[str, dict[int, tuple[str, str, int]]] = field(
        default_factory=dict[str, dict[int, tuple[str, str, int]]]
    )
    counts: dict[str, dict[int, int]] = field(default_factory=dict[str, dict[int, int]])

    @classmethod
    def read(cls, root: XmlElement | None) -> "Numbering":
        """Each list's number format, text (as in "%1.%2") and start, by indent."""
        numbering = cls()
        if root is None:
            return numbering
        abstract: dict[str, dict[int, tuple[str, str, int]]] = {}
        for node in root.iter(W + "abstractNum"):
            levels: dict[int, tuple[str, str, int]] = {}
            for level in node.iter(W + "lvl"):
                start = number(val(level, "start"))
                shape = (val(level, "numFmt") or "decimal", val(level, "lvlText") or "", 1 if start is None else start)
                levels[number(level.get(W + "ilvl")) or 0] = shape
            abstract[node.get(W + "abstractNumId", "")] = levels
        for node in root.iter(W + "num"):
            numbering.formats[node.get(W + "numId", "")] = abstract.get(val(node, "abstractNumId") or "", {})
        return numbering

    def next_label(self, list_id: str, indent: int) -> str:
        """The number of the next item, such as "2.1."; empty for bullets and unknown lists."""
        levels = self.formats.get(list_id, {})
        counts = self.counts.setdefault(list_id, {})
        start = levels[indent][2] if indent in levels else 1
        counts[indent] = counts.get(indent, start - 1) + 1
        for deeper in [at for at in counts if at > indent]:
            del counts[deeper]
        if indent not in levels or levels[indent][0] in ("bullet", "none"):
            return ""

        def written(place: "re.Match[str]") -> str:
            at = int(place.group(1)) - 1
            shape = levels.get(at, ("decimal", "", 1))
            return _written(counts.get(at, shape[2]), shape[0])

        return _PLACE.sub(written, levels[indent][1]).strip()


def _written(count: int, number_format: str) -> str:
    match number_format:
        case "lowerLetter" | "upperLetter" if count > 0:
            letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
            return letter if number_format == "lowerLetter" else letter.upper()
        case "lowerRoman" | "upperRoman" if 0 < count < 4000:
            roman = _roman(count)
            return roman if number_format == "lowerRoman" else roman.upper()
        case "decimalZero":
            return f"{count:02d}"
        case _:
            return str(count)


def _roman(count: int) -> str:
    digits = ""
    for value, letters in (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
        (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ):  # fmt: skip
        digits += letters * (count // value)
        count %= value
    return digits
