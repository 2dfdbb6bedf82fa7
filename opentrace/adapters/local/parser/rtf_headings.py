"""Marks the headings in the source of an RTF document: what becomes of it otherwise is text alone.

A paragraph is a heading by its outline level, or by its style, which says so by a level of its own or by its name (RTF
1.9.1, "Style Sheet" and "Paragraph Formatting Properties").
"""

import re
from dataclasses import dataclass

_FIRST_MARK = 0xFDD0
MARK = re.compile("[\ufdd0-\ufdd8]")
"""Behind the text of a heading: one of nine signs that no text has (Unicode's non-characters), by its level."""

_MAX_LEVEL = 9
_TOKEN = re.compile(r"\\(?:(pard|par|s|outlinelevel)(-?\d{1,6})?(?![A-Za-z])|[A-Za-z]+|.)|([{}])", re.DOTALL)
_STYLE = re.compile(r"\{(?:\\\*)?((?:\\[a-z]+-?\d*\s?|\{[^{}]*\})*)([^;{}\\]*);", re.IGNORECASE)
_STYLE_WORD = re.compile(r"\\(s|cs|ds|ts|outlinelevel)(\d{1,6})(?![A-Za-z])")
_HEADING_NAME = re.compile(r"heading ([1-9])\b", re.IGNORECASE)


def mark_level(mark: str) -> int:
    """The level of a heading that was marked so, from 1."""
    return ord(mark) - _FIRST_MARK + 1


def with_marked_headings(source: str) -> str:
    """The source, in which a mark stands at the end of each heading."""
    source = MARK.sub("", source)
    if "\\outlinelevel" not in source and "\\stylesheet" not in source:
        return source
    styles = _heading_styles(source)
    paragraph = _Paragraph()
    around: list[_Paragraph] = []
    parts: list[str] = []
    copied = 0
    for token in _TOKEN.finditer(source):
        word, number, brace = token.groups()
        if brace == "{":
            around.append(paragraph)
        elif brace == "}" and around:
            paragraph = around.pop()
        elif word == "pard":
            paragraph = _Paragraph()
        elif word == "s" and number is not None:
            paragraph = _Paragraph(int(number), paragraph.level)
        elif word == "outlinelevel" and number is not None:
            paragraph = _Paragraph(paragraph.style, int(number) + 1)
        elif word == "par":
            level = styles.get(paragraph.style, 0) if paragraph.level is None else paragraph.level
            if 1 <= level <= _MAX_LEVEL:
                parts += (source[copied : token.start()], chr(_FIRST_MARK + level - 1))
                copied = token.start()
    return "".join([*parts, source[copied:]])


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """What is set for the text at a place: its style, and its level from 1 where it has one of its own."""

    style: int = 0
    level: int | None = None


def _heading_styles(source: str) -> dict[int, int]:
    """The levels of the styles of headings, by the numbers of the styles."""
    levels: dict[int, int] = {}
    for style in _STYLE.finditer(_group(source, r"{\stylesheet")):
        words = {word: int(number) for word, number in _STYLE_WORD.findall(style.group(1))}
        named = _HEADING_NAME.match(style.group(2).strip())
        level = int(named.group(1)) if named else words.get("outlinelevel", _MAX_LEVEL) + 1
        if level <= _MAX_LEVEL and not words.keys() & {"cs", "ds", "ts"}:
            levels[words.get("s", 0)] = level
    return levels


def _group(source: str, opening: str) -> str:
    """What stands in the group that begins so."""
    start = source.find(opening)
    depth = 0
    for token in _TOKEN.finditer(source, start) if start >= 0 else ():
        depth += {"{": 1, "}": -1}.get(token.group(3), 0)
        if depth == 0:
            return source[start + len(opening) : token.start()]
    return ""
