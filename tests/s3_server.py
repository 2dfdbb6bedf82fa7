"""A real S3 server for tests: SeaweedFS, which checks every signature, on ports of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from opentrace.adapters.local.child_process import ChildCommand, start_child, stop_child
from opentrace.adapters.s3 import S3Bucket

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

ACCESS_KEY_ID = "opentrace-test"
SECRET_ACCESS_KEY = "a secret of the tests"
DEADLINE_S = 90.0

_PORTS = ("master", "volume", "filer", "s3")


class S3Server:
    """One server with one bucket, which keeps its data and its ports over `kill` and `start`."""

    def __init__(self, folder: Path) -> None:
        access = {
            "identities": [
                {
                    "name": "opentrace",
                    "credentials": [{"accessKey": ACCESS_KEY_ID, "secretKey": SECRET_ACCESS_KEY}],
                    "actions": ["Admin"],
                }
            ]
        }
        (folder / "s3.json").write_text(json.dumps(access), encoding="utf-8")
        (folder / "data").mkdir()
        self._log = folder / "weed.log"
        self._ports = _free_ports(2 * len(_PORTS))
        self._command = _command(folder, self._ports)
        self._process: subprocess.Popen[bytes] | None = None
        self.bucket = S3Bucket(
            name="documents",
            prefix="opentrace/",
            endpoint_url=f"http://127.0.0.1:{self._ports[_PORTS.index('s3')]}",
            access_key_id=ACCESS_KEY_ID,
            secret_access_key=SECRET_ACCESS_KEY,
        )

    def start(self) -> None:
        """Returns once an object can be written."""
        with self._log.open("ab") as output:
            self._process = start_child(self._command, output=output)
        _make_bucket(self.bucket, self._process, self._log)

    def kill(self) -> None:
        if self._process is not None:
            stop_child(self._process, self._command)
        self._process = None

    def end(self) -> None:
        self.kill()
        for port in self._ports:
            for socket_file in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # it knows no other place
                socket_file.unlink(missing_ok=True)


@contextmanager
def running_s3_server(folder: Path) -> Generator[S3Bucket]:
    """A server with one bucket. It ignores SIGTERM for ten seconds, so it is killed."""
    server = S3Server(folder)
    try:
        server.start()
        yield server.bucket
    finally:
        server.end()


def _command(folder: Path, ports: list[int]) -> ChildCommand:
    options = {
        "dir": folder / "data",
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "filer": "true",
        "filer.localSocket": folder / "filer.sock",
        "s3": "true",
        "s3.config": folder / "s3.json",
        "s3.localSocket": folder / "s3.sock",
        "s3.iam": "false",
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": 64,
        "volume.max": 20,
        **{f"{name}.port": port for name, port in zip(_PORTS, ports, strict=False)},
        **{f"{name}.port.grpc": port for name, port in zip(_PORTS, ports[len(_PORTS) :], strict=True)},
    }
    weed = str(Path(sys.executable).with_name("weed"))
    return ChildCommand(
        argv=(weed, "-logtostderr", "server", *(f"-{name}={value}" for name, value in options.items())),
        env=os.environ | {"WEED_S3_SSE_KEY": "a key for encryption at rest"},
        stop_signals=(),
        parent_death_signal=signal.SIGKILL,
    )


def admin_client(bucket: S3Bucket) -> "S3Client":
    return boto3.session.Session().client(  # pyright: ignore[reportUnknownMemberType] -- the types of other services are not installed
        "s3",
        region_name="us-east-1",
        endpoint_url=bucket.endpoint_url,
        aws_access_key_id=bucket.access_key_id,
        aws_secret_access_key=bucket.secret_access_key,
    )


def _make_bucket(bucket: S3Bucket, process: subprocess.Popen[bytes], log: Path) -> None:
    """Its first object can be written once the parts of the server have found each other."""
    client = admin_client(bucket)
    ends_at = time.monotonic() + DEADLINE_S
    while True:
        try:
            with suppress(client.exceptions.BucketAlreadyOwnedByYou, client.exceptions.BucketAlreadyExists):
                client.create_bucket(Bucket=bucket.name)
            client.put_object(Bucket=bucket.name, Key="first", Body=b"1")
        except (BotoCoreError, ClientError):
            ended = process.poll() is not None
            if ended or time.monotonic() > ends_at:
                raise AssertionError(f"The S3 server did not start:\n{log.read_text()[-3000:]}") from None
            time.sleep(0.1)
        else:
            return


def _free_ports(count: int) -> list[int]:
    with ExitStack() as sockets:
        held = [sockets.enter_context(socket.socket()) for _ in range(count)]
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]
