"""Figures that can hardly be meant: which are told, at which bound, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest

from aco_cli.inputs.layout import layouts_of
from aco_cli.inputs.load import check
from aco_cli.inputs.parts import Part
from aco_cli.inputs.plausible import implausible, implausible_by_type

Row = Mapping[str, object]
FIGURES = ("assigned_beneficiaries", "benchmark_total", "expenditure_total")
# A row of which nothing is told.
PLAIN = {"track": "track-1", **dict(zip(FIGURES, (1_000.0, 1e7, 1e7), strict=True))}


def part_of(*rows: Row, file: str = "r.csv") -> Part:
    """Rows of a file, each plain but for what is given; they begin in row 2."""
    frame = pd.DataFrame([{"aco_id": f"X{at}", **PLAIN, **row} for at, row in enumerate(rows)])
    places = np.arange(2, len(rows) + 2)
    return Part(file, layouts_of("roster")[0], frame, places, tuple(frame.columns), [], [])


def told(*parts: Part) -> list[tuple[str, str]]:
    return [(remark.code, str(remark)) for remark in implausible(parts)]


BENCHMARK, SPENT = "r.csv, row 2, column benchmark_total: ", "r.csv, row 2, column expenditure_total: "
EACH = "US dollars per beneficiary, plausible are 2,000 to 100,000; is it a total of all beneficiaries, in dollars?"
RATE = "a savings rate of {}, plausible are -30% to 30%"
ZERO = ("zero_expenditure", f"{SPENT}expenditures of zero; leave the cell blank if they are not known")


def each(place: str, dollars: str) -> tuple[str, str]:
    return "per_beneficiary", f"{place}{dollars} {EACH}"


def few(people: str, dollars: str) -> tuple[str, str]:
    words = f"{people} beneficiaries with {dollars} US dollars; in thousands?"
    return "few_beneficiaries", f"r.csv, row 2, column assigned_beneficiaries: {words}"


def rate(text: str) -> tuple[str, str]:
    return "savings_rate", SPENT + RATE.format(text)


def years(text: str) -> tuple[str, str]:
    return "person_years", f"r.csv, row 2, column person_years: {text} assigned beneficiaries"


def revenue(share: str) -> tuple[str, str]:
    words = f"{share} of expenditures, plausible are 1% to 1000%; is it in dollars?"
    return "revenue", f"r.csv, row 2, column participant_revenue: {words}"


def product(place: str, dollars: str) -> tuple[str, str]:
    name = place.removesuffix("_total: ").rpartition(" ")[2]
    return "product", f"{place}10,000,000.00, but {name}_per_capita x person_years is {dollars}; the total counts"


def published(savings: str, says: str) -> tuple[str, str]:
    words = f"benchmark minus expenditures is {savings}, but BnchmkMinExp says {says}; was a cell changed?"
    return "published_savings", f"{SPENT}{words}"


@pytest.mark.parametrize(
    ("people", "benchmark", "spent", "others", "expected"),
    [
        # Dollars per beneficiary.
        (1_000, 2_000_000, 2_000_000, {}, []),
        (1_000, 1_999_990, 2_000_000, {}, [each(BENCHMARK, "1,999.99")]),
        (1_000, 2_000_000, 1_999_990, {}, [each(SPENT, "1,999.99")]),
        (1_000, 100_000_000, 100_000_000, {}, []),
        (1_000, 100_000_500, 100_000_000, {}, [each(BENCHMARK, "100,000.50")]),
        (1_000, 100_000_000, 100_000_500, {}, [each(SPENT, "100,000.50")]),
        (1_000, np.nan, 3.0, {}, [each(SPENT, "0.00")]),
        (1_000, np.nan, 1.0, {}, [each(SPENT, "0.00")]),
        (1_000, np.nan, np.nan, {}, []),
        (np.nan, 5.0, 5.0, {}, []),
        # A year of other than twelve months.
        (1_000, 1_000_000, 1_000_000, {"months": 6.0}, []),
        (1_000, 3_000_000, 3_000_000, {"months": 18.0}, []),
        (1_000, 2_999_990, 3_000_000, {"months": 18.0}, [each(BENCHMARK, "1,999.99")]),
        (1_000, 2_000_000, 2_000_000, {"months": np.nan}, []),
        (1_000, 1_999_990, 2_000_000, {"months": np.nan}, [each(BENCHMARK, "1,999.99")]),
        # Few beneficiaries.
        (100, 1_000_000, 1_000_000, {}, []),
        (99, 1_000_000, 1_000_000, {}, [few("99", "1,000,000")]),
        (99, 1_100_000, 900_000, {}, [few("99", "1,000,000")]),
        (99, 1_100_000, np.nan, {}, []),
        (0, 1_100_000, 900_000, {}, [few("0", "1,000,000")]),
        (0, 0.0, 0.0, {}, [ZERO]),
        (0, 0.5, 0.5, {}, [few("0", "0")]),
        (1, 5_000.0, 5_000.0, {}, [few("1", "5,000")]),
        (1, 1_000.0, 5_000.0, {}, [each(BENCHMARK, "1,000.00"), few("1", "3,000"), rate("-400.0%")]),
        (1_000, 10_000_000, 0.0, {}, [ZERO]),
        (1_000, 10_000_000, 0.0, {"gross_savings": 0.0}, [ZERO]),
        # Savings rates beyond 30 %, unless savings given by others bear them out.
        (1_000, 10_000_000, 7_000_000, {}, []),
        (1_000, 10_000_000, 6_990_000, {}, [rate("30.1%")]),
        (1_000, 10_000_000, 13_000_000, {}, []),
        (1_000, 10_000_000, 13_010_000, {}, [rate("-30.1%")]),
        (1_000, 10_000_000, 5_000_000, {"gross_savings": 5_000_000.0}, []),
        (1_000, 10_000_000, 5_000_000, {"gross_savings": 5_000_001.5}, []),
        (1_000, 10_000_000, 5_000_000, {"gross_savings": 5_000_001.75}, [rate("50.0%")]),
        (1_000, 10_000_000, 5_000_000, {"gross_savings": np.nan}, [rate("50.0%")]),
        (1_000, 10_000_000, 5_000_000, {"published_savings": 5_000_000.0, "gross_savings": 0.0}, []),
        (1_000, 10_000_000, 5_000_000, {"published_savings": 4_999_998.5}, []),
        (1_000, 10_000_000, 9_000_000, {"published_savings": 1_000_001.5}, []),
        (
            1_000,
            10_000_000,
            9_000_000.25,
            {"published_savings": 1_000_002.0},
            [published("999,999.75", "1,000,002.00")],
        ),
        (
            1_000,
            10_000_000,
            5_000_000,
            {"published_savings": -5_000_000.0},
            [published("5,000,000.00", "-5,000,000.00"), rate("50.0%")],
        ),
        (1_000, 10_000_000, 0.5, {}, [each(SPENT, "0.00"), rate("100.0%")]),
        # Person years.
        (1_000, 10_000_000, 10_000_000, {"person_years": 1_000.0}, []),
        (1_000, 10_000_000, 10_000_000, {"person_years": 1_000.6}, [years("1,001 person years of 1,000")]),
        (0, np.nan, np.nan, {"person_years": 10.0}, []),
        (1, np.nan, np.nan, {"person_years": 10.0}, [years("10 person years of 1")]),
        # Participants' revenue in thousands, or of all who bill.
        (1_000, 10_000_000, 10_000_000, {"participant_revenue": 100_000.0}, []),
        (1_000, 10_000_000, 10_000_000, {"participant_revenue": 99_000.0}, [revenue("0.99%")]),
        (1_000, 10_000_000, 10_000_000, {"participant_revenue": 100_000_000.0}, []),
        (1_000, 10_000_000, 10_000_000, {"participant_revenue": 100_010_000.0}, [revenue("1000.10%")]),
        (1_000, 10_000_000, 10_000_000, {"participant_revenue": 0.0}, []),
        (1_000, 10_000_000, 0.0, {"participant_revenue": 10.0}, [ZERO]),
        (1_000, np.nan, 0.5, {"participant_revenue": 10.0}, [each(SPENT, "0.00"), revenue("2000.00%")]),
        # Totals beside what they are the product of.
        (1_000, 10_000_000, 10_000_000, {"benchmark_per_capita": 9_900.01, "person_years": 1_000.0}, []),
        (
            1_000,
            10_000_000,
            10_000_000,
            {"benchmark_per_capita": 9_890.0, "expenditure_per_capita": 10_110.0, "person_years": 1_000.0},
            [product(BENCHMARK, "9,890,000.00"), product(SPENT, "10,110,000.00")],
        ),
        (1_000, 10_000_000, 10_000_000, {"benchmark_per_capita": np.nan, "person_years": 1_000.0}, []),
        (1_000, 10_000_000, 10_000_000, {"benchmark_per_capita": 5.0}, []),
    ],
)
def test_a_figure_is_told_beyond_its_bound_and_not_at_it(
    people: float, benchmark: float, spent: float, others: dict[str, float], expected: list[tuple[str, str]]
) -> None:
    row = {"assigned_beneficiaries": people, "benchmark_total": benchmark, "expenditure_total": spent, **others}
    assert told(part_of(row)) == expected


def test_of_rows_alike_the_first_is_told_and_the_rest_counted() -> None:
    low = {"expenditure_total": 7e6 - 1e5}
    words = f"column expenditure_total: {RATE.format('31.0%')}"
    assert told(part_of({}, low)) == [("savings_rate", f"r.csv, row 3, {words}")]
    assert told(part_of({}, low, low)) == [("savings_rate", f"r.csv, row 3 and 1 more, {words}")]
    many = told(part_of(low), part_of(*[low] * 1_202, file="s.csv"))
    assert many == [
        ("savings_rate", f"r.csv, row 2, {words}"),
        ("savings_rate", f"s.csv, row 2 and 1,201 more, {words}"),
    ]


def test_files_without_dollars_or_person_years_are_looked_at_for_what_they_have() -> None:
    part = part_of({"person_years": 2_000.0, "expenditure_total": 0.0})
    part.frame = part.frame.drop(columns="benchmark_total")
    assert [code for code, _ in told(part)] == ["person_years"]
    only = part_of({})
    only.frame = pd.DataFrame({"aco_id": ["A1"], "assigned_beneficiaries": [1.0]})
    assert told(only) == []
    assert told() == []


def figures(people: object, benchmark: object, spent: object, **others: object) -> Row:
    return {"assigned_beneficiaries": people, "benchmark_total": benchmark, "expenditure_total": spent, **others}


def summed(rows: list[Row], name: str) -> float:
    return sum(float(str(row[name])) for row in rows)


def sum_of(*rows: Row) -> Row:
    return {name: summed([*rows], name) for name in FIGURES}


SUM = "column aco_id: the sum of the other rows; leave out rows of totals"
SUBTOTAL = "column aco_id: the sum of the rows next to it; leave out rows of subtotals"
ONE, TWO, BOTH = figures(300, 3e6, 3e6), figures(500, 5e6, 4e6), figures(800, 8e6, 7e6)


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([ONE, TWO, BOTH], "row 4"),
        ([BOTH, TWO, ONE], "row 2"),
        ([ONE, TWO, figures(801, 8e6, 7e6)], None),
        ([ONE, TWO, figures(800, 8.1e6, 7e6)], None),
        ([ONE, TWO, figures(800, 8e6, 7.1e6)], None),
        # Two rows alike are each the other's sum.
        ([ONE, ONE], None),
        # A blank cell counts as nothing, and a figure that nobody has tells of no sum.
        ([ONE, figures(np.nan, 5e6, 4e6), figures(300, 8e6, 7e6)], "row 4"),
        ([figures(300, 3e6, 0), figures(500, 5e6, 0), figures(800, 8e6, 0)], None),
        ([figures(300, 3e6, np.nan), figures(500, 5e6, np.nan), figures(800, 8e6, np.nan)], None),
        # Half a unit off, and a millionth of what all rows add up to.
        ([figures(1, 3e6, 3e6), figures(0, 5e6, 4e6), figures(1, 8e6, 7e6)], "row 4"),
        ([ONE, TWO, figures(800.5, 8e6, 7e6)], "row 4"),
        ([ONE, TWO, figures(800.6, 8e6, 7e6)], None),
        ([figures(3, 3e5, 200_000.75), figures(5, 5e5, 3e5), figures(8, 8e5, 499_999.25)], "row 4"),
        ([figures(3, 3e5, 200_000.75), figures(5, 5e5, 3e5), figures(8, 8e5, 499_999.00)], None),
        ([ONE, TWO, figures(800, 8e6 + 16, 7e6)], "row 4"),
        ([ONE, TWO, figures(800, 8e6 + 17, 7e6)], None),
        # Totals of a year, and of a track in it.
        ([ONE, TWO, BOTH, figures(700, 7e6, 7e6, performance_year=2015)], "row 4"),
        ([ONE, {**TWO, "performance_year": 2015}, BOTH], None),
        ([ONE, TWO, BOTH, figures(700, 7e6, 7e6, track="track-2")], "row 4"),
        ([ONE, {**TWO, "track": "track-2"}, BOTH], "row 4"),
        ([{**ONE, "track": "track-2"}, {**TWO, "track": "track-3"}, figures(700, 7e6, 7e6), BOTH], None),
    ],
)
def test_a_row_of_totals_is_told(rows: list[Row], place: str | None) -> None:
    found = [
        text for code, text in told(part_of(*[{"performance_year": 2014, **row} for row in rows])) if "sum" in code
    ]
    assert found == ([f"r.csv, {place}, {SUM}"] if place else [])


WEST, EAST = (figures(700, 7.5e6, 7e6), figures(110, 1.1e6, 1.2e6)), (ONE, TWO, figures(410, 3.9e6, 4.3e6))
OTHER = figures(120, 1.4e6, 1.3e6)


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        # Subtotals below their rows, whichever track they say, and a total of all.
        ([*WEST, sum_of(*WEST), *EAST, sum_of(*EAST)], "row 4 and 1 more"),
        ([*WEST, {**sum_of(*WEST), "track": "track-2"}, *EAST], "row 4"),
        ([*WEST, sum_of(*WEST), *EAST, sum_of(*EAST), sum_of(*WEST, *EAST)], "row 4 and 2 more"),
        ([OTHER, *WEST, sum_of(*WEST), *EAST], "row 5"),
        # Above their rows.
        ([sum_of(*WEST), *WEST, sum_of(*EAST), *EAST], "row 2 and 1 more"),
        # Of one row, where others are of several; two rows alike are else two ACOs.
        ([*WEST, sum_of(*WEST), OTHER, OTHER], "row 4 and 1 more"),
        ([*WEST, OTHER, OTHER, *EAST], None),
        # A blank cell in one, a row between without figures, rounded dollars, a count that is not theirs.
        ([*WEST, {**sum_of(*WEST), "assigned_beneficiaries": np.nan}, *EAST], "row 4"),
        ([WEST[0], figures(np.nan, np.nan, np.nan), WEST[1], sum_of(*WEST), *EAST], "row 5"),
        ([*WEST, {**sum_of(*WEST), "benchmark_total": 8.6e6 + 8}, *EAST], "row 4"),
        ([*WEST, {**sum_of(*WEST), "benchmark_total": 8.6e6 + 10}, *EAST], None),
        ([*WEST, {**sum_of(*WEST), "assigned_beneficiaries": 812}, *EAST], None),
        # Of a year.
        ([WEST[0], {**OTHER, "performance_year": 2015}, WEST[1], sum_of(*WEST), *EAST], "row 5"),
        ([WEST[0], {**WEST[1], "performance_year": 2015}, sum_of(*WEST), *EAST], None),
    ],
)
def test_a_row_of_subtotals_between_the_others_is_told(rows: list[Row], place: str | None) -> None:
    found = [
        text for code, text in told(part_of(*[{"performance_year": 2014, **row} for row in rows])) if "sum" in code
    ]
    assert found == ([f"r.csv, {place}, {SUBTOTAL}"] if place else [])


def sums_of_neighbors(rows: list[Row], left_out: set[int]) -> set[int]:
    """The rows that are the sum of two or more above them, or below; of one above, where there are others like that."""
    found = set()
    for year in {row["performance_year"] for row in rows}:
        left = [at for at, row in enumerate(rows) if row["performance_year"] == year and at not in left_out]
        for n, at in enumerate(left):
            above = [left[n - many : n] for many in range(1 if left_out else 2, n + 1)]
            below = [left[n + 1 : n + 1 + many] for many in range(2, len(left) - n)]
            if any(
                all(rows[at][name] == summed([rows[o] for o in run], name) for name in FIGURES) for run in above + below
            ):
                found.add(at)
    return found


@pytest.mark.parametrize("seed", range(20))
def test_rows_of_totals_are_those_of_a_reckoning_row_by_row(seed: int) -> None:
    """Random years and tracks, with totals of some of them put in at random places."""
    random = Random(seed)
    rows: list[Row] = []
    for year in (2014, 2015, 2016):
        for track in random.sample(["track-1", "track-2", "track-3"], random.randint(1, 3)):
            of_track = [
                figures(random.randint(1, 9) * 100, random.randint(1, 9) * 1e6, 3e6, track=track, performance_year=year)
                for _ in range(random.randint(1, 4))
            ]
            rows += of_track
            if random.random() < 0.5:
                total = {name: summed(of_track, name) for name in FIGURES}
                rows.append({**total, "track": track, "performance_year": year})
    random.shuffle(rows)

    def is_sum(at: int, *keys: str) -> bool:
        own = rows[at]
        others = [row for n, row in enumerate(rows) if n != at and all(row[key] == own[key] for key in keys)]
        return len(others) > 1 and all(own[name] == summed(others, name) for name in FIGURES)

    totals = {
        at for at in range(len(rows)) if is_sum(at, "performance_year") or is_sum(at, "performance_year", "track")
    }
    subtotals: set[int] = set()
    while added := sums_of_neighbors(rows, totals | subtotals):
        subtotals |= added
    expected = []
    for found, words in ((totals, SUM), (subtotals, SUBTOTAL)):
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        expected += [f"r.csv, row {min(found) + 2}{more}, {words}"] if found else []
    assert [text for code, text in told(part_of(*rows)) if code == "sum_of_rows"] == expected


def ids(*names: str, file: str = "r.csv", year: int = 2014) -> Part:
    return part_of(*({"aco_id": name, "performance_year": year} for name in names), file=file)


@pytest.mark.parametrize(
    ("names", "place", "pair"),
    [
        (["A1", "a1"], "row 3", "'a1' beside 'A1' of r.csv, row 2"),
        (["A1", "A-1"], "row 3", "'A-1' beside 'A1' of r.csv, row 2"),
        (["A1", "A 1"], "row 3", "'A 1' beside 'A1' of r.csv, row 2"),
        (["A01", "A1"], "row 3", "'A1' beside 'A01' of r.csv, row 2"),
        (["A0010", "B1", "A10"], "row 4", "'A10' beside 'A0010' of r.csv, row 2"),
        (["0417", "417"], "row 3", "'417' beside '0417' of r.csv, row 2"),
        (["A1", "a1", "A2", "a2"], "row 3 and 1 more", "'a1' beside 'A1' of r.csv, row 2"),
        (["A1", "a1", "A-1", "A01"], "row 3 and 2 more", "'a1' beside 'A1' of r.csv, row 2"),
        (["A1", "A1"], None, ""),
        (["A1", "A10", "A100"], None, ""),
        (["A1", "B1", "A2"], None, ""),
        (["-", "--"], None, ""),
        # Letters and digits of one length and case are written as they are meant.
        (["00A1", "A001"], None, ""),
        (["00A1", "A001", "a001"], "row 3 and 1 more", "'A001' beside '00A1' of r.csv, row 2"),
    ],
)
def test_ids_that_differ_by_case_signs_or_leading_zeros_are_told(
    names: list[str], place: str | None, pair: str
) -> None:
    text = f"r.csv, {place}, column aco_id: {pair}; is it the same ACO?"
    assert told(ids(*names)) == ([("similar_ids", text)] if place else [])


def test_ids_are_compared_over_files_and_within_a_year() -> None:
    text = "s.csv, row 2, column aco_id: 'a1' beside 'A1' of r.csv, row 3; is it the same ACO?"
    assert told(ids("B1", "A1"), ids("a1", "C2", file="s.csv")) == [("similar_ids", text)]
    assert told(ids("B1", "A1"), ids("a1", "C2", file="s.csv", year=2015)) == []


@pytest.mark.parametrize(
    ("names", "place", "pair"),
    [
        (["A1540", "1541"], "row 3", "'1541' beside 'A1540' of r.csv, row 2"),
        (["A1540", "A1541", "1540"], "row 4", "'1540' beside 'A1540' of r.csv, row 2"),
        (["A1541", "A1540", "1540"], "row 4", "'1540' beside 'A1540' of r.csv, row 3"),
        (["D0004", "4", "D0005", "6"], "row 3 and 1 more", "'4' beside 'D0004' of r.csv, row 2"),
        (["1540", "1541", "A1542"], None, ""),
        (["P1", "P2", "12"], None, ""),
        (["1540", "154"], None, ""),
        (["north", "1540"], None, ""),
    ],
)
def test_numbers_among_ids_of_a_letter_and_as_many_digits_are_told(
    names: list[str], place: str | None, pair: str
) -> None:
    text = f"r.csv, {place}, column aco_id: {pair}; did it lose its letter?"
    assert told(ids(*names)) == ([("similar_ids", text)] if place else [])


def test_ids_of_another_file_or_year_tell_of_a_lost_letter() -> None:
    text = "s.csv, row 2, column aco_id: '1540' beside 'A1540' of r.csv, row 2; did it lose its letter?"
    assert told(ids("A1540", "A2000"), ids("1540", file="s.csv", year=2015)) == [("similar_ids", text)]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("dollars", "is_told"), [(1e308, True), (np.inf, True), (-1e308, False)])
def test_what_is_beyond_numbers_is_looked_at_without_a_word_of_the_library(dollars: float, is_told: bool) -> None:
    """As of totals computed from reference figures that are out of all proportion."""
    assert bool(told(part_of(*[figures(10_000, dollars, dollars)] * 3))) is is_told


MEAN, YEARLY = "; is it relative to a mean of 1?", "; is it per person year?"
OWN, NATIONAL = "per_capita_expenditure", "national_expenditure"


def told_by_type(**columns: list[object]) -> list[tuple[str, str]]:
    """What is told of rows of aged beneficiaries, unless their types are given."""
    rows = len(next(iter(columns.values())))
    frame = pd.DataFrame({"enrollment_type": ["aged-nondual"] * rows, **columns})
    part = Part("e.csv", layouts_of("expenditures")[0], frame, np.arange(2, rows + 2), tuple(frame.columns), [], [])
    return [(remark.code, str(remark)) for remark in implausible_by_type([part])]


@pytest.mark.parametrize("name", ["risk_score", "demographic_score", "mean_risk_score"])
def test_scores_far_from_their_mean_are_told_once_with_the_first_row(name: str) -> None:
    assert told_by_type(**{name: [0.2, 1.0, np.nan, 5.0]}) == []
    words = f"5.01, plausible for aged-nondual are 0.20 to 5.00{MEAN}"
    text = f"e.csv, row 3 and 1 more, column {name}: {words}"
    assert told_by_type(**{name: [1.0, 5.01, 0.19]}) == [(name, text)]


@pytest.mark.parametrize(
    ("kind", "dollars", "limits"),
    [
        ("esrd", (10_375.0, 664_000.0), "10,375.00 to 664,000.00"),
        ("disabled", (1_312.5, 84_000.0), "1,312.50 to 84,000.00"),
        ("aged-dual", (2_000.0, 128_000.0), "2,000.00 to 128,000.00"),
        ("aged-nondual", (1_250.0, 80_000.0), "1,250.00 to 80,000.00"),
    ],
)
def test_expenditures_are_measured_by_what_is_typical_of_their_type(
    kind: str, dollars: tuple[float, float], limits: str
) -> None:
    kinds, (low, high) = [kind, kind], dollars
    assert told_by_type(enrollment_type=kinds, per_capita_expenditure=[low, high]) == []
    for wrong in (low - 1, high + 1):
        words = f"{wrong:,.2f} US dollars, plausible for {kind} are {limits}{YEARLY}"
        found = told_by_type(enrollment_type=kinds, per_capita_expenditure=[low, wrong])
        assert found == [(OWN, f"e.csv, row 3, column {OWN}: {words}")]


@pytest.mark.parametrize(
    ("dollars", "years", "is_told"),
    [
        (0.0, 1.0, True),
        (0.0, 0.99, False),
        (0.0, 0.0, False),
        (0.0, np.nan, False),
        (90_000.0, 10.0, True),
        (90_000.0, 9.9, False),
        (-9_000.0, 10.0, True),
        (np.nan, 10.0, False),
    ],
)
def test_a_mean_of_few_person_years_may_be_anything(dollars: float, years: float, is_told: bool) -> None:
    assert bool(told_by_type(per_capita_expenditure=[dollars], person_years=[years])) is is_told


@pytest.mark.parametrize(
    ("own", "regional", "is_told"),
    [
        (9_000.0, 2_250.0, False),
        (9_000.0, 36_000.0, False),
        (9_000.0, 2_249.0, True),
        (9_000.0, 36_001.0, True),
        (9_000.0, 0.0, True),
        (9_000.0, np.nan, False),
        (np.nan, 9_000.0, False),
    ],
)
def test_regional_expenditures_are_near_those_of_the_aco(own: float, regional: float, is_told: bool) -> None:
    words = f"{regional:,.2f} US dollars, plausible for aged-nondual beside {OWN} are 2,250.00 to 36,000.00{YEARLY}"
    found = told_by_type(per_capita_expenditure=[own], regional_expenditure=[regional])
    text = f"e.csv, row 2, column regional_expenditure: {words}"
    assert found == ([("regional_expenditure", text)] if is_told else [])


@pytest.mark.parametrize(
    ("dollars", "row"),
    [
        ([9_800.0, 9_990.0, 10_260.0], None),
        ([98_000.0, 9_990.0, 10_260.0], "row 2"),
        ([9_800.0, 15_500.0, 10_260.0], "row 3"),
        ([9_800.0, 9_990.0, 1_026.0], "row 4"),
        ([9_800.0, np.nan, 0.0], "row 4"),
        # Of two years the usual one shows which is wrong, and of all wrong ones that they are.
        ([98_000.0, 9_990.0], "row 2"),
        ([9_800.0, 999.0], "row 3"),
        ([816.67, 832.5, 855.0], "row 2 and 2 more"),
        ([117_600.0, 119_880.0, 123_120.0], "row 2 and 2 more"),
    ],
)
def test_national_expenditures_are_near_those_of_other_years(dollars: list[float], row: str | None) -> None:
    found = told_by_type(**{NATIONAL: dollars})
    assert [code for code, _ in found] == ([NATIONAL] if row else [])
    assert all(text.startswith(f"e.csv, {row}, column {NATIONAL}: ") for _, text in found)


ADVANCED = "Adv_Pay or AIP says yes, but the amount is missing; net_payment recoups only what earlier years leave"


@pytest.mark.parametrize(
    ("year", "flag", "amount", "others"), [(2014, "Adv_Pay", "Adv_Pay_Amt", 34), (2024, "AIP", "AIPBalance", 18)]
)
def test_advances_without_an_amount_are_told(
    shared_data: Path, tmp_path: Path, year: int, flag: str, amount: str, others: int
) -> None:
    source = shared_data / f"mssp_puf_{year}.csv"
    table = pd.read_csv(source, dtype="str", encoding="cp1252", keep_default_na=False)
    file, first = tmp_path / "p.csv", table.index[table[flag] == "1"][0] + 2
    text = f"{file}, row {first} and {others} more, column advance_balance: {ADVANCED}"

    def found(changed: pd.DataFrame) -> list[tuple[str, str]]:
        changed.to_csv(file, index=False)
        problems, remarks = check([str(file)])
        assert problems == []
        return [(remark.code, str(remark)) for remark in remarks]

    assert found(table) == []
    assert found(table.assign(**{amount: ""})) == [("advance_balance", text)]
    assert found(table.assign(**{amount: ""}).drop(columns=flag)) == []
    if year == 2014:  # in 2024 a file without the column is refused
        assert found(table.drop(columns=amount)) == [("advance_balance", text)]


@pytest.mark.parametrize("year", [2014, 2015, 2017, 2018, "2020_lowercase", 2021, 2022, 2023, 2024])
def test_nothing_that_was_published_is_implausible(shared_data: Path, year: int | str) -> None:
    assert check([str(shared_data / f"mssp_puf_{year}.csv")]) == ([], [])
