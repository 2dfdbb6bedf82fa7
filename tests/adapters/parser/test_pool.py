"""Child processes read the files; what happens to one child happens to one file."""

import asyncio
import signal
import threading
from collections.abc import AsyncGenerator
from pathlib import Path

import psutil
import pytest

from opentrace.adapters.local.parser import LocalDocumentParser
from opentrace.adapters.local.parser.media_types import PDF, TEXT
from opentrace.adapters.local.parser.pool import MAX_DOCUMENTS
from opentrace.ports.document_parser import ParseError, ParseErrorCode, ParseLimits
from tests.adapters.parser import hostile_files
from tests.adapters.parser.child_processes import children, until_children
from tests.adapters.parser.hostile_files import MEGABYTE

LIMITS = ParseLimits(timeout_s=60.0)


@pytest.fixture
async def parser() -> AsyncGenerator[LocalDocumentParser]:
    parser = LocalDocumentParser(processes=2)
    yield parser
    await parser.close()


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "text"
    path.write_text("Rivers rise in spring.", encoding="utf-8")
    return path


@pytest.fixture
def slow_file(tmp_path: Path) -> Path:
    path = tmp_path / "slow"
    path.write_bytes(hostile_files.operator_bomb_pdf(1_000_000))
    return path


async def test_a_child_is_used_again(parser: LocalDocumentParser, text_file: Path) -> None:
    before = children()
    await parser.parse(text_file, media_type=TEXT, limits=LIMITS)
    first = children() - before

    await parser.parse(text_file, media_type=TEXT, limits=LIMITS)

    assert len(first) == 1
    assert children() - before == first


async def test_a_child_is_replaced_after_some_documents(parser: LocalDocumentParser, text_file: Path) -> None:
    before = children()
    await parser.parse(text_file, media_type=TEXT, limits=LIMITS)
    first = children() - before

    for _ in range(MAX_DOCUMENTS):
        await parser.parse(text_file, media_type=TEXT, limits=LIMITS)

    await until_children(lambda now: not first & now)


async def test_closing_ends_the_children(text_file: Path) -> None:
    parser = LocalDocumentParser(processes=1)
    before = children()
    await parser.parse(text_file, media_type=TEXT, limits=LIMITS)

    await parser.close()

    assert children() == before


@pytest.mark.parametrize(
    ("killed_by", "code"),
    [(signal.SIGSEGV, "parse_crashed"), (signal.SIGKILL, "parse_out_of_memory")],
)
async def test_a_child_that_dies_fails_its_document_alone(
    parser: LocalDocumentParser, text_file: Path, slow_file: Path, killed_by: signal.Signals, code: ParseErrorCode
) -> None:
    before = children()
    slow = asyncio.create_task(parser.parse(slow_file, media_type=PDF, limits=LIMITS))
    await until_children(lambda now: bool(now - before))
    (child,) = children() - before

    psutil.Process(child).send_signal(killed_by)

    with pytest.raises(ParseError) as caught:
        await slow
    assert caught.value.code == code
    document = await parser.parse(text_file, media_type=TEXT, limits=LIMITS)
    assert document.elements[0].text == "Rivers rise in spring."


async def test_a_cancelled_parse_ends_its_child(parser: LocalDocumentParser, slow_file: Path) -> None:
    before = children()
    slow = asyncio.create_task(parser.parse(slow_file, media_type=PDF, limits=LIMITS))
    await until_children(lambda now: bool(now - before))

    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow

    await until_children(lambda now: now == before)


async def test_a_slow_file_does_not_hold_up_another(
    parser: LocalDocumentParser, text_file: Path, slow_file: Path
) -> None:
    slow = asyncio.create_task(parser.parse(slow_file, media_type=PDF, limits=LIMITS))

    document = await parser.parse(text_file, media_type=TEXT, limits=LIMITS)

    assert not slow.done()
    assert len(document.elements) == 1
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow


async def test_no_more_children_than_processes_run(parser: LocalDocumentParser, text_file: Path) -> None:
    before = children()

    await asyncio.gather(*(parser.parse(text_file, media_type=TEXT, limits=LIMITS) for _ in range(8)))

    assert len(children() - before) <= 2


async def test_another_memory_limit_gets_another_child(parser: LocalDocumentParser, text_file: Path) -> None:
    before = children()
    await parser.parse(text_file, media_type=TEXT, limits=LIMITS)
    first = children() - before

    await parser.parse(text_file, media_type=TEXT, limits=ParseLimits(memory_bytes=512 * MEGABYTE))

    await until_children(lambda now: not first & now)


def test_a_parser_works_on_the_event_loop_of_any_thread(text_file: Path) -> None:
    texts: list[str] = []

    async def work() -> None:
        parser = LocalDocumentParser(processes=1)
        document = await parser.parse(text_file, media_type=TEXT, limits=LIMITS)
        texts.append(document.elements[0].text)
        await parser.close()

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    thread.join(60)

    assert texts == ["Rivers rise in spring."]


async def test_a_large_document_comes_through_whole(parser: LocalDocumentParser, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_text("\n\n".join(f"This is paragraph number {number}." for number in range(50_000)), encoding="utf-8")

    document = await parser.parse(path, media_type=TEXT, limits=LIMITS)

    assert len(document.elements) == 50_000
    assert document.elements[-1].text == "This is paragraph number 49999."


async def test_more_text_than_allowed_is_too_large(parser: LocalDocumentParser, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_text("word " * 1000, encoding="utf-8")

    with pytest.raises(ParseError) as caught:
        await parser.parse(path, media_type=TEXT, limits=ParseLimits(max_text_chars=1000))

    assert caught.value.code == "document_too_large"
