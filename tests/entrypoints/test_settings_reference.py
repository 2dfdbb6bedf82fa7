"""`.env.example` is the reference of the settings, so it must fit them."""

from pathlib import Path

import pytest

from opentrace.entrypoints.settings_reference import PAGE, TARGET, render, render_page
from opentrace.settings import Settings, load_settings, variable_of


def test_the_committed_files_are_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == render()
    assert PAGE.read_text(encoding="utf-8") == render_page()


def test_every_setting_is_in_it_once() -> None:
    lines = render().splitlines()

    for name in Settings.model_fields:
        assert sum(line.startswith(f"#{variable_of(name)}=") for line in lines) == 1, name


def test_its_values_are_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    active = [line.removeprefix("#") for line in render().splitlines() if line.startswith("#OPENTRACE_")]
    env_file = tmp_path / ".env"
    env_file.write_text("\n".join(active), encoding="utf-8")

    from_file = load_settings(env_file=env_file)
    from_nothing = load_settings(env_file=None)

    assert from_file.model_dump(exclude={"data_dir"}) == from_nothing.model_dump(exclude={"data_dir"})
