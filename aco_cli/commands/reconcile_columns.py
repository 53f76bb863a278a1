"""The columns of `reconcile`, and its summary in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aco_cli.engine.reconcile import Verdict
from aco_cli.outputs.columns import OutputColumn, Unit

RECONCILE_COLUMNS = (
    OutputColumn("aco_id", Unit.TEXT, "ACO", 0),
    OutputColumn("aco_name", Unit.TEXT, "Name", 9),
    OutputColumn("performance_year", Unit.INTEGER, "Year", 5),
    OutputColumn("program", Unit.TEXT, "Program", 12),
    OutputColumn("track", Unit.TEXT, "Track", 7),
    OutputColumn("outcome", Unit.TEXT, "Outcome", 8),
    OutputColumn("published", Unit.USD, "Published", 2, total=True),
    OutputColumn("recomputed", Unit.USD, "Recomputed", 3, total=True),
    OutputColumn("difference", Unit.USD, "Difference", 4, total=True),
    OutputColumn("lowest", Unit.USD, "Lowest", 10),
    OutputColumn("highest", Unit.USD, "Highest", 11),
    OutputColumn("class", Unit.TEXT, "Class", 1),
    OutputColumn("reason", Unit.TEXT, "Reason", 6),
)
TALLY_COLUMNS = (
    OutputColumn("performance_year", Unit.INTEGER, "Year", 0),
    OutputColumn("acos", Unit.INTEGER, "ACOs", 1, total=True),
    *(OutputColumn(verdict.value, Unit.INTEGER, verdict.value.capitalize(), 2, total=True) for verdict in Verdict),
    OutputColumn("published", Unit.USD, "Published", 3, total=True),
    OutputColumn("recomputed", Unit.USD, "Recomputed", 4, total=True),
    OutputColumn("largest_difference", Unit.USD, "Largest difference", 5),
)


def sentence(year: Mapping[Any, Any]) -> str:
    """A year of the tally in words, e.g. `2014: 333 ACOs, 333 exact`."""
    counts = [f"{year[verdict]:,} {verdict}" for verdict in Verdict if year[verdict]]
    return f"{year['performance_year']}: {year['acos']:,} ACOs, {', '.join(counts)}"
