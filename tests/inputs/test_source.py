"""From a file name to its bytes: what is unpacked, what is said of it, and what is refused in which words."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.sheets import open_sheets
from aco_cli.inputs.source import FileContent, FileKind, names_of, read_source

READABLE = "expected CSV, TSV, JSON, Parquet or XLSX (text ones may be .gz, .zst or .zip), found"
SAVE = "open it and save the table as CSV or XLSX"
TABLE = b"a,b\n1,2\n"


def zipped(*names: str) -> bytes:
    """A zip of tables that end with their own names."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), b"" if name.endswith("/") else TABLE + name.encode())
    return data.getvalue()


def refusal(file: str) -> str:
    with pytest.raises(InputError) as refused:
        open_sheets(file)
    return str(refused.value).removeprefix(f"{file}: ")


def test_files_are_named_without_their_folders() -> None:
    assert names_of(["a/b/c.csv", "-", "d\udce9.csv"]) == "c.csv, standard input, d\\udce9.csv"


@pytest.mark.parametrize("suffix", [".xls", ".XLSX", ".parquet", ".gz", ".zst", ".zip"])
def test_text_under_the_name_of_another_kind_is_noted(write, suffix: str) -> None:
    file = write(TABLE, f"r{suffix}")
    found = read_source(file)
    assert found == FileContent(file, TABLE, FileKind.TEXT, (f"{file}: text, not what its name says; read as text",))
    assert [(each.code, each.is_note) for each in found.remarks] == [("other_name", True)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", TABLE),
        ("r.csv.gz", gzip.compress(TABLE, mtime=0)),
        ("r.zip", zipped("a.csv")),
        ("r.json", b'[{"a": 1}]'),
        ("r.gz", gzip.compress(b"\xef\xbb\xbf {}", mtime=0)),
        ("r.gz", gzip.compress(zipped("a.csv"), mtime=0)),
    ],
)
def test_what_is_as_its_name_says_is_not_remarked(write, name: str, content: bytes) -> None:
    assert read_source(write(content, name)).remarks == ()


def test_text_from_a_pipe_is_named_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(TABLE)))
    assert read_source("-") == FileContent("standard input", TABLE, FileKind.TEXT)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError) as refused:
        read_source("-")
    assert str(refused.value) == f"standard input: {READABLE} that it is closed; name a file, or pipe one in"


@pytest.mark.parametrize(
    ("names", "read", "is_noted"),
    [
        (["r.csv"], "r.csv", False),
        (["f/", "f/r.csv"], "f/r.csv", False),
        (["r.csv", "__MACOSX/r.csv"], "r.csv", False),
        (["r.csv", "readme.pdf"], "r.csv", True),
        (["readme.TXT", "R.CSV"], "R.CSV", True),
        (["r.txt"], "r.txt", False),
        (["r.txt", "readme.pdf"], "r.txt", True),
        (["r.dat"], "r.dat", False),
    ],
)
def test_the_one_table_of_a_zip_is_read_and_named_where_more_is_there(
    write, names: list[str], read: str, is_noted: bool
) -> None:
    file = write(zipped(*names), "r.zip")
    found = read_source(file)
    assert found.data == TABLE + read.encode()
    assert [*found.remarks] == ([f"{file}: read {read} of the zip"] if is_noted else [])
    assert all((each.code, each.is_note) == ("zip_member", True) for each in found.remarks)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a.csv", "b.tsv"], "2 (a.csv, b.tsv)"),
        (["a.txt", "b.txt"], "2 (a.txt, b.txt)"),
        (["a.pdf", "b.pdf"], "2 (a.pdf, b.pdf)"),
        (["a.csv", "b.csv", "c.txt"], "3 (a.csv, b.csv, c.txt)"),
        ([f"{each}.csv" for each in "abcdef"], "6 (a.csv, b.csv, c.csv, d.csv, e.csv)"),
        (["__MACOSX/a.csv"], "no table"),
        ([], "no table"),
    ],
)
def test_a_zip_of_several_tables_or_none_is_refused(write, names: list[str], found: str) -> None:
    words = f"expected one table in the zip, found {found}; unzip it and name the files"
    assert refusal(write(zipped(*names), "r.zip")) == words


def test_a_zip_with_a_password_is_refused(write) -> None:
    """Bit 0 of what a member says of itself; bit 1 is about how well it is packed."""
    data = bytearray(zipped("r.csv"))
    local, listed = data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8
    data[local] = data[listed] = 2
    assert read_source(write(bytes(data), "r.zip")).data.startswith(TABLE)
    data[local] = data[listed] = 1
    assert refusal(write(bytes(data), "r.zip")) == f"{READABLE} a zip protected by a password; unzip it"


@pytest.mark.parametrize(("name", "kind"), [("r.zip", "zip"), ("R.ZIP", "zip"), ("r.xlsx", "XLSX"), ("r", "XLSX")])
def test_a_damaged_zip_is_called_what_its_name_says(write, name: str, kind: str) -> None:
    words = f"expected a whole {kind} file, found a damaged one (File is not a zip file); get the file again"
    assert refusal(write(b"PK\x03\x04 and so on", name)) == words


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b" \n", "nothing but blank space"),
        (gzip.compress(b" ", mtime=0), "a gzip file with nothing in it"),
        (b" <HTML>", f"an HTML page; {SAVE}"),
        (b"\xef\xbb\xbf<table class='x'>", f"an HTML page; {SAVE}"),
        (b"%PDF-1.4", "a PDF document; get the figures as CSV or XLSX"),
        (b"{\\rtf1", f"a text document (RTF); {SAVE}"),
        (b"<?xml ?>", f"an XML document; {SAVE}"),
        (b"7z\xbc\xaf", "a 7z archive; unpack it"),
        (b"Rar!", "a RAR archive; unpack it"),
        (b"\xfd7zXZ", "an xz archive; unpack it"),
        (b"SQLite format 3\0", "an SQLite database; export the table as CSV"),
        (b"version https://git-lfs", "a Git LFS pointer, which names a file that was not fetched; run git lfs pull"),
    ],
)
def test_what_is_no_table_is_named_with_what_to_do(write, content: bytes, found: str) -> None:
    assert refusal(write(content)) == f"{READABLE} {found}"


def test_files_that_are_not_there_are_told_with_up_to_three_near_names(write, tmp_path: Path) -> None:
    names = [write(TABLE, f"roster_{number}.csv") for number in range(4)]
    near = refusal(str(tmp_path / "roster_.csv"))
    assert near.startswith("file not found; did you mean ")
    assert len(set(near.removeprefix("file not found; did you mean ")[:-1].split(" or ")) & set(names)) == 3
    assert refusal(str(tmp_path / "other")) == "file not found"
    folder = tmp_path / "nowhere"
    assert refusal(str(folder / "r.csv")) == f"file not found; folder {str(folder)!r} not found"
    assert refusal(str(tmp_path)) == "expected a file, found a directory; name the files in it"
    assert refusal("a\0b") == "expected a file that can be read, found embedded null byte"
