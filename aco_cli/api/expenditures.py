"""Expenditures from claims, as a call of the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from aco_cli.api.claims import Found, Sought, from_claims
from aco_cli.api.run import Result, Run
from aco_cli.api.selection import YearsLike, rules_of, years_of
from aco_cli.api.stages import open_tables, stages
from aco_cli.engine.members import TYPES
from aco_cli.errors import UsageError
from aco_cli.inputs.claims.checks import ClaimsFiles
from aco_cli.outputs.columns import column_names
from aco_cli.rules.book import RuleBook

Paths = str | Path | Sequence[str | Path]


def expenditures(
    years: YearsLike,
    *,
    claims: Paths,
    enrollment: Paths,
    assignment: Paths,
    reference: Paths | None = None,
    county_ffs: Paths | None = None,
    national: Paths | None = None,
    rules: RuleBook | str | Path | Sequence[str | Path] | None = None,
    engine: str = "duckdb",
    master: str = "local[*]",
    memory: str = "4GB",
    temp: str | None = None,
    run: Run | None = None,
) -> Result:
    """Person years, per capita expenditure and risk score by ACO, period and enrollment type, from claims files.

    Thresholds and mean risk scores come from `reference` or else the assignable beneficiaries of `national`; with
    `county_ffs` there are regional figures. `engine` is `duckdb` or `spark` (on `master`). US dollars per person year.
    """
    if not reference and not national:
        raise UsageError("thresholds and mean risk scores are needed: give --reference FILE, --national FILE, or both")
    run = run or Run()
    files = ClaimsFiles(*map(_paths, (claims, enrollment, assignment, national)))
    sought = Sought(files, years_of(years), _paths(reference), _paths(county_ffs))
    everything = [*files.claims, *files.enrollment, *files.assignment, *files.population]
    with stages(run, everything) as progress, open_tables(engine, master, memory, temp, progress) as held:
        found = from_claims(held, sought, rules_of(rules), progress.next)
    _tell(run, found)
    return Result(found.rows.reindex(columns=list(column_names("expenditures"))), run.notices)


def _paths(given: Paths | None) -> list[str]:
    return [str(path) for path in ([given] if isinstance(given, str | Path) else given or ())]


def _tell(run: Run, found: Found) -> None:
    """What a reader of the figures must know, and whom no figure counts."""
    uncertain = [name for name in found.rules.uncertain if name != "truncation_percentile" or len(found.computed)]
    if uncertain:
        run.note("unpublished", f"not published for all these years: {', '.join(uncertain)} (aco rules show)")
    if found.rules.covid and found.touches_covid:
        first, last = found.rules.covid
        run.note(
            "covid_months",
            f"months of inpatient COVID-19 episodes ({first} to {last}, 42 CFR 425.611) are not taken out: no column "
            "tells them; leave such months out of the enrollment file to take them out",
        )
    for message in found.warnings:
        run.warn("claims", message)
    names = ["calendar_year", "enrollment_type", "truncation_threshold", "mean_risk_score", "people"]
    for year, kind, threshold, score, people in found.computed.reindex(columns=names).to_numpy().tolist():
        run.note(
            "population_figures",
            f"{year} {kind}: threshold {threshold}, mean risk score {score!r}, from {people:,} people of --national",
        )
    if found.without_months:
        run.warn(
            "without_months",
            f"{found.without_months:,} beneficiaries have no row of enrollment in a calendar year of theirs",
        )
    for message in _uncounted(found.missing):
        run.warn("county_missing", message)
    for message in _crowded(found.crowded):
        run.warn("county_crowded", message)


def _crowded(counties: pd.DataFrame) -> Iterator[str]:
    """Each county in which an ACO has more person years than CMS counts of all: its weight there is above 1."""
    names = ["county", "aco_id", "period", "calendar_year", "type_order", "person_years", "county_person_years"]
    for county, aco, period, year, order, own, whole in counties.reindex(columns=names).to_numpy().tolist():
        yield (
            f"county {county}: {aco}, {period} has {own:,.2f} person years of {TYPES[order]}, more than the "
            f"{whole:,.2f} of all in the county files of {year}; its part of national_weight there is above 1"
        )


def _uncounted(missing: pd.DataFrame) -> Iterator[str]:
    """Each county and year without figures, with the enrollment types and the person years concerned."""
    places = missing.assign(county=missing["county"].fillna(""))
    for (year, county), rows in places.groupby(["calendar_year", "county"]):
        kinds = ", ".join(TYPES[order] for order in sorted(set(rows["type_order"])))
        yield (
            f"county {county or '(blank)'} has no figures for {kinds} in the county files of {year}: "
            f"{rows['person_years'].sum():,.2f} person years count in no regional figure"
        )
