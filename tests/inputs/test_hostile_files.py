"""Files made to fill a memory, or damaged where a reader would not look: refused, and soon."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest
import xlsxwriter

from aco_cli.errors import InputError, UsageError
from aco_cli.inputs import unpack
from aco_cli.inputs.parts import read_part
from aco_cli.inputs.sheets import open_sheets
from aco_cli.inputs.unpack import allow, check_parts, most_cells, unpacked

HEADER = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"
ROW = "A1,mssp,track-1,10000,100000000,90000000"


@pytest.fixture(autouse=True)
def usual_limits():
    token = unpack.most.set(None)
    yield
    unpack.most.reset(token)


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes a workbook of a sound roster and one cell more."""

    def write(row: int = 0, column: int = 0, value: str = HEADER.split(",", maxsplit=1)[0]) -> Path:
        path = tmp_path / "r.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for number, line in enumerate((HEADER, ROW)):
                sheet.write_row(number, 0, line.split(","))
            sheet.write(row, column, value)
        return path

    return write


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        read_part(str(path), "roster")
    return str(refused.value)


def test_a_cell_far_from_the_table_is_refused_before_room_is_made_for_it(aco, workbook) -> None:
    """The reader asks for 512 GB, and aborts the process."""
    path = workbook(1_048_575, 16_383, "x")
    assert "cells up to XFD1048576 in sheet Sheet1" in refusal(path)
    done = aco("settle", "2014", path)
    assert (done.returncode, "found cells up to XFD1048576" in done.stderr) == (3, True)


def test_how_many_cells_a_sheet_may_have(workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "_PER_CELL", 250_000_000 // 60)
    assert most_cells() == 60
    assert read_part(str(workbook(9, 5, "x")), "roster").rows.size
    assert "at most 60 cells" in refusal(workbook(10, 5, "x"))


def test_a_part_that_is_there_twice_is_refused(workbook) -> None:
    """Two readers may take different ones."""
    path = workbook()
    with zipfile.ZipFile(path, "a") as book, pytest.warns(UserWarning, match="Duplicate"):
        book.writestr("xl/worksheets/sheet1.xml", book.read("xl/worksheets/sheet1.xml"))
    assert "a part that is there twice" in refusal(path)


@pytest.mark.parametrize("change", [(b"<t>aco_id", b"<t>>aco_id<"), (b"</sst>", b""), (b"<si>", b"<si></x>")])
def test_texts_that_are_no_xml_are_refused(workbook, change: tuple[bytes, bytes]) -> None:
    """A lenient reader goes on with what it makes of them, one text in the place of another."""
    assert "a damaged one" in refusal(with_change(workbook(), "xl/sharedStrings.xml", change))


@pytest.mark.parametrize("number", [b"1e1", b"1.0", b"-1", b"x"])
def test_a_text_by_a_number_that_is_none_is_refused(workbook, number: bytes, aco) -> None:
    """Readers take another text, or leave the cell blank."""
    track = HEADER.split(",").index("track") + len(HEADER.split(","))  # that of the first row
    change = f't="s"><v>{track}</v>'.encode(), b't="s"><v>' + number + b"</v>"
    done = aco("settle", "2014", with_change(workbook(), "xl/worksheets/sheet1.xml", change))
    assert done.returncode == 3
    assert f"text number {number.decode()} of the workbook, which is none" in done.stderr


def with_change(path: Path, part: str, change: tuple[bytes, bytes]) -> Path:
    """A workbook with the first of some bytes of a part replaced."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert change[0] in parts[part]
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content.replace(*change, 1) if name == part else content)
    return path


@pytest.mark.parametrize("place", [b"\xff\xff\xff\x7f", b"\x00\x00\x00\xe1"])
def test_a_zip_whose_members_are_elsewhere_is_refused(tmp_path: Path, place: bytes) -> None:
    """The list at its end says where a member begins; beyond the end, or far before the beginning."""
    path = tmp_path / "r.zip"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("r.csv", f"{HEADER}\n{ROW}\n")
    data = path.read_bytes()
    entry = data.rindex(b"PK\x01\x02")
    path.write_bytes(data[: entry + 42] + place + data[entry + 46 :])
    assert "expected a whole zip file, found a damaged one" in refusal(path)
    end = data.rindex(b"PK\x05\x06")
    path.write_bytes(data[: end + 16] + place + data[end + 20 :])
    assert "expected a whole zip file, found a damaged one" in refusal(path)


def test_workbooks_of_other_kinds_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.ods"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "found another kind of workbook; save it as XLSX" in refusal(path)


def test_what_unpacks_to_two_hundred_times_its_size_is_refused(aco, tmp_path: Path) -> None:
    path = tmp_path / "r.csv.gz"
    path.write_bytes(gzip.compress(f"{HEADER}\n".encode() + b"\n" * 51_000_000, 1))
    assert path.stat().st_size * 200 < 51_000_000
    done = aco("settle", "2014", path)
    assert done.returncode == 3
    assert "expected data packed to no less than 1/200 of its size" in done.stderr
    assert "--max-unpacked" in done.stderr


@pytest.mark.parametrize(("size", "more"), [(2_000_000, 1), (2_000_000, 0)])
def test_a_stream_is_read_no_further_than_allowed(size: int, more: int) -> None:
    allow("2MB")
    stream = io.BytesIO(b"x" * (size + more))
    if more:
        with pytest.raises(InputError, match="at most 2 MB once unpacked"):
            unpacked("r.gz", 100, stream)
    else:
        assert len(unpacked("r.gz", 100, stream)) == size


def test_parts_of_a_workbook_hold_a_quarter_of_that_or_what_is_allowed_and_are_not_read_for_it() -> None:
    check_parts("r.xlsx", 10_000_000, 250_000_000)
    with pytest.raises(InputError, match=r"at most 250 MB once unpacked, found more \(10\.0 MB packed\)"):
        check_parts("r.xlsx", 10_000_000, 250_000_001)
    allow("400MB")
    check_parts("r.xlsx", 10, 400_000_000)
    with pytest.raises(InputError, match="at most 400 MB once unpacked"):
        check_parts("r.xlsx", 10, 400_000_001)


def test_an_odd_size_is_refused(aco, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--max-unpacked much"):
        allow("much")
    path = tmp_path / "r.csv"
    path.write_text(f"{HEADER}\n{ROW}\n")
    assert aco("settle", "2014", path, "--max-unpacked", "much").returncode == 2
    assert aco("check", path, "--max-unpacked", "much").returncode == 2


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
def test_threads_of_arrow_hold_nothing_of_python_s(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one may ask for Python's lock while the interpreter ends, which aborts the process (134) after its message.

    About one run in four did, with a header alone on a busy core.
    """
    path = tmp_path / f"r.{kind}"
    frame = pd.DataFrame([dict(zip(HEADER.split(","), ROW.split(","), strict=True))])
    frame.to_parquet(path) if kind == "parquet" else frame.to_csv(path, index=False)
    given: list[pa.Buffer] = []
    plain = pa.BufferReader
    monkeypatch.setattr(pa, "BufferReader", lambda data: given.append(data) or plain(data))
    monkeypatch.setattr(pa_csv, "ParseOptions", lambda **options: _without_functions(options))
    assert len(read_part(str(path), "roster").rows) == 1
    assert given
    assert all(isinstance(each, pa.Buffer) and each.parent is None for each in given)


def _without_functions(options: dict[str, object], made=pa_csv.ParseOptions) -> pa_csv.ParseOptions:
    assert not any(map(callable, options.values()))
    return made(**options)


def test_a_header_alone_in_any_kind_of_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    for content in (HEADER, f"{HEADER}\n", f"{HEADER}\r\n\r\n"):
        path.write_text(content)
        assert "found a header only" in refusal(path)
    assert open_sheets(str(path))
