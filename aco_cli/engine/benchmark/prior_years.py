"""Prior savings from an ACO's own settled years, the three before its agreement (42 CFR 425.658)."""

import numpy as np
import pandas as pd

from aco_cli.engine.members import BENCHMARK_YEARS
from aco_cli.errors import UsageError

_YEARS = len(BENCHMARK_YEARS)


def with_prior_years(roster: pd.DataFrame, settled: pd.DataFrame) -> pd.DataFrame:
    """The roster with `prior_average` (US dollars per capita) and `prior_person_years` of each ACO's benchmark years.

    `settled` has benchmark_total, expenditure_total and person_years by aco_id and performance_year. The average is of
    all three years, 0 in one that has rows but none of the ACO; that of person years is of those of the ACO. Unknown
    where a year has no rows at all, a figure of the ACO is missing, or a renewing ACO is in none of the years, as it
    may have had another ID. Raises UsageError where an ACO has several rows for a benchmark year (half-years of 2019).
    """
    start = roster["agreement_start"].dt.year
    wanted = {int(first): [int(first) - back for back in range(_YEARS, 0, -1)] for first in start.dropna().unique()}
    settled = settled[settled["performance_year"].isin({year for years in wanted.values() for year in years})]
    if (twice := settled.duplicated(["aco_id", "performance_year"])).any():
        aco_id, year = settled.loc[twice, ["aco_id", "performance_year"]].iloc[0]
        told = f"{aco_id} has more than one row for {year}, whose person years cannot be added up"
        raise UsageError(f"--prior: {told}; leave one row for each ACO and year, of the whole year")
    savings = settled["benchmark_total"] - settled["expenditure_total"]
    figures = settled.assign(per_capita=savings / settled["person_years"], listed=1.0)
    names = ("per_capita", "person_years", "listed")
    tables = [figures.pivot(index="aco_id", columns="performance_year", values=name) for name in names]
    found = pd.DataFrame(np.nan, index=roster.index, columns=["prior_average", "prior_person_years"])
    for first, years in wanted.items():
        rows = roster.index[start == first]
        if set(years) <= set(settled["performance_year"]):
            own = [table[years].reindex(roster.loc[rows, "aco_id"]).set_axis(rows) for table in tables]
            per_capita, people, listed = own
            lacks = (listed.notna() & per_capita.isna()).any(axis=1)
            never = listed.isna().all(axis=1) & (roster.loc[rows, "agreement_period"] != 1)
            found.loc[rows, "prior_average"] = (per_capita.fillna(0).sum(axis=1) / _YEARS).mask(lacks | never)
            found.loc[rows, "prior_person_years"] = people.mean(axis=1).fillna(0).mask(lacks | never)
    return roster.assign(prior_average=found["prior_average"], prior_person_years=found["prior_person_years"])
