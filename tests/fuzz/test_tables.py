"""Tables changed at random: words and an exit code, and no figure that changes silently.

What is read of a damaged workbook, Parquet file or archive is what the sound one says; so is what is read of a file
that says the same in other words.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
import xlsxwriter

import aco_cli as aco
from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.outputs.emit import render
from aco_cli.outputs.formats import Format

Rows = list[list[str]]
KEYS = ("performance_year", "aco_id")
RATES = (
    "aco_id,aco_name,performance_year,performance_year_number,ACO-1,ACO-2,ACO-13,ACO-28\n"
    "A1,One,2018,3,90,70,40,60\nA2,Two,2018,1,90,70,40,95\n"
)


def rows_of(text: str) -> Rows:
    return list(csv.reader(io.StringIO(text)))


def text_of(rows: Rows, **options: Any) -> str:
    out = io.StringIO()
    csv.writer(out, **{"lineterminator": "\n", **options}).writerows(rows)
    return out.getvalue()


class Read:
    """A table of one kind as text, and what is computed of a file with such a table, in order of its keys."""

    def __init__(self, text: str, compute: Callable[[Path], aco.Result], money: Sequence[str] = ()) -> None:
        self.text, self.money, self._compute = text, money, compute

    def __call__(self, path: Path, sound: aco.Result | None = None) -> aco.Result:
        """The result, which must be the sound one, if that is given, unless it has more warnings."""
        result = self._compute(path)
        if sound is not None and len(result.warnings) <= len(sound.warnings):
            same(result, sound)
        return result


def same(found: aco.Result, sound: aco.Result) -> None:
    left, right = (
        each.table.sort_values([name for name in KEYS if name in each.table], ignore_index=True)
        for each in (found, sound)
    )
    pd.testing.assert_frame_equal(left, right, rtol=1e-12, atol=0)


@pytest.fixture(scope="module")
def reads(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Read]:
    def head(name: str, lines: int = 12) -> str:
        return "".join((sample / name).read_text("utf-8").splitlines(keepends=True)[:lines])

    def own(name: str) -> Path:
        return sample / name

    small = tmp_path_factory.mktemp("small") / "roster.csv"
    small.write_text(head("roster_small.csv", 99))
    years, both = own("agreements_2022.csv"), ("expenditures_2022.csv", "reference_2022.csv")
    spent, figures = map(own, both)
    dollars = ("benchmark_total", "expenditure_total", "published_settlement")
    return {
        "roster": Read(head("roster_2014.csv"), lambda path: aco.settle(path, 2014), dollars),
        "totals": Read(head("totals_small.csv", 99), lambda path: aco.settle(small, 2014, expenditures=path), dollars),
        "reach": Read(head("reach_results.csv", 99), aco.settle),
        "pioneer": Read(head("pioneer_published.csv", 99), aco.settle, dollars),
        "agreements": Read(
            head("agreements_2022.csv"),
            lambda path: aco.settle(path, 2022, expenditures=spent, reference=figures),
            ("participant_revenue",),
        ),
        "expenditures": Read(
            head(both[0], 99), lambda path: aco.benchmark(years, 2022, expenditures=path, reference=figures)
        ),
        "reference": Read(
            head(both[1], 99), lambda path: aco.benchmark(years, 2022, expenditures=spent, reference=path)
        ),
        "rates": Read(RATES, lambda path: aco.quality(path, 2018)),
    }


@pytest.fixture(scope="module")
def tables(reads: Mapping[str, Read], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, aco.Result]:
    """What the sound tables give."""
    folder = tmp_path_factory.mktemp("sound")
    for name, read in reads.items():
        (folder / f"{name}.csv").write_text(read.text, encoding="utf-8")
    return {name: read(folder / f"{name}.csv") for name, read in reads.items()}


# --- bytes that checksums guard ---


def book_of(rows: Rows) -> bytes:
    columns = [OutputColumn(name, Unit.TEXT, name, 0) for name in rows[0]]
    return render(pd.DataFrame(rows[1:], columns=rows[0]), columns, Format.XLSX)


def parquet_of(text: str, **options: Any) -> bytes:
    with io.BytesIO() as file:
        table = pd.read_csv(io.StringIO(text), dtype={"aco_id": "str"})
        table.to_parquet(file, write_page_checksum=True, **options)
        return file.getvalue()


def archive_of(text: str) -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("roster.csv", text)
        return file.getvalue()


@pytest.fixture(scope="module")
def guarded(reads: Mapping[str, Read]) -> Sequence[tuple[str, bytes]]:
    """The roster in each form whose bytes a checksum guards."""
    text = reads["roster"].text
    packed, archive = gzip.compress(text.encode()), archive_of(text)
    return [
        ("plain.parquet", parquet_of(text, compression="none", use_dictionary=False)),
        ("snappy.parquet", parquet_of(text)),
        ("new.parquet", parquet_of(text, compression="zstd", data_page_version="2.0", store_schema=False)),
        *[("book.xlsx", book_of(rows_of(text)))] * 2,
        ("roster.csv.gz", packed),
        ("roster.zip", archive),
    ]


def test_damaged_bytes(fuzz, reads, tables, guarded) -> None:
    """A file with bytes changed is refused, or says what the sound one does."""

    def try_one(case: Any) -> None:
        name, data = case.choice(guarded)
        path = case.folder / name
        path.write_bytes(case.bytes(data))
        case.told(lambda: reads["roster"](path, tables["roster"]))

    fuzz(try_one)


# --- parts of workbooks, their checksums right ---


SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def cells_of(parts: Mapping[str, bytes]) -> Rows | None:
    """What the cells of the first sheet say by the standard (ECMA-376), or None of what is no XML or says nothing."""
    try:
        texts, sheet = (ElementTree.fromstring(parts[name]) for name in (TEXTS, SHEET))
        known = ["".join(part.text or "" for part in each.iterfind(".//{*}t")) for each in texts]
        rows: dict[int, dict[int, str]] = {}
        for row in sheet.iterfind(".//{*}row"):
            held = rows.setdefault(int(row.get("r", max(rows, default=0) + 1)), {})
            for cell in row.iterfind("{*}c"):
                held[place_of(cell.get("r"), held)] = text_in(cell, known)
    except (ElementTree.ParseError, ValueError, LookupError, TypeError):
        return None
    width = max((place + 1 for held in rows.values() for place in held), default=0)
    return [[rows.get(at, {}).get(place, "") for place in range(width)] for at in range(1, max(rows, default=0) + 1)]


def place_of(reference: str | None, held: Mapping[int, str]) -> int:
    letters = "".join(filter(str.isalpha, reference or ""))
    place = 0
    for letter in letters:
        place = 26 * place + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1
    return place - 1 if letters else max(held, default=-1) + 1


def text_in(cell: ElementTree.Element, known: Sequence[str]) -> str:
    value = cell.findtext("{*}v") or ""
    return known[int(value)] if cell.get("t") == "s" and value else value


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}


def write_parts(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path


@pytest.fixture(scope="module")
def books(reads: Mapping[str, Read]) -> Sequence[Mapping[str, bytes]]:
    """The parts of a workbook of text as the package writes it, and of one with numbers."""
    rows = rows_of(reads["roster"].text)
    with io.BytesIO() as numbers:
        with xlsxwriter.Workbook(numbers, {"strings_to_numbers": True, "in_memory": True}) as book:
            sheet = book.add_worksheet()
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
        return [parts_of(book_of(rows)), parts_of(numbers.getvalue())]


def test_parts_of_workbooks(fuzz, books, reads, tables) -> None:
    """A part changed: refused, or the table that its cells say by a reader of our own."""

    def try_one(case: Any) -> None:
        parts = dict(case.choice(books))
        name = case.choice([*parts, *[SHEET, TEXTS] * 5])
        parts[name] = case.text(parts[name].decode()).encode("utf-8", errors="replace")
        found = case.told(lambda: reads["roster"](write_parts(case.folder / "book.xlsx", parts)))
        if found is None or name in ("xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"):
            return
        rows = cells_of(parts)
        assert rows is not None
        (case.folder / "book.csv").write_text(text_of(rows), encoding="utf-8")
        same(found, reads["roster"](case.folder / "book.csv"))

    fuzz(try_one)


def test_parts_of_reports(fuzz, report: Mapping[str, bytes]) -> None:
    """CMS's settlement report with a part changed: refused, or compared with what follows from it."""

    def try_one(case: Any) -> None:
        name = case.choice([*report, *(each for each in report if "sheet" in each)])
        after = case.text(report[name].decode()).encode("utf-8", errors="replace")
        case.told(lambda: aco.reconcile(write_parts(case.folder / "book.xlsx", {**report, name: after})))

    fuzz(try_one)


@pytest.fixture(scope="module")
def report(shared_data: Path) -> Mapping[str, bytes]:
    """The parts of CMS's settlement report, which is not part of the project."""
    return parts_of(next((shared_data / "reports").glob("*STLMT*.xlsx")).read_bytes())


# --- text ---


def test_damaged_text(fuzz, reads, tables) -> None:
    """An error in words or a table, which is that of the sound file if every cell is."""

    def try_one(case: Any) -> None:
        kind = case.choice(list(reads))
        text, path = reads[kind].text, case.folder / "table.csv"
        if case.random() < 0.5:
            path.write_text(case.text(text), encoding="utf-8", errors="replace", newline="")
        else:
            path.write_bytes(case.bytes(text.encode()))
        case.told(lambda: reads[kind](path, tables[kind] if _cells(path) == rows_of(text) else None))

    fuzz(try_one)


def _cells(path: Path) -> Rows | None:
    try:
        return [row for row in csv.reader(path.open(encoding="utf-8-sig", newline=""), strict=True) if row]
    except (csv.Error, UnicodeDecodeError):
        return None


def as_json(rows: Rows, path: Path) -> Path:
    path = path.with_suffix(".json")
    path.write_text(json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]), encoding="utf-8")
    return path


def as_parquet(rows: Rows, path: Path) -> Path:
    path = path.with_suffix(".parquet")
    pd.DataFrame(rows[1:], columns=rows[0]).to_parquet(path)
    return path


def as_book(rows: Rows, path: Path) -> Path:
    path = path.with_suffix(".xlsx")
    path.write_bytes(book_of(rows))
    return path


def test_dresses(fuzz, reads, tables) -> None:
    """The same table in another order, form, dress or encoding is read, and gives the same figures."""

    def try_one(case: Any) -> None:
        kind = case.choice(list(reads))
        rows, money = rows_of(reads[kind].text), reads[kind].money
        header, body = rows[0], case.sample(rows[1:], len(rows) - 1)
        if case.random() < 0.3:
            grouped = [place for place, name in enumerate(header) if name in money]
            form = case.choice(("{:,}", "${:,}", " {} ", "{}.00"))
            body = [
                [
                    form.format(Decimal(cell)) if place in grouped and cell.isdigit() else cell
                    for place, cell in enumerate(row)
                ]
                for row in body
            ]
        if case.random() < 0.3:
            header = [case.choice((name, name.upper(), name.replace("_", " "), f" {name}")) for name in header]
        if case.random() < 0.3 and kind in ("roster", "agreements"):
            header, body = [*header, "Our Region"], [[*row, case.choice(("south", "x, y", "", "12"))] for row in body]
        order = case.sample(range(len(header)), len(header))
        rows = [[row[place] for place in order] for row in (header, *body)]
        path = case.folder / "table.csv"
        dress = case.choice((as_json, as_parquet, as_book, *[None] * 4))
        if dress:
            path = dress(rows, path)
        else:
            text = text_of(
                rows,
                delimiter=case.choice(",\t|;"),
                quoting=case.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
                lineterminator=case.choice(("\n", "\r\n")),
            )
            data = (text + case.choice(("", "\n", "\n\n"))).encode(case.choice(("utf-8", "utf-8-sig", "utf-16")))
            path.write_bytes(data)
            if case.random() < 0.2:
                path = path.with_name("table.csv.gz")
                path.write_bytes(gzip.compress(data))
        same(reads[kind](path), tables[kind])

    fuzz(try_one)


# --- claims ---

CLAIMS = {
    "claims": "bene_id,claim_id,line_number,claim_type,through_date,paid_amount,denied\n"
    "SECRET1,c1,1,71,2018-02-10,100.00,0\nSECRET1,c1,2,71,2018-02-10,50.00,0\nSECRET2,c2,1,40,2018-03-01,1000.00,0\n",
    "assignment": "aco_id,performance_year,period,calendar_year,bene_id\n"
    "A1,2018,PY,2018,SECRET1\nA1,2018,PY,2018,SECRET2\n",
    "reference": "performance_year,calendar_year,enrollment_type,truncation_threshold,mean_risk_score\n"
    + "".join(f"2018,2018,{kind},200000,1\n" for kind in ("esrd", "disabled", "aged-dual", "aged-nondual")),
    "enrollment": "bene_id,month,esrd,age,dual_status,part_a,part_b,health_plan,alive,risk_score\n"
    + "".join(
        f"{bene},2018-{month:02},0,70,NA,1,1,0,1,1.0\n" for bene in ("SECRET1", "SECRET2") for month in range(1, 13)
    ),
}


def test_damaged_claims(fuzz) -> None:
    """What is read of claims is every row and every dollar of the file; no message names a beneficiary."""

    def try_one(case: Any) -> None:
        name = case.choice(("claims", "claims", "assignment", "enrollment"))
        files = {each: case.folder / f"{each}.csv" for each in CLAIMS}
        for each, path in files.items():
            path.write_text(CLAIMS[each])
        data = CLAIMS[name].encode()
        changed = case.text(CLAIMS[name]).encode("utf-8", "replace") if case.random() < 0.5 else case.bytes(data)
        files[name].write_bytes(changed)
        run = aco.Run()
        found = case.told(lambda: aco.expenditures(2018, run=run, **files))
        assert not any("SECRET" in str(notice) for notice in run.notices)
        if found is not None:
            reader = csv.DictReader(io.StringIO(files["claims"].read_text("utf-8-sig")))
            reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
            rows = [row for row in reader if any(row.values())]
            read = found.totals.set_index("line").loc["read"]
            assert int(read["count"]) == len(rows)
            assert Decimal(str(read["dollars"])) == sum(Decimal(row["paid_amount"]) for row in rows)

    fuzz(try_one)
