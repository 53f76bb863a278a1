"""How precisely amounts and scores are printed: half a unit of the last digit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from aco_cli.inputs.layout import Column
from aco_cli.inputs.load import load
from aco_cli.inputs.numbers import parse_numbers
from aco_cli.inputs.precision import complete_half_units, printed_half_units, rounded_like_others
from aco_cli.inputs.years import Years

USD = Column("benchmark_total", "usd", none=frozenset({"-"}))
SCORE = Column("quality_score", "fraction")
PERCENT = Column("quality_score", "fraction", percent=True)
HEADER = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"


def half_units(column: Column, *cells: object) -> list[float]:
    column_of = pa.chunked_array([list(cells)])
    return printed_half_units(column_of, parse_numbers(column_of, column)[0], column).tolist()


@pytest.mark.parametrize(
    ("cell", "half_unit"),
    [
        ("613084880.4", 0.05),
        ("450902466", 0.5),
        ("$1,234.50", 0.005),
        ("(5,674,936)", 0.5),
        ("0", 0.5),
        ("6.67E+08", 500_000.0),
        ("1.25e1", 0.05),
        ("125e-2", 0.005),
        ("450902466.1000001", 0.05),
        (613084880.4, 0.05),
        (450902466.0, 0.5),
        (450902466, 0.5),
        (1057032.308, 0.0005),
        # No more than 15 digits and ten decimals are faithful.
        ("123456789012.340", 0.0005),
        ("1234567890123.340", 0.005),
        ("450902466.1000003", 0.05),
        (450902460, 0.5),
        (0.123456789, 0.5e-9),
        (0.1000000001, 0.5e-10),
        (0.10000000004, 0.05),
        (5e-11, 0.5),
    ],
)
def test_dollars_go_by_the_digits_of_each_value(cell: object, half_unit: float) -> None:
    assert half_units(USD, cell) == pytest.approx([half_unit], rel=1e-12)


def test_dollars_of_one_column_may_differ_in_digits() -> None:
    assert half_units(USD, "39568834.84", "613084880.4", "573516045") == pytest.approx([0.005, 0.05, 0.5])


def test_whole_numbers_written_as_floats_are_whole() -> None:
    """80864.0 in all of a column is a program's way of writing 80864; beside 80864.5 the zero was printed."""
    assert half_units(USD, "80864.0", "1.0") == [0.5, 0.5]
    assert half_units(USD, "80864.0", "1.5") == pytest.approx([0.05, 0.05])
    assert half_units(USD, "80864.00", "1.00") == pytest.approx([0.005, 0.005])


def test_rates_go_by_the_most_decimals_of_their_column() -> None:
    """Prints lose their trailing zeros: 0.5 beside 0.4582 is 0.5000."""
    assert half_units(SCORE, "0.9", "0.9219", "1") == pytest.approx([0.00005] * 3)
    assert half_units(SCORE, 0.9, 0.9219, 1.0) == pytest.approx([0.00005] * 3)


def test_percentages_move_by_two() -> None:
    assert half_units(SCORE, "89.41%", "90%") == pytest.approx([0.00005] * 2)
    assert half_units(PERCENT, "98.06", "92") == pytest.approx([0.00005] * 2)
    assert half_units(PERCENT, "98.0%", "92.5%") == pytest.approx([0.0005] * 2)
    assert half_units(PERCENT, 98.06, 92.0) == pytest.approx([0.00005] * 2)


def test_noise_of_floats_is_no_precision() -> None:
    assert half_units(SCORE, "0.9693999999999999", "1.0") == pytest.approx([0.00005] * 2)
    assert half_units(SCORE, 0.9693999999999999, 0.30000000000000004) == pytest.approx([0.00005] * 2)


def test_a_missing_value_has_no_half_unit() -> None:
    np.testing.assert_array_equal(half_units(USD, "5", "", "-"), [0.5, np.nan, np.nan])
    np.testing.assert_array_equal(half_units(SCORE, "", ""), [np.nan, np.nan])


def test_a_mark_that_stands_for_zero_is_exact() -> None:
    owed = Column("published_settlement", "usd", zero=frozenset({"", "-"}))
    assert half_units(owed, "", "-", "0.5", "0") == pytest.approx([0.0, 0.0, 0.05, 0.5])
    assert half_units(owed, None, 0.5, 0.0) == pytest.approx([0.0, 0.05, 0.5])


@pytest.mark.parametrize(
    ("values", "exact", "half_units"),
    [
        # All on the grid, or with as many decimals as its prints: none was rounded.
        ([0.5, 0.123456], [True, True], [None, None]),
        ([0.123457, np.nan], [False, False], [None, None]),
        # What has as few digits as one that was rounded may be on the grid by chance.
        ([0.88, 0.5, 0.123456], [False, True, True], [0.005, 0.005, None]),
        ([0.88, 0.5, 0.457], [False, True, True], [0.005, 0.005, None]),
        ([0.88, 0.457, 1.0, np.nan], [False, False, True, False], [0.0005, 0.0005, 0.0005, None]),
        ([0.88, 0.1234567], [False, False], [0.005, None]),
    ],
)
def test_what_was_rounded_like_others_is_as_precise_as_they(
    values: list[float], exact: list[bool], half_units: list[float | None]
) -> None:
    found = rounded_like_others(np.array(values), np.array(exact), 6)
    np.testing.assert_allclose(found, np.array(half_units, dtype=np.float64), rtol=1e-12)


def test_values_without_a_half_unit_are_completed_by_their_digits() -> None:
    frame = pd.DataFrame(
        {"benchmark_total": [1.5, 2.0, np.nan], "advance_balance": 1.0, "quality_score": [0.5, 0.25, 1.0]}
    )
    frame["benchmark_total_half_unit"] = [0.5, np.nan, np.nan]
    found = complete_half_units(frame)
    assert sorted(map(str, found)) == [
        *("advance_balance", "benchmark_total", "benchmark_total_half_unit", "quality_score", "quality_score_half_unit")
    ]
    np.testing.assert_allclose(found["benchmark_total_half_unit"], [0.5, 0.5, np.nan])
    np.testing.assert_allclose(found["quality_score_half_unit"], [0.005] * 3)


def test_half_units_come_only_when_asked_for(roster) -> None:
    path = roster(quality_score="0.91", benchmark_total="100000000.5")
    plain = load([path], Years.parse("2014")).frame
    precise = load([path], Years.parse("2014"), precision=True).frame
    added = precise.columns.difference(plain.columns)
    assert list(added) == ["benchmark_total_half_unit", "expenditure_total_half_unit", "quality_score_half_unit"]
    assert precise[added].iloc[0].tolist() == pytest.approx([0.05, 0.5, 0.005])
    pd.testing.assert_frame_equal(precise[plain.columns], plain)


def test_a_value_from_elsewhere_goes_by_its_own_digits(write) -> None:
    """Products and totals files bring values that are no print of this file."""
    header = HEADER.replace("benchmark_total,expenditure_total", "person_years,benchmark_per_capita")
    path = write(f"{header}\nA1,mssp,track-1,10000,1000.5,10001\n")
    totals = write("aco_id,expenditure_total\nA1,9000000\n", "t.csv")
    frame = load([path], Years.parse("2014"), expenditures=[totals], precision=True).frame
    assert frame["benchmark_total_half_unit"].tolist() == pytest.approx([0.05])
    assert frame["expenditure_total_half_unit"].tolist() == [0.5]


def test_typed_columns_go_by_their_values(tmp_path) -> None:
    path = tmp_path / "r.parquet"
    columns = {"aco_id": ["A1", "A2"], "program": "mssp", "track": "track-1", "assigned_beneficiaries": 10000}
    columns |= {"benchmark_total": [100000000.25, 5.0], "expenditure_total": 90000000, "quality_score": [0.75, np.nan]}
    pd.DataFrame(columns).to_parquet(path)
    frame = load([str(path)], Years.parse("2014"), precision=True).frame
    assert frame["benchmark_total_half_unit"].tolist() == pytest.approx([0.005, 0.5])
    np.testing.assert_allclose(frame["quality_score_half_unit"], [0.005, np.nan])


def test_precision_of_the_public_use_files(shared_data) -> None:
    """2014 scores are restored from their grid and exact; 2015 prints percentages with two decimals; 2020 has noise."""

    def of(name: str) -> pd.DataFrame:
        return load([str(shared_data / name)], None, precision=True).frame

    frame = of("mssp_puf_2014.csv")
    assert set(frame["quality_score_half_unit"].dropna()) == {0.0}
    assert frame["quality_score_half_unit"].isna().equals(frame["quality_score"].isna())
    for name in ("mssp_puf_2015.csv", "mssp_puf_2018.csv", "mssp_puf_2020_lowercase.csv", "mssp_puf_2021.csv"):
        frame = of(name)
        np.testing.assert_allclose(frame["quality_score_half_unit"].dropna().unique(), [0.00005])
        assert set(frame["benchmark_total_half_unit"]) == {0.5}
    frame = of("headers/mssp_puf_2013_first_rows.csv")
    np.testing.assert_allclose(frame["published_settlement_half_unit"], [0.005, 0.5, 0.5, 0.0005, 0.005, 0.5])
