"""The columns of `aco calibrate`: a reference file, and a residual per ACO."""

from __future__ import annotations

from aco_cli.outputs.columns import OutputColumn, Unit

REFERENCE_COLUMNS = (
    OutputColumn("performance_year", Unit.INTEGER, "Year", 6),
    OutputColumn("agreement_start", Unit.DATE, "Start", 0),
    OutputColumn("calendar_year", Unit.INTEGER, "Calendar year", 1),
    OutputColumn("enrollment_type", Unit.TEXT, "Type", 2),
    OutputColumn("trend_factor", Unit.NUMBER, "Trend factor", 3),
    OutputColumn("flat_dollar_update", Unit.NUMBER, "Update $", 3),
    OutputColumn("standard_error", Unit.NUMBER, "Standard error", 4),
    OutputColumn("acos", Unit.INTEGER, "ACOs", 5),
)
RESIDUAL_COLUMNS = (
    OutputColumn("aco_id", Unit.TEXT, "ACO", 0),
    OutputColumn("aco_name", Unit.TEXT, "Name", 8),
    OutputColumn("performance_year", Unit.INTEGER, "Year", 9),
    OutputColumn("agreement_start", Unit.DATE, "Start", 4),
    OutputColumn("agreement_period", Unit.INTEGER, "Period", 10),
    OutputColumn("published_benchmark", Unit.USD, "Published", 5),
    OutputColumn("recomputed_benchmark", Unit.USD, "Recomputed", 6),
    OutputColumn("residual", Unit.USD, "Residual", 1),
    OutputColumn("bound", Unit.USD, "Bound", 2),
    OutputColumn("within_bound", Unit.BOOLEAN, "Within", 3),
    OutputColumn("rounding_sd", Unit.USD, "Rounding sd", 11),
    OutputColumn("factor_error", Unit.USD, "Factor error", 12),
    OutputColumn("notes", Unit.TEXT, "Notes", 7),
)
