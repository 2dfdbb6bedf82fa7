"""What a child can do once it is confined: read its file, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ATTEMPTS = """
import json, os, resource, socket, subprocess, sys
from pathlib import Path
from opentrace.adapters.local.parser.sandbox import confine

confine(memory_bytes=1 << 30)
outside, parent = Path(sys.argv[1]), os.getppid()
attempts = {
    "open a socket": lambda: socket.socket(),
    "run a program": lambda: subprocess.run([sys.executable, "-c", ""]),
    "fork": lambda: os.fork() or os._exit(0),
    "signal its parent": lambda: os.kill(parent, 0),
    "read a file": lambda: outside.read_text(),
    "write a file": lambda: outside.write_text("x"),
    "list a folder": lambda: os.listdir(outside.parent),
    "take more memory": lambda: bytearray(2 << 30),
    "raise its limit": lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)),
}
done = []
for name, attempt in attempts.items():
    try:
        attempt()
    except (OSError, MemoryError, ValueError):
        continue
    done.append(name)
import liteparse.parser, lxml.etree, markdown_it, charset_normalizer, pypdfium2
print(json.dumps(done))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems offer less")
def test_a_confined_process_can_do_nothing_but_import_its_parsers(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("secret", encoding="utf-8")

    result = subprocess.run([sys.executable, "-c", ATTEMPTS, str(outside)], capture_output=True, text=True, check=True)

    # A privileged process may raise its limit of memory as it likes, where it is not held by other means.
    assert set(json.loads(result.stdout)) <= {"raise its limit"}
    assert outside.read_text(encoding="utf-8") == "secret"
