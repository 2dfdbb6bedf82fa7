"""The file: a compressed tar whose last member, `manifest.json`, holds the SHA-256 of every other one.

An archive without its manifest was cut off; one with a wrong sum was damaged. Both are refused before anything is
written anywhere.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

FORMAT = 1
MANIFEST = "manifest.json"
_BLOCK_BYTES = 1024 * 1024

Kind = Literal["installation", "project"]


class ArchiveError(Exception):
    """The file cannot be written or taken; the message says why and what to do."""


@dataclass(slots=True)
class ArchiveWriter:
    """Members are added one after the other; leaving `write_archive` adds the manifest."""

    _tar: tarfile.TarFile
    manifest: dict[str, Any]
    _sums: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, name: str, path: Path) -> None:
        with path.open("rb") as content:
            self._sums[name] = hashlib.file_digest(content, "sha256").hexdigest()
            content.seek(0)
            info = tarfile.TarInfo(name)
            info.size = path.stat().st_size
            self._tar.addfile(info, content)

    def close(self) -> None:
        text = json.dumps({**self.manifest, "sha256": self._sums}, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(text)
        self._tar.addfile(info, io.BytesIO(text))


@contextmanager
def write_archive(path: Path, kind: Kind, **manifest: Any) -> Generator[ArchiveWriter]:
    """The file appears under its name when it is whole. Raises ArchiveError."""
    if path.exists():
        raise ArchiveError(f"{str(path)!r} is there already. Name another file, or remove it.")
    part = path.with_name(path.name + ".part")
    try:
        with tarfile.open(part, "w:gz", compresslevel=1) as tar:
            writer = ArchiveWriter(tar, {"format": FORMAT, "kind": kind, **manifest})
            yield writer
            writer.close()
        part.chmod(0o600)
        part.replace(path)
    except OSError as error:
        raise ArchiveError(f"{str(path)!r} cannot be written: {error.strerror}. Name a folder with room.") from error
    finally:
        part.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that has been checked whole."""

    path: Path
    manifest: dict[str, Any]

    def members(self) -> Iterator[tuple[str, IO[bytes]]]:
        """Names and contents in their order, but for the manifest. A content is read before the next one."""
        with tarfile.open(self.path, "r:gz") as tar:
            for info in tar:
                content = tar.extractfile(info)
                if info.name != MANIFEST and content is not None:
                    yield info.name, content


def open_archive(path: Path, kind: Kind) -> Archive:
    """Read and check it whole. Nothing is unpacked by name. Raises ArchiveError."""
    sums: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(path, "r:gz") as tar:
            for info in tar:
                content = tar.extractfile(info)
                if content is None:
                    continue
                if info.name == MANIFEST:
                    manifest = json.loads(content.read())
                else:
                    sums[info.name] = _sum(content)
    except (OSError, EOFError, tarfile.TarError, ValueError) as error:
        raise ArchiveError(
            f"{str(path)!r} cannot be read as an archive of Opentrace ({type(error).__name__})."
        ) from error
    if manifest is None:
        raise ArchiveError(f"{str(path)!r} is cut off. Take another copy.")
    if manifest.get("sha256") != sums:
        raise ArchiveError(f"{str(path)!r} is damaged: its contents do not fit their sums. Take another copy.")
    if manifest.get("format") != FORMAT:
        raise ArchiveError(f"{str(path)!r} was written by another version of Opentrace. Use that one, or update this.")
    if manifest.get("kind") != kind:
        command = {"installation": "opentrace restore", "project": "opentrace import"}.get(str(manifest.get("kind")))
        raise ArchiveError(f"{str(path)!r} holds something else. Take it in with `{command}`.")
    return Archive(path, manifest)


def _sum(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := content.read(_BLOCK_BYTES):
        digest.update(block)
    return digest.hexdigest()
