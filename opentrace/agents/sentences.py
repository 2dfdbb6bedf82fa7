"""Cuts an answer into its sentences, each with the markers that stand in it or right behind it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKER = re.compile(r"\[(\d{1,4})\]")
_END = re.compile(r"[.!?…][\"'”’»)*_]*(?:\s*\[\d{1,4}\])*(?=\s|$)|[。！？](?:\s*\[\d{1,4}\])*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|mr|mrs|ms|dr|prof|st|no|nos|vs|inc|corp|ltd|co|approx|ca|cf|fig|sec|vol|jan|feb|mar|apr|jun|jul|aug"
    r"|sep|sept|oct|nov|dec|u\.s|u\.k|z\.b|d\.h|nr|bzw)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)]|>)\s+")
_FORMATTING = re.compile(r"[*_`#|]+")


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """`text` is as it stands in the answer, without markers; `numbers` are those of its citations."""

    text: str
    numbers: tuple[int, ...]


def answer_sentences(answer: str) -> list[AnswerSentence]:
    """Prose, list items and rows. What heads or leads in (a heading, a line that ends in a colon) is left out.

    A sentence without a marker has those of the next one in its line: models cite where a paragraph ends.
    """
    found: list[AnswerSentence] = []
    for line in _lines(answer):
        open_numbers: tuple[int, ...] = ()
        backwards: list[AnswerSentence] = []
        for sentence in reversed(list(_of_line(line))):
            open_numbers = sentence.numbers or open_numbers
            backwards.append(AnswerSentence(sentence.text, open_numbers))
        found += reversed(backwards)
    return found


def split_sentences(text: str) -> list[str]:
    return [sentence for line in text.split("\n") for sentence in _cut(line)]


def _lines(answer: str) -> Iterator[str]:
    fenced = False
    for line in answer.split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and line.strip() and not line.lstrip().startswith("#") and not line.rstrip().endswith(":"):
            yield _BULLET.sub("", line)


def _of_line(line: str) -> Iterator[AnswerSentence]:
    for piece in _cut(line):
        text = " ".join(_MARKER.sub("", piece).split())
        text = re.sub(r"\s+([.,;:!?])", r"\1", text)
        if len(_FORMATTING.sub("", text).split()) >= 2:
            yield AnswerSentence(text, tuple(dict.fromkeys(int(number) for number in _MARKER.findall(piece))))


def _cut(line: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(line):
        before = line[start : end.start() + 1]
        if line[end.start()] == "." and _ABBREVIATION.search(before):
            continue
        yield line[start : end.end()].strip()
        start = end.end()
    if line[start:].strip():
        yield line[start:].strip()
