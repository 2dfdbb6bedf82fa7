import numpy as np
import pytest

from opentrace.knowledge.ingestion.chunk import Chunk
from opentrace.knowledge.ingestion.embed import chunk_context, embed_chunks, embedding_text
from opentrace.ports.embedder import Embedder

LONG = "The committee met on Monday and approved the annual plan of the northern region. " * 30


def chunk(content: str, *headings: str) -> Chunk:
    return Chunk(content=content, text=content, heading_path=headings)


def context(embedder: Embedder, *headings: str, name: str = "report.pdf", title: str | None = None) -> str:
    return chunk_context(headings, document_name=name, title=title, embedder=embedder)


def test_the_context_names_document_and_headings_from_the_outside_in(minilm: Embedder) -> None:
    assert context(minilm, "Results", "Gross margin", name="2023 Q3.pdf", title="Quarterly report") == (
        "2023 Q3 › Quarterly report › Results › Gross margin"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Version 2.5 of it", "Version 2.5 of it"), ("notes.MD", "notes"), (".env", ".env"), ("a.tar.gz", "a.tar")],
)
def test_only_the_ending_of_a_file_name_is_left_out(minilm: Embedder, name: str, expected: str) -> None:
    assert context(minilm, name=name) == expected


def test_what_is_said_already_is_not_said_again(minilm: Embedder) -> None:
    assert context(minilm, "Report", "Scope", "scope", title="REPORT") == "report › Scope"


def test_the_context_is_at_most_a_fifth_of_what_the_model_reads(minilm: Embedder) -> None:
    headings = [f"Heading number {index} with a good many words in it" for index in range(20)]

    text = context(minilm, *headings, "The innermost", name="a very long file name " * 30, title="title " * 50)

    assert len(minilm.token_offsets(text)) <= minilm.max_tokens // 5
    assert text.startswith("a very long file name")
    assert text.endswith("› The innermost")


async def test_every_window_of_every_chunk_gets_the_vector_of_its_text_with_its_context(minilm: Embedder) -> None:
    chunks = [chunk("A short chunk.", "Summary"), chunk(LONG, "Details")]

    windows, _ = await embed_chunks(chunks, document_name="plan.txt", title=None, embedder=minilm)

    assert [(window.chunk_index, window.window_index) for window in windows] == [
        (0, 0), *((1, index) for index in range(len(windows) - 1)),
    ]  # fmt: skip
    assert len(windows) > 3
    for window in windows:
        content, heading = chunks[window.chunk_index].content, chunks[window.chunk_index].heading_path[0]
        text = embedding_text(content[window.char_start : window.char_end], context=f"plan › {heading}")
        assert len(minilm.token_offsets(text)) <= minilm.max_tokens
        expected = (await minilm.embed([text], purpose="passage"))[0]
        assert window.vector @ expected > 0.97


async def test_progress_counts_windows_up_to_the_total(minilm: Embedder) -> None:
    seen: list[tuple[int, int]] = []

    def note(done: int, total: int) -> None:
        seen.append((done, total))

    chunks = [chunk(f"Chunk number {index}.") for index in range(150)]

    windows, _ = await embed_chunks(chunks, document_name="x.txt", title=None, embedder=minilm, on_progress=note)

    assert len(windows) == 150
    assert [total for _, total in seen] == [150] * len(seen)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (150, 150)
    assert len(seen) > 1


async def test_no_chunks_have_no_windows(minilm: Embedder) -> None:
    assert await embed_chunks([], document_name="x.txt", title=None, embedder=minilm) == ([], 0)


async def test_the_context_brings_a_passage_nearer_to_a_question_about_its_document(minilm: Embedder) -> None:
    passage = [chunk("Sales of accessories rose by nine percent.")]
    named, _ = await embed_chunks(passage, document_name="Globex 2021 Q2.pdf", title=None, embedder=minilm)
    other, _ = await embed_chunks(passage, document_name="Initech 2019 Q4.pdf", title=None, embedder=minilm)
    question = (await minilm.embed(["How did Globex's accessories sell in 2021?"], purpose="query"))[0]

    assert np.dot(named[0].vector, question) > np.dot(other[0].vector, question) + 0.05
