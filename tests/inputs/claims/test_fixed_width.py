"""Records of fixed width are cut by characters, as Python cuts them, whatever is in them and however they end."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aco_cli.inputs.claims.fixed_width import FixedWidth
from aco_cli.inputs.claims.sources import Slice

SLICES = [Slice(1, 4), Slice(3, 5), Slice(3, 5, has_blanks=True), Slice(8, 3), Slice(1, 20, has_blanks=True)]
ENDS = ("\n", "\r\n")


def read(*files: Path) -> list[dict[str, object]]:
    stream = FixedWidth([str(file) for file in files], SLICES)
    first = pa.RecordBatchReader.from_stream(stream).read_all().to_pylist()
    assert pa.RecordBatchReader.from_stream(stream).read_all().to_pylist() == first, "it may be read again"
    return first


def expected(line: str) -> dict[str, object]:
    cells: dict[str, object] = {"line_length": len(line)}
    for each in SLICES:
        part = line[each.start - 1 : each.start - 1 + each.width]
        cells[each.name] = part.encode() if each.has_blanks else part.strip(" ")
    return cells


@given(
    lines=st.lists(st.text(st.sampled_from('aZ09 ".,;~é€'), min_size=1, max_size=14), max_size=5),
    end=st.sampled_from(ENDS),
)
def test_records_are_cut_by_characters(lines: list[str], end: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("records") / "records"
    file.write_bytes("".join(line + end for line in lines).encode())
    assert read(file) == [expected(line) for line in lines]


def test_a_line_is_a_record_whatever_it_says(tmp_path: Path) -> None:
    """Also what other readers take for nothing or for a quote, and after a blank line, which is none."""
    lines = ["NULL", "N/A", '"', '"a""b"', "nan ", "#", "a,b"]
    (tmp_path / "a").write_text("\n" + "\n".join(lines) + "\n\n")
    assert read(tmp_path / "a") == [expected(line) for line in lines]


def test_files_follow_each_other_also_compressed_and_empty_ones(tmp_path: Path) -> None:
    plain, packed, empty = tmp_path / "a", tmp_path / "b.gz", tmp_path / "c"
    plain.write_text("0123456789\n", newline="")
    packed.write_bytes(gzip.compress(b"abcdefghij"))
    empty.write_bytes(b"")
    assert read(plain, empty, packed) == [expected("0123456789"), expected("abcdefghij")]


def test_what_is_no_text_in_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc\xff\n")
    with pytest.raises(pa.ArrowInvalid, match="UTF8"):
        read(tmp_path / "a")
