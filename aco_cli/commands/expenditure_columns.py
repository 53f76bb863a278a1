"""The columns of the expenditure file."""

from __future__ import annotations

from aco_cli.outputs.columns import OutputColumn, Unit

EXPENDITURE_COLUMNS = (
    OutputColumn("aco_id", Unit.TEXT, "ACO", 0),
    OutputColumn("performance_year", Unit.INTEGER, "PY", 1),
    OutputColumn("period", Unit.TEXT, "Period", 2),
    OutputColumn("calendar_year", Unit.INTEGER, "Year", 3),
    OutputColumn("enrollment_type", Unit.TEXT, "Type", 4),
    OutputColumn("assigned_beneficiaries", Unit.INTEGER, "Assigned", 8),
    OutputColumn("person_years", Unit.NUMBER, "Person years", 5),
    OutputColumn("per_capita_expenditure", Unit.NUMBER, "Per capita", 6),
    OutputColumn("risk_score", Unit.NUMBER, "Risk score", 7),
    OutputColumn("regional_expenditure", Unit.NUMBER, "Regional", 9),
    OutputColumn("national_weight", Unit.FRACTION, "National weight", 10),
)
