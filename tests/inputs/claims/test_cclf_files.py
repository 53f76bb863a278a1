"""Files of a CCLF feed are told by name or content, wherever they are; others are left out or refused."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aco_cli.errors import NO_FILE, OutputError, Problem
from aco_cli.inputs.claims.cclf import CCLF_KINDS
from aco_cli.inputs.claims.cclf_files import CclfFiles, find_cclf
from aco_cli.inputs.unpack import allow

EXPECTED = "a CCLF file: by CMS's name, by the length of its records or by its column names"
CMS = "P.A1234.ACO.ZC{}Y23.D230215.T1234567"
CROSSWALK = ("CRNT_NUM", "PRVS_NUM", "PRVS_ID_EFCTV_DT", "PRVS_ID_OBSLT_DT")
DIAGNOSES = b"CUR_CLM_UNIQ_ID,CLM_DGNS_CD\n1,I509\n"


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "feed").mkdir()
    (tmp_path / "scratch").mkdir()
    monkeypatch.chdir(tmp_path)


def find(*paths: str) -> CclfFiles:
    return find_cclf(paths, lambda: Path("scratch"))


def records(kind: str) -> bytes:
    return b"x" * CCLF_KINDS[kind].length + b"\r\n"


def header(kind: str, mark: str = ",") -> bytes:
    return mark.join(each.name for each in CCLF_KINDS[kind].fields).encode() + b"\n"


def put(name: str, content: bytes) -> str:
    place = Path("feed") / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return str(place)


def archive(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return held.getvalue()


def parquet(*names: str) -> bytes:
    held = io.BytesIO()
    pq.write_table(pa.table({name: ["1"] for name in names}), held)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind", "form", "month"),
    [
        pytest.param(CMS.format(5), b"any", "5", "fixed", "2023-02", id="CMS's name"),
        pytest.param(CMS.format("A") + ".txt", header("1"), "A", "csv", "2023-02", id="CMS's name before content"),
        pytest.param("cclf5.csv", header("1"), "5", "csv", None, id="a plain name before content"),
        pytest.param("My_CCLF-b 2023", records("1"), "B", "fixed", None, id="a plain name before length"),
        pytest.param("cclf10.txt", records("6"), "6", "fixed", None, id="no plain name"),
        pytest.param("part_a", records("1"), "1", "fixed", None, id="length of records"),
        pytest.param("part_a.gz", gzip.compress(records("1")), "1", "fixed", None, id="compressed"),
        pytest.param("t.tsv", header("6", "\t"), "6", "tsv", None, id="columns and tabs"),
        pytest.param("t.txt", b'\xef\xbb\xbf"' + header("8", '"|"').strip() + b'"\n', "8", "pipe", None, id="quotes"),
        pytest.param("t.csv", header("5").lower(), "5", "csv", None, id="lower case"),
        pytest.param("t.csv", DIAGNOSES, "4", "csv", None, id="two columns, both of one kind"),
        pytest.param("t.csv", (",".join(CROSSWALK) + ",a,b,c,d,e\n").encode(), "9", "csv", None, id="four of many"),
        pytest.param("t.parquet", parquet(*CROSSWALK), "9", "parquet", None, id="Parquet"),
    ],
)
def test_a_file_is_known(name: str, content: bytes, kind: str, form: str, month: str | None) -> None:
    place = put(name, content)
    found = find("feed")
    assert {name: [(each.place, each.kind) for each in files] for name, files in found.kinds.items()} == {
        kind: [(place, form)]
    }
    assert (found.months, found.called) == ({place: month}, {place: place})
    assert (found.problems, found.left_out) == ([], [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("readme", b"Hello\n"),
        ("x.csv", (",".join(CROSSWALK[:3]) + ",a,b\n").encode()),
        ("x.csv", b"CUR_CLM_UNIQ_ID\n1\n"),
        ("x.csv", b"a,CLM_DGNS_CD\n1,2\n"),
        ("x.parquet", parquet("a", "b")),
        ("x", records("1")[:-3] + b"\n"),
    ],
)
def test_a_file_that_is_none_is_left_out_of_a_folder_and_refused_by_itself(name: str, content: bytes) -> None:
    place = put(name, content)
    assert find("feed").left_out == [place]
    assert find("feed").problems == []
    assert find(place).problems == [Problem(place, EXPECTED, "another file")]
    assert find(place).left_out == []
    assert dict(find("feed", place).kinds) == {}


def test_folders_patterns_and_files_are_found_at_any_depth_but_for_hidden_ones() -> None:
    for name in ("cclf1.csv", "b/c/cclf5.csv", "b/.x/cclf6.csv", "_x/cclf8.csv", ".cclf9", CMS.format(0), "cclf0.csv"):
        put(name, DIAGNOSES)
    wanted = {"1": ["feed/cclf1.csv"], "5": ["feed/b/c/cclf5.csv"]}
    for paths in (("feed",), ("feed/cclf1.csv", "feed/b"), ("feed/**/cclf*.csv",), ("feed/cclf1*", "feed/b/**/*5.csv")):
        found = find(*paths)
        of_kinds = {kind: [file.place for file in files] for kind, files in found.kinds.items() if kind in wanted}
        assert of_kinds == wanted, paths
        assert found.problems == []
    assert set(find("feed").kinds) == {"1", "5"}


def test_what_is_not_there_empty_or_no_regular_file_is_told() -> None:
    put("none.csv", b" \r\n")
    Path("bare").mkdir()
    fix = "leave it out if nothing was delivered"
    assert find("nowhere", "bare", "feed", os.devnull, "none*").problems == [
        Problem("nowhere", "a file", NO_FILE),
        Problem("bare", "a file", "an empty folder"),
        Problem("feed/none.csv", "records, or a header", "an empty file", fix=fix),
        Problem(os.devnull, "records, or a header", "an empty file", fix=fix),
        Problem("none*", "a file", NO_FILE),
    ]


def test_a_file_that_breaks_off_is_told_by_its_own_reader() -> None:
    for name, content in (("cclf1.gz", gzip.compress(records("1") * 99)[:30]), ("cclf5", b"PAR1xx")):
        (problem,) = find(put(name, content)).problems
        assert (problem.file, problem.expected) == (f"feed/{name}", "a whole CCLF file")
        assert problem.found.startswith("a damaged one (")


def test_members_of_archives_are_files_called_by_both_names() -> None:
    members = {"d/": b"", "d/cclf5.CSV": header("5"), "__MACOSX/._cclf5.csv": b"x", ".x": b"x", "readme": b"x\n"}
    place = put("z.zip", archive(**members, **{CMS.format(1): records("1")}))
    found = find(place)
    kinds = {kind: [(Path(file.place).name, file.kind) for file in files] for kind, files in found.kinds.items()}
    assert kinds == {"5": [("0-1.csv", "csv")], "1": [("1-5.t1234567", "fixed")]}
    assert sorted(found.called.values()) == [f"{place}/{CMS.format(1)}", f"{place}/d/cclf5.CSV"]
    assert list(found.months.values()) == [None, "2023-02"]
    assert (found.left_out, found.problems) == ([f"{place}/readme"], [])
    assert Path(found.kinds["5"][0].place).read_bytes() == header("5")


def test_an_archive_may_begin_with_something_else() -> None:
    """As those that unpack themselves do."""
    place = put("z.exe", b"#!/bin/sh\n" * 9 + archive(cclf5=records("5")))
    assert list(find(place).called.values()) == [f"{place}/cclf5"]


def test_an_archive_that_is_cut_off_is_refused_wherever_it_is() -> None:
    place = put("z", archive(cclf5=records("5") * 9)[:60])
    for path in ("feed", place):
        (problem,) = find(path).problems
        assert (problem.file, problem.expected, problem.fix) == (place, "a whole zip file", "get the file again")


@pytest.fixture
def one_megabyte() -> Iterator[None]:
    allow("1MB")
    yield
    allow(None)


@pytest.mark.parametrize(("size", "is_refused"), [(600_000, False), (600_001, True)])
def test_members_may_hold_together_what_is_allowed(size: int, is_refused: bool, one_megabyte: None) -> None:
    place = put("z.zip", archive(cclf1=b"x" * 400_000, cclf5=b"x" * size))
    assert [(each.file, each.expected) for each in find(place).problems] == (
        [(place, "at most 1 MB once unpacked")] if is_refused else []
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_disk_that_is_full_is_told_and_other_trouble_as_it_is() -> None:
    place = put("z.zip", archive(cclf5=records("5")))
    Path("scratch/0-0").symlink_to("/dev/full")
    with pytest.raises(OutputError) as full:
        find(place)
    assert str(full.value) == "temporary files fill the disk of scratch; give a folder with more space with --temp"
    Path("scratch/0-0").unlink()
    Path("scratch").rmdir()
    with pytest.raises(OutputError) as other:
        find(place)
    assert str(other.value) == f"{place}: [Errno 2] No such file or directory: 'scratch/0-0'"


NO_CLAIMS = ("claims in CCLF1, CCLF5 or CCLF6 files", "none of them")


@pytest.mark.parametrize(
    ("kinds", "with_enrollment", "expected", "found", "fix"),
    [
        ("89AB4", True, *NO_CLAIMS, ""),
        ("", False, *NO_CLAIMS, ""),
        ("1", True, "", "", ""),
        ("6", True, "", "", ""),
        ("58", False, "", "", ""),
        ("58", True, "", "", ""),
        ("156", False, "a CCLF8 file for each month", "none", "add them, or give --enrollment FILE"),
    ],
)
def test_what_a_feed_lacks_is_told(kinds: str, with_enrollment: bool, expected: str, found: str, fix: str) -> None:
    for kind in kinds:
        put(f"cclf{kind}.csv", b"x,y\n")
    problems = [Problem("feed, other", expected, found, fix=fix)] if expected else []
    assert find("feed").lacking(["feed", "other"], with_enrollment=with_enrollment) == problems


def test_what_was_left_out_is_named_where_there_are_no_claims() -> None:
    for name in ("a.txt", "b.txt"):
        put(name, b"x\n")
    expected, found = NO_CLAIMS
    problems = [Problem("feed", expected, f"{found}, but feed/a.txt")]
    assert find("feed").lacking(["feed"], with_enrollment=True) == problems
