"""How much a question looks like an attack: a logistic regression over features that can be read, and its meaning.

The weights are in `weights.json`, made by `python -m benchmarks.guardrails --write`, which says what they were fitted
to. With the embedding model they were fitted for, the question's vector takes part; with another, the features alone.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log10
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from opentrace.agents.guardrail import wording
from opentrace.knowledge.instruction_like import find_instructions
from opentrace.ports.embedder import Embedder

EMBEDDED_CHARS = 700
"""How much of a question is embedded here: where an attack begins, and a bound on the wait."""

Kind = Literal["toxicity", "prompt_injection"]

_HARMFUL = frozenset({"abuse", "hides", "asks_harm", "pretext", "pretext_harm"})
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Of what kind a question would be an attack, and whether it counts as one. `score` is above 0 where it does."""

    kind: Kind
    score: float
    reason: str

    @property
    def is_attack(self) -> bool:
        return self.score > 0


@dataclass(frozen=True, slots=True)
class _Weights:
    features: Mapping[str, float]
    vector: NDArray[np.float32]
    intercept: float
    threshold: float


async def suspect(question: str, embedder: Embedder) -> Suspicion:
    """Raises EmbedderError."""
    if (decided := decisive(question)) is not None:
        return decided
    found = features(question)
    weights = _weights(with_embedding=embedder.model.startswith(_stored()["embedding_model"]))
    score = weights.intercept - weights.threshold + sum(weights.features[name] * value for name, value in found.items())
    if len(weights.vector):
        [vector] = await embedder.embed([embedded_part(question)], purpose="query")
        score += float(weights.vector @ vector)
    return _explained(found, weights, score)


def embedded_part(question: str) -> str:
    return " ".join(question.split())[:EMBEDDED_CHARS]


def decisive(question: str) -> Suspicion | None:
    """What needs no weighing."""
    if wording.SELF_HARM.search(question):
        return Suspicion("toxicity", 1.0, "self-harm")
    if wording.THREAT.search(question):
        return Suspicion("toxicity", 1.0, "a threat")
    if wording.SLUR.search(question):
        return Suspicion("toxicity", 1.0, "a slur")
    if wording.DROPS_ORDERS.search(question):
        return Suspicion("prompt_injection", 1.0, "an appeal to drop earlier instructions")
    kinds = {item.kind for item in find_instructions(question)}
    if "hidden_text" in kinds:
        return Suspicion("prompt_injection", 1.0, "hidden characters")
    if "delimiter" in kinds:
        return Suspicion("prompt_injection", 1.0, "a forged delimiter")
    return None


def features(question: str) -> dict[str, float]:
    """By name, each from 0 to about 3; only `question` speaks for a text."""
    kinds = Counter(item.kind for item in find_instructions(question))
    kinds["answer_control"] -= min(kinds["answer_control"], len(wording.FORM_OF_ANSWER.findall(question)))
    words = [word.lower() for word in _WORD.findall(question)]
    harms = len({harm.lower()[:6] for harm in wording.HARM.findall(question)})
    makes = bool(wording.MAKES.search(question))
    pretext = bool(wording.PRETEXT.search(question))
    addressed = sum(word in ("you", "your", "yourself") for word in words) / max(len(words), 12)
    asks = question.rstrip().endswith(("?", "？")) and len(words) < 60 and bool(wording.QUESTION.search(question))
    return {
        **{kind: float(min(kinds[kind], 2)) for kind in ("override", "role", "prompt_leak", "refusal_ban")},
        **{kind: float(min(kinds[kind], 2)) for kind in ("answer_control", "code_insertion")},
        "abuse": float(min(len(wording.ABUSE.findall(question)), 2)),
        "hides": float(min(len(wording.HIDES.findall(question)), 2)),
        "asks_harm": float(makes * min(harms, 3)),
        "pretext": float(pretext and makes),
        "pretext_harm": float(pretext * min(harms, 2)),
        "orders": min(len(wording.ORDERS.findall(question)), 4) / 2,
        "talks_of_ai": min(len(wording.TALKS_OF_AI.findall(question)), 4) / 2,
        "names": float(min(len(wording.NAMES.findall(question)), 2)),
        "addressed": min(addressed * 5, 1.0),
        "noise": min(_noise(question) * 4, 1.5),
        "length": max(0.0, log10(max(len(question), 1)) - 2),
        "question": -float(asks),
    }


def _noise(question: str) -> float:
    words = question.split()
    return sum(bool(wording.NOISE.search(word)) for word in words) / max(len(words), 12)


def _explained(found: Mapping[str, float], weights: _Weights, score: float) -> Suspicion:
    shares = {name: weights.features[name] * value for name, value in found.items() if name != "length" and value > 0}
    harmful = sum(share for name, share in shares.items() if name in _HARMFUL)
    kind: Kind = "toxicity" if harmful > sum(shares.values()) - harmful else "prompt_injection"
    strongest = sorted((name for name in shares if shares[name] > 0), key=lambda name: -shares[name])[:3]
    return Suspicion(kind, round(score, 3), ", ".join(strongest) or "meaning")


@cache
def _stored() -> dict[str, Any]:
    return json.loads((files("opentrace.agents.guardrail") / "weights.json").read_text(encoding="utf-8"))


@cache
def _weights(*, with_embedding: bool) -> _Weights:
    stored = _stored()["with_embedding" if with_embedding else "features_alone"]
    return _Weights(
        features=stored["features"],
        vector=np.array(stored.get("vector", []), dtype=np.float32),
        intercept=stored["intercept"],
        threshold=stored["threshold"],
    )
