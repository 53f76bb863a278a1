"""The audit of claims: every line has its own rows and dollars, and what does not add up is no result."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from aco_cli.engine.expenditures.audit import MEANINGS, Amount, audit_lines, audit_table
from aco_cli.engine.expenditures.queries import PLACES
from aco_cli.errors import AcoError

# Five rows count with $50.50; 2 of no month, of which one is of somebody without enrollment; a cancellation of $3.
PLACED = pd.DataFrame(
    [
        {"place": 0, "lines": 5, "printed": "50.50", "cancellations": 1, "cancelled": "3.00"},
        {"place": PLACES["no_month"], "lines": 2, "printed": "20.00", "cancellations": 0, "cancelled": "0"},
        {"place": PLACES["denied"], "lines": 1, "printed": "4.00", "cancellations": 1, "cancelled": "0.25"},
    ]
)
GIVEN = {
    "read": Amount(12, Decimal("86.00")),
    "repeats": Amount(2, Decimal("5.00")),
    "no_enrollment": Amount(1, Decimal("12.00")),
    "covid_months": Amount(7),
}
EXPECTED = {
    **GIVEN,
    "counted": Amount(5, Decimal("50.50")),
    "no_month": Amount(1, Decimal("8.00")),
    "denied": Amount(1, Decimal("4.00")),
    "cancelled": Amount(2, Decimal("6.50")),  # what was cancelled and as much of what it takes back
}


def test_lines_add_up_to_what_was_read() -> None:
    found = audit_lines(PLACED, GIVEN)
    assert list(found) == list(MEANINGS)
    assert found == {name: EXPECTED.get(name, Amount()) for name in MEANINGS}


@pytest.mark.parametrize("read", [Amount(11, Decimal("86.00")), Amount(12, Decimal("86.01"))])
def test_rows_or_dollars_that_do_not_add_up_are_refused_in_words(read: Amount) -> None:
    with pytest.raises(
        AcoError, match=rf"{read.count} rows with \${read.dollars} were read, and 12 with \$86.00 placed"
    ):
        audit_lines(PLACED, {**GIVEN, "read": read})


def test_only_rows_have_dollars_in_the_table() -> None:
    table = audit_table(audit_lines(PLACED, GIVEN)).set_index("line")
    assert table["dollars"].isna().to_dict() == {name: unit != "rows" for name, (unit, _) in MEANINGS.items()}
    assert (table.at["no_month", "count"], table.at["no_month", "dollars"]) == (1, 8.0)
    assert (table.at["covid_months", "count"], table.at["covid_months", "unit"]) == (7, "months")
