"""Copies of CMS's public use files as people hold them give what the file itself gives, to the last digit."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

import aco_cli as aco

DATA = Path(__file__).parents[3] / "shared" / "data"
FILES = sorted(DATA.glob("mssp_puf_*.csv"))
RATES = {"QualScore", "MinSavPerc", "FinalShareRate", "Sav_rate", "MaxShareRate", "FinalLossRate", "QualPerfShare"}

Row = list[str]
Dress = Callable[[list[Row], Path], Path]

pytestmark = pytest.mark.skipif(not FILES, reason=f"CMS's public use files are not at {DATA}")


def text(rows: list[Row], **options: object) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **options).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def plain(name: str, rows: list[Row], folder: Path, **options: object) -> Path:
    path = folder / name
    path.write_text(text(rows, **options), encoding="utf-8")
    return path


def excel(rows: list[Row], folder: Path) -> Path:
    """As Excel saves it after opening the CSV: numbers as numbers, percentages by their format, dates as dates."""
    path = folder / "copy.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        sheet, percent, day = book.add_worksheet(), book.add_format({"num_format": 10}), {"num_format": "m/d/yyyy"}
        date = book.add_format(day)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                bare = cell.replace(",", "").replace("$", "").strip()
                parts = cell.split("/")
                if at and bare.endswith("%") and bare[:-1].replace(".", "").lstrip("-").isdigit():
                    sheet.write_number(at, place, float(Decimal(bare[:-1]).scaleb(-2)), percent)
                elif at and len(parts) == 3 and all(part.isdigit() for part in parts):
                    sheet.write_datetime(at, place, pd.Timestamp(cell).to_pydatetime(), date)
                elif at and bare.lstrip("-").replace(".", "", 1).isdigit() and place:
                    sheet.write_number(at, place, float(bare))
                else:
                    sheet.write_string(at, place, cell)
    return path


def records(rows: list[Row], folder: Path) -> Path:
    """As a data portal serves it: every figure as text."""
    path = folder / "copy.json"
    path.write_text(json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]), encoding="utf-8")
    return path


def zipped(rows: list[Row], folder: Path) -> Path:
    path = folder / "copy.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("PUF/ACO_PUF.csv", text(rows))
        archive.writestr("PUF/ReadMe.pdf", "%PDF-1.4")
    return path


def lower(rows: list[Row], folder: Path) -> Path:
    return plain("copy.csv", [[name.lower() for name in rows[0]], *rows[1:]], folder)


def fractions(rows: list[Row], folder: Path) -> Path:
    """Every rate as a fraction, whether it was one, a percentage, or one with a percent sign."""
    rows = [list(row) for row in rows]
    for place, name in enumerate(rows[0]):
        cells = [row[place].strip() for row in rows[1:]]
        numbers = [
            abs(float(each.rstrip("%"))) for each in cells if each.rstrip("%").replace(".", "").lstrip("-").isdigit()
        ]
        if name.lower() in {each.lower() for each in RATES} and numbers and max(numbers) > 1:
            for row in rows[1:]:
                if row[place].strip().rstrip("%").replace(".", "").lstrip("-").isdigit():
                    row[place] = str(Decimal(row[place].strip().rstrip("%")).scaleb(-2))
    return plain("copy.csv", rows, folder)


def indexed(rows: list[Row], folder: Path) -> Path:
    return plain("copy.csv", [["", *rows[0]], *([str(at), *row] for at, row in enumerate(rows[1:]))], folder)


def shuffled(rows: list[Row], folder: Path) -> Path:
    wide = [[*rows[0], "Our Region", "comment"], *([*row, "south", "x, y"] for row in rows[1:])]
    order = list(range(len(wide[0])))
    random.Random(0).shuffle(order)
    return plain("copy.csv", [[row[place] for place in order] for row in wide], folder)


def stacked(rows: list[Row], folder: Path) -> Path:
    """Below the file of another year, with the columns of both and the year in a column of its own."""
    own = year_of(folder)
    other = next(path for path in FILES if str(own) not in path.name)
    parts = {own: rows, int(other.name[9:13]): read(other)}
    names = {name.lower(): name for part in parts.values() for name in part[0] if name.lower() != "year"}
    table = [["Performance Year", *names.values()]]
    for year, part in parts.items():
        for row in part[1:]:
            held = dict(zip(map(str.lower, part[0]), row, strict=True))
            table.append([str(year), *(held.get(name, "") for name in names)])
    return plain("copy.csv", table, folder)


def quoted(rows: list[Row], folder: Path) -> Path:
    return plain("copy.csv", rows, folder, quoting=csv.QUOTE_ALL)


def year_of(folder: Path) -> int:
    return int((folder / "year").read_text())


def read(path: Path) -> list[Row]:
    data = path.read_bytes()
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = data.decode("cp1252")
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(content)) if any(row)]


DRESSES = (excel, records, zipped, lower, fractions, indexed, shuffled, stacked, quoted)


@pytest.fixture(scope="module")
def reconciled() -> Callable[[Path], pd.DataFrame]:
    known: dict[Path, pd.DataFrame] = {}

    def of(path: Path) -> pd.DataFrame:
        if path not in known:
            known[path] = aco.reconcile(str(path), int(path.name[9:13])).table
        return known[path]

    return of


@pytest.mark.parametrize("dress", DRESSES, ids=lambda dress: dress.__name__)
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name[9:13])
def test_a_copy_reconciles_as_the_file_does(file: Path, dress: Dress, reconciled, tmp_path: Path) -> None:
    year = int(file.name[9:13])
    (tmp_path / "year").write_text(str(year))
    copy = aco.reconcile(dress(read(file), tmp_path), year)
    assert copy.warnings == []
    pd.testing.assert_frame_equal(copy.table, reconciled(file))


def test_the_first_release_of_2022_is_read_and_the_payment_that_changed_is_named(tmp_path: Path) -> None:
    rows = read(DATA / "mssp_puf_2022.csv")
    header = ["Prorate_Shared_Losses" if name == "Impact_Mid_Year_Termination" else name for name in rows[0]]
    paid = header.index("EarnSaveLoss")
    for row in rows[1:]:
        row[paid] = "1068416" if row[0] == "A1080" else row[paid]
    found = aco.reconcile(plain("first.csv", [header, *rows[1:]], tmp_path), 2022).table.set_index("aco_id")
    assert found["class"].value_counts().to_dict() == {"exact": 479, "rounding": 2, "explained": 1}
    assert "a later release pays $0" in found.loc["A1080", "reason"]


@pytest.mark.parametrize(("step", "exact"), [(1, 269), (2, 300)])
def test_rounded_scores_of_2014_are_no_multiples_of_points(step: int, exact: int, tmp_path: Path) -> None:
    """The 1/8960 that a score of 2014 is a multiple of is told by six decimals, and by two it is not, cell by cell."""
    rows = read(DATA / "mssp_puf_2014.csv")
    place = rows[0].index("QualScore")
    for row in rows[1::step]:
        row[place] = row[place] if row[place] == "P4R" else f"{float(row[place]):.2f}"
    found = aco.reconcile(plain("rounded.csv", rows, tmp_path), 2014).table
    assert found["class"].value_counts().to_dict() == {"exact": exact, "rounding": 333 - exact}


def test_names_in_a_stacked_copy_are_read_in_the_encoding_of_cms(tmp_path: Path) -> None:
    """Looking for the years first must not settle how the names are read."""
    rows = read(DATA / "mssp_puf_2018.csv")
    rows[1][rows[0].index("ACO_Name")] = "Physicians\u2019 ACO"
    (tmp_path / "year").write_text("2018")
    copy = stacked(rows, tmp_path)
    copy.write_text(copy.read_text("utf-8"), encoding="cp1252")
    names = aco.settle(copy, 2018).table["aco_name"]
    assert "Physicians\u2019 ACO" in names.tolist()
