"""Proves that a wheel is all that a person needs: `python -m tests.e2e.try_wheel dist/opentrace-….whl`.

Installs it into an empty environment outside of the repository, starts `opentrace up` there, reads pages of the client
and asks a document a question without any key. It installs packages, so `make test-dist` runs it and pytest does not.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx

REPOSITORY = Path(__file__).parents[2]
MOST_INSTALLED_MB = 700
LIMIT_S = 300
NOTE = "# The lighthouse\n\nThe lighthouse of Sandholm is 47 metres tall and was lit for the first time in 1891.\n"
ACCOUNT = {"email": "wheel@example.org", "password": "a few words I remember"}


def main() -> None:
    wheel = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="opentrace-wheel-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL does not run as root: its own user reads its program here
        programs = _install(wheel, folder / "installed")
        size_mb = _size_mb(folder / "installed")
        print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.0f} MB, installed with all it needs {size_mb} MB")
        _require(size_mb < MOST_INSTALLED_MB, f"The installation is larger than {MOST_INSTALLED_MB} MB")
        with _running(programs / "opentrace", folder) as url:
            _use(url)
            answer = _ask(programs / "opentrace", folder, url)
    _require("47 metres" in answer and "lighthouse.md" in answer, f"The answer lacks its fact or source:\n{answer}")
    print("Its client, an upload and a cited answer work.")


def _install(wheel: Path, environment: Path) -> Path:
    """The folder of its programs. The versions are those of the lock, so that a run is as good as another."""
    uv = str(Path(sys.executable).with_name("uv"))
    lock = REPOSITORY / "requirements" / "runtime.txt"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(environment)], check=True)
    programs = environment / "bin"
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", str(programs / "python"), "--constraint", str(lock), str(wheel)],
        check=True,
    )
    return programs


def _size_mb(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir()) // 1_000_000


@contextmanager
def _running(program: Path, folder: Path) -> Generator[str]:
    """The address of `opentrace up`, which ends with the block."""
    command = [program, "up", "--port", "0", "--data-dir", folder / "data"]
    up = subprocess.Popen(
        command, cwd=folder, env=_environment(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said: list[str] = []
    try:
        assert up.stdout is not None
        for line in up.stdout:
            said.append(line)
            if found := re.search(r"is ready on (http\S+)", line):
                print(line.strip())
                yield found[1]
                return
        raise SystemExit("opentrace up ended:\n" + "".join(said))
    finally:
        up.terminate()
        up.wait(LIMIT_S)


def _environment(folder: Path, **variables: str) -> dict[str, str]:
    """That of a person who has set nothing."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(folder), **variables}


def _use(url: str) -> None:
    with httpx.Client(base_url=url, timeout=LIMIT_S) as client:
        for path in ("/", "/projects/0195f5a2-7a1c-7bd0-9c55-4f1f2d1c8a11/chat/"):
            page = client.get(path, headers={"accept": "text/html"})
            _require(page.status_code == 200 and "<title>" in page.text, f"{path} is no page: {page.status_code}")
            script = re.search(r'src="(/_next/static/[^"]+\.js)"', page.text)
            _require(script is not None and client.get(script[1]).status_code == 200, f"{path} lacks its scripts")


def _ask(program: Path, folder: Path, url: str) -> str:
    with httpx.Client(base_url=url, timeout=LIMIT_S) as client:
        token = client.post("/api/auth/sign-up", json=ACCOUNT).raise_for_status().json()["token"]
    environment = _environment(folder, OPENTRACE_API_KEY=token)
    (folder / "lighthouse.md").write_text(NOTE, encoding="utf-8")
    answer = ""
    for arguments in (["add", "lighthouse.md"], ["ask", "How tall is the lighthouse of Sandholm?"]):
        done = subprocess.run(
            [program, *arguments, "--project", "Lights", "--server", url],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False,
        )  # fmt: skip
        _require(done.returncode == 0, f"opentrace {arguments[0]} failed:\n{done.stdout}{done.stderr}")
        answer = done.stdout
    return answer


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SystemExit(otherwise)


if __name__ == "__main__":
    main()
