"""The processes that read files for this one."""

from collections.abc import Callable

import psutil

from tests.waiting import until


async def until_children(condition: Callable[[set[int]], bool]) -> None:
    async def holds() -> bool:
        return condition(children())

    await until(holds)


def children() -> set[int]:
    return {
        process.pid
        for process in psutil.Process().children()
        if process.status() != psutil.STATUS_ZOMBIE and any("parser.child" in part for part in process.cmdline())
    }
