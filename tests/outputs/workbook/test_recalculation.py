"""LibreOffice, given a workbook without any calculated value, comes to what the engine says, in every cell.

One test, as a spreadsheet program takes long to start: it recalculates all books at once. `--recalculations 20` takes
it with other random rows of every program, track and year, and other ACOs of 2014.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from math import isclose
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from aco_cli.engine.benchmark.compute import benchmark, guarded
from aco_cli.engine.settle import settle
from aco_cli.inputs.benchmark import load_table
from aco_cli.inputs.load import load
from aco_cli.inputs.years import Years
from aco_cli.outputs.workbook.aco_sheet import START
from aco_cli.outputs.workbook.excel import NOTHING
from aco_cli.outputs.workbook.plan import SETTLEMENT, make_plan, tables
from aco_cli.rules.book import RuleBook

SAMPLE = Path(__file__).parents[3] / "sample_data"
PUBLIC = Path(__file__).parents[4] / "shared" / "data" / "mssp_puf_2018.csv"
TO_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"  # all sheets, unrounded
OFFICE = shutil.which("soffice")
WITHIN = 1e-6  # US dollars
SHEETS = 50  # of a book: what LibreOffice needs for one grows with their number
DIGITS = 1e-14  # a spreadsheet writes 15 digits
CELLS = make_plan(tables(RuleBook(), with_benchmark=False), START).cells
Sheets = dict[str, list[list[str]]]

# 10,000,000 x 40 % x 98 %
STANDARD_2022: dict[str, Any] = {
    **{"track": "basic-b", "performance_year": 2022, "assigned_beneficiaries": 10_000, "benchmark_total": 100e6},
    **{"expenditure_total": 90e6, "quality_score": 0.8, "quality_standard_met": 1.0},
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed"),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("seed", range(metafunc.config.getoption("--recalculations")))


def test_every_cell_is_what_the_engine_says(
    seed: int, tmp_path: Path, workbook: Callable[..., bytes], book: RuleBook, canonical, make_rows, patience: int, aco
) -> None:
    y2014 = roster(SAMPLE / "roster_2014.csv", "2014")
    some = y2014[y2014["aco_id"].isin(["A67373", "A85439"])].reset_index(drop=True)
    many = y2014.sample(SHEETS, random_state=seed).reset_index(drop=True)
    results = roster(SAMPLE / "reach_results.csv", "2021-2023")
    results = results[results["aco_id"].isin(["D0004", "D0006"])].reset_index(drop=True)
    evidence = (
        load_table([str(SAMPLE / "expenditures_2022.csv")], "expenditures")[0],
        load_table([str(SAMPLE / "reference_2022.csv")], "reference")[0],
    )
    agreements = roster(SAMPLE / "agreements_2022.csv", "2022", totals_follow=True)
    eras = canonical(every_situation(seed, book, make_rows))
    books = {
        "many": workbook(many),
        **{f"eras{part}": workbook(rows) for part, rows in parts(eras)},
        "benchmarks": workbook(with_benchmark(agreements, evidence, book), evidence),
        "some": workbook(some),
        "reach": workbook(results),
    }
    losses = published_losses(book)
    if losses is not None:
        books["losses2018"] = workbook(losses)
    lower = with_number(books["some"], "A67373", CELLS[SETTLEMENT, "quality_score", ""], 0.5)
    higher = with_number(books["some"], "Parameters", parameter(books["some"], "Maximum sharing rate", "track-1"), 0.7)

    failed = with_number(books["some"], "A67373", CELLS[SETTLEMENT, "quality_score", ""], 0)
    # In 2022 a score of 70.63 % meets the standard, and that alone gives the whole rate: below it nothing is paid.
    books["standard"] = workbook(canonical([STANDARD_2022]))
    below = with_number(books["standard"], "A0", CELLS[SETTLEMENT, "quality_score", ""], 0.7)

    # Neither earns nor owes anything, before and after.
    assert (
        aco("report", "2014", SAMPLE / "roster_2014.csv", "--aco", "A65307", "-o", tmp_path / "o.xlsx").returncode == 0
    )
    books["one"] = (tmp_path / "o.xlsx").read_bytes()
    more = with_number(books["one"], "A65307", CELLS[SETTLEMENT, "expenditure_total", ""], 39e6)
    score = with_number(books["one"], "A65307", CELLS[SETTLEMENT, "quality_score", ""], 0.5)

    typed = {"more": more, "score": score, "lower": lower, "higher": higher, "failed": failed, "below": below}
    found = recalculated({**books, **typed}, tmp_path, patience)

    for name, data in books.items():
        compare(name, sheets_of(data), found[name])
    settled = {name: column(sheets["Index"], "Settlement") for name, sheets in found.items() if "eras" not in name}
    assert sum(settled["many"]) == pytest.approx(settle(many, book, ("settlement",))["settlement"].sum(), abs=1e-4)
    first = some["aco_id"] == "A67373"  # the only one of track-1
    by_quality = some.assign(quality_score=some["quality_score"].mask(first, 0.5))
    by_rule = some.assign(sharing_rate=pd.Series(0.7, index=some.index).where(first))
    for name, frame in {"some": some, "lower": by_quality, "higher": by_rule}.items():
        assert settled[name] == pytest.approx(settle(frame, book, ("settlement",))["settlement"].tolist(), abs=WITHIN)
    assert settled["lower"][0] < settled["some"][0] < settled["higher"][0], "cells were changed"
    assert settled["lower"][1] == settled["some"][1] == settled["higher"][1]
    warned = [found[name]["Report"][3][0].partition(":")[0] for name in ("one", "more", "score")]
    assert warned == ["", "Inputs were changed", "Inputs were changed"]
    assert settled["one"] == settled["more"] == [0]
    counts = {
        name: (column(found[name]["Summary"], "earned")[-1], column(found[name]["Summary"], "quality-failed")[-1])
        for name in ("some", "failed")
    }
    paid_2022 = [column(found[name]["Index"], "Settlement")[0] for name in ("standard", "below")]
    assert paid_2022 == [pytest.approx(3_920_000), 0], "the standard follows from the score that is typed"
    assert counts == {"some": (2, 0), "failed": (1, 1)}, "the summary follows to an outcome that no ACO had"
    assert settled["reach"] == pytest.approx(results["published_settlement"].tolist(), abs=0.02)
    if losses is not None:
        owed = column(found["losses2018"]["Index"], "Repayment")
        assert owed == pytest.approx((-losses["published_settlement"]).tolist(), abs=2)


def roster(file: Path, year: str, **options: Any) -> pd.DataFrame:
    """The rows of a file, with a file's figures."""
    return load([str(file)], Years.parse(year), **options).frame.reset_index(drop=True)


def parts(frame: pd.DataFrame) -> Iterator[tuple[int, pd.DataFrame]]:
    """Some rows at a time."""
    for part, start in enumerate(range(0, len(frame), SHEETS)):
        yield part, frame.iloc[start : start + SHEETS].reset_index(drop=True)


def with_benchmark(frame: pd.DataFrame, evidence: tuple[pd.DataFrame, pd.DataFrame], book: RuleBook) -> pd.DataFrame:
    return guarded(frame, benchmark(frame, *evidence, book), book)


def every_situation(seed: int, book: RuleBook, make_rows: Callable[..., list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """One row for each track and year of all programs; figures are random, on edges often, and some unknown."""
    random = Random(seed)
    rows = {(row["track"], row["performance_year"]): row for row in make_rows(2018 + seed, 2_000, situations=200)}
    for n, situation in enumerate(each for each in book.situations() if each.program == "pioneer"):
        spent = 1e8 * random.choice((0.9, 1.1, 0.98, 1.012, 0.8, random.uniform(0.7, 1.3)))
        rows[situation.track, situation.year] = {
            **{"program": "pioneer", "track": situation.track, "performance_year": situation.year},
            **{"benchmark_total": 1e8, "expenditure_total": spent, "assigned_beneficiaries": 15_000 + 3_000 * n},
            **{"quality_score": random.choice((0, 0.05 * (n % 20), 1))},
        }
    corridors = [each for each in book.situations() if each.program == "reach"]
    for n, situation in enumerate(corridors):
        # In every corridor of each track.
        spent = 1e8 * (0.97, 1.08, 0.7, 1.4, 0.45)[n % 5] * random.choice((1, random.uniform(0.98, 1.02)))
        rows[situation.track, situation.year] = {
            **{"program": "reach", "track": situation.track, "performance_year": situation.year},
            **{"benchmark_total": 1e8, "expenditure_total": spent, "assigned_beneficiaries": 5_000},
            **({"gross_savings": 1e8 - spent - 1e5} if n % 2 else {}),
        }
    programs = ("mssp", "pioneer", "reach")
    covered = {(each.track, each.year) for each in book.situations() if each.program in programs}
    assert rows.keys() == covered
    return [in_cents(row, random) for row in rows.values()]


def in_cents(row: dict[str, Any], random: Random) -> dict[str, Any]:
    """A row with dollars and cents, as files have them; half of the benchmarks have rates that are cents, too.

    Spreadsheets compare fewer digits than floats have, and floats of other amounts differ from a rate in those only.
    """
    benchmark, spent = row["benchmark_total"], row["expenditure_total"]
    if benchmark is None or spent is None:
        return row
    rounded = round(benchmark, random.choice((2, -2)))
    return {**row, "benchmark_total": rounded, "expenditure_total": round(rounded * (spent / benchmark), 2)}


def published_losses(book: RuleBook) -> pd.DataFrame | None:
    """Two-sided ACOs of 2018 whose repayment comes out as CMS published it; None where the file is not there."""
    if not PUBLIC.exists():
        return None
    frame = roster(PUBLIC, "2018")
    settled = settle(frame, book, ("settlement",))["settlement"]
    published = frame["published_settlement"]
    return frame[(published < 0) & ((settled - published).abs() < 2)].head(3).reset_index(drop=True)


def recalculated(books: Mapping[str, bytes], folder: Path, patience: int) -> dict[str, Sheets]:
    """What LibreOffice makes of the books after all calculated values are taken out of them, by sheet."""
    for name, data in books.items():
        (folder / f"{name}.xlsx").write_bytes(edited(data, r"xl/worksheets/.*", rb"</f><v>[^<]*</v>", rb"</f>"))
    command = [OFFICE, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", TO_CSV]
    files = [str(folder / f"{name}.xlsx") for name in books]
    subprocess.run([*command, "--outdir", str(folder), *files], capture_output=True, timeout=patience, check=True)
    found: dict[str, Sheets] = {}
    for name in books:
        for path in folder.glob(f"{name}-*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                found.setdefault(name, {})[path.stem.removeprefix(f"{name}-")] = list(csv.reader(file))
    return found


def edited(data: bytes, member: str, pattern: bytes, replacement: bytes) -> bytes:
    """A workbook with something replaced in some of its parts."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            held = old.read(name)
            new.writestr(name, re.sub(pattern, replacement, held) if re.fullmatch(member, name) else held)
    return result.getvalue()


def sheets_of(data: bytes) -> dict[str, list[list[Any]]]:
    """The rows of each sheet, as they were written."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def parameter(data: bytes, label: str, track: str) -> str:
    """The cell of a rule value."""
    rows = sheets_of(data)["Parameters"]
    (place,) = (place for place, row in enumerate(rows, start=1) if (row[0], row[3]) == (label, track))
    return f"F{place}"


def with_number(data: bytes, sheet: str, cell: str, number: float) -> bytes:
    """A workbook in which somebody has typed another number into a cell."""
    member = rf"xl/worksheets/sheet{list(sheets_of(data)).index(sheet) + 1}\.xml"
    changed = edited(data, member, rf'(<c r="{cell}" s="\d+"><v>)[^<]*'.encode(), rf"\g<1>{number}".encode())
    assert changed != data
    return changed


def compare(name: str, written: Mapping[str, list[list[Any]]], found: Sheets) -> None:
    """Every cell as it was written with the engine's figure, and no error."""
    assert found.keys() == written.keys()
    for sheet, rows in written.items():
        for place, (left, right) in enumerate(zip(rows, found[sheet], strict=True), start=1):
            for at, (value, text) in enumerate(zip_longest(left, right, fillvalue="")):
                where = f"{name}, sheet {sheet}, row {place}, column {at + 1}"
                assert not text.startswith(("#", "Err:")), f"{where}: {text}"
                assert says(text, value), f"{where}: {text}, not {value}"


def says(text: str, value: object) -> bool:
    """Whether a recalculated cell is what was written."""
    if not isinstance(value, float):
        return text == str(value)
    return text != NOTHING and isclose(number(text), value, abs_tol=WITHIN, rel_tol=DIGITS)


def number(text: str) -> float:
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def column(rows: list[list[str]], heading: str) -> list[float]:
    """A column of the index, by its heading."""
    headings = next(row for row in rows if heading in row)
    return [number(row[headings.index(heading)]) for row in rows[rows.index(headings) + 1 :]]
