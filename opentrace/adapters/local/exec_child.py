"""Becomes another program that ends with its parent and, started by root, runs as another user.

Run as `python -I -S exec_child.py PARENT_PID DEATH_SIGNAL UID GID CAPABILITY PROGRAM ARGUMENT…`; -1 leaves a thing as
it is. Imports the standard library only, so that it adds some 15 ms to a start. Linux gives a process a signal when its
parent dies (prctl(2)), and lets it keep a single capability after it gave root up (capabilities(7), ambient set);
elsewhere both are left out.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
LINUX_CAPABILITY_VERSION_3 = 0x20080522


class CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class CapabilityData(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def main() -> None:
    parent_pid, death_signal, uid, gid, capability = (int(argument) for argument in sys.argv[1:6])
    on_linux = sys.platform == "linux"
    libc = ctypes.CDLL(None, use_errno=True)
    if uid >= 0:
        if on_linux and capability >= 0:
            _check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        if on_linux and capability >= 0:
            header = CapabilityHeader(LINUX_CAPABILITY_VERSION_3, 0)
            bit = 1 << capability
            data = (CapabilityData * 2)(CapabilityData(bit, bit, bit), CapabilityData(0, 0, 0))
            _check(libc.capset(ctypes.byref(header), data))
            _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0))
    if on_linux and death_signal > 0:  # last: a change of user clears it
        _check(libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0))
        if os.getppid() != parent_pid:
            sys.exit("The parent process is gone.")
    os.execv(sys.argv[6], sys.argv[6:])  # noqa: S606 -- this is the point of it


def _check(result: int) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


if __name__ == "__main__":
    main()
