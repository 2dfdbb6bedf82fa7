"""Citation markers in a streamed answer: every `[n]` that leaves here points at a passage.

Models write markers in many forms (`[1, 2]`, `[^1]`, `【1†source】`, `[Source 1]`, `[1-3]`); all become `[1][2]`. A
marker without a passage is dropped. Code is left alone: there, brackets are indices.

A model cites passages by their place in the search; a reader counts from the first citation on. So the numbers that
leave here are given in the order of the answer.
"""

import re
from collections.abc import Callable

MAX_MARKER_CHARS = 40
"""Longest text that is held back to see whether it becomes a marker."""

_NUMBER = r"\^?\d{1,4}"
_MARKER = re.compile(
    rf"""[\[【]\s*
    (?:(?:sources?|passages?|citations?|documents?|docs?|refs?)\b[\s:]*\#?)?
    ({_NUMBER}(?:\s*(?:,|;|&|and|-|–)\s*\^?\d{{1,4}})*)
    \s*(?:†[^\]】]*)?[\]】]""",
    re.VERBOSE | re.IGNORECASE,
)
# Loose on purpose (the letters of "and"): what it lets through is only held back, not taken for a marker.
_COULD_BE_MARKER = re.compile(r"[\[【]\s*(?:[A-Za-z]{0,9}[\s:#]*)?[\^\d\s,;&–and-]*(?:†[^\]】\n]*)?")
_NUMBERS = re.compile(r"(\d{1,4})(?:\s*[-–]\s*\^?(\d{1,4}))?")
_ANY_MARKER = re.compile(r"\s*\[\d{1,4}\]")


class MarkerFilter:
    """Fed with the pieces of an answer, gives them back with clean markers.

    `is_citable(passage)` says whether there is a passage of that number. `cited` grows with what the markers point at:
    the passages in the order of the answer, each with the number that it is shown by.
    """

    def __init__(self, is_citable: Callable[[int], bool]) -> None:
        self._is_citable = is_citable
        self._held = ""
        self._code = _CodeSpans()
        self.cited: dict[int, int] = {}

    def feed(self, text: str) -> str:
        """What can be shown now; the rest is held back until the next call."""
        self._held += text
        return self._release(final=False)

    def flush(self) -> str:
        """What is still held back, at the end of the answer; half a marker is dropped."""
        return self._release(final=True)

    def _release(self, *, final: bool) -> str:
        shown: list[str] = []
        while self._held:
            plain = self._plain_length()
            if plain:
                shown.append(self._take(plain))
            elif (marker := _MARKER.match(self._held.lstrip(" "))) is not None:
                spaces = len(self._held) - len(self._held.lstrip(" "))
                shown.append(self._resolved(marker, spaces))
                self._held = self._held[spaces + marker.end() :]
            elif self._may_still_become_marker():
                if final:
                    shown.append(self._held if self._held.isspace() else "")
                    self._held = ""
                break
            else:
                spaces = len(self._held) - len(self._held.lstrip(" "))
                shown.append(self._take(spaces + 1))
        return "".join(shown)

    def _plain_length(self) -> int:
        """How much of the held text lies before the next place where a marker, with its spaces, could begin."""
        for index, char in enumerate(self._held):
            if char in "[【 " and not self._code.inside_after(self._held[:index]):
                return index
        return len(self._held)

    def _may_still_become_marker(self) -> bool:
        rest = self._held.lstrip(" ")
        if not rest:
            return True
        if rest[0] not in "[【" or len(rest) > MAX_MARKER_CHARS:
            return False
        return _COULD_BE_MARKER.fullmatch(rest) is not None

    def _take(self, length: int) -> str:
        text, self._held = self._held[:length], self._held[length:]
        self._code.read(text)
        return text

    def _resolved(self, marker: re.Match[str], spaces: int) -> str:
        passages = dict.fromkeys(filter(self._is_citable, _numbers(marker.group(1))))
        clean = "".join(f"[{self.cited.setdefault(passage, len(self.cited) + 1)}]" for passage in passages)
        return " " * spaces + clean if clean else ""


class _CodeSpans:
    """Follows backticks: inline code ends with its line, a fence with a fence."""

    def __init__(self) -> None:
        self._fenced = False
        self._inline = False
        self._run = 0

    def read(self, text: str) -> None:
        for char in text:
            self._read_char(char)

    def inside_after(self, text: str) -> bool:
        probe = _CodeSpans()
        probe._fenced, probe._inline, probe._run = self._fenced, self._inline, self._run
        probe.read(text)
        probe._end_run()
        return probe._fenced or probe._inline

    def _read_char(self, char: str) -> None:
        if char == "`":
            self._run += 1
            return
        self._end_run()
        if char == "\n":
            self._inline = False

    def _end_run(self) -> None:
        if self._run >= 3:
            self._fenced, self._inline = not self._fenced, False
        elif self._run and not self._fenced:
            self._inline = not self._inline
        self._run = 0


def _numbers(text: str) -> list[int]:
    numbers: list[int] = []
    for match in _NUMBERS.finditer(text):
        first, last = int(match.group(1)), int(match.group(2) or match.group(1))
        numbers.extend(range(first, last + 1) if first <= last <= first + 20 else (first, last))
    return numbers


def without_markers(text: str) -> str:
    """An earlier answer as history: its numbers mean nothing beside the passages of a new question."""
    return _ANY_MARKER.sub("", text)
