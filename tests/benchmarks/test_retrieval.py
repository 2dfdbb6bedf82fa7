import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.retrieval import ndcg, quality, recall
from benchmarks.retrieval_data import Growth, Question, read_questions


def test_ndcg_is_one_for_the_best_order_and_falls_with_the_place() -> None:
    assert ndcg(["a", "b"], {"a": 1}, at=10) == 1
    assert ndcg(["b", "a"], {"a": 1}, at=10) == pytest.approx(1 / np.log2(3))
    assert ndcg(["b", "a"], {"a": 1}, at=1) == 0
    assert ndcg([], {"a": 1}, at=10) == 0


def test_recall_counts_the_relevant_documents_that_were_found() -> None:
    assert recall(["a", "x", "b"], {"a": 1, "b": 2, "c": 1, "d": 0}, at=2) == pytest.approx(1 / 3)


def test_a_document_that_is_found_by_two_chunks_counts_once() -> None:
    assert quality([["x", "x", "a"]], [Question("?", {"a": 1})])["ndcg_at_10"] == pytest.approx(0.6309)


def test_questions_without_a_judgement_are_left_out(tmp_path: Path) -> None:
    rows = [{"_id": "1", "text": "One?"}, {"_id": "2", "text": "Two?"}]
    (tmp_path / "queries.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n2\td7\t1\n2\td8\t0\n")

    assert read_questions(tmp_path) == [Question("Two?", {"d7": 1, "d8": 0})]


def test_grown_chunks_keep_their_windows_at_length_one_near_their_origin() -> None:
    random = np.random.default_rng(1)
    chunks = [random.normal(size=(count, 8)).astype(np.float32) for count in (1, 2, 3)]
    chunks = [vectors / np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in chunks]

    grown = list(Growth(chunks, seed=1).chunks(10))

    assert sorted(len(vectors) for vectors in grown[:3]) == [1, 2, 3]
    assert [len(vectors) for vectors in grown[3:6]] == [len(vectors) for vectors in grown[:3]]
    for vectors in grown:
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
