"""From claims files to the rows of the expenditure file: reads, works out the sums, divides."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from aco_cli.api.run import Run
from aco_cli.engine.expenditures.queries import queries
from aco_cli.engine.expenditures.results import (
    REFERENCE_KEYS,
    expenditures,
    population_figures,
    with_regions,
)
from aco_cli.engine.members import TYPES
from aco_cli.errors import InputError, Problem
from aco_cli.inputs.benchmark import load_table, read_counties
from aco_cli.inputs.claims.checks import ClaimsRows
from aco_cli.inputs.claims.tables import Tables
from aco_cli.inputs.years import Years, list_years
from aco_cli.rules.book import RuleBook
from aco_cli.rules.expenditures import ExpenditureRules, expenditure_rules

_FIGURES = ["truncation_threshold", "mean_risk_score"]
_COMPLETION = "completion_factor"
_NOTHING_PAID = (
    "no claim is of a beneficiary of the assignment in a month that counts: all expenditures are 0; do claims, "
    "enrollment and assignment write bene_id alike?"
)
_EXACT, _MILLIONTH = "DECIMAL(18, 6)", Decimal("0.000001")


@dataclass(frozen=True)
class Sought:
    """What a run is about: claims files by contract, performance years, CMS's figures by type and by county."""

    files: Mapping[str, Sequence[str]]
    years: Years
    reference: Sequence[str] = ()
    county: Sequence[str] = ()


@dataclass(frozen=True)
class Found:
    """The rows of the expenditure file, and the figures of the population that took the place of CMS's."""

    rows: pd.DataFrame
    computed: pd.DataFrame


def from_claims(tables: Tables, sought: Sought, book: RuleBook, run: Run, stage: Callable[[str], None]) -> Found:
    """Every step, from files to rows. `stage` is told what comes next. Raises InputError with all problems."""
    stage("checking the files")
    claims = ClaimsRows(tables, sought.files)
    rules, figures, counties = _checked(claims, sought, book)
    claims.read(sorted(set(figures["performance_year"])))
    sql = queries(rules, by_county=counties is not None)
    without_months = _work(tables, claims, sql, stage)
    own = pd.DataFrame()
    if figures[_FIGURES].isna().any(axis=None):
        statistics, means = tables.query(sql["order_statistics"]), tables.query(sql["population_means"])
        own = population_figures(statistics, means, rules.truncation_percent)
    figures, computed = _completed(figures, own, sought)
    tables.view("thresholds", _as_values(figures))
    rows = expenditures(tables.query(sql["sums"]), tables.query(sql["heads"]), figures, rules.completion_factor)
    _tell_of_rules(run, rules, rows, computed)
    for warning in [*claims.warnings, *([] if _count(tables, sql["people_paid"]) else [_NOTHING_PAID])]:
        run.warn("claims", warning)
    _tell_of_people(run, computed, without_months)
    if counties is not None:
        rows, missing, crowded = with_regions(rows, tables.query(sql["counties"]), counties)
        _tell_of_counties(run, missing, crowded)
    return Found(rows, computed)


def _checked(
    claims: ClaimsRows, sought: Sought, book: RuleBook
) -> tuple[ExpenditureRules, pd.DataFrame, pd.DataFrame | None]:
    """The rules, and what CMS's files say of years and counties. Raises InputError with what is wrong with any file."""
    periods, problems = claims.read_assignment()
    held = sorted(set(periods["performance_year"]))
    asked = [year for year in held if year in sought.years]
    if held and not asked:
        found = f"rows of {list_years(held)}"
        problems.append(Problem(sought.files["assignment"][0], f"rows of {sought.years}", found))
    rules = expenditure_rules(book, asked) if asked else None
    problems += claims.problems(sorted(set(periods["calendar_year"])), rules.claim_types if rules else ())
    reference = _collected(lambda: _reference(sought.reference), problems)
    counties = _collected(lambda: read_counties(sought.county), problems) if sought.county else None
    if rules is None or reference is None:
        raise InputError([*problems, *claims.repeated_months()])
    years = periods.loc[periods["performance_year"].isin(asked), REFERENCE_KEYS[:2]].drop_duplicates()
    kinds = pd.DataFrame({"type_order": range(len(TYPES))})
    figures = years.merge(kinds, how="cross").merge(reference, on=REFERENCE_KEYS, how="left")
    if not claims.has_population:
        problems += _lacking(figures, sought)
    if problems:
        raise InputError([*problems, *claims.repeated_months()])
    return rules, figures, counties


def _collected(read: Callable[[], pd.DataFrame], problems: list[Problem]) -> pd.DataFrame | None:
    """What is read, or None if it is wrong, which then is among the problems."""
    try:
        return read()
    except InputError as error:
        problems += error.problems
        return None


def _work(tables: Tables, claims: ClaimsRows, sql: Mapping[str, str], stage: Callable[[str], None]) -> int:
    """Make the table `persons`; returns how many members have no month of enrollment."""
    stage("counting months")
    tables.table("members", sql["members_and_population" if claims.has_population else "members"])
    tables.table("spells", sql["spells"])
    if _count(tables, sql["repeated_months"]):
        raise InputError(claims.repeated_months())
    without = _count(tables, sql["without_months"])
    stage("adding up claims")
    tables.table("paid", sql["paid"])
    stage("adding up beneficiaries")
    tables.table("persons", sql["persons"])
    return without


def _count(tables: Tables, sql: str) -> int:
    return int(tables.query(sql)["people"].iloc[0])


def _reference(files: Sequence[str]) -> pd.DataFrame:
    """One row per performance year, calendar year and type, as far as CMS's figures are given."""
    names = [*REFERENCE_KEYS, *_FIGURES, _COMPLETION]
    if not files:
        return pd.DataFrame(columns=names).astype(dict.fromkeys(REFERENCE_KEYS, "int64"))
    frame = load_table(files, "reference")
    order = {name: place for place, name in enumerate(TYPES)}
    frame = frame.assign(type_order=frame["enrollment_type"].map(order)).reindex(columns=names)
    # Rows of single agreement starts differ in trends; thresholds and scores are of the year.
    groups = frame.dropna(how="all", subset=[*_FIGURES, _COMPLETION]).groupby(REFERENCE_KEYS, as_index=False)
    if (groups.nunique()[[*_FIGURES, _COMPLETION]] > 1).any(axis=None):  # a blank says nothing else than another row
        expected = "one threshold, mean risk score and completion factor for a year and type"
        raise InputError([Problem(", ".join(files), expected, "several")])
    return groups.first().astype(dict.fromkeys(REFERENCE_KEYS, "int64"))


def _lacking(figures: pd.DataFrame, sought: Sought) -> list[Problem]:
    file = ", ".join(sought.reference) or "--reference"
    fix = "add it, or give the assignable beneficiaries with --national"
    return [
        Problem(file, f"a value for {year}, {calendar_year}, {TYPES[order]}", "none", column=name, fix=fix)
        for name in _FIGURES
        for year, calendar_year, order in figures.loc[figures[name].isna(), REFERENCE_KEYS].to_numpy().tolist()
    ]


def _without_risk(figures: pd.DataFrame, sought: Sought) -> list[Problem]:
    """Means of 0, by which no score can be divided; CMS's own are above 0, as the layout of the reference says."""
    file, found = ", ".join(sought.files["population"]), "a mean risk score of 0"
    fix = "correct the scores in the enrollment files, or give the mean in --reference"
    years = figures.loc[figures["mean_risk_score"] == 0, REFERENCE_KEYS[1:]].drop_duplicates()
    return [
        Problem(file, f"people with risk scores above 0 in {calendar_year}, {TYPES[order]}", found, fix=fix)
        for calendar_year, order in years.to_numpy().tolist()
    ]


def _completed(figures: pd.DataFrame, own: pd.DataFrame, sought: Sought) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Thresholds as Decimal and mean scores, of the reference or else the population's own; and what is of it."""
    given = figures.assign(truncation_threshold=figures["truncation_threshold"].map(_exact).astype(object))
    blank = given[_FIGURES].isna()
    if not blank.any(axis=None):
        return given, own
    found = given[REFERENCE_KEYS].merge(own, on=["calendar_year", "type_order"], how="left")
    for name in _FIGURES:
        given[name] = given[name].where(~blank[name], found[name])
    if problems := [*_lacking(given, sought), *_without_risk(given, sought)]:
        raise InputError(problems)
    computed = own.merge(given.loc[blank.any(axis=1), ["calendar_year", "type_order"]].drop_duplicates())
    return given, computed.assign(enrollment_type=[TYPES[order] for order in computed["type_order"]])


def _exact(threshold: float) -> Decimal | None:
    return None if math.isnan(threshold) else Decimal(repr(float(threshold))).quantize(_MILLIONTH)


def _as_values(figures: pd.DataFrame) -> str:
    """A small table as a statement, which every engine reads exactly."""
    lines = figures[[*REFERENCE_KEYS, "truncation_threshold"]].astype(str).to_numpy().tolist()
    rows = ", ".join(
        f"({year}, {calendar}, {order}, CAST('{cap}' AS {_EXACT}))" for year, calendar, order, cap in lines
    )
    return f"SELECT * FROM (VALUES {rows}) AS t(performance_year, calendar_year, type_order, truncation_threshold)"  # noqa: S608


def _tell_of_rules(run: Run, rules: ExpenditureRules, rows: pd.DataFrame, computed: pd.DataFrame) -> None:
    """What a reader of the figures must know of the rules."""
    uncertain = [name for name in rules.uncertain if name != "truncation_percentile" or len(computed)]
    if uncertain:
        run.note("unpublished", f"not published for all these years: {', '.join(uncertain)} (aco rules show)")
    first, last = rules.covid or (None, None)
    if first and last and rows["calendar_year"].between(first.year, last.year).any():
        run.note(
            "covid_months",
            f"months of inpatient COVID-19 episodes ({first} to {last}, 42 CFR 425.611) are not taken out: no column "
            "tells them; leave such months out of the enrollment file to take them out",
        )


def _tell_of_people(run: Run, computed: pd.DataFrame, without_months: int) -> None:
    """Figures of the population in place of CMS's, and whom no figure counts."""
    for row in computed.itertuples():
        figures = f"threshold {row.truncation_threshold}, mean risk score {row.mean_risk_score!r}"
        told = f"{row.calendar_year} {row.enrollment_type}: {figures}, from {row.people:,} people of --national"
        run.note("population_figures", told)
    if without_months:
        told = f"{without_months:,} beneficiaries have no row of enrollment in a calendar year of theirs"
        run.warn("without_months", told)


def _tell_of_counties(run: Run, missing: pd.DataFrame, crowded: pd.DataFrame) -> None:
    """Counties and years without figures, and counties in which the weight of an ACO is above 1."""
    for (year, county), rows in missing.fillna({"county": ""}).groupby(["calendar_year", "county"]):
        kinds = ", ".join(TYPES[order] for order in sorted(set(rows["type_order"])))
        run.warn(
            "county_missing",
            f"county {county or '(blank)'} has no figures for {kinds} in the county files of {year}: "
            f"{rows['person_years'].sum():,.2f} person years count in no regional figure",
        )
    for row in crowded.assign(kind=crowded["type_order"].map(dict(enumerate(TYPES)))).itertuples():
        run.warn(
            "county_crowded",
            f"county {row.county}: {row.aco_id}, {row.period} has {row.person_years:,.2f} person years of "
            f"{row.kind}, more than the {row.county_person_years:,.2f} of all in the county files of "
            f"{row.calendar_year}; its part of national_weight there is above 1",
        )
