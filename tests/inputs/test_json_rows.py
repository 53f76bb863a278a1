"""JSON in the shapes that data portals serve: its rows as text, and in which words other JSON is refused."""

from __future__ import annotations

import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.json_rows import json_sheet
from aco_cli.inputs.source import FileContent, FileKind

AB = [["a", "b"], ["1", "x"]]
SHAPE = "r.json: expected a list of records, or a record per line, found "
NESTED = "r.json: expected plain values in a record, found a nested one: "


def broken(row: int, found: str, column: int) -> str:
    return f"r.json, row {row}: expected JSON, found {found} at column {column}; get the file again"


def source(text: str) -> FileContent:
    return FileContent("r.json", text.encode(), FileKind.JSON)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('[{"a": 1, "b": "x"}]', AB),
        ('\ufeff[{"a": 1, "b": "x"}]', AB),
        ('{"a": 1, "b": "x"}', AB),
        ('{"a": 1, "b": "x"}\n\n  \n{"b": 2.50, "c": 1e5}\n', [["a", "b", "c"], ["1", "x", ""], ["", "2.50", "1e5"]]),
        ('["a", "b"]\n[1, "x"]\n', AB),
        ('[["a", "b"], [1, "x"]]', AB),
        # Words of JSON, and numbers to the last digit.
        ('[["a", "b", "c"], [null, true, false]]', [["a", "b", "c"], ["", "true", "false"]]),
        (
            '[{"a": 12345678901234567890, "b": 0.10, "c": NaN}]',
            [["a", "b", "c"], ["12345678901234567890", "0.10", "NaN"]],
        ),
        # The one list of records of an answer, wrapped or beside other things.
        ('{"data": [{"a": 1, "b": "x"}]}', AB),
        ('{"data": [{"a": 1, "b": "x"}], "total": 1}', AB),
        ('{"links": [], "names": ["a"], "data": [{"a": 1, "b": "x"}]}', AB),
        ('{"success": true, "result": {"fields": ["a", "b"], "records": [{"a": 1, "b": "x"}]}}', AB),
        ('{"result": {"a": 1, "b": "x"}}', AB),
        ('{"result": "x", "a": 1}', [["result", "a"], ["x", "1"]]),
        ("[]", [[]]),
    ],
)
def test_records_and_lists_become_rows_of_text(text: str, rows: list[list[str]]) -> None:
    sheet = json_sheet(source(text))
    assert [list(row) for row in sheet.top] == rows
    assert sheet.remarks == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[{"a": 1,\n "b": }]', broken(2, "Expecting value", 7)),
        ('{"a": 1', broken(1, "Expecting ',' delimiter", 8)),
        ('{"a": 1}\n{"a": }', broken(2, "Expecting value", 7)),
        ('{"a": 1}\n\n\n{"a": 2}\n {"a": }', broken(5, "Expecting value", 8)),
        ('{"a": 1} {"a": 2}', broken(1, "Extra data", 10)),
        ('[{"a": 1, "b": 2, "a": 1, "b": 2}]', f"{SHAPE}a record with 'a' twice"),
        ('[{"a": 1, "b": 2, "b": 1}]', f"{SHAPE}a record with 'b' twice"),
        ('[["a", "b"], [1]]', f"{SHAPE}lists of different lengths"),
        ('[["a"], [1], [1, 2], []]', f"{SHAPE}lists of different lengths"),
        ("[1, 2]", f"{SHAPE}JSON of another shape"),
        ('["a", "b"]', f"{SHAPE}JSON of another shape"),
        ('[{"a": 1}, [1]]', f"{SHAPE}JSON of another shape"),
        ('[["a"], {"a": 1}]', f"{SHAPE}JSON of another shape"),
        ('{"a": 1}\n5', f"{SHAPE}JSON of another shape"),
        ("[" * 100_000, f"{SHAPE}JSON nested too deep"),
        ('[{"a": {"b": 1}}]', NESTED + '\'{"b": "1"}\''),
        ('[["a"], [["b"]]]', NESTED + "'[\"b\"]'"),
        ('{"x": [{"a": 1}], "y": [{"a": 2}]}', NESTED + '\'[{"a": "1"}]\''),
        ('{"x": []}', NESTED + "'[]'"),
    ],
)
def test_other_json_is_refused_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        json_sheet(source(text))
    assert [str(each) for each in caught.value.problems] == [problem]


NUMBERS = (
    *("total", "totalCount", "total_count", "count", "@odata.count", "totalSize", "totalRows", "recordsTotal"),
    "numFound",
)
TOKENS = (
    *("next", "nextPage", "next_page", "nextLink", "@odata.nextLink", "nextCursor", "next_cursor", "nextPageToken"),
    *("pageToken", "LastEvaluatedKey", "previous", "nextRecordsUrl", "continuationToken"),
)
FLAGS = ("has_more", "hasMore", "more", "truncated", "exceededTransferLimit", "hasNextPage")


@pytest.mark.parametrize(
    ("name", "more", "whole"),
    [
        *((name, ("476", '"476"'), ("1", "0", "null")) for name in NUMBERS),
        *((name, ('"https://example.org/2"', '{"id": "A1"}'), ("null", '""', "{}", "false")) for name in TOKENS),
        *((name, ("true",), ("false", "null")) for name in FLAGS),
        *((name, ("false",), ("true", "null")) for name in ("done", "last")),
        ("page", ("2",), ("1", "0")),
        ("total_pages", ("2",), ("1",)),
        ("offset", ("1",), ("0",)),
        *((name, (), ("476",)) for name in ("limit", "page_size", "benchmark_total", "country", "discount", "year")),
    ],
)
@pytest.mark.parametrize(
    "page",
    [
        '{"value": [{"a": 1}], "%s": %s}',
        '{"value": [{"a": 1}], "meta": {"paging": {"%s": %s}}}',
        '{"result": {"records": [{"a": 1}], "%s": %s}}',
        '{"result": {"records": [{"a": 1}]}, "links": {"%s": %s}}',
    ],
)
def test_a_page_of_several_is_told(page: str, name: str, more: tuple[str, ...], whole: tuple[str, ...]) -> None:
    for value in more:
        (remark,) = json_sheet(source(page % (name, value))).remarks
        assert str(remark) == f"r.json: a page of several, as '{name}' says; the records of the others are not in it"
        assert (remark.code, remark.is_note) == ("page", False)
    for value in whole:
        assert json_sheet(source(page % (name, value))).remarks == ()


def test_only_what_stands_beside_records_tells_of_pages() -> None:
    """Columns of records may have any name, and CKAN names a next page after the last one."""
    assert json_sheet(source('{"a": "x", "count": 476, "next": "y"}')).remarks == ()
    assert json_sheet(source('{"data": [{"a": "x", "count": 476, "next": "y"}]}')).remarks == ()
    ckan = '{"result": {"records": [{"a": 1}], "_links": {"start": "/s", "next": "/s?offset=1"}, "total": %s}}'
    assert json_sheet(source(ckan % 1)).remarks == ()
    assert [each.code for each in json_sheet(source(ckan % 2)).remarks] == ["page"]


def test_what_stands_beside_records_may_be_of_any_size() -> None:
    nines, brackets = "9" * 5000, '{"a":' * 200
    (told,) = json_sheet(source(f'{{"data": [{{"a": 1}}], "total": {nines}}}')).remarks
    assert "as 'total' says" in told
    assert json_sheet(source(f'{{"data": [{{"a": 1}}], "x": {brackets}1{"}" * 200}}}')).remarks == ()
    with pytest.raises(InputError, match="nested too deep"):
        json_sheet(source(f'{{"data": [{{"a": 1}}], "x": {brackets * 5}1{"}" * 1000}}}'))
