"""What must hold of claims, enrollment and assignment before anything is computed from them."""

# ruff: noqa: S608 (the words in the statements are the contracts' and the rules')
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from aco_cli.errors import Problem
from aco_cli.inputs.claims.cclf_feed import CclfFeed, StatusCodes
from aco_cli.inputs.claims.contracts import CONTRACTS
from aco_cli.inputs.claims.crosswalk import follow_chains, with_current_ids
from aco_cli.inputs.claims.final import SQL as FINAL_SQL
from aco_cli.inputs.claims.tables import Reading, RowRule, Rows, Tables, Totals

_YEARS = ("performance_year", "calendar_year")  # of 2000 to 2099: engines disagree on dates of other years
PERIODS = ("BY1", "BY2", "BY3", "PY")
_COUNTS = "alive AND part_a AND part_b AND NOT health_plan"
_ONCE = "a beneficiary assigned once, to one ACO, in a period of a performance year"
_ONE_MONTH = "one row for a beneficiary and month"
_ORDER = ("crosswalk", "assignment", "enrollment", "claims", "population")
# Of text that is there: engines read 2018-3 as a date too.
_NO_MONTH = "TRIM(month) <> '' AND (month NOT LIKE '____-__' OR TRY_CAST(CONCAT(month, '-01') AS DATE) IS NULL)"
_ADDS = {"claims": "paid_amount"}
_CODES_OF_ADJUSTMENT = re.compile("adj|revers|cancel|void", re.IGNORECASE)
_UNUSED_CODES = (
    "column {} of claims seems to tell cancellations or adjustments, and is not read; name it (or map it to) "
    "adjustment_type (0 original, 1 cancellation, 2 adjustment) if cancellations have the amounts they take back, or "
    "drop it if amounts have their sign"
)
_CALENDAR = (
    "CAST(SUBSTRING(month, 1, 4) AS INTEGER) AS calendar_year, CAST(SUBSTRING(month, 6, 2) AS INTEGER) AS month_number"
)


class ClaimsRows:
    """The files of a run by contract, readable as the views of that name; `population` may have none.

    Claims may come from a CCLF feed instead of tables, and so may enrollment.
    """

    def __init__(
        self,
        tables: Tables,
        files: Mapping[str, Sequence[str]],
        feed: CclfFeed | None = None,
        readings: Mapping[str, Reading] | None = None,
    ) -> None:
        self._tables = tables
        self._feed = feed
        self._rows = {
            name: Rows(tables, CONTRACTS[name], files[name], (readings or {}).get(name), _ADDS.get(name, "0"))
            for name in _ORDER
            if files.get(name)
        }
        self._mapped = frozenset(readings or {})
        self._has_readable_months = False
        self._follows_chains = False

    @property
    def warnings(self) -> list[str]:
        """Columns that no contract has and that seem misspelled, or to say what is not read."""
        told = [warning for rows in self._rows.values() for warning in rows.warnings]
        told += self._feed.warnings if self._feed else []
        if "claims" in self._rows:
            told += [_UNUSED_CODES.format(each) for each in _codes_of_adjustment(self._rows["claims"])]
        return list(dict.fromkeys(told))

    @property
    def has_population(self) -> bool:
        """Whether assignable beneficiaries are among the files."""
        return "population" in self._rows

    @property
    def has_risk_scores(self) -> bool:
        """Whether enrollment comes from tables: a CCLF feed has no risk scores."""
        return "enrollment" in self._rows

    @property
    def read_totals(self) -> Totals:
        """Rows of claims and what they say was paid, as they are in the files; known once they are checked."""
        return self._feed.totals if self._feed else self._rows["claims"].totals

    @property
    def claims_columns(self) -> frozenset[str]:
        """The columns that claims have."""
        if self._feed:
            return frozenset({*CONTRACTS["claims"].columns, "record"})
        return frozenset(name for name in CONTRACTS["claims"].columns if self._rows["claims"].has(name))

    @property
    def sets_aside(self) -> bool:
        """Whether claims of other years and types are set aside, not refused: feeds and others' tables have them."""
        return self._feed is not None or "claims" in self._mapped

    def read_crosswalk(self) -> list[Problem]:
        """Follow old identifiers to present ones, if there are any; or what is wrong with them."""
        parts = []
        problems = []
        if "crosswalk" in self._rows:
            problems += self._problems("crosswalk", [])
        if self._feed and self._feed.has("9"):
            problems += self._feed.check("9")
            parts.append(self._feed.crosswalk())
        if problems:
            return problems
        file = "CCLF9"
        if "crosswalk" in self._rows:
            file = file if parts else self._rows["crosswalk"].sources[0].files[0]
            self._rows["crosswalk"].read(name="crosswalk_given")
            parts.append("SELECT old, new FROM crosswalk_given")
        if not parts:
            return []
        self._tables.view("crosswalk_read", " UNION ALL ".join(parts))
        problems = follow_chains(self._tables, FINAL_SQL, file)
        self._follows_chains = not problems
        return problems

    def read_assignment(self) -> tuple[pd.DataFrame, list[Problem]]:
        """Make the view `assignment`; its performance years, periods and calendar years, or else what is wrong."""
        problems = self.read_crosswalk()
        rules = [RowRule(each, "a year such as 2018", f"{each} NOT BETWEEN 2000 AND 2099") for each in _YEARS]
        rules.insert(0, RowRule("period", f"one of {', '.join(PERIODS)}", _not_in("period", PERIODS)))
        problems += self._problems("assignment", rules)
        keys = "performance_year, period, calendar_year"
        if problems:
            return pd.DataFrame(columns=keys.split(", ")), problems
        self._view("assignment")
        found = self._tables.query(f"SELECT {keys} FROM assignment GROUP BY {keys} ORDER BY {keys}")
        return found.astype({"performance_year": int, "calendar_year": int}), self._assigned_twice()

    def problems(
        self, years: Sequence[int], claim_types: Sequence[str], codes: StatusCodes | None = None, *, diagnoses: bool
    ) -> list[Problem]:
        """Everything that is wrong with the other files, as far as calendar years, claim types and codes are known.

        `diagnoses`: whether those of a feed are wanted.
        """
        problems = self._problems("population", []) if self.has_population else []
        if "enrollment" in self._rows:
            found = self._problems("enrollment", _enrollment_rules(() if "enrollment" in self._mapped else years))
            self._has_readable_months = not found
            problems += found
        if not self._feed:
            strict = ((), ()) if self.sets_aside else (years, claim_types)
            return [*problems, *self._problems("claims", _claim_rules(*strict))]
        kinds = ["8"] if "enrollment" not in self._rows else []
        return [*problems, *self._feed.check([*kinds, "1", *(["4"] if diagnoses else []), *"56AB"], codes)]

    def _problems(self, name: str, rules: Sequence[RowRule]) -> list[Problem]:
        return [*self._rows[name].problems, *self._rows[name].faults(rules)]

    def read(self, performance_years: Sequence[int], years: Sequence[int], claims: str, enrollment: str) -> None:
        """Make the other views, and leave in `assignment` the rows of these performance years.

        Claims are in `claims_read`, as they come; `claims` and `enrollment` are the statements of those of a feed.
        """
        self._view("assignment", where=f"performance_year IN ({', '.join(map(str, performance_years))})")
        months = ", ".join(f"'{year}-{month:02}'" for year in years for month in range(1, 13))
        if "enrollment" in self._rows:
            where = f"month IN ({months})" if "enrollment" in self._mapped else "TRUE"
            self._view("enrollment", _CALENDAR, where)
        elif self._feed:
            own = f"SELECT t.*, {_CALENDAR} FROM ({enrollment}) t WHERE month IN ({months})"
            # The same person under two identifiers in a month is one row, if they say the same.
            self._name("enrollment", own, _CALENDAR, distinct=True)
        if self.has_population:
            self._view("population")
        if self._feed:
            self._name("claims_read", claims, more=["record"])
        else:
            self._view("claims", name="claims_read")

    def _view(self, table: str, added: str = "", where: str = "TRUE", name: str | None = None) -> None:
        """Make a view of the files of a contract, people by their present identifiers."""
        if not self._follows_chains:
            self._rows[table].read(added, where, name or table)
            return
        self._rows[table].read(added, where, f"{table}_as_read")
        self._name(name or table, f"SELECT * FROM {table}_as_read", added)

    def _name(self, name: str, sql: str, added: str = "", more: Sequence[str] = (), *, distinct: bool = False) -> None:
        """Make a view of a statement with the columns of a contract, people by their present identifiers."""
        if self._follows_chains:
            self._tables.view(f"{name}_by_old_ids", sql)
            columns = [*CONTRACTS[name.removesuffix("_read")].columns, *re.findall(r" AS (\w+)(?=,|$)", added), *more]
            sql = with_current_ids(f"{name}_by_old_ids", columns)
        self._tables.view(name, f"SELECT DISTINCT * FROM ({sql}) t" if distinct else sql)

    def repeated_claims(self, columns: Sequence[str], found: Totals) -> Problem:
        """Where the first rows are that are equal to others."""
        expected = "each claim line once"
        fix = f"--repeats once counts them once; they are ${found.sum:,.2f}"
        if self._follows_chains or self._feed:
            return Problem("--claims", expected, f"{found.rows:,} rows that are equal to others", fix=fix)
        (problem,) = self._rows["claims"].repeated(columns, expected)
        return replace(problem, fix=fix)

    def signed_cancellations(self) -> Problem:
        """That amounts of cancellations have a sign already."""
        expected, found = "amounts of cancellations as they were paid, above 0", "mostly negative ones"
        if self._feed:
            return Problem(self._feed.files[0], expected, found, fix="give the files as CMS delivers them")
        fix = "leave adjustment_type out if amounts have their sign already"
        return Problem(self._rows["claims"].sources[0].files[0], expected, found, column="adjustment_type", fix=fix)

    def repeated_months(self) -> list[Problem]:
        """Rows of enrollment for a beneficiary and month that has one already, where they can be read."""
        if not self._has_readable_months:
            return []
        return self._rows["enrollment"].repeated(("bene_id", "month"), _ONE_MONTH)

    def months_under_two_ids(self) -> list[Problem]:
        """The same, where no file by itself has such rows."""
        found = "several that differ, of one delivery or another, or of an old and a present identifier"
        file = self._rows["enrollment"].sources[0].files[0] if "enrollment" in self._rows else "CCLF8"
        return self.repeated_months() or [Problem(file, _ONE_MONTH, found)]

    def _assigned_twice(self) -> list[Problem]:
        keys = ("performance_year", "period", "calendar_year", "bene_id")  # agreements have their own BY1
        several = f"SELECT bene_id FROM assignment GROUP BY {', '.join(keys)} HAVING COUNT(*) > 1"
        again = int(self._tables.query(f"SELECT COUNT(*) AS n FROM ({several}) t")["n"].iloc[0])
        assignment = self._rows["assignment"]
        problems = assignment.repeated(keys, _ONCE) if again else []
        if again and not problems:
            found = f"{again:,} assigned under several identifiers"
            problems = [Problem(assignment.sources[0].files[0], _ONCE, found)]
        years = self._tables.query(
            "SELECT aco_id, performance_year, period, COUNT(DISTINCT calendar_year) AS n FROM assignment "
            "GROUP BY aco_id, performance_year, period HAVING COUNT(DISTINCT calendar_year) > 1 ORDER BY 1, 2, 3"
        )
        if len(years):
            first = years.iloc[0]
            found = f"{first['n']} for {first['aco_id']}, {first['performance_year']}, {first['period']}"
            found += f", and {len(years) - 1:,} more such periods" if len(years) > 1 else ""
            file = self._rows["assignment"].sources[0].files[0]
            problems.append(Problem(file, "one calendar year for an ACO's period", found, column="calendar_year"))
        return problems


def _codes_of_adjustment(rows: Rows) -> list[str]:
    """Columns of claims that are not read and seem to tell what adjusts what, where none that is read does."""
    if rows.has("adjustment_type"):
        return []
    return [other for source in rows.sources for other in source.meanings.others if _CODES_OF_ADJUSTMENT.search(other)]


def _enrollment_rules(years: Sequence[int]) -> list[RowRule]:
    known = "a value, as the month counts"
    month = RowRule("month", "a month such as 2018-03", _NO_MONTH)
    if years:
        months = [f"{year}-{number:02}" for year in years for number in range(1, 13)]
        month = RowRule("month", f"a month of {_listed(years)}, such as {months[2]}", _not_in("month", months))
    return [
        month,
        RowRule("age", "an age of 0 to 130", "age NOT BETWEEN 0 AND 130"),
        RowRule("age", known, f"age IS NULL AND NOT unread_age AND NOT esrd AND {_COUNTS}"),
        RowRule("risk_score", known, f"risk_score IS NULL AND NOT unread_risk_score AND {_COUNTS}"),
        RowRule("dual_status", "two characters such as 02, or a blank", "LENGTH(dual_status) NOT IN (0, 2)"),
    ]


def _claim_rules(years: Sequence[int], claim_types: Sequence[str]) -> list[RowRule]:
    rules = [RowRule("adjustment_type", "0, 1 or 2", "adjustment_type NOT IN (0, 1, 2)")]
    if claim_types:
        rules.append(RowRule("claim_type", f"one of {', '.join(claim_types)}", _not_in("claim_type", claim_types)))
    if years:
        inside = (f"through_date BETWEEN DATE '{first}-01-01' AND DATE '{last}-12-31'" for first, last in _runs(years))
        rules.append(RowRule("through_date", f"a date in {_listed(years)}", f"NOT ({' OR '.join(inside)})"))
    return rules


def _not_in(column: str, words: Sequence[str]) -> str:
    quoted = ", ".join(f"'{word}'" for word in words)
    return f"{column} NOT IN ({quoted})"


def _runs(years: Sequence[int]) -> list[tuple[int, int]]:
    """Years in order as ranges without gaps."""
    starts = [year for year in years if year - 1 not in years]
    ends = [year for year in years if year + 1 not in years]
    return list(zip(starts, ends, strict=True))


def _listed(years: Sequence[int]) -> str:
    runs = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in _runs(years))
    return f"{runs} (the calendar years of the assignment)"
