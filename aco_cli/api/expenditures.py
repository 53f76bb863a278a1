"""Expenditures from claims, as a call of the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date
from itertools import chain
from pathlib import Path

import pandas as pd

from aco_cli.api.claims import Found, Sought, from_claims
from aco_cli.api.run import Advance, Result, Run
from aco_cli.api.selection import YearsLike, rules_of, years_of
from aco_cli.engine.members import TYPES
from aco_cli.errors import UsageError
from aco_cli.inputs.claims.tables import Tables
from aco_cli.outputs.columns import column_names
from aco_cli.rules.book import RuleBook

Paths = str | Path | Sequence[str | Path]
_WHOLE = 1_000_000
# Where each stage ends, as a share of the time of a long run.
_ENDS = {"checking the files": 0.2, "counting months": 0.35, "adding up claims": 0.95, "adding up beneficiaries": 1.0}


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
    given = {"claims": claims, "enrollment": enrollment, "assignment": assignment, "population": national}
    files = {name: _paths(paths) for name, paths in given.items()}
    sought = Sought(files, years_of(years), _paths(reference), _paths(county_ffs))
    with run.busy("working on claims", rows=_WHOLE, files=list(chain(*files.values()))) as advance:
        progress = _Progress(run, advance)
        with _open(engine, master, memory, temp, progress.part if advance else None) as tables:
            found = from_claims(tables, sought, rules_of(rules), progress.next)
    _tell(run, found)
    return Result(found.rows.reindex(columns=list(column_names("expenditures"))), run.notices)


def _paths(given: Paths | None) -> list[str]:
    return [str(path) for path in ([given] if isinstance(given, str | Path) else given or ())]


class _Progress:
    """Moves a bar that may be none: `next` names what comes, `part` says how much of the running statement is done."""

    def __init__(self, run: Run, advance: Advance | None) -> None:
        self._run, self._advance = run, advance
        self._start = self._end = 0.0
        self._done = 0

    def next(self, stage: str) -> None:
        self._start, self._end = self._end, _ENDS[stage]
        self.part(0.0)
        self._run.step("stage", stage)

    def part(self, share: float) -> None:
        done = int(_WHOLE * (self._start + (self._end - self._start) * min(share, 1.0)))
        if self._advance and done > self._done:  # a statement that starts within a stage does not move it back
            self._advance(done - self._done)
            self._done = done


def _open(
    engine: str, master: str, memory: str, temp: str | None, progress: Callable[[float], None] | None
) -> AbstractContextManager[Tables]:
    """The tables of the engine asked for. Raises UsageError where it is not installed."""
    if engine == "spark":
        from aco_cli.inputs.claims.spark_tables import open_spark

        return open_spark(master, memory, temp)
    from aco_cli.inputs.claims.duckdb_tables import open_duckdb

    return open_duckdb(memory, temp, progress)


def _tell(run: Run, found: Found) -> None:
    """What a reader of the figures must know, and whom no figure counts."""
    uncertain = [name for name in found.rules.uncertain if name != "truncation_percentile" or len(found.computed)]
    if uncertain:
        run.note("unpublished", f"not published for all these years: {', '.join(uncertain)} (aco rules show)")
    if found.rules.covid and _overlaps(found.rows["calendar_year"], *found.rules.covid):
        first, last = found.rules.covid
        run.note(
            "covid_months",
            f"months of inpatient COVID-19 episodes ({first} to {last}, 42 CFR 425.611) are not taken out: no column "
            "tells them; leave such months out of the enrollment file to take them out",
        )
    for message in found.warnings:
        run.warn("claims", message)
    for row in found.computed.itertuples():
        figures = f"threshold {row.truncation_threshold}, mean risk score {row.mean_risk_score!r}"
        told = f"{row.calendar_year} {row.enrollment_type}: {figures}, from {row.people:,} people of --national"
        run.note("population_figures", told)
    if found.without_months:
        told = f"{found.without_months:,} beneficiaries have no row of enrollment in a calendar year of theirs"
        run.warn("without_months", told)
    for message in _uncounted(found.missing):
        run.warn("county_missing", message)
    # In these counties the weight of an ACO is above 1.
    for row in found.crowded.assign(kind=found.crowded["type_order"].map(dict(enumerate(TYPES)))).itertuples():
        run.warn(
            "county_crowded",
            f"county {row.county}: {row.aco_id}, {row.period} has {row.person_years:,.2f} person years of "
            f"{row.kind}, more than the {row.county_person_years:,.2f} of all in the county files of "
            f"{row.calendar_year}; its part of national_weight there is above 1",
        )


def _overlaps(years: pd.Series, first: date, last: date) -> bool:
    return bool(years.between(first.year, last.year).any())


def _uncounted(missing: pd.DataFrame) -> Iterator[str]:
    """Each county and year without figures, with the enrollment types and the person years concerned."""
    places = missing.assign(county=missing["county"].fillna(""))
    for (year, county), rows in places.groupby(["calendar_year", "county"]):
        kinds = ", ".join(TYPES[order] for order in sorted(set(rows["type_order"])))
        yield (
            f"county {county or '(blank)'} has no figures for {kinds} in the county files of {year}: "
            f"{rows['person_years'].sum():,.2f} person years count in no regional figure"
        )
