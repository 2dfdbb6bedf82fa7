"""Makes `.env.example` and the page of the configuration out of the settings, or checks that both are up to date:
`python -m opentrace.entrypoints.settings_reference [--check]`.
"""

import ast
import inspect
import json
import sys
import textwrap
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from opentrace import settings as settings_module
from opentrace.settings import PREFIX, Settings, variable_of

_ROOT = Path(__file__).parents[2]
TARGET = _ROOT / ".env.example"
PAGE = _ROOT / "docs" / "reference" / "configuration.md"

_HEADER = """\
# Settings of Opentrace. Copy this file to .env and take the # away from the lines you change.
# Every line shows the default. A variable of the environment wins over one of .env.
# Made from opentrace/settings.py by `make env-example`.
"""
_PAGE_HEADER = """\
# Configuration

Every setting is an environment variable, or a line of a file `.env` in the folder where Opentrace is started; a
variable of the environment wins. An unknown variable that starts with `OPENTRACE_` stops the start with a sentence.
Times are in seconds where a name ends in `_S`, sizes in bytes where it ends in `_BYTES`. `opentrace doctor` checks what
is set.

This page is made from `opentrace/settings.py` by `make env-example`.
"""
_WIDTH = 110


def render() -> str:
    """The text of `.env.example`: the fields in their order, below the section comments of the source."""
    source = inspect.getsource(settings_module)
    sections = _sections(source)
    lines = [_HEADER]
    for name, field in Settings.model_fields.items():
        if name in sections:
            lines.append(f"\n# ---- {sections[name]} ----\n")
        lines.append(_entry(name, field))
    return "\n".join(lines)


def render_page() -> str:
    """The text of the page: a table for each section."""
    sections = _sections(inspect.getsource(settings_module))
    lines = [_PAGE_HEADER]
    for name, field in Settings.model_fields.items():
        if name in sections:
            lines += [f"\n## {sections[name]}\n", "| variable | default | what it says |", "|---|---|---|"]
        default = _default(name, field)
        shown = f"`{default}`" if default else "–"
        lines.append(f"| `{variable_of(name)}` | {shown} | {_description(field).replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    files = {TARGET: render(), PAGE: render_page()}
    if "--check" not in arguments:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        sys.stderr.write(f"{path.name} does not fit opentrace/settings.py. Run `make env-example`.\n")
    return 1 if stale else 0


def _description(field: FieldInfo) -> str:
    return " ".join(filter(None, [field.description, _choices(field), _other_names(field)]))


def _entry(name: str, field: FieldInfo) -> str:
    description = _description(field)
    comment = textwrap.fill(description, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    return f"{comment}\n#{variable_of(name)}={_default(name, field)}\n"


def _choices(field: FieldInfo) -> str:
    if get_origin(field.annotation) is not Literal or len(get_args(field.annotation)) < 2:
        return ""
    return f"One of: {', '.join(map(str, get_args(field.annotation)))}."


def _other_names(field: FieldInfo) -> str:
    choices = getattr(field.validation_alias, "choices", ())
    names = [name for name in choices if isinstance(name, str) and not name.startswith(PREFIX)]
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} read too." if names else ""


def _default(name: str, field: FieldInfo) -> str:
    if name == "data_dir":
        return "~/.local/share/opentrace"  # on Linux; the factory's value would name this machine's user
    if field.default_factory is not None:
        return json.dumps(field.get_default(call_default_factory=True))
    if field.default in (None, PydanticUndefined):
        return ""
    return str(field.default)


def _sections(source: str) -> dict[str, str]:
    """The comment that stands right above a field of the class, by the name of the field."""
    tree = ast.parse(source)
    lines = source.splitlines()
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or node.name != Settings.__name__:
            continue
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                above = lines[statement.lineno - 2].strip()
                if above.startswith("# "):
                    found[statement.target.id] = above.removeprefix("# ")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
