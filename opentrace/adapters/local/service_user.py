"""The unprivileged user as which the database and the queue run when root starts Opentrace.

PostgreSQL refuses to run as root. That user owns its own folder, but the folders above it, or those of the programs,
may be closed to it (`/root`, an umask of 077). On Linux the program then keeps the one capability that opens them.
"""

import os
import pwd
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2

_CANDIDATES = ("postgres", "nobody")


class ServiceUserError(Exception):
    """No user can run the services; the message says what to do."""


def closed_to_us(error: PermissionError) -> ServiceUserError:
    """The sentence for a folder that we may not use, be it a person's or that of a container's curtailed root."""
    if os.geteuid() == 0:
        return ServiceUserError(
            f"{str(error.filename)!r} is closed even to root here: the container took the capabilities CHOWN and "
            "DAC_OVERRIDE away. Give them back, or start Opentrace as another user than root."
        )
    return ServiceUserError(
        f"{str(error.filename)!r} belongs to another user. Start Opentrace as the user who first ran it on this data "
        "folder, or name another with OPENTRACE_DATA_DIR."
    )


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """`capability` is the number of the Linux capability that the program keeps, -1 for none."""

    uid: int
    gid: int
    capability: int = -1


def choose_service_user(folder: Path, *, programs: Iterable[Path]) -> ServiceUser | None:
    """The user for a service that keeps its data in `folder` and runs and reads the files of `programs`.

    None, to stay who we are, unless we are root. A folder that has another owner already keeps it. Raises
    ServiceUserError.
    """
    if os.geteuid() != 0:
        return None
    owner = folder.stat() if folder.exists() else None
    if owner is not None and owner.st_uid != 0:
        uid, gid = owner.st_uid, owner.st_gid
    else:
        uid, gid = _unprivileged_user()
    closed = [path for path in folder.resolve().parents if not _permits(path, uid, gid, 0o1)]
    not_executable = False
    for program in programs:
        closed += [path for path in program.resolve().parents if not _permits(path, uid, gid, 0o1)]
        if not _permits(program, uid, gid, 0o5):
            closed.append(program)
            not_executable = True
    if not closed:
        return ServiceUser(uid, gid)
    return ServiceUser(uid, gid, _capability(closed[0], must_execute=not_executable))


def _unprivileged_user() -> tuple[int, int]:
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise ServiceUserError(
        "PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody' on this machine. "
        "Start Opentrace as another user than root."
    )


def _permits(path: Path, uid: int, gid: int, bits: int) -> bool:
    """Whether the mode of `path` gives the user all of `bits` (4 read, 2 write, 1 execute or traverse)."""
    status = path.stat()
    shift = 6 if status.st_uid == uid else 3 if status.st_gid == gid else 0
    return (status.st_mode >> shift) & bits == bits


def _capability(closed: Path, *, must_execute: bool) -> int:
    """The least capability that root holds here and that opens the way; containers often have only the second."""
    wanted = (CAP_DAC_OVERRIDE,) if must_execute else (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)
    held = _permitted_capabilities()
    for capability in wanted:
        if held >> capability & 1:
            return capability
    raise ServiceUserError(
        f"{str(closed)!r} is closed to the user that runs the database, for PostgreSQL does not run as root. "
        "Start Opentrace as another user than root, or keep the program and OPENTRACE_DATA_DIR in folders that "
        "everybody may pass through (chmod o+x)."
    )


def _permitted_capabilities() -> int:
    if sys.platform != "linux":
        return 0
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    return 0
