"""CMS's results file of ACO REACH in any copy: the same figures, and refused where a column or a year is not right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aco_cli.engine.settle import settle
from aco_cli.inputs.layout import layouts_of
from aco_cli.inputs.load import check
from aco_cli.rules.book import RuleBook

RESULTS = Path(__file__).parents[2] / "sample_data" / "reach_results.csv"
PUF = "mssp_puf_2021.csv"
(LAYOUT,) = layouts_of("cms-results")


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return pd.read_csv(RESULTS, dtype=str, keep_default_na=False)


def as_cms_writes_2021(table: pd.DataFrame) -> pd.DataFrame:
    """Upper case, percent signs, another name for the beneficiaries, and columns that do not count."""
    percent = table["qual_scr"].astype(float).map("{:.0f}%".format)
    renamed = table.assign(qual_scr=percent, shared_savings_seq="1", aco_type=table["aco_type"].str.upper())
    renamed["risk_arrangement"] = renamed["risk_arrangement"].str.upper()
    return renamed.rename(columns=str.upper).rename(columns={"BENE_CNT": "ALIGNED_BENEFICIARIES"})


def in_dollars(table: pd.DataFrame) -> pd.DataFrame:
    """As a spreadsheet shows amounts, losses in brackets."""
    amounts = table["gross_savings"].astype(float)
    shown = amounts.abs().map("${:,.6f}".format)
    return table.assign(gross_savings=shown.mask(amounts < 0, "(" + shown + ")"))


DRESSES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "as CMS writes it": as_cms_writes_2021,
    "fractions": lambda table: table.assign(qual_scr=(table["qual_scr"].astype(float) / 100).astype(str)),
    "words with blanks": lambda table: table.rename(columns=lambda name: name.replace("_", " ").title()),
    "another year column": lambda table: table.rename(columns={"perf_year": "Performance Year"}),
    "dollars": in_dollars,
    "other order": lambda table: table[sorted(table.columns)],
}


@pytest.mark.parametrize("dress", DRESSES)
def test_a_copy_is_read_as_the_file(dress: str, published: pd.DataFrame, write: Any, load_year: Any) -> None:
    plain = load_year(str(RESULTS), years="2021-2023").frame
    found = load_year(write(DRESSES[dress](published).to_csv(index=False)), years="2021-2023").frame
    names = [name for name in plain if name in LAYOUT.columns]
    pd.testing.assert_frame_equal(found[names], plain[names], rtol=1e-12)
    assert len(names) == len(LAYOUT.columns)


def test_tracks_and_years_are_those_of_the_file(load_year: Any) -> None:
    frame = load_year(str(RESULTS), years="2021-2023").frame
    counts = frame.groupby(["performance_year", "track"]).size().to_dict()
    assert counts == {
        **{(2021, "global"): 39, (2021, "professional"): 14, (2022, "global"): 72, (2022, "professional"): 27},
        **{(2023, "global"): 5, (2023, "professional"): 1},
    }
    assert set(frame["program"]) == {"reach"}


def test_no_dollar_of_the_file_is_called_implausible() -> None:
    """ACOs with high needs spend up to 81,624 US dollars per beneficiary and lose 35 % of their benchmark."""
    assert check([str(RESULTS)]) == ([], [])


@pytest.mark.parametrize("name", LAYOUT.required)
def test_a_column_that_is_needed_is_missed_by_name(
    name: str, published: pd.DataFrame, write: Any, problems_of: Any
) -> None:
    """Without gross savings those of 2023 would be benchmark minus cost, and wrong."""
    problems = problems_of(write(published.drop(columns=name.lower()).to_csv(index=False)))
    assert [(each.column, each.found) for each in problems] == [(name, "no such column")]


def test_a_year_that_the_file_does_not_hold_is_refused(problems_of: Any) -> None:
    (problem,) = problems_of(str(RESULTS), years="2024")
    assert problem.found == "rows of 2021, 2022 and 2023"


def test_without_a_year_column_it_is_of_the_one_year_asked_for(
    published: pd.DataFrame, write: Any, load_year: Any, problems_of: Any
) -> None:
    one = published[published["perf_year"] == "2022"].drop(columns="perf_year")
    file = write(one.to_csv(index=False))
    assert set(load_year(file, years="2022").frame["performance_year"]) == {2022}
    (problem,) = problems_of(file, years="2021-2022")
    assert problem.expected == "a column performance_year"


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("perf_year", "2020", "a year such as 2014, from 2021 to 2040"),
        ("perf_year", "", "a year such as 2014"),
        ("risk_arrangement", "Globall", "one of global, professional"),
        ("risk_arrangement", "", "a track"),
        ("gross_savings", "n.a.?", "US dollars as a number"),
        ("final_benchmark", "0", "more than 0 US dollars"),
        ("qual_scr", "101", "a fraction from 0 to 1"),
    ],
)
def test_a_cell_that_does_not_fit_is_refused(
    column: str, value: str, told: str, published: pd.DataFrame, write: Any, problems_of: Any
) -> None:
    table = published.assign(**{column: published[column].where(published.index != 5, value)})
    (problem,) = problems_of(write(table.to_csv(index=False)), years="2021-2023")
    assert problem.row == 7
    assert problem.expected.startswith(told)


def test_the_same_rows_twice_are_refused(published: pd.DataFrame, write: Any, problems_of: Any) -> None:
    problems = problems_of(write(pd.concat([published, published.head(2)]).to_csv(index=False)), years="2021")
    assert [each.row for each in problems] == [160, 161]


def test_beside_a_public_use_file_each_keeps_its_program(load_year: Any, shared_data: Path) -> None:
    frame = load_year(str(shared_data / PUF), str(RESULTS), years="2021").frame
    assert frame["program"].value_counts().to_dict() == {"mssp": 475, "reach": 53}
    columns = ("program", "settlement", "notes")
    together = settle(frame, RuleBook(), columns)
    for program, rows in frame.groupby("program"):
        alone = settle(rows.reset_index(drop=True), RuleBook(), columns)
        own = together[together["program"] == program].reset_index(drop=True)
        pd.testing.assert_frame_equal(alone, own, check_exact=True)
    found = together.loc[frame["program"] == "reach", "settlement"]
    assert (found - frame["published_settlement"][frame["program"] == "reach"]).abs().max() < 0.02


def test_a_roster_holds_several_programs(write: Any, load_year: Any, problems_of: Any) -> None:
    header = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total,gross_savings\n"
    rows = "A1,mssp,track-1,10000,100000000,90000000,\nD1,ACO REACH,Professional,5000,100000000,90000000,8000000\n"
    frame = load_year(write(header + rows), years="2021").frame
    assert frame[["program", "track"]].to_numpy().tolist() == [["mssp", "track-1"], ["reach", "professional"]]
    (problem,) = problems_of(write(header + rows.replace("Professional", "enhanced")), years="2021")
    assert problem.expected == "a track of reach: global, professional"
