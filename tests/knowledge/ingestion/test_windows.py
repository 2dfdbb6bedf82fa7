import re
from collections.abc import Sequence
from itertools import pairwise

import pytest

from opentrace.knowledge.ingestion.windows import split_windows

SENTENCE = "The quick brown fox jumps over the lazy dog. "


def words(text: str) -> list[tuple[int, int]]:
    """Tokens of these tests: words."""
    return [match.span() for match in re.finditer(r"\w+", text)]


def split(text: str, budget_tokens: int) -> list[tuple[int, int]]:
    return split_windows(text, offsets=words(text), budget_tokens=budget_tokens)


def assert_covers(text: str, windows: Sequence[tuple[int, int]]) -> None:
    held: set[int] = set()
    for start, end in windows:
        held.update(range(start, end))
    assert all(index in held for index, character in enumerate(text) if not character.isspace())
    assert windows == sorted(windows)


def test_a_text_within_the_budget_is_one_window() -> None:
    assert split("  Two words. ", 10) == [(2, 12)]


@pytest.mark.parametrize("text", ["", "   \n\n "])
def test_blank_text_has_no_window(text: str) -> None:
    assert split(text, 10) == []


@pytest.mark.parametrize("sentences", [4, 7, 10, 33])
def test_windows_hold_whole_sentences_within_the_budget_and_cover_the_text(sentences: int) -> None:
    text = SENTENCE * sentences

    windows = split(text, 30)

    assert_covers(text, windows)
    assert len(windows) > 1
    for start, end in windows:
        assert len(words(text[start:end])) <= 30
        assert text[start:end].startswith("The quick")
        assert text[start:end].endswith("dog.")


def test_windows_are_of_about_the_same_length() -> None:
    text = SENTENCE * 7  # 63 words: 30 + 30 + 3 would leave a sliver

    lengths = [end - start for start, end in split(text, 36)]

    assert max(lengths) <= 2 * min(lengths)


def test_a_short_sentence_at_a_border_is_in_both_windows() -> None:
    text = "One two three four five six seven eight nine ten. It fell. " * 4

    windows = split(text, 24)

    assert_covers(text, windows)
    assert any(later[0] < earlier[1] for earlier, later in pairwise(windows))
    for earlier, later in pairwise(windows):
        assert text[later[0] : earlier[1]].strip() in ("", "It fell.")


def test_a_sentence_longer_than_the_budget_is_cut_between_words() -> None:
    text = "word " * 100

    windows = split(text, 12)

    assert_covers(text, windows)
    assert all(text[start:end].split(" ") == ["word"] * len(text[start:end].split()) for start, end in windows)
    assert all(len(words(text[start:end])) <= 12 for start, end in windows)


def test_text_without_a_space_is_cut_between_tokens() -> None:
    text = "x" * 500

    windows = split_windows(text, offsets=[(index, index + 1) for index in range(500)], budget_tokens=60)

    assert_covers(text, windows)
    assert all(end - start <= 60 for start, end in windows)


def test_lines_are_borders_too() -> None:
    text = "\n".join(f"row {index} has 4 cells" for index in range(20))

    windows = split(text, 22)

    assert_covers(text, windows)
    assert all(text[start:end].startswith("row") and text[start:end].endswith("cells") for start, end in windows)


def test_abbreviations_before_a_lower_case_word_end_no_sentence() -> None:
    text = ("Fees incl. taxes approx. ten percent apply here. " * 6).strip()

    windows = split(text, 20)

    assert all(text[start:end].startswith("Fees") for start, end in windows)


def test_text_that_has_no_tokens_at_all_is_one_window() -> None:
    assert split_windows("\u200b\u200b \u200b", offsets=[], budget_tokens=5) == [(0, 4)]


def test_a_budget_of_one_token_still_covers_the_text() -> None:
    text = "One two. Three."

    windows = split(text, 1)

    assert [text[start:end] for start, end in windows] == ["One", "two.", "Three."]
