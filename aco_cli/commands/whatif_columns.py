"""The columns of `whatif`, of its totals and of the list of scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from aco_cli.commands.settlement_columns import SETTLEMENT_COLUMNS
from aco_cli.outputs.columns import OutputColumn, Unit

SIDES = ("before", "after")

WHATIF_COLUMNS = (
    OutputColumn("scenario", Unit.TEXT, "Scenario", 6),
    OutputColumn("aco_id", Unit.TEXT, "ACO", 0),
    OutputColumn("aco_name", Unit.TEXT, "Name", 7),
    OutputColumn("performance_year", Unit.INTEGER, "Year", 9),
    OutputColumn("program", Unit.TEXT, "Program", 12),
    OutputColumn("track_before", Unit.TEXT, "Track before", 11),
    OutputColumn("track_after", Unit.TEXT, "Track after", 8),
    OutputColumn("outcome_before", Unit.TEXT, "Before", 4),
    OutputColumn("outcome_after", Unit.TEXT, "After", 5),
    OutputColumn("settlement_before", Unit.USD, "Settlement before", 2, total=True),
    OutputColumn("settlement_after", Unit.USD, "Settlement after", 3, total=True),
    OutputColumn("difference", Unit.USD, "Difference", 1, total=True),
    OutputColumn("notes", Unit.TEXT, "Notes", 10),
)
TOTALS_COLUMNS = (
    OutputColumn("performance_year", Unit.INTEGER, "Year", 14),
    OutputColumn("scenario", Unit.TEXT, "Scenario", 0),
    OutputColumn("by", Unit.TEXT, "By", 1),
    OutputColumn("value", Unit.TEXT, "Value", 2),
    OutputColumn("acos", Unit.INTEGER, "ACOs", 6),
    OutputColumn("gain", Unit.INTEGER, "Gain", 7),
    OutputColumn("lose", Unit.INTEGER, "Lose", 8),
    OutputColumn("unchanged", Unit.INTEGER, "Unchanged", 15),
    OutputColumn("not_calculable", Unit.INTEGER, "Not calculable", 13),
    OutputColumn("gained", Unit.USD, "Gained", 9),
    OutputColumn("lost", Unit.USD, "Lost", 10),
    OutputColumn("earned_before", Unit.INTEGER, "Earned before", 16),
    OutputColumn("earned_after", Unit.INTEGER, "Earned after", 11),
    OutputColumn("earned_payment_before", Unit.USD, "Paid before", 18),
    OutputColumn("earned_payment_after", Unit.USD, "Paid after", 17),
    OutputColumn("owed_before", Unit.INTEGER, "Owed before", 19),
    OutputColumn("owed_after", Unit.INTEGER, "Owed after", 12),
    OutputColumn("owed_repayment_before", Unit.USD, "Repaid before", 21),
    OutputColumn("owed_repayment_after", Unit.USD, "Repaid after", 20),
    OutputColumn("settlement_before", Unit.USD, "Settlement before", 4),
    OutputColumn("settlement_after", Unit.USD, "Settlement after", 5),
    OutputColumn("difference", Unit.USD, "Difference", 3),
)
SCENARIO_COLUMNS = (
    OutputColumn("scenario", Unit.TEXT, "Scenario", 0),
    OutputColumn("description", Unit.TEXT, "Description", 1, folds_over=40),
    OutputColumn("set", Unit.TEXT, "Set", 2, folds_over=40),
    OutputColumn("rules", Unit.TEXT, "Rules", 3),
    OutputColumn("rules_year", Unit.INTEGER, "Rules of", 4),
)
_SETTLEMENT = {column.name: column for column in SETTLEMENT_COLUMNS}


def row_columns(cases: int) -> tuple[OutputColumn, ...]:
    """The columns of the rows; with several cases sums over all rows would count an ACO more than once."""
    return WHATIF_COLUMNS if cases == 1 else tuple(replace(column, total=False) for column in WHATIF_COLUMNS)


def asked_columns(asked: Iterable[str]) -> dict[str, OutputColumn]:
    """The settlement columns among those asked for as `<name>_before` or `<name>_after`, by the name asked for."""
    found = {}
    for name in asked:
        base, _, side = name.rpartition("_")
        if side in SIDES and base in _SETTLEMENT:
            column = _SETTLEMENT[base]
            found[name] = replace(column, name=name, label=f"{column.label} {side}", total=False)
    return found


def sentence(totals: Mapping[Any, Any]) -> str:
    """One case's totals in words."""
    moves = f"{totals['gain']:,} gain {_usd(totals['gained'])}, {totals['lose']:,} lose {_usd(totals['lost'])}"
    rest = [f"{totals['unchanged']:,} unchanged"]
    rest += [f"{totals['not_calculable']:,} not-calculable"] if totals["not_calculable"] else []
    paid = f"paid {_usd(totals['earned_payment_before'])} -> {_usd(totals['earned_payment_after'])}"
    repaid = f"repaid {_usd(totals['owed_repayment_before'])} -> {_usd(totals['owed_repayment_after'])}"
    acos = "1 ACO" if totals["acos"] == 1 else f"{totals['acos']:,} ACOs"
    start = f"{totals['performance_year']} {totals['scenario']}: {acos}"
    return f"{start}, {moves}, {', '.join(rest)}; {paid}; {repaid}; difference {_usd(totals['difference'])}"


def _usd(amount: float) -> str:
    return f"{'-' if amount <= -0.5 else ''}${abs(amount):,.0f}"
