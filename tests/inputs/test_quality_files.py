"""Tables of quality measure rates: names, years, blanks, ids by totals, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.load import Loaded
from aco_cli.inputs.quality import check_rates, has_rates, load_rates, with_ids
from aco_cli.inputs.years import Years

Write = Callable[..., str]


def read(*files: str, years: str = "2018", scores: bool = False) -> Loaded:
    return load_rates(files, Years.parse(years), scores=scores)


def problems(*files: str, years: str = "2018") -> str:
    with pytest.raises(InputError) as caught:
        read(*files, years=years)
    return str(caught.value)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("ACO-13", "ACO-13"),
        ("ACO13", "ACO-13"),
        ("aco_13", "ACO-13"),
        ("ACO 13", "ACO-13"),
        ("ACO-8^", "ACO-8"),
        ("DM_Comp", "DM Composite"),
        ("cahps-1", "CAHPS_1"),
        ("QualityID 001 WI", "QualityID_001_WI"),
    ],
)
def test_names_of_the_project_and_of_cms_mean_the_same(write: Write, header: str, name: str) -> None:
    frame = read(write(f"aco_id,performance_year,{header}\n001,2018,77.5\n")).frame
    assert frame[name].tolist() == [77.5]
    assert frame["aco_id"].tolist() == ["001"]


@pytest.mark.parametrize("blank", ["", "-", "N/A", "."])
def test_no_rate_is_unknown_and_zero_is_a_rate(write: Write, blank: str) -> None:
    frame = read(write(f"aco_id,performance_year,ACO-13,ACO-27\nA,2018,{blank},0\n")).frame
    assert np.isnan(frame["ACO-13"].iloc[0])
    assert frame["ACO-27"].tolist() == [0.0]


def test_the_year_asked_for_stands_for_a_missing_column(write: Write) -> None:
    assert read(write("aco_id,ACO-13\nA,1\n")).frame["performance_year"].tolist() == [2018]


def test_rates_of_the_year_before_are_kept_for_improvement(write: Write) -> None:
    file = write("aco_id,performance_year,CAHPS_1\nA,2021,1\nA,2022,1\nA,2023,1\n")
    found = read(file, years="2023")
    assert found.frame["performance_year"].tolist() == [2022, 2023]
    assert found.skipped == 1


def test_a_file_of_other_years_is_refused(write: Write) -> None:
    text = problems(write("aco_id,performance_year,ACO-1\nA,2016,1\n"))
    assert "expected rows of 2018, found rows of 2016" in text


def test_a_file_without_measures_is_refused(write: Write) -> None:
    assert "columns of measure rates such as ACO-1" in problems(write("aco_id,performance_year\nA,2018\n"))


def test_the_public_use_file_of_2014_is_told_to_have_no_measures(shared_data: Path) -> None:
    """And not that it has the name twice, which CMS printed."""
    told = problems(str(shared_data / "mssp_puf_2014.csv"), years="2014")
    assert told.count("expected") + told.count("missing") == 1
    assert "missing columns of measure rates such as ACO-1" in told


def test_every_wrong_cell_is_told(write: Write) -> None:
    text = problems(write("aco_id,performance_year,ACO-1,ACO-2\nA,2018,-3,x\n,2018,1,1\n"))
    assert "row 2, column ACO-1: expected a number from 0 to 100, found '-3'" in text
    assert "row 2, column ACO-2: expected a rate from 0 to 100, found 'x'" in text
    assert "row 3, column aco_id" in text


def test_an_aco_twice_is_refused(write: Write) -> None:
    text = problems(write("aco_id,performance_year,ACO-1\nA,2018,1\nA,2018,2\n"))
    assert "one row per ACO and year" in text


def test_an_improvement_reward_above_what_there_is_is_refused(write: Write) -> None:
    text = problems(write("aco_id,performance_year,ACO-1,improvement_at_risk\nA,2018,1,4.5\n"))
    assert "improvement_at_risk" in text


def test_a_table_of_scores_is_read_only_where_scores_will_do(write: Write) -> None:
    header = "aco_id,performance_year,patient_experience,care_coordination,preventive_health,at_risk,quality_score"
    file = write(f"{header}\nA,2018,1,1,1,1,0.9\n")
    assert read(file, scores=True).frame["quality_score"].tolist() == [0.9]
    assert "columns of measure rates" in problems(file)
    with pytest.raises(InputError, match="columns of measure rates"):
        load_rates([file], None)


RESULTS = (
    "ACO Doing Business As (DBA) or Legal Business Name (LBN),Agreement Start Date,Total Benchmark Expenditures,"
    "Total Expenditures,Successfully Reported Quality5,ACO-1,ACO-8^,DM Composite,CAD Composite\n"
    'One,07/01/2012,"$100,000,000",$90000000,Yes,80.5,14.1,,3\n'
    "Two,01/01/2014,$200000000,$190000001,No,,15,,\n"
)


def roster(**changes: list[float]) -> pd.DataFrame:
    columns = {
        "aco_id": ["A2", "A1"],
        "performance_year": [2014, 2014],
        "benchmark_total": [2e8, 1e8],
        "expenditure_total": [1.9e8, 9e7],
    }
    return pd.DataFrame(columns | changes)


def test_cms_results_file_is_matched_by_totals_within_a_dollar(write: Write) -> None:
    found = read(write(RESULTS), years="2014").frame
    assert found["aco_id"].tolist() == ["", ""]
    matched, warnings = with_ids(found, roster())
    assert (matched["aco_id"].tolist(), warnings) == (["A1", "A2"], [])
    assert matched["quality_reported"].tolist() == [1.0, 0.0]
    assert matched["ACO-8"].tolist() == [14.1, 15.0]
    assert matched["agreement_start"].dt.year.tolist() == [2012, 2014]


def test_totals_two_dollars_apart_are_no_match_and_are_named(write: Write) -> None:
    found = read(write(RESULTS), years="2014").frame
    matched, warnings = with_ids(found, roster(benchmark_total=[2e8, 1e8 + 2]))
    assert matched["aco_id"].tolist() == ["", "A2"]
    assert warnings == ["1 rows match no ACO by their totals: One"]


def test_without_a_roster_missing_ids_are_told(write: Write) -> None:
    _, warnings = with_ids(read(write(RESULTS), years="2014").frame, None)
    assert len(warnings) == 1
    assert "--roster FILE" in warnings[0]


def test_a_roster_lends_the_start_of_the_agreement(write: Write) -> None:
    rates = read(write("aco_id,performance_year,ACO-1\nA1,2014,80\nA2,2014,80\n"), years="2014").frame
    lent, _ = with_ids(rates, roster().assign(agreement_start=pd.to_datetime(["2014-01-01", "2012-07-01"])))
    assert lent["agreement_start"].dt.year.tolist() == [2012, 2014]


@pytest.mark.parametrize(("year", "rows", "measures"), [(2018, 548, 32), (2021, 475, 28), (2023, 453, 28)])
def test_cms_public_use_files(shared_data: Path, year: int, rows: int, measures: int) -> None:
    """The file of 2021 has a column for eCQM and CQM together, which becomes two."""
    found = read(str(shared_data / f"mssp_puf_{year}.csv"), years=str(year))
    names = [name for name in found.frame if str(name).startswith(("ACO-", "DM", "CAHPS", "Measure_", "QualityID_"))]
    assert (len(found.frame), len(names), found.warnings) == (rows, measures, [])
    assert found.frame["performance_year"].unique().tolist() == [year]


def test_the_route_of_a_2021_rate_is_told_by_the_report_columns(shared_data: Path) -> None:
    frame = read(str(shared_data / "mssp_puf_2021.csv"), years="2021").frame
    by_route = frame[["QualityID_001_eCQM", "QualityID_001_MIPSCQM"]].notna()
    assert by_route.sum().tolist() == [5, 7]
    assert not by_route.all(axis=1).any()


@pytest.mark.parametrize(
    ("cell", "rate"), [("91.3", 91.3), ("91.3%", 91.3), ("0.5%", 0.5), ("100 %", 100.0), ("0", 0.0)]
)
def test_a_rate_is_a_percentage_with_or_without_its_sign(write: Write, cell: str, rate: float) -> None:
    assert read(write(f"aco_id,performance_year,ACO-13\nA,2018,{cell}\n")).frame["ACO-13"].tolist() == [rate]


@pytest.mark.parametrize(
    ("measure", "highest", "above"),
    [
        ("ACO-1", "100", "100.01"),
        ("DM Composite", "100", "150"),
        ("CAHPS_1", "100", "850"),
        ("Measure_479", "1", "16.98"),
    ],
)
def test_a_rate_beyond_what_there_is_is_refused(write: Write, measure: str, highest: str, above: str) -> None:
    header = f"aco_id,performance_year,{measure}\n"
    assert read(write(f"{header}A,2018,{highest}\n")).frame[measure].tolist() == [float(highest)]
    text = problems(write(f"{header}A,2018,{above}\n"))
    assert f"row 2, column {measure}: expected a number from 0 to {highest}, found '{above}'" in text


def test_admissions_per_1000_people_may_be_more_than_100(write: Write) -> None:
    assert read(write("aco_id,performance_year,ACO-37\nA,2018,119.18\n")).frame["ACO-37"].tolist() == [119.18]


@pytest.mark.parametrize(("last", "refused"), [("0.95", True), ("1", True), ("1.01", False), ("95", False)])
def test_a_file_of_fractions_is_refused(write: Write, last: str, refused: bool) -> None:
    """They would score as rates below one percent; a low percentage among others is what it is."""
    file = write(f"aco_id,performance_year,ACO-1,ACO-2,ACO-3,ACO-4,ACO-5\nA,2018,0.9,0.91,0.8,0.7,{last}\n")
    if refused:
        assert "expected rates from 0 to 100, found 5 rates in 5 columns and none above 1: fractions" in problems(file)
    else:
        assert read(file).frame["ACO-1"].tolist() == [0.9]


def test_few_low_rates_are_not_taken_for_fractions(write: Write) -> None:
    assert read(write("aco_id,performance_year,ACO-18,ACO-27\nA,2018,0.9,0\n")).frame["ACO-18"].tolist() == [0.9]


@pytest.mark.parametrize(
    ("header", "meant"),
    [("ACO-013", "ACO-13"), ("ACO-05", "ACO-5"), ("cahps-01", "CAHPS_1"), ("QualityID 1 WI", "QualityID_001_WI")],
)
def test_a_measure_that_is_misspelled_is_told(write: Write, header: str, meant: str) -> None:
    found = read(write(f"aco_id,performance_year,ACO-1,{header}\nA,2018,50,60\n"))
    assert len(found.warnings) == 1
    assert found.warnings[0].endswith(f"column {header}: unknown column, ignored; did you mean {meant}?")


def test_a_measure_under_two_names_is_refused(write: Write) -> None:
    text = problems(write("aco_id,performance_year,DM Composite,DM_Comp\nA,2018,50,60\n"))
    assert "column DM Composite: expected each column once, found it and DM_Comp in columns 3 and 4" in text
    text = problems(write("aco_id,performance_year,ACO-1,ACO1\nA,2018,50,60\n"))
    assert "column ACO-1: expected each column once, found it and ACO1 in columns 3 and 4" in text


def test_a_file_of_rates_without_ids_is_told_what_it_lacks(write: Write) -> None:
    text = problems(write("id,performance_year,ACO-1,ACO-2,ACO-3\nA,2018,80,80,80\n"))
    assert "column aco_id: missing required column (table of quality measure rates)" in text
    assert "rename id if it is meant" in text


@pytest.mark.parametrize(
    ("years", "kept", "skipped"),
    [
        (None, [2021, 2022, 2024, 2025], 0),
        ("2022", [2021, 2022], 2),
        ("2023,2024", [2022, 2024], 2),
        ("2025", [2024, 2025], 2),
        ("2021", [2021], 3),
    ],
)
def test_years_asked_for_come_with_the_years_before_them(
    write: Write, years: str | None, kept: list[int], skipped: int
) -> None:
    """Of several files, with rows numbered anew; a name that one file does not have is blank."""
    first = write("aco_id,performance_year,CAHPS_1\nA,2025,1\nA,2024,2\n", "a.csv")
    second = write("aco_id,aco_name,performance_year,CAHPS_1\nA,One,2022,3\nA,One,2021,4\n", "b.csv")
    found = load_rates([first, second], None if years is None else Years.parse(years))
    assert (sorted(found.frame["performance_year"]), found.skipped) == (kept, skipped)
    assert found.frame.index.tolist() == list(range(len(kept)))
    assert sorted(found.frame) == ["CAHPS_1", "aco_id", "aco_name", "performance_year"]
    assert set(found.frame["aco_name"]) <= {"", "One"}
    assert (found.frame["aco_name"] == "One").tolist() == (found.frame["performance_year"] < 2023).tolist()


def test_the_year_before_alone_is_refused(write: Write) -> None:
    """It would give improvement to a year that has no rates."""
    file = write("aco_id,performance_year,CAHPS_1\nA,2022,1\n")
    assert "expected rows of 2023, found rows of 2022" in problems(file, years="2023")


COMPUTED = "aco_id,performance_year,patient_experience,care_coordination,preventive_health,at_risk,quality_score"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("aco_id,ACO-1", True),
        ("ACO_ID,aco13", True),
        ("cahps-1", True),
        ("aco_id,performance_year,quality_score", False),
        ("aco_id,aco_name", False),
        (COMPUTED, True),
        (COMPUTED.upper(), True),
        (COMPUTED.removesuffix(",quality_score"), False),
        (COMPUTED + ",notes", True),
    ],
)
def test_a_header_is_of_rates_by_any_measure_and_of_scores_by_all_their_columns(header: str, expected: bool) -> None:
    assert has_rates(header.split(",")) is expected


def test_rates_and_scores_are_checked_for_all_years_at_once(write: Write) -> None:
    """A warning of each file, and no problem of a table of scores or of any year."""
    rates = write("aco_id,performance_year,ACO-1,ACO-013\nA,2014,80,1\nA,2018,80,1\n", "rates.csv")
    scores = write(f"{COMPUTED}\nA,2016,1,1,1,1,0.9\n", "scores.csv")
    found, remarks = check_rates([rates, scores])
    assert found == []
    assert [str(each) for each in remarks] == [
        f"{rates}, column ACO-013: unknown column, ignored; did you mean ACO-13?"
    ]
    wrong = write("aco_id,performance_year,state\nA,2018,TX\n", "wrong.csv")
    assert check_rates([wrong])[0][0] == Problem(
        wrong, "columns of measure rates such as ACO-1, CAHPS_1 or QualityID_001_WI", "none", 1, fix=_GIVE
    )


_GIVE = "give the file that has them"


@pytest.mark.parametrize(
    ("rates", "refused"),
    [
        ("0.5,0.5,0.5,0.5,0.5", True),
        ("0.5,0,1,0,1", True),
        ("0,0,0,0,0", False),
        ("1,1,1,1,1", False),
        ("0,1,0,1,0", False),
        ("0.5,0.5,0.5,0.5,1.5", False),
        ("0.5,0.5,0.5,0.5,", False),
        ("0.5,0.5,,,", False),
    ],
)
def test_fractions_are_told_by_five_rates_of_which_one_is_between_0_and_1_and_none_above(
    write: Write, rates: str, refused: bool
) -> None:
    """Counts per 1,000 and measures that are fractions by nature say nothing of it."""
    header = "aco_id,performance_year,ACO-1,ACO-2,ACO-3,ACO-4,ACO-5,ACO-37,Measure_479"
    file = write(f"{header}\nA,2018,{rates},119,0.1\n")
    if refused:
        with pytest.raises(InputError) as caught:
            read(file)
        found = "5 rates in 5 columns and none above 1: fractions"
        assert caught.value.problems == (Problem(file, "rates from 0 to 100", found, fix="multiply them by 100"),)
    else:
        assert len(read(file).frame) == 1


def test_a_measure_under_two_names_is_one_problem_of_the_header(write: Write) -> None:
    file = write("aco_id,performance_year,DM Composite,DM_Comp,ACO-1\nA,2018,50,60,70\n")
    with pytest.raises(InputError) as caught:
        read(file)
    found, fix = "it and DM_Comp in columns 3 and 4", "remove or rename one"
    assert caught.value.problems == (Problem(file, "each column once", found, 1, "DM Composite", fix=fix, unread=True),)


@pytest.mark.parametrize(
    ("names", "places"),
    [
        (["year", "performance_year", "ACO-1"], "2 and 3"),
        (["performance_year", "ACO-1", "QualityID_001_WI", "QualityID_001"], "4 and 5"),
        (["performance_year", "ACO-1", "Start_Date", "agreement_start"], "4 and 5"),
        (["performance_year", "CAD_Comp", "ACO-1", "CAD Composite"], "3 and 5"),
        (["performance_year", "ACO-8^", "ACO8", "ACO-8"], "3 and 4 and 5"),
    ],
)
def test_every_column_of_a_table_of_rates_counts_once_by_whichever_name(
    write: Write, names: list[str], places: str
) -> None:
    """Titles may stand above the header: the problem is told in its row."""
    file = write(f"Rates\naco_id,{','.join(names)}\nA{',2018' * len(names)}\n")
    text = problems(file)
    assert "row 2, column" in text
    assert "expected each column once, found it and " in text
    assert f" in columns {places}; remove or rename one" in text


def rates_without_ids(*totals: tuple[float, float], **more: list[object]) -> pd.DataFrame:
    benchmarks, spending = zip(*totals, strict=True)
    columns = {"benchmark_total": benchmarks, "expenditure_total": spending} | more
    return pd.DataFrame({"aco_id": "", "performance_year": 2014} | columns)


@pytest.mark.parametrize(
    ("benchmark", "spent", "matched"),
    [
        (2e8, 1.9e8, "A2"),
        (2e8 + 1, 1.9e8 + 1, "A2"),
        (2e8 - 1, 1.9e8 - 1, "A2"),
        (2e8 + 1.01, 1.9e8, ""),
        (2e8 - 1.01, 1.9e8, ""),
        (2e8, 1.9e8 + 1.01, ""),
        (2e8, 1.9e8 - 1.01, ""),
        (1e8, 9e7, "A1"),
        (1e8, 1.9e8, ""),
        (3e8, 2.5e8, ""),
        (1e7, 9e6, ""),
        (4e8, 3e8, ""),
        (np.nan, 1.9e8, ""),
        (2e8, np.nan, ""),
    ],
)
def test_both_totals_within_a_dollar_are_the_same_aco_of_the_year(benchmark: float, spent: float, matched: str) -> None:
    """Above and below all totals of the roster too; an ACO of another year, or one without benchmark, is none."""
    others = pd.DataFrame(
        {
            "aco_id": ["A3", "A4"],
            "performance_year": [2013, 2014],
            "benchmark_total": [3e8, np.nan],
            "expenditure_total": [2.5e8, 3e8],
        }
    )
    found, _ = with_ids(rates_without_ids((benchmark, spent)), pd.concat([roster(), others], ignore_index=True))
    assert found["aco_id"].tolist() == [matched]


def test_ids_that_are_given_stay_and_a_year_that_the_roster_lacks_matches_nothing() -> None:
    rates = rates_without_ids((1e8, 9e7), (2e8, 1.9e8), (1e8, 9e7))
    rates = rates.assign(aco_id=["", "B9", ""], performance_year=[2014, 2014, 2013], aco_name=["One", "Two", "Three"])
    found, warnings = with_ids(rates, roster())
    assert found["aco_id"].tolist() == ["A1", "B9", ""]
    assert warnings == ["1 rows match no ACO by their totals: Three"]
    assert rates["aco_id"].tolist() == ["", "B9", ""]


def test_at_most_ten_rows_without_a_match_are_named_and_those_without_a_name_counted() -> None:
    names = [f"N{number}" for number in range(12)]
    totals = [(1.0, 1.0)] * 12
    told = "12 rows match no ACO by their totals"
    _, warnings = with_ids(rates_without_ids(*totals, aco_name=[*names]), roster())
    assert warnings == [f"{told}: N0, N1, N2, N3, N4, N5, N6, N7, N8, N9"]
    assert with_ids(rates_without_ids(*totals), roster())[1] == [told]
    assert with_ids(rates_without_ids(*totals, aco_name=[""] * 12), roster())[1] == [told]


def test_without_a_roster_only_rows_that_lack_an_id_are_told() -> None:
    rates = rates_without_ids((1e8, 9e7), (2e8, 1.9e8), (3e8, 3e8)).assign(aco_id=["", "B", ""])
    found, warnings = with_ids(rates, None)
    assert warnings == ["2 rows have no aco_id; --roster FILE gives those of the ACOs with the same totals"]
    assert found is rates
    assert with_ids(rates.assign(aco_id="A"), None)[1] == []


def test_a_roster_lends_what_the_rates_leave_blank_by_aco_and_year() -> None:
    """Of an ACO that is there twice the first row; numbers and days that the rates have themselves stay."""
    rates = pd.DataFrame(
        {
            "aco_id": ["A1", "A2", "A1"],
            "performance_year": [2014, 2014, 2013],
            "agreement_period": [2.0, np.nan, np.nan],
        },
        index=[4, 5, 6],
    )
    lender = pd.DataFrame(
        {
            "aco_id": ["A2", "A1", "A1"],
            "performance_year": [2014, 2014, 2014],
            "agreement_period": [3.0, 1.0, 1.0],
            "first_performance_year": [0.0, 1.0, 0.0],
            "quality_score": [0.5, 0.5, 0.5],
        }
    )
    lent, warnings = with_ids(rates, lender)
    assert (list(lent), warnings) == ([*rates, "first_performance_year"], [])
    np.testing.assert_array_equal(lent["agreement_period"], [2.0, 3.0, np.nan])
    np.testing.assert_array_equal(lent["first_performance_year"], [1.0, 0.0, np.nan])
    alone, _ = with_ids(rates, lender[["aco_id", "performance_year"]])
    pd.testing.assert_frame_equal(alone, rates)
