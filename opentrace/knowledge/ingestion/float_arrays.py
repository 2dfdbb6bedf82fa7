"""Arrays of floats as one binary parameter: ten times as fast as one parameter for each number."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.adapt import Dumper
from psycopg.pq import Format
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Floats:
    values: NDArray[np.float32]


async def take_floats(session: AsyncSession) -> None:
    """Let the session's connection take `Floats` as values of the type `real[]`."""
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    assert isinstance(connection, AsyncConnection)
    connection.adapters.register_dumper(Floats, _FloatsDumper)


class _FloatsDumper(Dumper):
    """The binary form of `real[]`: a header, then the length and the big-endian bytes of each element."""

    format = Format.BINARY
    oid = 1021

    def dump(self, obj: Floats) -> bytes:
        elements = np.empty(obj.values.size, dtype=[("length", ">i4"), ("value", ">f4")])
        elements["length"] = 4
        elements["value"] = obj.values
        dimensions, has_nulls, element_oid, lower_bound = 1, 0, 700, 1
        return (
            struct.pack(">iiIii", dimensions, has_nulls, element_oid, obj.values.size, lower_bound) + elements.tobytes()
        )
