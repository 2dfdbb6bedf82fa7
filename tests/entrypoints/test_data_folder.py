"""What makes a data folder unusable, and the sentences that say so."""

import os
from pathlib import Path

import pytest

from opentrace.entrypoints.data_folder import FORMAT, DataFolder, DataFolderError, open_data_folder, running_instance
from opentrace.entrypoints.run_file import RunningInstance, write_run_file
from tests.entrypoints.running import run_opentrace


def test_a_folder_is_made_marked_and_free_again_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "a/new/folder"

    with open_data_folder(path) as folder:
        assert folder.version_file.read_text().strip() == str(FORMAT)

    with open_data_folder(path):
        pass


def test_a_folder_that_is_in_use_names_the_instance(tmp_path: Path) -> None:
    with open_data_folder(tmp_path) as folder:
        instance = RunningInstance(pid=os.getpid(), url="http://localhost:1", database_url="", redis_url="")
        write_run_file(folder.run_file, instance)

        assert running_instance(tmp_path) == instance
        in_use = r"in use by another Opentrace\. It answers on http://localhost:1 "
        with pytest.raises(DataFolderError, match=in_use), open_data_folder(tmp_path):
            pass

    assert running_instance(tmp_path) is None


def test_a_folder_of_a_newer_version_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "version").write_text(f"{FORMAT + 1}\n")

    up = run_opentrace("up", "--port", "0", "--data-dir", str(tmp_path), folder=tmp_path)

    assert up.returncode == 1
    assert "was written by a newer Opentrace" in up.stderr
    assert "Update Opentrace" in up.stderr
    assert not (tmp_path / "postgres").exists()


def test_a_version_that_is_no_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("latest\n")

    with pytest.raises(DataFolderError, match="holds 'latest' instead of a number"), open_data_folder(tmp_path):
        pass


def test_a_full_disk_is_refused(tmp_path: Path) -> None:
    too_full = r"Only \d+ MB are free.*Free some space"
    with pytest.raises(DataFolderError, match=too_full), open_data_folder(tmp_path, least_free_bytes=1 << 60):
        pass


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with (
        pytest.raises(DataFolderError, match="there is a file of that name"),
        open_data_folder(tmp_path / "data/below"),
    ):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_is_not_writable_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(DataFolderError, match="is not writable for you"), open_data_folder(tmp_path / "data"):
        pass


def test_a_read_only_place_is_refused() -> None:
    refused = r"(cannot be used|not writable).*OPENTRACE_DATA_DIR"
    with pytest.raises(DataFolderError, match=refused), open_data_folder(Path("/proc/opentrace")):
        pass


def test_a_run_file_that_is_not_ours_is_no_instance(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.run_file.write_text('{"pid": 1, "children": []}')

    with open_data_folder(tmp_path):
        assert running_instance(tmp_path) is None
