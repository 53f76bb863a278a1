"""The columns of `explain`."""

from __future__ import annotations

from aco_cli.outputs.columns import OutputColumn, Unit

WORKSHEET_COLUMNS = (
    OutputColumn("table", Unit.TEXT, "Table", 10),
    OutputColumn("letter", Unit.TEXT, "", 0),
    OutputColumn("line", Unit.TEXT, "Line", 6),
    OutputColumn("label", Unit.TEXT, "Label", 1, folds_over=12),
    OutputColumn("shown", Unit.TEXT, "Value", 2),
    OutputColumn("formula", Unit.TEXT, "Formula", 3),
    OutputColumn("citation", Unit.TEXT, "Citation", 4),
    OutputColumn("status", Unit.TEXT, "Status", 5),
    OutputColumn("value", Unit.TEXT, "Full precision", 8, numbers=True),
    OutputColumn("unit", Unit.TEXT, "Unit", 7),
    OutputColumn("words", Unit.TEXT, "In words", 9),
    OutputColumn("worth", Unit.USD, "Worth", 11),
)
