"""How well the comparison of sentences and sources tells true from false.

    python -m benchmarks.grounding --data FOLDER/scifact [--json FILE]

True: sentences of abstracts, as they stand and with a part left out. False: the same with a number changed, or cited
from an abstract of another subject. The corpus has BEIR form. Nothing is fitted to it: the threshold is
a round number.
"""

import argparse
import asyncio
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine, save
from opentrace.adapters.local.minilm import MiniLmEmbedder
from opentrace.agents.grounding import ground
from opentrace.agents.passages import FoundPassage
from opentrace.agents.sentences import split_sentences
from opentrace.ports.embedder import Embedder

ABSTRACTS = 150
SEED = 11
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")
_CLAUSE = re.compile(r",\s[^,]{10,60}(?=,)|\s\([^)]{3,60}\)")


@dataclass(frozen=True)
class Case:
    kind: str
    true: bool
    sentence: str
    source: str


def cases_of(abstracts: Sequence[str], random: Random) -> Iterator[Case]:
    for place, abstract in enumerate(abstracts):
        sentences = [sentence for sentence in split_sentences(abstract) if 60 <= len(sentence) <= 300]
        if not sentences:
            continue
        sentence = random.choice(sentences)
        other = abstracts[(place + len(abstracts) // 2) % len(abstracts)]
        yield Case("as it stands", True, sentence, abstract)
        shorter = _CLAUSE.sub("", sentence, count=1)
        if shorter != sentence:
            yield Case("a part left out", True, shorter, abstract)
        yield Case("of another abstract", False, sentence, other)
        if number := _NUMBER.search(sentence):
            value = float(number.group())
            changed = f"{value * 3 + 7:g}"
            yield Case(
                "a number changed", False, sentence[: number.start()] + changed + sentence[number.end() :], abstract
            )


async def supported(case: Case, embedder: Embedder) -> bool:
    passage = FoundPassage(uuid4(), uuid4(), "abstract.txt", None, case.source, 1.0)
    found = await ground(f"{case.sentence.rstrip('.')} [1].", {1: passage}, question="", embedder=embedder)
    return bool(found) and all(sentence.supported for sentence in found)


async def measure(data: Path) -> dict[str, Any]:
    random = Random(SEED)
    lines = (data / "corpus.jsonl").read_text(encoding="utf-8").split("\n")
    texts = [json.loads(line)["text"] for line in lines if line]
    shares: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        embedder = MiniLmEmbedder(Path(folder), threads=2)
        for case in cases_of(random.sample(texts, ABSTRACTS), random):
            share = shares.setdefault(case.kind, {"true": case.true, "supported": 0, "of": 0})
            share["of"] += 1
            share["supported"] += await supported(case, embedder)
    return {"machine": machine(), "sentences": shares}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with corpus.jsonl")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    arguments = parser.parse_args()
    result = asyncio.run(measure(arguments.data))
    table = Table(title="Sentences beside the abstract that they cite", title_justify="left")
    for column in ("", "true", "supported", "of", "share"):
        table.add_column(column, justify="right" if column else "left")
    for kind, share in result["sentences"].items():
        part = f"{share['supported'] / share['of']:.3f}"
        table.add_row(kind, "yes" if share["true"] else "no", str(share["supported"]), str(share["of"]), part)
    Console(soft_wrap=True).print(table)
    save(result, arguments.json)


if __name__ == "__main__":
    main()
