"""One child process as its parent sees it."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from opentrace.adapters.local.parser.wire import HEADER, MAX_FRAME_BYTES, decode_frame, encode_frame
from opentrace.adapters.local.parser.wire_values import MalformedMessage

# Nothing of the parent's environment goes along, least of all its keys, but what finding Python's modules may need.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT")
# Each arena of glibc's malloc reserves address space, of which a child has little.
_CHILD_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
# How long a child may take from closing its socket to its end.
_DEATH_S = 5.0
_OUT_OF_MEMORY = (b"MemoryError", b"memory allocation of", b"bad_alloc", b"out of memory", b"Out of memory")


class ChildDied(Exception):
    """The child closed its end of the socket: it exited, crashed or was killed."""


class ChildProcess:
    """Reads documents, one at a time. Made by `start`; `kill` and then `reap` end it."""

    def __init__(
        self, process: subprocess.Popen[bytes], channel: socket.socket, stderr: IO[bytes], *, memory_bytes: int
    ) -> None:
        self._process = process
        self._channel = channel
        self._stderr = stderr
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.memory_bytes = memory_bytes
        self.documents = 0
        self.peak_bytes = 0

    @classmethod
    def start(cls, *, memory_bytes: int) -> "ChildProcess":
        """A new process. Called in the thread of the event loop, since on Linux a child ends with its thread."""
        channel, child_end = socket.socketpair()
        stderr = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by reap
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | _CHILD_ENVIRONMENT
        module = "opentrace.adapters.local.parser.child"
        try:
            process = subprocess.Popen(  # noqa: S603 -- our own interpreter with our own module
                [sys.executable, "-P", "-m", module, str(child_end.fileno()), str(memory_bytes)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=(child_end.fileno(),),
                env=environment,
                cwd="/",
                start_new_session=True,
            )
        except OSError:
            channel.close()
            stderr.close()
            raise
        finally:
            child_end.close()
        channel.setblocking(False)
        return cls(process, channel, stderr, memory_bytes=memory_bytes)

    def is_alive(self) -> bool:
        """Whether it can take a job; what it said unasked, or its end, makes it unfit."""
        return self._reader is not None and not self._reader.at_eof() and self._reader.exception() is None

    async def send_job(self, path: Path, job: dict[str, Any]) -> None:
        """Hand over the open file with its job. Raises ChildDied."""
        self.documents += 1
        descriptor = await asyncio.to_thread(os.open, path, os.O_RDONLY)
        try:
            # A job is far smaller than the buffer of the socket, and nothing else is ever written to it.
            socket.send_fds(self._channel, [encode_frame(job)], [descriptor])
        except OSError as error:
            raise ChildDied from error
        finally:
            os.close(descriptor)
        if self._reader is None:
            self._reader, self._writer = await asyncio.open_connection(sock=self._channel.dup())

    async def receive(self) -> dict[str, Any]:
        """The child's next message. Raises ChildDied or MalformedMessage."""
        assert self._reader is not None
        try:
            (length,) = HEADER.unpack(await self._reader.readexactly(HEADER.size))
            if length > MAX_FRAME_BYTES:
                raise MalformedMessage("a message beyond all bounds")
            return decode_frame(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, OSError) as error:
            raise ChildDied from error

    async def receive_bytes(self, size: int) -> bytes:
        """What follows a message that announced it. Raises ChildDied."""
        assert self._reader is not None
        try:
            return await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise ChildDied from error

    async def send(self, message: dict[str, Any]) -> None:
        """Say something to a child that waits for it. Raises ChildDied."""
        await self.send_bytes(encode_frame(message))

    async def send_bytes(self, data: bytes) -> None:
        """What follows a message that announced it. Raises ChildDied."""
        assert self._writer is not None
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise ChildDied from error

    def kill(self) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def reap(self) -> None:
        """Wait for the end of a killed child, and close what belonged to it."""
        if self._process.returncode is None:
            await asyncio.to_thread(self._process.wait)
        if self._writer is not None:
            self._writer.close()
        self._channel.close()
        self._stderr.close()

    def ran_out_of_memory(self) -> bool:
        """Whether the child died of its memory limit rather than of a fault, by what it left behind.

        PDFium aborts without a word when it gets no memory; the kernel's own guard kills.
        """
        try:
            status = self._process.wait(timeout=_DEATH_S)
        except subprocess.TimeoutExpired:
            return False
        self._stderr.seek(0)
        last_words = self._stderr.read()
        if any(words in last_words for words in _OUT_OF_MEMORY):
            return True
        return status == -signal.SIGKILL or (status == -signal.SIGABRT and not last_words.strip())
