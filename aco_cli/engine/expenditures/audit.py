"""What became of every row of claims: lines whose rows and dollars add up to what was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from aco_cli.engine.expenditures.queries import PLACES
from aco_cli.errors import AcoError

ROWS, PEOPLE, MONTHS = "rows", "beneficiaries", "months"
# In the order of the table, which is the order in which a row is looked at.
MEANINGS: Mapping[str, tuple[str, str]] = {
    "read": (ROWS, "rows of claims and amounts paid, as they are in the files; the other lines of rows add up to them"),
    "repeats": (ROWS, "rows equal to others, which count once"),
    "cancelled": (ROWS, "cancellations; dollars are theirs and as much of what they take back"),
    "out_of_period": (ROWS, "with a through date in no calendar year of the assignment"),
    "other_types": (ROWS, "of claim types that are excluded"),
    "denied": (ROWS, "denied"),
    "no_enrollment": (ROWS, "of beneficiaries without enrollment records"),
    "no_month": (ROWS, "of beneficiaries without a row of enrollment for the month"),
    "not_assigned": (ROWS, "of beneficiaries who are not assigned in the calendar year"),
    "not_eligible": (ROWS, "in months that do not count: not alive, without Part A or Part B, or in a health plan"),
    "covid": (ROWS, "in months of inpatient COVID-19 episodes"),
    "excluded_billing": (ROWS, "of suspect billing"),
    "counted": (ROWS, "that count"),
    "covid_months": (MONTHS, "taken out for inpatient COVID-19 episodes"),
    "assigned_without_claims": (PEOPLE, "assigned, without a claim that counts"),
    "assigned_without_enrollment": (PEOPLE, "assigned, without a row of enrollment in a calendar year of theirs"),
}


@dataclass(frozen=True)
class Amount:
    """So many rows (people, months), and what they say was paid, in US dollars."""

    count: int = 0
    dollars: Decimal = Decimal(0)


def audit_lines(placed: pd.DataFrame, given: Mapping[str, Amount]) -> dict[str, Amount]:
    """Every line by name: `placed` is of the statement `audit`; `given` has what is known elsewhere.

    Raises AcoError where the rows do not add up to what was read: then nothing that was computed is to be relied on.
    """
    names = {number: name for name, number in PLACES.items()} | {0: "counted"}
    rows: list[dict[str, Any]] = placed.to_dict("records")  # type: ignore[assignment]
    own = {names[int(row["place"])]: Amount(int(row["lines"]), Decimal(row["printed"])) for row in rows}
    cancelled = sum((Decimal(row["cancelled"]) for row in rows), Decimal(0))
    own["cancelled"] = Amount(sum(int(row["cancellations"]) for row in rows), 2 * cancelled)
    nobody = given.get("no_enrollment", Amount())
    without = own.get("no_month", Amount())
    own["no_month"] = Amount(without.count - nobody.count, without.dollars - nobody.dollars)
    found = {name: given.get(name) or own.get(name) or Amount() for name in MEANINGS}
    parts = [found[name] for name, (unit, _) in MEANINGS.items() if unit == ROWS and name != "read"]
    total = Amount(sum(each.count for each in parts), sum((each.dollars for each in parts), Decimal(0)))
    if total != found["read"]:
        raise AcoError(
            f"{found['read'].count:,} rows with ${found['read'].dollars:,.2f} were read, and {total.count:,} with "
            f"${total.dollars:,.2f} placed: please report this"
        )
    return found


def audit_table(lines: Mapping[str, Amount]) -> pd.DataFrame:
    """The lines as rows of a table."""
    return pd.DataFrame(
        [
            {
                "line": name,
                "unit": unit,
                "count": lines[name].count,
                "dollars": float(lines[name].dollars) if unit == ROWS else None,
                "meaning": meaning,
            }
            for name, (unit, meaning) in MEANINGS.items()
        ]
    )
