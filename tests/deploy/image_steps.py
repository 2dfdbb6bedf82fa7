"""Runs the steps of a Dockerfile's build stage in a folder, where there is no container engine.

Of a stage whose steps name only paths below its WORKDIR, what happens is what happens in a container, but for the base
image: the program it brings is the one of this machine.
"""

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Instruction:
    name: str
    arguments: str


@dataclass(slots=True)
class Stage:
    instructions: list[Instruction] = field(default_factory=list[Instruction])

    def all(self, name: str) -> list[str]:
        return [one.arguments for one in self.instructions if one.name == name]


def stages_of(dockerfile: Path) -> list[Stage]:
    text = re.sub(r"\\\n", " ", dockerfile.read_text(encoding="utf-8"))
    stages: list[Stage] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, arguments = line.strip().partition(" ")
        if name == "FROM":
            stages.append(Stage())
        stages[-1].instructions.append(Instruction(name, " ".join(arguments.split())))
    return stages


def run_stage(stage: Stage, *, context: Path, folder: Path, timeout_s: float) -> None:
    """COPY takes from `context` what `.dockerignore` leaves in it; RUN runs in `folder`, which stands for WORKDIR."""
    ignored = _ignored(context)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENTRACE_")}
    for one in stage.instructions:
        match one.name:
            case "COPY":
                *sources, target = one.arguments.split()
                for source in sources:
                    _copy(context, source, folder / target, several=len(sources) > 1, ignored=ignored)
            case "RUN":
                ended = subprocess.run(
                    ["sh", "-euc", one.arguments],
                    cwd=folder,
                    env=environment,
                    capture_output=True,
                    text=True,
                    timeout=timeout_s,
                    check=False,
                )
                assert ended.returncode == 0, f"{one.arguments}\n{ended.stdout}\n{ended.stderr}"
            case "ENV":
                environment |= dict(pair.split("=", 1) for pair in shlex.split(one.arguments))
            case "FROM" | "WORKDIR":
                pass
            case _:
                raise AssertionError(f"{one.name} is not expected in a build stage")


def _ignored(context: Path) -> list[tuple[str, bool]]:
    """The patterns of `.dockerignore` with whether they take in; the last that fits decides."""
    lines = (context / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [(line.lstrip("!"), line.startswith("!")) for line in lines if line and not line.startswith("#")]


def _is_in_context(path: str, ignored: list[tuple[str, bool]]) -> bool:
    taken = True
    parts = path.split("/")
    prefixes = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    for pattern, takes_in in ignored:
        plain = pattern.removeprefix("**/")
        names = parts if pattern.startswith("**/") else prefixes
        if any(fnmatch.fnmatch(name, plain) for name in names):
            taken = takes_in
    return taken


def _copy(context: Path, source: str, target: Path, *, several: bool, ignored: list[tuple[str, bool]]) -> None:
    origin = context / source
    if origin.is_file():
        assert _is_in_context(source, ignored), f"{source} is not in the context"
        into = target / origin.name if several or target.name == "" or target.is_dir() else target
        into.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(origin, into)
        return
    assert origin.is_dir(), f"{source} is not there"

    def left_out(folder: str, names: list[str]) -> set[str]:
        base = Path(folder).relative_to(context).as_posix()
        return {name for name in names if not _is_in_context(f"{base}/{name}", ignored)}

    shutil.copytree(origin, target, ignore=left_out, dirs_exist_ok=True)
