"""The data folder: where its parts are, whose it is just now, and whether it can be used at all."""

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from opentrace.adapters.local.secret_file import write_private_file
from opentrace.entrypoints.run_file import RunningInstance, read_run_file

FORMAT = 1
"""Grows when a later Opentrace writes the folder in a way that an earlier one cannot read."""

LEAST_FREE_BYTES = 500 * 1024 * 1024
_MIB = 1024 * 1024


class DataFolderError(Exception):
    """The folder cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    path: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def models(self) -> Path:
        return self.path / "models"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def run_file(self) -> Path:
        return self.path / "run.json"

    @property
    def version_file(self) -> Path:
        return self.path / "version"

    @property
    def lock_file(self) -> Path:
        return self.path / "lock"


@contextmanager
def open_data_folder(path: Path, *, least_free_bytes: int = LEAST_FREE_BYTES) -> Generator[DataFolder]:
    """Hold the folder for one instance; make it where there is none. Raises DataFolderError."""
    folder = DataFolder(path)
    check_writable(folder)
    with _locked(folder):
        check_format(folder)
        check_free_space(folder, least_free_bytes=least_free_bytes)
        if not folder.version_file.exists():
            write_private_file(folder.version_file, f"{FORMAT}\n")
        folder.logs.mkdir(mode=0o700, exist_ok=True)
        folder.secrets.mkdir(mode=0o700, exist_ok=True)
        yield folder


def check_writable(folder: DataFolder) -> None:
    """Make it where it is missing. Raises DataFolderError."""
    path = folder.path
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except (FileExistsError, NotADirectoryError) as error:
        raise DataFolderError(
            f"The data folder {str(path)!r} cannot be made, because there is a file of that name on the way. "
            "Name another with OPENTRACE_DATA_DIR or --data-dir."
        ) from error
    except PermissionError as error:
        raise DataFolderError(
            f"The data folder {str(path)!r} is not writable for you. Change its owner or mode, or name another with "
            "OPENTRACE_DATA_DIR or --data-dir."
        ) from error
    except OSError as error:
        raise DataFolderError(
            f"The data folder {str(path)!r} cannot be used: {error.strerror}. Name another with OPENTRACE_DATA_DIR or "
            "--data-dir."
        ) from error


def check_format(folder: DataFolder) -> None:
    """Raises DataFolderError for a folder that this version cannot read."""
    try:
        found = folder.version_file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return
    if not found.isdecimal():
        raise DataFolderError(
            f"{str(folder.version_file)!r} holds {found[:20]!r} instead of a number. Put {FORMAT} into it if this "
            "folder is Opentrace's, or name another OPENTRACE_DATA_DIR."
        )
    if int(found) > FORMAT:
        raise DataFolderError(
            f"The data folder {str(folder.path)!r} was written by a newer Opentrace (format {found}, and this version "
            f"reads up to {FORMAT}). Update Opentrace, or name another folder with OPENTRACE_DATA_DIR."
        )


def check_free_space(folder: DataFolder, *, least_free_bytes: int = LEAST_FREE_BYTES) -> None:
    """Raises DataFolderError where a database would soon run out of disk."""
    free = shutil.disk_usage(folder.path).free
    if free < least_free_bytes:
        raise DataFolderError(
            f"Only {free // _MIB} MB are free on the disk of {str(folder.path)!r}, and Opentrace needs "
            f"{least_free_bytes // _MIB} MB to start. Free some space, or name a folder on another disk with "
            "OPENTRACE_DATA_DIR."
        )


def running_instance(path: Path) -> RunningInstance | None:
    """The instance that uses this folder now."""
    folder = DataFolder(path)
    return read_run_file(folder.run_file) if _is_locked(folder) else None


def _is_locked(folder: DataFolder) -> bool:
    try:
        descriptor = os.open(folder.lock_file, os.O_RDWR)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def _locked(folder: DataFolder) -> Generator[None]:
    """The lock goes with the process, however that ends."""
    descriptor = os.open(folder.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            running = read_run_file(folder.run_file)
            where = f" It answers on {running.url} (process {running.pid})." if running else ""
            raise DataFolderError(
                f"The data folder {str(folder.path)!r} is in use by another Opentrace.{where} "
                "Stop that one first, or name another folder with OPENTRACE_DATA_DIR or --data-dir."
            ) from error
        yield
    finally:
        os.close(descriptor)
