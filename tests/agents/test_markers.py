"""Citation markers leave a streamed answer clean, however the stream is cut into pieces."""

from itertools import pairwise
from random import Random

import pytest

from opentrace.agents.markers import MarkerFilter, without_markers


def shown(answer: str, *, cuts: list[int] | None = None) -> tuple[str, list[int]]:
    """The answer as a reader sees it, where passages 1 to 5 exist, fed in pieces; and the passages by their numbers."""
    markers = MarkerFilter(lambda number: 1 <= number <= 5)
    places = [0, *(cuts or []), len(answer)]
    pieces = [markers.feed(answer[start:end]) for start, end in pairwise(places)]
    text = "".join(pieces) + markers.flush()
    assert list(markers.cited.values()) == list(range(1, len(markers.cited) + 1))
    return text, list(markers.cited)


CASES = [
    ("They fell [1].", "They fell [1].", [1]),
    ("They fell [7].", "They fell.", list[int]()),
    ("[7] They fell", " They fell", list[int]()),
    ("They fell [1, 2] and [3][9].", "They fell [1][2] and [3].", [1, 2, 3]),
    ("They fell [4]. They rose [2][4].", "They fell [1]. They rose [2][1].", [4, 2]),
    ("They fell [1-3].", "They fell [1][2][3].", [1, 2, 3]),
    ("They fell [1 and 2].", "They fell [1][2].", [1, 2]),
    ("They fell 【2】 and 【3†source】.", "They fell [1] and [2].", [2, 3]),
    ("They fell [^2] [Source 3] [passages 4, 5].", "They fell [1] [2] [3][4].", [2, 3, 4, 5]),
    ("[sic] [and so on] [docs] are words", "[sic] [and so on] [docs] are words", list[int]()),
    ("A [link](https://example.org) stays", "A [link](https://example.org) stays", list[int]()),
    ("`x[7]` is code [1]", "`x[7]` is code [1]", [1]),
    ("```\nx[7] = y[1]\n```\nis code [2][7]", "```\nx[7] = y[1]\n```\nis code [1]", [2]),
    ("an unclosed ` ends with its line\nso [7] goes", "an unclosed ` ends with its line\nso goes", list[int]()),
    ("an answer cut in its marker [1", "an answer cut in its marker", list[int]()),
    ("[0] [99999] x", " [99999] x", list[int]()),
    ("", "", list[int]()),
]


@pytest.mark.parametrize(("answer", "expected", "cited"), CASES)
def test_markers_are_cleaned(answer: str, expected: str, cited: list[int]) -> None:
    assert shown(answer) == (expected, cited)


@pytest.mark.parametrize(("answer", "expected", "cited"), CASES)
def test_the_pieces_of_a_stream_make_no_difference(answer: str, expected: str, cited: list[int]) -> None:
    random = Random(7)
    for _ in range(50):
        cuts = sorted(random.randrange(len(answer) + 1) for _ in range(random.randrange(12)))
        assert shown(answer, cuts=cuts) == (expected, cited)


def test_words_are_not_held_back() -> None:
    markers = MarkerFilter(lambda _: True)
    assert markers.feed("Sales") == "Sales"
    assert markers.feed(" fell by [1") == " fell by"
    assert markers.feed("]") == " [1]"


def test_a_bracket_that_becomes_no_marker_is_shown_soon() -> None:
    markers = MarkerFilter(lambda _: True)
    assert markers.feed("see [the appendix") == "see [the appendix"


def test_history_has_no_markers() -> None:
    assert without_markers("They fell [1][2]. And rose [3].") == "They fell. And rose."
