"""Files as people hold them: read right, or told with the place and the reason; never settled silently wrong.

The cases of `shared/cases`, and further shapes of each kind, which are the base roster with one thing changed.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import xlsxwriter

CASES = Path(__file__).parents[3] / "shared" / "cases"
RIGHT = {"00417": "3724000.00", "A2002": "-2124000.00", "A2003": "0.00"}

BASE = """aco_id,aco_name,performance_year,program,track,initial_start,assigned_beneficiaries,benchmark_total,\
expenditure_total,quality_score
00417,Willow Bend Physicians,2015,mssp,track-1,2013-01-01,12000,120000000,112000000,0.95
A2002,"Copper Hill Health, Inc.",2015,mssp,track-2,2012-07-01,9000,95000000,99500000,0.88
A2003,Señora Peña Clinic,2015,mssp,track-1,2014-01-01,7000,70000000,69500000,0.90
"""
TABLE = list(csv.reader(io.StringIO(BASE)))
HEADER = TABLE[0]


def base(**cells: str | tuple[str, str, str]) -> str:
    """The base roster with these columns changed, in every row alike or row by row."""
    table = [list(row) for row in TABLE]
    for name, changed in cells.items():
        values = (changed,) * 3 if isinstance(changed, str) else changed
        if name not in table[0]:
            table[0].append(name)
            for row in table[1:]:
                row.append("")
        for row, value in zip(table[1:], values, strict=True):
            row[table[0].index(name)] = value
    return text(table)


def text(table: list[list[str]], **options: object) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **options).writerows(table)
    return out.getvalue()


def text_with_quotes() -> str:
    """The base roster with a quote before a name, and one behind the name of the next row."""
    rows = [[f'"{row[1]}' if at == 1 else f'{row[1]}"' if at == 2 else row[1], row] for at, row in enumerate(TABLE)]
    return "".join(",".join([row[0], name, *row[2:]]) + "\n" for name, row in rows)


SUMS_OF_TWO = [sum(int(row[place]) for row in TABLE[1:3]) for place in (6, 7, 8)]


def renamed(rename: Callable[[str], str]) -> str:
    return text([list(map(rename, HEADER)), *TABLE[1:]])


def records(**changes: object) -> str:
    return json.dumps([dict(zip(HEADER, row, strict=True)) | changes for row in TABLE[1:]])


def packed(**members: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


def garbled(archive: bytes, member: str) -> bytes:
    """A zip with the packed bytes of a member overwritten."""
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        info = held.getinfo(member)
    start = info.header_offset + 30 + len(member)
    middle = start + info.compress_size // 2
    return archive[:middle] + b"\xff" * 8 + archive[middle + 8 :]


def workbook(change: Callable[[xlsxwriter.Workbook, Callable[..., object]], object] | None = None) -> bytes:
    """The base as a workbook; `change` may add sheets before it and gets a function that writes the table."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:

        def table(name: str = "Roster", cells: dict[tuple[int, int], tuple[object, object]] | None = None) -> object:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(TABLE):
                for place, cell in enumerate(row):
                    value, form = (cells or {}).get((at, place), (cell, None))
                    is_number = isinstance(value, str) and place > 5 and at > 0 and value == cell
                    sheet.write(at, place, float(str(value)) if is_number else value, form)
            return sheet

        if change:
            change(book, table)
        else:
            table()
    return out.getvalue()


def shifted_months(cell: str) -> str:
    return {"2013-01-01": "January 1, 2013", "2012-07-01": "Jul 1, 2012", "2014-01-01": "01 Jan 2014"}[cell]


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


RIGHTLY_READ: dict[str, str | bytes] = {
    "zero-width space in an id.csv": base(aco_id=("\u200b00417", "A2002\u200b", "\u2060A2003")),
    "soft hyphen and marks of direction.csv": base(program=("ms\u00adsp", "\u200emssp", "mssp\u200f")),
    "a mark before a number.csv": base(assigned_beneficiaries=("\ufeff12000", "9000", "7000")),
    "narrow no-break space in thousands.csv": base(benchmark_total=("120\u202f000\u202f000", "95000000", "70000000")),
    "plain space in thousands.csv": base(benchmark_total=("120 000 000", "95 000 000", "70 000 000")),
    "apostrophe in thousands.csv": base(benchmark_total=("120'000'000", "95\u2019000\u2019000", "70000000")),
    "minus signs.csv": base(prior_savings_per_capita=("\uff0d125.50", "\u2212$125.50", "-125.50")),
    "a line that names a tab.csv": "sep=\t\n" + text(TABLE, delimiter="\t"),
    "a line that names a semicolon.csv": "sep=;\n" + text(TABLE, delimiter=";"),
    "a line that names a bar, quoted.csv": '"sep=|"\n' + text(TABLE, delimiter="|"),
    "semicolons.csv": text(TABLE, delimiter=";"),
    "bars in a tsv.tsv": text(TABLE, delimiter="|"),
    "title of several cells.csv": "Roster,,final\nas of 2016-03-01\n\n" + BASE,
    "title with a sentence.csv": '"ACOs, by the finance team, second draft, not final"\n' + BASE,
    "groups of columns above the names.csv": "who,,,,,when,how many,dollars,,\n" + BASE,
    "names in two rows.csv": "aco,aco,performance,,,initial,assigned,benchmark,expenditure,quality\n"
    "id,name,year,program,track,start,beneficiaries,total,total,score\n" + BASE.partition("\n")[2],
    "dates in words.csv": base(initial_start=tuple(shifted_months(row[5]) for row in TABLE[1:])),
    "dates with a time.csv": base(initial_start=("2013-01-01 00:00:00", "7/1/2012 0:00", "2014/01/01")),
    "dates by name of the month.csv": base(initial_start=("1-January-2013", "01-JUL-12", "1 jan 2014")),
    "headers in capitals.csv": renamed(str.upper),
    "headers in camel case.csv": renamed(camel),
    "headers with dots.csv": renamed(lambda name: name.replace("_", ".")),
    "headers with dashes and blanks.csv": renamed(lambda name: f" {name.replace('_', ' - ')} "),
    "year under another name.csv": renamed(lambda name: "PY" if name == "performance_year" else name),
    "zip with a text.zip": packed(roster_csv=BASE, readme_txt="Read me."),
    "portal in an envelope.json": json.dumps({"success": True, "result": {"records": json.loads(records())}}),
    "a line separator in a name.jsonl": "\n".join(
        json.dumps(each | {"aco_name": "a\u2028b"}, ensure_ascii=False) for each in json.loads(records())
    ),
    "semicolons and a name with a comma.csv": text(
        [HEADER, *([*row[:1], "Clinic 1,2", *row[2:]] for row in TABLE[1:])], delimiter=";"
    ),
    "index from 1.csv": text([["", *HEADER], *([str(at), *row] for at, row in enumerate(TABLE[1:], start=1))]),
    "index of a part.csv": text([["", *HEADER], *([str(7 * at), *row] for at, row in enumerate(TABLE[1:], start=3))]),
    "index named by pandas.csv": text(
        [["Unnamed: 0", *HEADER], *([str(at), *row] for at, row in enumerate(TABLE[1:]))]
    ),
    "zip with a note.zip": packed(roster_csv=BASE, readme_pdf="%PDF"),
    "zip of json.zip": packed(roster_json=records()),
    "zip of gzip.zip": packed(roster_csv_gz=gzip.compress(BASE.encode(), mtime=0)),
    "bz2.csv.bz2": bz2.compress(BASE.encode()),
    "text named xls.xls": text(TABLE, delimiter="\t"),
    "gzip named csv.csv": gzip.compress(BASE.encode(), mtime=0),
    "records by line.jsonl": "\n".join(json.dumps(each) for each in json.loads(records())),
    "records in an envelope.json": json.dumps({"meta": {"rows": 3}, "data": json.loads(records())}),
    "lists with the header first.json": json.dumps(TABLE),
    "records with null.json": records(prior_savings_per_capita=None),
    "tracks by number.csv": base(track=("1", "2", "track_1")),
    "tracks as CMS writes them.csv": base(track=("TRACK 1", "Track-2", "Track  1"), program="Shared Savings Program"),
    "program in capitals.csv": base(program="MSSP", track=("Track 1", "Track 2", "Track 1")),
    "text by an apostrophe.csv": base(
        aco_id=("'00417", "A2002", "A2003"), assigned_beneficiaries=("'12000", "9000", "7000")
    ),
    'text by ="" in all columns.csv': text([HEADER, *([f'="{cell}"' for cell in row] for row in TABLE[1:])]),
    "blank as None.csv": base(prior_savings_per_capita="None", state="None"),
    "blank as null and nan.csv": base(prior_savings_per_capita=("null", "NaN", "N/A")),
    "percent with a blank.csv": base(quality_score=("95 %", "88%", "90.0%")),
    "blank cells right of the table.csv": BASE.replace("\n", ",,\n").replace("quality_score,,", "quality_score"),
    "notes on the first sheet.xlsx": workbook(
        lambda book, table: (book.add_worksheet("Notes").write(0, 0, "Read me."), table())
    ),
    "a chart sheet first.xlsx": workbook(lambda book, table: (book.add_chartsheet("Chart"), table())),
    "an empty sheet first.xlsx": workbook(lambda book, table: (book.add_worksheet("Empty"), table())),
    "percent cells.xlsx": workbook(
        lambda book, table: table(
            cells={
                (1, 9): (0.95, book.add_format({"num_format": "0.00%"})),
                (2, 9): (0.88, book.add_format({"num_format": 9})),
            }
        )
    ),
    "ids by number format.xlsx": workbook(
        lambda book, table: table(cells={(1, 0): (417, book.add_format({"num_format": "00000"}))})
    ),
    "ids by a dressed format.xlsx": workbook(
        lambda book, table: table(
            cells={
                (1, 0): (417, book.add_format({"num_format": "[Blue]00000_)"})),
                (2, 0): (2002, book.add_format({"num_format": '"A"General'})),
                (3, 0): (2003, book.add_format({"num_format": '"A"0'})),
            }
        )
    ),
    "a formula of no text.xlsx": workbook(lambda book, table: table().write_formula(1, 10, '=IF(1,"","")', None, "")),
    "ids by a format with a letter.xlsx": workbook(
        lambda book, table: table(
            cells={(2, 0): (2002, book.add_format({"num_format": '"A"0000'})), (1, 0): ("00417", None)}
        )
    ),
}

TOLD: dict[str, tuple[str | bytes | Callable[[], bytes], str]] = {
    "a header again without mark.csv": (BASE + BASE, "row 5.*header again|again"),
    "a header again in capitals.csv": (BASE + text([[*map(str.upper, HEADER)]]), "row 5.*header again"),
    "a header again after a blank row.csv": (BASE + "\n" + text([HEADER]), "row 6.*header again"),
    "a total by name.csv": (BASE + ",Total,,,,,28000,285000000,281000000,\n", "row 5.*total"),
    "a grand total.csv": (BASE + "GRAND TOTAL,,2015,mssp,track-1,,28000,285000000,281000000,\n", "row 5.*total"),
    "a total of a track.csv": (
        BASE + "Track 1 Total,,2015,mssp,track-1,,19000,190000000,181500000,0.92\n",
        "row 5.*total",
    ),
    "a subtotal.csv": (BASE + "Subtotal Track 1,,2015,mssp,track-1,,19000,190000000,181500000,0.92\n", "row 5.*total"),
    "a deviation.csv": (BASE + "Std Dev,,2015,mssp,track-1,,2516,25000000,21000000,0.1\n", "row 5.*total"),
    "a sum of a track under an id.csv": (
        BASE + "A9998,T1,2015,mssp,track-1,2013-01-01,19000,190000000,181500000,0.92\n",
        "row 5.*the sum of the other",
    ),
    "a header moved by a sort.csv": (
        "\n".join(BASE.splitlines()[each] for each in (1, 0, 2, 3)),
        "header ends with row 2",
    ),
    "thousands in all columns.csv": (
        base(
            assigned_beneficiaries=("12", "9", "7"),
            benchmark_total=("120000", "95000", "70000"),
            expenditure_total=("112000", "99500", "69500"),
        ),
        "in thousands",
    ),
    "a column of CMS's name.csv": (base(Adv_Pay_Amt="500000"), "Adv_Pay_Amt.*did you mean advance_balance"),
    "a year that cannot be.csv": (base(performance_year=("2015", "2051", "2015")), "2051"),
    "a page of several.json": (
        json.dumps({"count": 500, "next": "p2", "results": json.loads(records())}),
        "a page of several",
    ),
    "a mean.csv": (BASE + "Average,,2015,mssp,track-1,,9333,95000000,93666667,0.91\n", "row 5.*total"),
    "a sum under an id.csv": (
        BASE + "A9999,All,2015,mssp,track-1,2013-01-01,28000,285000000,281000000,0.9\n",
        "row 5.*the sum of the other",
    ),
    "a sum of a state between.csv": (
        BASE.replace("A2003,", "TX,Texas,2015,mssp,track-1,,{},{},{},0.9\nA2003,").format(*SUMS_OF_TWO),
        "row 4.*the sum of the rows next to it",
    ),
    "ids without their letter.csv": (BASE.replace("A2003,", "2003,"), "row 4.*'2003' beside 'A2002'.*lose its letter"),
    "two stray quotes.csv": (text_with_quotes(), "row 2, column aco_name.*quote"),
    "a source below.csv": (BASE + "\nSource: CMS.\n", "row 6.*note"),
    "a note with cells.csv": (BASE + "* preliminary,,,,,,,,,\n", "row 5.*note"),
    "a heading in the middle.csv": (BASE.replace("A2003,", "Track 1 ACOs:,,,,,,,,,\nA2003,"), "row 4.*note"),
    "an id with decimals.csv": (base(aco_id=("417.00", "A2002", "A2003")), r"417\.00.*ID"),
    "an id in scientific notation.csv": (base(aco_id=("1.2E+10", "A2002", "A2003")), r"1\.2E\+10.*ID"),
    "an id that is an error.csv": (base(aco_id=("#REF!", "A2002", "A2003")), "#REF!"),
    "a percent of a percent.csv": (base(quality_score=("95%", "0.88%", "90%")), r"0\.88%"),
    "a score of 0.0095.csv": (base(quality_score=("0.0095", "0.88", "0.9")), r"0\.0095"),
    "an election of 0.02%.csv": (base(msr_election="0.02%"), r"0\.02%"),
    "a serial number.csv": (base(initial_start=("41275", "2012-07-01", "2014-01-01")), "serial number of 2013-01-01"),
    "a serial number with decimals.csv": (base(initial_start=("41275.0", "2012-07-01", "2014-01-01")), "serial number"),
    "a day first.csv": (base(initial_start=("31/12/2012", "2012-07-01", "2014-01-01")), "31/12/2012"),
    "ids that differ by zeros.csv": (
        BASE + "417,Willow,2015,mssp,track-1,2013-01-01,12000,120000000,112000000,0.95\n",
        "'417' beside '00417'",
    ),
    "ids that differ by a zero inside.csv": (
        BASE + "A02002,Copper,2015,mssp,track-1,,9000,95000000,94000000,0.9\n",
        "'A02002' beside 'A2002'",
    ),
    "per capita in one column.csv": (
        base(benchmark_total=("10000", "95000000", "70000000")),
        "0.83 US dollars per beneficiary",
    ),
    "thousands of dollars.csv": (
        base(benchmark_total=("120000", "95000", "70000"), expenditure_total=("112000", "99500", "69500")),
        "per beneficiary",
    ),
    "cents.csv": (base(benchmark_total=("12000000000", "9500000000", "7000000000")), "per beneficiary"),
    "one expenditure of zero.csv": (base(expenditure_total=("0", "99500000", "69500000")), "expenditures of zero"),
    "expenditures far below.csv": (
        base(expenditure_total=("60000000", "99500000", "69500000")),
        "savings rate of 50.0%",
    ),
    "person years above the persons.csv": (base(person_years=("12500", "8900", "6900")), "12,500 person years"),
    "decimal commas.csv": (
        text([HEADER, *([*row[:9], row[9].replace(".", ",")] for row in TABLE[1:])], delimiter=";"),
        "semicolons",
    ),
    "zip of two.zip": (packed(a_csv=BASE, b_csv=BASE), "one table in the zip"),
    "zip of none.zip": (packed(), "one table in the zip, found no table"),
    "page named csv.csv": ("<!DOCTYPE html>\n<html><table></table></html>", "HTML page"),
    "table named xls.xls": ("<table><tr><td>aco_id</td></tr></table>", "HTML page"),
    "xml named xls.xls": ('<?xml version="1.0"?><Workbook/>', "XML document"),
    "a pointer.csv": ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull"),
    "nested records.json": (json.dumps([{"aco_id": {"value": "A1"}}]), "nested"),
    "broken json.json": ('[{"aco_id": "A1"},\n{"aco_id" "A2"}]', "row 2.*JSON"),
    "a key twice.json": ('[{"aco_id": "A1", "aco_id": "A2"}]', "twice"),
    "several sheets.xlsx": (workbook(lambda book, table: (table("2014"), table("2015"))), "2014, 2015.*--sheet"),
    "only a hidden sheet.xlsx": (
        workbook(lambda book, table: (book.add_worksheet("Notes").write(0, 0, "Read me."), table("old").hide())),
        "hidden sheet|another table",
    ),
    "an error in an id.xlsx": (
        workbook(lambda book, table: table().write_formula(1, 0, "=1/0", None, "#DIV/0!")),
        "row 2.*aco_id.*#DIV/0!",
    ),
    "merged cells.xlsx": (
        workbook(lambda book, table: table().merge_range(1, 9, 3, 9, 0.95)),
        "row 3.*quality_score.*merged cells J2:J4",
    ),
    "a whole column merged.xlsx": (
        partial(workbook, lambda book, table: table().merge_range(1, 9, 1_048_575, 9, 0.95)),  # which takes a second
        "row 3.*quality_score.*merged cells J2:J1048576",
    ),
    "millions by number format.xlsx": (
        workbook(lambda book, table: table(cells={(1, 7): (120.0, book.add_format({"num_format": '"$"0.0"M"'}))})),
        "row 2.*benchmark_total.*shown with a unit",
    ),
    "a superscript.xlsx": (
        workbook(
            lambda book, table: table().write_rich_string(
                1, 1, "Willow", book.add_format({"font_script": 1}), "1", " Bend"
            )
        ),
        "superscripts",
    ),
    "hidden rows.xlsx": (
        workbook(lambda book, table: table().set_row(2, None, None, {"hidden": True})),
        "1 hidden row of sheet",
    ),
    "a formula without value.xlsx": (
        workbook(lambda book, table: table().write_formula(1, 7, "=G2*10000", None, "")),
        "row 2.*benchmark_total.*formula",
    ),
    "an error in an optional column.xlsx": (
        workbook(
            lambda book, table: [
                sheet := table(),
                sheet.write(0, 10, "advance_balance"),
                sheet.write_formula(1, 10, "=A1/0", None, "#DIV/0!"),
            ]
        ),
        "row 2.*advance_balance.*#DIV/0!",
    ),
    "a workbook cut short.xlsx": (workbook()[:-400], "damaged"),
    "a workbook with a garbled sheet.xlsx": (garbled(workbook(), "xl/worksheets/sheet1.xml"), "damaged"),
    "a zip with a garbled table.zip": (garbled(packed(a_csv=BASE), "a.csv"), "damaged"),
}


def settlements(output: str) -> dict[str, str]:
    return {row["aco_id"]: row["settlement"] for row in csv.DictReader(io.StringIO(output))}


def is_right(settled) -> bool:
    found = settlements(settled.stdout)
    return settled.returncode == 0 and bool(found) and found.items() <= RIGHT.items()


def cases() -> list[dict[str, str]]:
    if not CASES.is_dir():
        return []
    with (CASES / "cases.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not CASES.is_dir(), reason=f"the cases are not at {CASES}")
@pytest.mark.parametrize("case", cases(), ids=lambda case: case["file"])
def test_a_case_ends_as_it_says_and_is_found_by_check(aco, case: dict[str, str]) -> None:
    file = CASES / "inputs" / case["file"]
    year = case["command"].partition(" ")[2] or "2015"
    settled, strict = (aco("settle", year, file, *more) for more in ((), ("--strict",)))
    checked = aco("check", file)
    found = re.compile(case["says"] or "(?!)", re.IGNORECASE)
    told = bool(found.search(settled.stderr))
    kept = {id: settlement for id, settlement in settlements(settled.stdout).items() if id in RIGHT}
    right = settled.returncode == 0 and bool(kept) and kept.items() <= RIGHT.items()
    outcomes = case["expect"].split("|")
    assert ("right" in outcomes and right) or ("told" in outcomes and told)
    if outcomes == ["right"]:
        assert (checked.returncode, strict.returncode) == (0, 0)
    if outcomes == ["told"]:
        assert found.search(checked.stdout + checked.stderr)
        assert strict.returncode in (3, 4)


@pytest.mark.parametrize("name", RIGHTLY_READ)
def test_a_shape_is_read_as_the_base_is(aco, tmp_path: Path, name: str) -> None:
    content = RIGHTLY_READ[name]
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    settled = aco("settle", "2015", path, "--strict")
    assert (settled.returncode, settlements(settled.stdout)) == (0, RIGHT), settled.stderr
    assert aco("check", path).returncode == 0


@pytest.mark.parametrize("name", TOLD)
def test_a_shape_is_told(aco, tmp_path: Path, name: str) -> None:
    content, words = TOLD[name]
    path = tmp_path / name
    content = content() if callable(content) else content
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    settled, checked = aco("settle", "2015", path, "--strict"), aco("check", path)
    assert settled.returncode in (3, 4)
    assert re.search(words, settled.stderr, re.IGNORECASE), settled.stderr
    assert re.search(words, checked.stdout + checked.stderr, re.IGNORECASE), checked.stdout + checked.stderr
    assert str(path) in settled.stderr
