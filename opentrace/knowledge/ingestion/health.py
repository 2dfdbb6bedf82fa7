"""What the owner of a document should know about its chunks: sizes that stand out, and text that speaks to a model.

Chunks are marked, too (`ChunkFlag`), so that whoever shows their text to a model can tell it what it is.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from opentrace.knowledge.ingestion.chunk import Chunk
from opentrace.knowledge.instruction_like import find_instructions
from opentrace.ports.document_parser import Finding, FindingCode

ChunkFlag = Literal["instruction_like", "hidden_characters", "low_information"]

SHORT_CHARS = 60
_LEAST_CHUNKS = 4
_LEAST_LETTERS_SHARE = 0.25
_LEAST_DISTINCT_SHARE = 0.12
_MAX_PAGES = 200
_WORD = re.compile(r"\w+")


def chunk_flags(chunk: Chunk) -> tuple[ChunkFlag, ...]:
    kinds = {found.kind for found in find_instructions(chunk.content)}
    flags: list[ChunkFlag] = []
    if kinds - {"hidden_text"}:
        flags.append("instruction_like")
    if "hidden_text" in kinds:
        flags.append("hidden_characters")
    if _says_little(chunk):
        flags.append("low_information")
    return tuple(flags)


def chunk_findings(chunks: Sequence[Chunk], flags: Sequence[tuple[ChunkFlag, ...]]) -> list[Finding]:
    """In the order of their weight."""
    findings: list[Finding] = []
    by_flag = {
        flag: [chunk for chunk, marked in zip(chunks, flags, strict=True) if flag in marked]
        for flag in ("instruction_like", "hidden_characters", "low_information")
    }
    if steering := by_flag["instruction_like"]:
        findings.append(
            _finding(
                "instruction_like_text",
                steering,
                "Wording that speaks to a language model instead of to a reader: {passages}.",
                "Read them. They stay searchable, but models are told that they are data, not to be followed. If you "
                "do not trust where the document comes from, delete it.",
            )
        )
    if hidden := by_flag["hidden_characters"]:
        findings.append(
            _finding(
                "zero_width_text",
                hidden,
                "Characters that nobody sees but a language model reads: {passages}.",
                "Compare them with the original. If you do not trust where the document comes from, delete it.",
            )
        )
    if empty := by_flag["low_information"]:
        findings.append(
            _finding(
                "low_information_chunks",
                empty,
                "Hardly any words, or the same ones over and over: {passages}.",
                "Look at them beside the original. If text is missing, save the document anew from the program that "
                "made it.",
            )
        )
    short = [chunk for chunk in chunks if len(chunk.content) < SHORT_CHARS]
    if len(chunks) >= _LEAST_CHUNKS and len(short) > len(chunks) // 2:
        findings.append(
            _finding(
                "short_chunks",
                short,
                f"Less than {SHORT_CHARS} characters, so that they are found badly: {{passages}} of {len(chunks)}.",
                "Check whether the text has come through in one piece; a document of nothing but labels and lists is "
                "searched better as a spreadsheet or a table.",
            )
        )
    return findings


def duplicate_finding(document_id: UUID, file_name: str) -> Finding:
    return Finding(
        code="duplicate_document",
        severity="warning",
        message=f"The same file is already in this project: {file_name}.",
        action="Delete one of the two, or each of their passages is found twice.",
        details={"document_id": str(document_id)},
    )


def _finding(code: FindingCode, chunks: Sequence[Chunk], message: str, action: str) -> Finding:
    count = len(chunks)
    pages = sorted({chunk.page_number for chunk in chunks if chunk.page_number is not None})
    return Finding(
        code=code,
        severity="warning",
        message=message.format(passages=f"{count} passage{'s' if count != 1 else ''}"),
        action=action,
        pages=tuple(pages[:_MAX_PAGES]) or None,
        count=count,
    )


def _says_little(chunk: Chunk) -> bool:
    """Tables of numbers have few letters, and say much."""
    content = chunk.content
    if len(content) < SHORT_CHARS or chunk.tables:
        return False
    letters = sum(char.isalpha() for char in content)
    digits = sum(char.isdigit() for char in content)
    if (letters + digits) < len(content) * _LEAST_LETTERS_SHARE:
        return True
    words = Counter(word.casefold() for word in _WORD.findall(content))
    total = sum(words.values())
    return total >= 30 and len(words) < total * _LEAST_DISTINCT_SHARE
