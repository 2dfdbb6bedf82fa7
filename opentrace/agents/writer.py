"""Writes the answer of one question: clean text and citations, as events."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from opentrace.agents.events import AgentEvent, Cited, TextDelta
from opentrace.agents.markers import MarkerFilter
from opentrace.agents.model_text import storable
from opentrace.agents.passages import CharRange, Citation, FoundPassage, cite
from opentrace.agents.trace import Trace


class AnswerWriter:
    """`passages` are those that may be cited, number 1 first; they grow with every search."""

    def __init__(self, *, trace: Trace) -> None:
        self.passages: Sequence[FoundPassage] = ()
        self.written = False
        self._trace = trace
        self._shown: list[str] = []
        self._markers = MarkerFilter(lambda passage: 1 <= passage <= len(self.passages))
        self._quoted: defaultdict[int, list[CharRange]] = defaultdict(list)

    def quote(self, ranges: Iterable[Sequence[int]]) -> None:
        """Note the characters that the model says it quotes: passage number, start and end each."""
        for number, start, end in ranges:
            self._quoted[number].append((start, end))

    def write(self, text: str, emit: Callable[[AgentEvent], None]) -> None:
        self._emit(self._markers.feed, storable(text), emit)

    def pause(self, emit: Callable[[AgentEvent], None]) -> None:
        """Keep what was said so far apart from what will come."""
        if self.written:
            self.write("\n\n", emit)

    def finish(self, emit: Callable[[AgentEvent], None]) -> None:
        """Release what was held back for a marker."""
        self._emit(lambda _: self._markers.flush(), "", emit)

    def citations(self) -> list[Citation]:
        return [
            cite(self.passages[passage - 1], number=number, quoted=self._quoted.get(passage, ()))
            for passage, number in self._markers.cited.items()
        ]

    def cited_passages(self) -> dict[int, FoundPassage]:
        """By the numbers that the answer shows."""
        return {number: self.passages[passage - 1] for passage, number in self._markers.cited.items()}

    def text(self) -> str:
        return "".join(self._shown)

    def _emit(self, clean: Callable[[str], str], text: str, emit: Callable[[AgentEvent], None]) -> None:
        cited_before = len(self._markers.cited)
        shown = clean(text)
        if not self.written:
            shown = shown.lstrip()
        if shown:
            self.written = True
            self._shown.append(shown)
            self._trace.note_first_token()
            emit(TextDelta(shown))
        if len(self._markers.cited) > cited_before:
            emit(Cited(self.citations()))
