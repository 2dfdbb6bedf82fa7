"""What Linux offers to confine a process without privileges, by system calls that Python has no functions for.

Each measure is taken where the kernel has it; a container may forbid it, and then the others still hold.
"""

import ctypes
import os
import signal
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

# Classic BPF, linux/bpf_common.h and linux/seccomp.h.
_LOAD_WORD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_RETURNS = {"allow": 0x7FFF0000, "refuse": 0x00050001, "unknown": 0x00050026, "kill": 0x80000000}  # EPERM, ENOSYS
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_X32_BIT = 0x40000000
_CLONE_THREAD = 0x00010000
_CLONE3 = 435

# By machine (linux/audit.h and each unistd.h): the architecture; the number of clone; execve and execveat; and what
# else is refused, which is sockets, other processes, and ways around this filter: socket, connect, accept, bind,
# listen, accept4, fork, vfork, ptrace, kill, rt_sigqueueinfo, process_vm_readv, process_vm_writev, setns, unshare,
# mount, chroot, add_key, request_key, keyctl, perf_event_open, bpf, userfaultfd, pidfd_send_signal, io_uring_setup,
# pidfd_getfd. A pair of connected sockets stays allowed: liteparse's runtime wakes itself with one.
_MACHINES = {
    "x86_64": (
        0xC000003E,
        56,
        (59, 322),
        (41, 42, 43, 49, 50, 288, 57, 58, 101, 62, 129, 310, 311, 308, 272, 165, 161, 248, 249, 250, 298, 321,
         323, 424, 425, 438),
    ),
    "aarch64": (
        0xC00000B7,
        220,
        (221, 281),
        (198, 203, 202, 200, 201, 242, 117, 129, 138, 270, 271, 268, 97, 40, 51, 217, 218, 219, 241, 280, 282,
         424, 425, 438),
    ),
}  # fmt: skip

# linux/landlock.h; the numbers of these system calls are the same on all machines.
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_LANDLOCK_CREATE_RULESET_VERSION = 1
_LANDLOCK_RULE_PATH_BENEATH = 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
# How many kinds of access to files each version knows: one bit for each.
_FILE_ACCESS_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache")


def confine_linux(readable: Iterable[str] | None = None, *, becomes_program: bool = False) -> None:
    """End with the parent; gain no privileges; read programs and libraries only, write nothing, speak to nobody.

    `readable` takes the place of Python's own folders. A process that `becomes_program` may do so once confined: the
    program stands under the same rules.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getppid()
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _restrict_files(libc, [*(_readable() if readable is None else readable), *_SYSTEM_LIBRARIES])
    _refuse_calls(libc, programs=not becomes_program)


def _readable() -> Iterable[str]:
    """Python's own folders; of the installation of Opentrace the package alone."""
    package = Path(__file__).resolve().parents[3]
    roots = [Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()]
    for entry in map(Path, sys.path):
        if any(entry.resolve().is_relative_to(root) for root in roots):
            yield str(entry)
    yield str(package)


def _restrict_files(libc: ctypes.CDLL, readable: Iterable[str]) -> None:
    version = libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_CREATE_RULESET_VERSION)
    if version < 1:
        return
    handled = (1 << _FILE_ACCESS_BITS.get(version, 16)) - 1
    attributes = struct.pack("=Q", handled)
    ruleset = libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return
    for path in readable:
        try:
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        allowed = _READ_FILE | _EXECUTE | (_READ_DIR if Path(path).is_dir() else 0)
        rule = struct.pack("=Qi", allowed, folder)
        libc.syscall(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_RULE_PATH_BENEATH, rule, 0)
        os.close(folder)
    libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _refuse_calls(libc: ctypes.CDLL, *, programs: bool) -> None:
    machine = os.uname().machine
    if machine not in _MACHINES:
        return
    architecture, clone, program_calls, calls = _MACHINES[machine]
    if programs:
        calls = program_calls + calls
    code = ctypes.create_string_buffer(
        _assembled(
            [
                (_LOAD_WORD, _ARCHITECTURE_AT, "", ""),
                (_JUMP_EQUAL, architecture, "", "kill"),
                (_LOAD_WORD, _NUMBER_AT, "", ""),
                (_JUMP_AT_LEAST, _X32_BIT, "refuse", ""),
                *((_JUMP_EQUAL, call, "refuse", "") for call in calls),
                # The flags of clone3 are out of a filter's sight; without it the C library makes threads by clone.
                (_JUMP_EQUAL, _CLONE3, "unknown", ""),
                (_JUMP_EQUAL, clone, "", "allow"),
                (_LOAD_WORD, _FIRST_ARGUMENT_AT, "", ""),
                (_JUMP_ANY_BIT, _CLONE_THREAD, "allow", "refuse"),
            ]
        )
    )
    # struct sock_fprog: the number of instructions, padding, and where they are.
    filter_program = struct.pack("@HxxxxxxP", (len(code) - 1) // 8, ctypes.addressof(code))
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, filter_program, 0, 0)


def _assembled(instructions: list[tuple[int, int, str, str]]) -> bytes:
    """The program of (code, value, where to jump if it holds, where if not), with its returns behind it."""
    end = len(instructions)
    place = {name: end + at for at, name in enumerate(_RETURNS)}
    program = [
        struct.pack("=HBBI", code, *(place[name] - at - 1 if name else 0 for name in (then, otherwise)), value)
        for at, (code, value, then, otherwise) in enumerate(instructions)
    ]
    return b"".join([*program, *(struct.pack("=HBBI", _RETURN, 0, 0, value) for value in _RETURNS.values())])
