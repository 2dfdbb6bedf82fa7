"""Makes `.env.example` out of the settings, or checks that it is up to date: `python -m … [--check]`."""

import ast
import inspect
import sys
import textwrap
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from opentrace import settings as settings_module
from opentrace.settings import PREFIX, Settings, variable_of

TARGET = Path(__file__).parents[2] / ".env.example"

_HEADER = """\
# Settings of Opentrace. Copy this file to .env and take the # away from the lines you change.
# Every line shows the default. A variable of the environment wins over one of .env.
# Made from opentrace/settings.py by `make env-example`.
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


def main(arguments: list[str]) -> int:
    text = render()
    if "--check" not in arguments:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(".env.example does not fit opentrace/settings.py. Run `make env-example`.\n")
    return 1


def _entry(name: str, field: FieldInfo) -> str:
    description = " ".join(filter(None, [field.description, _choices(field), _other_names(field)]))
    comment = textwrap.fill(description, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    return f"{comment}\n#{variable_of(name)}={_default(name, field)}\n"


def _choices(field: FieldInfo) -> str:
    if get_origin(field.annotation) is not Literal or len(get_args(field.annotation)) < 2:
        return ""
    return f"One of: {', '.join(map(str, get_args(field.annotation)))}."


def _other_names(field: FieldInfo) -> str:
    choices = getattr(field.validation_alias, "choices", ())
    names = [name for name in choices if isinstance(name, str) and not name.startswith(PREFIX)]
    return f"{' and '.join(names)} is read too." if names else ""


def _default(name: str, field: FieldInfo) -> str:
    if name == "data_dir":
        return "~/.local/share/opentrace"  # on Linux; the factory's value would name this machine's user
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
