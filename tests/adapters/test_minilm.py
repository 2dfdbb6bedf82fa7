import asyncio
import math
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from opentrace.adapters.local.minilm import MiniLmEmbedder, package_file, prepare_model
from opentrace.ports.embedder import EmbedderError
from tests.contracts.embedder import EmbedderContract

TEXTS = [
    "How tall is it?",
    "The committee approved the annual budget of $12.4 million on 3 May 2021, after two hours of debate.",
    "Die Höhe des Turms beträgt 324 Meter; er wurde 1889 fertiggestellt.",
    "def area(radius): return math.pi * radius ** 2",
    "Shares outstanding | 15,728,702 | 15,943,425\nWeighted average | 15,697,614 | 15,842,407\n" * 6,
    "Photosynthesis converts light energy into chemical energy that is stored in carbohydrates. " * 22,
]


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def embedder(models_dir: Path) -> MiniLmEmbedder:
    return MiniLmEmbedder(models_dir, threads=2)


class TestMiniLmEmbedder(EmbedderContract):
    pass


def layer_norm(x: NDArray[Any], gain: NDArray[Any], bias: NDArray[Any]) -> NDArray[Any]:
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * gain + bias


def gelu(x: NDArray[Any]) -> NDArray[Any]:
    flat = [0.5 * value * (1 + math.erf(value / math.sqrt(2))) for value in x.ravel().tolist()]
    return np.array(flat, np.float32).reshape(x.shape)


def bert(weights: Mapping[str, NDArray[np.float32]], ids: list[int]) -> NDArray[np.float32]:
    """all-MiniLM-L6-v2 as its papers and its card describe it, in 32-bit floats, for one text."""
    w = weights
    words = w["embeddings.word_embeddings.weight"][ids]
    positions = w["embeddings.position_embeddings.weight"][: len(ids)]
    x = words + positions + w["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(x, w["embeddings.LayerNorm.weight"], w["embeddings.LayerNorm.bias"])
    for layer in range(6):
        p = f"encoder.layer.{layer}."

        def dense(x: NDArray[Any], name: str, p: str = p) -> NDArray[Any]:
            return x @ w[f"{p}{name}.weight"].T + w[f"{p}{name}.bias"]

        def norm(x: NDArray[Any], name: str, p: str = p) -> NDArray[Any]:
            return layer_norm(x, w[f"{p}{name}.weight"], w[f"{p}{name}.bias"])

        query, key, value = (
            dense(x, f"attention.self.{part}").reshape(len(ids), 12, 32).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(32)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        attended = (shares / shares.sum(-1, keepdims=True)) @ value
        x = norm(
            x + dense(attended.transpose(1, 0, 2).reshape(len(ids), 384), "attention.output.dense"),
            "attention.output.LayerNorm",
        )
        x = norm(x + dense(gelu(dense(x, "intermediate.dense")), "output.dense"), "output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


async def test_vectors_are_those_of_the_published_weights(embedder: MiniLmEmbedder) -> None:
    weights = load_file(package_file("model.safetensors"))
    tokenizer = Tokenizer.from_file(str(package_file("tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    token_ids = [tokenizer.encode(text).ids for text in TEXTS]
    expected = np.stack([bert(weights, [*ids[:255], ids[-1]] if len(ids) > 256 else ids) for ids in token_ids])

    vectors = await embedder.embed(TEXTS, purpose="passage")

    assert ((vectors * expected).sum(1) > 0.985).all()
    assert (vectors * expected).sum(1).mean() > 0.99
    # The order of the texts by likeness is the same, too.
    np.testing.assert_allclose(vectors @ vectors.T, expected @ expected.T, atol=0.05)


def test_the_model_name_says_what_made_the_vectors(embedder: MiniLmEmbedder, models_dir: Path) -> None:
    path = prepare_model(models_dir)

    assert re.fullmatch(r"all-MiniLM-L6-v2-int8-[0-9a-f]{8}", embedder.model)
    assert path.name == f"{embedder.model}.onnx"


def test_a_prepared_model_is_not_built_again(models_dir: Path) -> None:
    before = prepare_model(models_dir).stat()

    after = prepare_model(models_dir).stat()

    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_two_processes_may_prepare_the_model_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from opentrace.adapters.local.minilm import prepare_model; "
        "prepare_model(Path(sys.argv[1]))"
    )

    processes = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    codes = [process.wait(timeout=60) for process in processes]

    assert codes == [0, 0]
    assert len(list(tmp_path.iterdir())) == 1


async def test_a_damaged_model_says_what_to_do(tmp_path: Path) -> None:
    prepare_model(tmp_path).write_bytes(b"not a graph")

    with pytest.raises(EmbedderError, match="Delete it"):
        await MiniLmEmbedder(tmp_path, threads=1).embed(["text"], purpose="query")


async def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file is in the way")

    with pytest.raises(EmbedderError, match="Make room there"):
        await MiniLmEmbedder(tmp_path / "models", threads=1).embed(["text"], purpose="query")


async def test_a_query_does_not_wait_for_a_large_document(embedder: MiniLmEmbedder) -> None:
    await embedder.embed(["warm"], purpose="query")
    document = asyncio.create_task(embedder.embed(["A sentence of a long document. " * 30] * 64, purpose="passage"))
    await asyncio.sleep(0.05)

    started = time.monotonic()
    await embedder.embed(["A short question"], purpose="query")
    waited = time.monotonic() - started

    assert not document.done()
    await document
    assert waited < 1


async def test_memory_that_was_given_back_is_taken_again(embedder: MiniLmEmbedder) -> None:
    before = await embedder.embed(["text"], purpose="query")

    embedder.release()
    after = await embedder.embed(["text"], purpose="query")

    np.testing.assert_array_equal(before, after)
