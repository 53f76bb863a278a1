"""What must hold of claims, enrollment and assignment before anything is computed from them."""

# ruff: noqa: S608 (the words in the statements are the contracts' and the rules')
from collections.abc import Mapping, Sequence

import pandas as pd

from aco_cli.errors import Problem
from aco_cli.inputs.claims.contracts import CONTRACTS
from aco_cli.inputs.claims.tables import RowRule, Rows, Tables

PERIODS = ("BY1", "BY2", "BY3", "PY")
_COUNTS = "alive AND part_a AND part_b AND NOT health_plan"
_ONCE = "a beneficiary assigned once, to one ACO, in a period of a performance year"
_ORDER = ("assignment", "enrollment", "claims", "population")
_CALENDAR = (
    "CAST(SUBSTRING(month, 1, 4) AS INTEGER) AS calendar_year, CAST(SUBSTRING(month, 6, 2) AS INTEGER) AS month_number"
)


class ClaimsRows:
    """The files of a run by contract, readable as the views of that name; `population` may have none."""

    def __init__(self, tables: Tables, files: Mapping[str, Sequence[str]]) -> None:
        self._tables = tables
        self._rows = {name: Rows(tables, CONTRACTS[name], files[name]) for name in _ORDER if files.get(name)}
        self._has_readable_months = False

    @property
    def warnings(self) -> list[str]:
        """Columns that no contract has and that seem misspelled."""
        return [warning for rows in self._rows.values() for warning in rows.warnings]

    @property
    def has_population(self) -> bool:
        """Whether assignable beneficiaries are among the files."""
        return "population" in self._rows

    def read_assignment(self) -> tuple[pd.DataFrame, list[Problem]]:
        """Make the view `assignment`; its performance years, periods and calendar years, or else what is wrong."""
        assignment = self._rows["assignment"]
        problems = self._problems(
            "assignment", [RowRule("period", f"one of {', '.join(PERIODS)}", _not_in("period", PERIODS))]
        )
        keys = "performance_year, period, calendar_year"
        if problems:
            return pd.DataFrame(columns=keys.split(", ")), problems
        assignment.read()
        found = self._tables.query(f"SELECT {keys} FROM assignment GROUP BY {keys} ORDER BY {keys}")
        return found.astype({"performance_year": int, "calendar_year": int}), self._assigned_twice()

    def problems(self, years: Sequence[int], claim_types: Sequence[str]) -> list[Problem]:
        """Everything that is wrong with the other files, as far as the calendar years and claim types are known."""
        population = self._problems("population", []) if self.has_population else []
        enrollment = self._problems("enrollment", _enrollment_rules(years))
        self._has_readable_months = not enrollment
        return [*population, *enrollment, *self._problems("claims", _claim_rules(years, claim_types))]

    def _problems(self, name: str, rules: Sequence[RowRule]) -> list[Problem]:
        return [*self._rows[name].problems, *self._rows[name].faults(rules)]

    def read(self, performance_years: Sequence[int]) -> None:
        """Make the other views, and leave in `assignment` the rows of these performance years."""
        self._rows["assignment"].read(where=f"performance_year IN ({', '.join(map(str, performance_years))})")
        self._rows["enrollment"].read(_CALENDAR)
        for name in {"claims", "population"} & set(self._rows):
            self._rows[name].read()

    def repeated_months(self) -> list[Problem]:
        """Rows of enrollment for a beneficiary and month that has one already, where they can be read."""
        if not self._has_readable_months:
            return []
        return self._rows["enrollment"].repeated(("bene_id", "month"), "one row for a beneficiary and month")

    def _assigned_twice(self) -> list[Problem]:
        keys = ("performance_year", "period", "calendar_year", "bene_id")  # agreements have their own BY1
        several = f"SELECT bene_id FROM assignment GROUP BY {', '.join(keys)} HAVING COUNT(*) > 1"
        again = int(self._tables.query(f"SELECT COUNT(*) AS n FROM ({several}) t")["n"].iloc[0])
        problems = self._rows["assignment"].repeated(keys, _ONCE) if again else []
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


def _enrollment_rules(years: Sequence[int]) -> list[RowRule]:
    known = "a value, as the month counts"
    rules = [
        RowRule("age", "an age of 0 to 130", "age NOT BETWEEN 0 AND 130"),
        RowRule("age", known, f"age IS NULL AND NOT unread_age AND NOT esrd AND {_COUNTS}"),
        RowRule("risk_score", known, f"risk_score IS NULL AND NOT unread_risk_score AND {_COUNTS}"),
        RowRule("dual_status", "two characters such as 02, or a blank", "LENGTH(dual_status) NOT IN (0, 2)"),
    ]
    if years:
        months = [f"{year}-{month:02}" for year in years for month in range(1, 13)]
        expected = f"a month of {_listed(years)}, such as {months[2]}"
        rules.insert(0, RowRule("month", expected, _not_in("month", months)))
    return rules


def _claim_rules(years: Sequence[int], claim_types: Sequence[str]) -> list[RowRule]:
    rules = []
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
