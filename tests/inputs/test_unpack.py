"""How much compressed input may hold, to the byte."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aco_cli.errors import InputError
from aco_cli.inputs import unpack
from aco_cli.inputs.unpack import allow, check_parts, most_cells, unpack_to, unpacked

FIX = "; if it is sound, allow more with --max-unpacked SIZE, or save the table as CSV"


@pytest.fixture(autouse=True)
def usual_limits() -> Iterator[None]:
    token = unpack.most.set(None)
    yield
    unpack.most.reset(token)


class Stream:
    """A stream of so many bytes, which takes the memory of the last of its pieces only."""

    def __init__(self, size: int) -> None:
        self.left, self.piece = size, bytes(1 << 20)

    def read(self, size: int, /) -> bytes:
        found = self.piece[: min(self.left, size)]
        self.left -= len(found)
        return found


class Sink:
    """Counts what is written to it."""

    size = 0

    def write(self, chunk: bytes, /) -> int:
        self.size += len(chunk)
        return len(chunk)


def test_a_file_may_hold_a_billion_bytes_or_what_is_allowed() -> None:
    with pytest.raises(InputError) as refused:
        unpacked("r.gz", 12_345_678, Stream(1_000_000_001))
    assert str(refused.value) == f"r.gz: expected at most 1,000 MB once unpacked, found more (12.3 MB packed){FIX}"
    allow("2MB")
    assert unpacked("r.gz", 100, Stream(2_000_000)) == bytes(2_000_000)


@pytest.mark.parametrize(
    ("packed", "most"), [(1, 50_000_000), (250_000, 50_000_000), (250_001, 50_000_200), (1_000_000, 200_000_000)]
)
def test_data_is_packed_to_a_two_hundredth_at_best_unless_it_is_little(packed: int, most: int) -> None:
    check_parts("r.xlsx", packed, most)
    with pytest.raises(InputError) as refused:
        check_parts("r.xlsx", packed, most + 1)
    expected, found = "data packed to no less than 1/200 of its size", f"{packed:,} bytes that unpack to over"
    assert str(refused.value) == f"r.xlsx: expected {expected}, found {found} {most // 10**6:,} MB{FIX}"
    allow("300MB")
    check_parts("r.xlsx", packed, most + 1)


@pytest.mark.parametrize(
    ("size", "most", "cells"),
    [(None, None, 5_000_000), ("3MB", 3_000_000, 60_000), ("4GB", 4_000_000_000, 80_000_000)],
)
def test_a_run_allows_as_much_as_is_asked_for(size: str | None, most: int | None, cells: int) -> None:
    allow(size)
    assert (unpack.most.get(), most_cells()) == (most, cells)


def test_what_goes_to_disk_is_counted_and_bounded_with_what_went_before() -> None:
    sink = Sink()
    assert unpack_to(sink, "c.zip", 1_000_000, Stream(2_500_000)) == 2_500_000
    assert unpack_to(sink, "c.zip", 1_000_000, Stream(500_000), 2_500_000) == 3_000_000
    assert sink.size == 3_000_000
    allow("3MB")
    assert unpack_to(sink, "c.zip", 1_000_000, Stream(500_000), 2_500_000) == 3_000_000
    with pytest.raises(InputError, match="at most 3 MB once unpacked"):
        unpack_to(sink, "c.zip", 1_000_000, Stream(500_001), 2_500_000)


def test_what_goes_to_disk_may_be_of_any_size() -> None:
    assert unpack_to(Sink(), "c.zip", 20_000_000, Stream(1_500_000_000)) == 1_500_000_000
