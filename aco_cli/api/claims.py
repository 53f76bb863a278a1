"""From claims files to the rows of the expenditure file: reads, works out the sums, divides."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd

from aco_cli.api.claims_notes import COVID_COLUMNS, ClaimsNotes
from aco_cli.api.run import Run
from aco_cli.engine.expenditures.audit import Amount, audit_lines
from aco_cli.engine.expenditures.queries import PLACES, PLAIN_DIAGNOSIS, queries
from aco_cli.engine.expenditures.results import REFERENCE_KEYS, expenditures, population_figures, with_regions
from aco_cli.engine.members import TYPES
from aco_cli.errors import InputError, Problem
from aco_cli.inputs.benchmark import load_table, read_counties
from aco_cli.inputs.claims.cclf_feed import CclfFeed, StatusCodes
from aco_cli.inputs.claims.cclf_files import CclfFiles
from aco_cli.inputs.claims.checks import ClaimsRows
from aco_cli.inputs.claims.final import FinalAmounts, Repeats
from aco_cli.inputs.claims.tables import Reading, Tables
from aco_cli.inputs.problems import no_rows
from aco_cli.inputs.years import Years, list_years
from aco_cli.rules.book import RuleBook
from aco_cli.rules.expenditures import ExpenditureRules, expenditure_rules

REFUSE, ONCE = "refuse", "once"
_FIGURES = ["truncation_threshold", "mean_risk_score"]
_COMPLETION = "completion_factor"
_NOTHING_PAID = (
    "no claim is of a beneficiary of the assignment in a month that counts: all expenditures are 0; do claims, "
    "enrollment and assignment write bene_id alike?"
)
_EXACT, _MILLIONTH = "DECIMAL(18, 6)", Decimal("0.000001")


@dataclass(frozen=True)
class Sought:
    """What a run is about: claims files by contract, performance years, CMS's figures by type and by county.

    `cclf`: a feed in place of claims (and of enrollment, where there is none); `readings`: how files of a contract are
    read that have columns of their own; `repeats`: whether equal claims are refused or count once.
    """

    files: Mapping[str, Sequence[str]]
    years: Years
    reference: Sequence[str] = ()
    county: Sequence[str] = ()
    cclf: CclfFiles | None = None
    readings: Mapping[str, Reading] = field(default_factory=dict)
    repeats: str = REFUSE


@dataclass(frozen=True)
class Found:
    """The rows of the expenditure file, and the figures of the population that took the place of CMS's."""

    rows: pd.DataFrame
    computed: pd.DataFrame
    audit: Mapping[str, Amount] = field(default_factory=dict)


def from_claims(tables: Tables, sought: Sought, book: RuleBook, run: Run, stage: Callable[[str], None]) -> Found:
    """Every step, from files to rows. `stage` is told what comes next. Raises InputError with all problems."""
    stage("checking the files")
    feed = None
    if sought.cclf is not None:
        feed = CclfFeed(tables, sought.cclf, unused="8" if sought.files.get("enrollment") else "")
    claims = ClaimsRows(tables, sought.files, feed, sought.readings)
    rules, figures, counties, years = _checked(claims, feed, sought, book, run)
    told = ClaimsNotes(run, claims, rules, years)
    codes, covid = _codes(rules), [code for code, _, _ in rules.covid.diagnoses] if rules.covid else []
    feed_claims = feed.claims(_per_mille(rules), codes, covid, PLAIN_DIAGNOSIS) if feed else ""
    claims.read(sorted(set(figures["performance_year"])), years, feed_claims, feed.enrollment(codes) if feed else "")
    final = FinalAmounts(tables, claims.claims_columns, claims.read_totals.rows)
    repeats = _once(claims, final, rules, sought)
    stage("counting months")
    sql, without_months = _work(tables, claims, rules, years, by_county=counties is not None)
    stage("adding up claims")
    tables.table("paid", sql["paid"])
    stage("adding up beneficiaries")
    tables.table("persons", sql["persons"])
    audit = _audit(tables, claims, repeats, sql, without_months)
    own = pd.DataFrame()
    if figures[_FIGURES].isna().any(axis=None):
        statistics, means = tables.query(sql["order_statistics"]), tables.query(sql["population_means"])
        own = population_figures(statistics, means, rules.truncation_percent)
    figures, computed = _completed(figures, own, sought)
    tables.view("thresholds", _as_values(figures))
    rows = expenditures(tables.query(sql["sums"]), tables.query(sql["heads"]), figures, rules.completion_factor)
    told.of_rules(computed)
    if feed:
        told.of_feed(feed, codes)
    for warning in [*claims.warnings, *([] if _count(tables, sql["people_paid"]) else [_NOTHING_PAID])]:
        run.warn("claims", warning)
    told.of_amounts(audit, repeats)
    told.of_versions(final.find_unmatched(years))
    told.of_people(computed, without_months)
    if counties is not None:
        rows, missing, crowded = with_regions(rows, tables.query(sql["counties"]), counties)
        told.of_counties(missing, crowded)
    return Found(rows, computed, audit)


def _per_mille(rules: ExpenditureRules) -> str:
    """SQL of the share of a payment that sequestration withholds, in thousandths, by through date."""
    steps = [f"WHEN u.through_date >= DATE '{day}' THEN {rate}" for day, rate in reversed(rules.rates)]
    return f"CASE {' '.join(steps)} ELSE 0 END"


def _codes(rules: ExpenditureRules) -> dict[str, str]:
    lists = {
        "payment_denied": rules.payment_denied,
        "processing_allowed": rules.processing_allowed,
        "paid": rules.feed_codes["paid"],
        "esrd": rules.feed_codes["esrd"],
    }
    return {name: ", ".join(f"'{code}'" for code in codes) for name, codes in lists.items()}


def _status_codes(rules: ExpenditureRules) -> StatusCodes:
    codes = rules.feed_codes
    return StatusCodes(codes["esrd"], codes["without_esrd"], (*codes["not_dual"], *rules.dual_status))


def _once(claims: ClaimsRows, final: FinalAmounts, rules: ExpenditureRules, sought: Sought) -> Repeats:
    """Make the view `claims` of each row once, cancellations negative. Raises InputError for repeats to be refused."""
    if final.has_negative_cancellations():
        raise InputError([claims.signed_cancellations()])
    repeats = final.find_repeats(rules.part_a_claim_types)
    if repeats.equal.rows and sought.repeats == REFUSE and sought.cclf is None:
        raise InputError([claims.repeated_claims(final.equal, repeats.equal)])
    final.sign()
    return repeats


def _checked(
    claims: ClaimsRows, feed: CclfFeed | None, sought: Sought, book: RuleBook, run: Run
) -> tuple[ExpenditureRules, pd.DataFrame, pd.DataFrame | None, list[int]]:
    """The rules, what CMS's files say of years and counties, and the calendar years.

    Raises InputError with what is wrong with any file.
    """
    periods, problems = claims.read_assignment()
    held = sorted(set(periods["performance_year"]))
    asked = [year for year in held if year in sought.years]
    if held and not asked:
        found = f"rows of {list_years(held)}"
        problems.append(Problem(sought.files["assignment"][0], f"rows of {sought.years}", found))
    if not held and not problems:
        problems += no_rows(", ".join(sought.files["assignment"])).problems
    rules = expenditure_rules(book, asked) if asked else None
    years = sorted(set(periods["calendar_year"]))
    episodes = rules is not None and rules.covid is not None and bool(set(years) & rules.covid.years)
    codes = _status_codes(rules) if rules else None
    problems += claims.problems(years, rules.claim_types if rules else (), codes, diagnoses=episodes)
    problems += feed.unlike_reductions() if feed and not problems else []
    reference = _collected(lambda: _reference(sought.reference, run), problems)
    counties = _collected(lambda: read_counties(sought.county), problems) if sought.county else None
    if rules is None or reference is None:
        raise InputError([*problems, *claims.repeated_months()])
    sought_years = periods.loc[periods["performance_year"].isin(asked), REFERENCE_KEYS[:2]].drop_duplicates()
    kinds = pd.DataFrame({"type_order": range(len(TYPES))})
    figures = sought_years.merge(kinds, how="cross").merge(reference, on=REFERENCE_KEYS, how="left")
    if not claims.has_population:
        problems += _lacking(figures, sought)
    if problems:
        raise InputError([*problems, *claims.repeated_months()])
    return rules, figures, counties, [int(year) for year in years]


def _collected(read: Callable[[], pd.DataFrame], problems: list[Problem]) -> pd.DataFrame | None:
    """What is read, or None if it is wrong, which then is among the problems."""
    try:
        return read()
    except InputError as error:
        problems += error.problems
        return None


def _work(
    tables: Tables, claims: ClaimsRows, rules: ExpenditureRules, years: Sequence[int], *, by_county: bool
) -> tuple[Mapping[str, str], int]:
    """Make the table `spells`; returns the statements, and how many members have no month of enrollment."""
    has = claims.claims_columns

    def statements(*, episodes: bool) -> Mapping[str, str]:
        return queries(rules, by_county=by_county, years=years, aside=claims.sets_aside, has=has, episodes=episodes)

    sql = statements(episodes=False)
    tables.table("members", sql["members_and_population" if claims.has_population else "members"])
    if rules.covid and has >= COVID_COLUMNS and set(years) & rules.covid.years:
        tables.table("covid_months", sql["covid_months"])
        sql = statements(episodes=bool(_count(tables, sql["episodes"])))
    tables.table("spells", sql["spells"])
    if _count(tables, sql["repeated_months"]):
        raise InputError(claims.months_under_two_ids())
    return sql, _count(tables, sql["without_months"])


def _audit(
    tables: Tables, claims: ClaimsRows, repeats: Repeats, sql: Mapping[str, str], without_months: int
) -> dict[str, Amount]:
    """What became of each row that was read."""
    placed = tables.query(sql["audit"])
    read, equal = claims.read_totals, repeats.equal
    given = {"read": Amount(read.rows, read.sum), "repeats": Amount(equal.rows, equal.sum)}
    if (placed["place"] == PLACES["no_month"]).any():
        nobody = tables.query(sql["of_nobody"]).iloc[0]
        given["no_enrollment"] = Amount(int(nobody["lines"]), Decimal(nobody["printed"]))
    given["covid_months"] = Amount(int(tables.query(sql["months_of_episodes"])["months"].iloc[0]))
    given["assigned_without_claims"] = Amount(_count(tables, sql["without_claims"]))
    given["assigned_without_enrollment"] = Amount(without_months)
    return audit_lines(placed, given)


def _count(tables: Tables, sql: str) -> int:
    return int(tables.query(sql)["people"].iloc[0])


def _reference(files: Sequence[str], run: Run) -> pd.DataFrame:
    """One row per performance year, calendar year and type, as far as CMS's figures are given."""
    names = [*REFERENCE_KEYS, *_FIGURES, _COMPLETION]
    if not files:
        return pd.DataFrame(columns=names).astype(dict.fromkeys(REFERENCE_KEYS, "int64"))
    frame, remarks = load_table(files, "reference")
    run.remarks(remarks)
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
