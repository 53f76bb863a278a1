"""Prior savings from published years: against the adjustments that CMS published for agreements from 2024."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.benchmark.prior_years import with_prior_years
from aco_cli.errors import UsageError
from aco_cli.inputs.load import load

YEARS = (2021, 2022, 2023)


def years_of(*rows: tuple[str, int, float, float]) -> pd.DataFrame:
    """ACO, year, savings per capita and person years."""
    frame = pd.DataFrame(rows, columns=["aco_id", "performance_year", "saved", "person_years"])
    return frame.assign(benchmark_total=frame["saved"] * frame["person_years"] + 5e6, expenditure_total=5e6)


def found(settled: pd.DataFrame, period: int = 2, aco_id: str = "A1") -> tuple[float, float]:
    start = pd.to_datetime(["2024-01-01"])
    roster = pd.DataFrame({"aco_id": [aco_id], "agreement_start": start, "agreement_period": [period]})
    row = with_prior_years(roster, settled).iloc[0]
    return row["prior_average"], row["prior_person_years"]


OTHER = [("B1", year, 10.0, 1000.0) for year in YEARS]


def test_average_is_of_three_years_and_person_years_of_those_settled() -> None:
    """42 CFR 425.658: a year without reconciliation counts as 0; losses count below zero."""
    own = [("A1", 2021, 300.0, 1000.0), ("A1", 2022, -60.0, 3000.0), ("A1", 2020, 9e9, 1.0)]
    assert found(years_of(*OTHER, *own)) == pytest.approx((80, 2000))


def test_a_year_whose_file_is_not_there_is_no_year_without_reconciliation() -> None:
    own = [("A1", 2021, 300.0, 1000.0), ("A1", 2022, 60.0, 3000.0)]
    assert np.isnan(found(years_of(*own))).all()


def test_an_aco_that_is_in_no_file_has_none_in_a_first_agreement_alone() -> None:
    """A renewing one may have had another ID."""
    assert found(years_of(*OTHER), period=1) == (0, 0)
    assert np.isnan(found(years_of(*OTHER), period=2)).all()


def test_a_missing_figure_is_no_year_without_reconciliation() -> None:
    own = years_of(*OTHER, *(("A1", year, 10.0, 1000.0) for year in YEARS))
    own.loc[own.index[-1], "benchmark_total"] = np.nan
    assert np.isnan(found(own)).all()


def test_half_years_are_refused_where_they_would_count() -> None:
    """Files do not say whether the person years of half a year are of six months or of a year."""
    whole = years_of(*OTHER, *(("A1", year, 10.0, 1000.0) for year in YEARS))
    assert found(pd.concat([whole, years_of(("C1", 2019, 1.0, 9.0), ("C1", 2019, 2.0, 9.0))])) == (10, 1000)
    with pytest.raises(UsageError, match="--prior: A1 has more than one row for 2022"):
        found(pd.concat([whole, years_of(("A1", 2022, 10.0, 500.0))]))


@pytest.fixture(scope="module")
def published(shared_data: Path) -> pd.DataFrame:
    """Renewing ACOs of January 2024 with the adjustment that CMS published, and what the years before give."""
    files = [str(shared_data / f"mssp_puf_{year}.csv") for year in YEARS]
    columns = ("PriorSavAdj", "Agree_Type", *(f"N_AB_Year_{kind}_BY3" for kind in ("ESRD", "DIS")))
    columns += ("N_AB_Year_AGED_Dual_BY3", "N_AB_Year_AGED_NonDual_BY3")
    frame = load([str(shared_data / "mssp_puf_2024.csv")], None, own=columns).frame
    renewing = (frame["agreement_start"] == "2024-01-01") & (frame["Agree_Type"] == "Renewal")
    frame = with_prior_years(frame[renewing].reset_index(drop=True), load(files, None).frame)
    people = sum(pd.to_numeric(frame[name], errors="coerce").fillna(0) for name in columns[2:])
    return frame.assign(published=pd.to_numeric(frame["PriorSavAdj"], errors="coerce"), by3=people)


def test_an_adjustment_is_published_where_the_average_is_positive(published: pd.DataFrame) -> None:
    assert published["prior_average"].notna().all()
    assert (published["published"].notna() == (published["prior_average"] > 0)).all()
    assert published["published"].notna().value_counts().to_dict() == {True: 62, False: 9}


def test_published_adjustments_are_half_of_the_average_prorated(published: pd.DataFrame) -> None:
    """Person years of benchmark years 1 and 2 are not published: proration is bounded by 1, and near that of BY3."""
    rows = published[published["published"].notna() & (published["aco_id"] != "A4795")]
    half = rows["prior_average"] / 2
    assert (rows["published"] <= half + 0.5).all()
    whole = rows["prior_person_years"] >= 1.05 * rows["by3"]
    assert whole.sum() == 16
    assert (half[whole] - rows["published"][whole]).abs().max() <= 0.5  # to the dollar that is printed
    prorated = half * np.minimum(1, rows["prior_person_years"] / rows["by3"])
    assert ((prorated - rows["published"]).abs() / half).median() < 0.01


def test_one_published_adjustment_is_below_half_of_the_average_as_a_cap_would_have_it(published: pd.DataFrame) -> None:
    """A4795: $765 are 5 percent of $15,300."""
    row = published.set_index("aco_id").loc["A4795"]
    assert (row["published"], round(row["prior_average"] / 2)) == (765, 2248)
