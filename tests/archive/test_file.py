"""The file of a backup or of a project: whole or refused."""

from pathlib import Path
from random import Random

import pytest

from opentrace.archive.file import ArchiveError, open_archive, write_archive


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    content = tmp_path / "content"
    content.write_bytes(Random(1).randbytes(20000))
    with write_archive(tmp_path / "copy.tar.gz", "installation", schema="s") as writer:
        writer.add("rows/chats", content)
        writer.manifest["rows"] = {"chats": 5000}
    return tmp_path / "copy.tar.gz"


def test_what_was_written_is_read(archive: Path) -> None:
    opened = open_archive(archive, "installation")

    assert opened.manifest["rows"] == {"chats": 5000}
    assert [(name, len(content.read())) for name, content in opened.members()] == [("rows/chats", 20000)]


def test_nobody_else_may_read_it(archive: Path) -> None:
    assert archive.stat().st_mode & 0o077 == 0


def test_an_existing_file_is_not_overwritten(archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(ArchiveError, match="is there already"), write_archive(archive, "project"):
        pass
    assert archive.read_bytes() == before


def test_a_copy_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), write_archive(tmp_path / "copy", "project"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.95])
def test_a_cut_file_is_refused(archive: Path, kept: float) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * kept)])

    with pytest.raises(ArchiveError, match=r"cannot be read|cut off"):
        open_archive(archive, "installation")


def test_a_file_of_another_kind_names_its_command(archive: Path) -> None:
    with pytest.raises(ArchiveError, match="opentrace restore"):
        open_archive(archive, "project")


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("not an archive", encoding="utf-8")
    with pytest.raises(ArchiveError, match="cannot be read as an archive"):
        open_archive(tmp_path / "notes", "project")
