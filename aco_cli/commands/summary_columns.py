"""The columns of `summary`."""

from __future__ import annotations

from aco_cli.outputs.columns import OutputColumn, Unit

SUMMARY_COLUMNS = (
    OutputColumn("performance_year", Unit.INTEGER, "Year", 11),
    OutputColumn("by", Unit.TEXT, "By", 0),
    OutputColumn("value", Unit.TEXT, "Value", 1),
    OutputColumn("acos", Unit.INTEGER, "ACOs", 2),
    OutputColumn("saved", Unit.INTEGER, "Saved", 7),
    OutputColumn("saved_not_shared", Unit.INTEGER, "Saved, not shared", 8),
    OutputColumn("reached_msr", Unit.INTEGER, "Reached MSR", 8),
    OutputColumn("earned", Unit.INTEGER, "Earned", 3),
    OutputColumn("quality_failed", Unit.INTEGER, "Quality failed", 9),
    OutputColumn("owed", Unit.INTEGER, "Owed", 10),
    OutputColumn("not_calculable", Unit.INTEGER, "Not calculable", 16),
    OutputColumn("benchmark_total", Unit.USD, "Benchmark", 14),
    OutputColumn("savings", Unit.USD, "Savings", 5),
    OutputColumn("savings_above_msr", Unit.USD, "Savings above MSR", 12),
    OutputColumn("earned_payment", Unit.USD, "Paid", 4),
    OutputColumn("owed_repayment", Unit.USD, "Repaid", 6),
    OutputColumn("net_to_medicare", Unit.USD, "Net to Medicare", 13),
    OutputColumn("mean_savings_rate", Unit.FRACTION, "Mean rate", 15),
    OutputColumn("median_savings_rate", Unit.FRACTION, "Median rate", 17),
    OutputColumn("mean_quality_score", Unit.FRACTION, "Mean quality", 18),
    OutputColumn("source", Unit.TEXT, "Source", 5),
)
COMPARISON_COLUMNS = (
    OutputColumn("performance_year", Unit.INTEGER, "Year", 1),
    OutputColumn("program", Unit.TEXT, "Program", 2),
    OutputColumn("figure", Unit.TEXT, "Figure", 0),
    OutputColumn("computed", Unit.NUMBER, "Computed", 3),
    OutputColumn("published", Unit.NUMBER, "Published", 4),
    OutputColumn("difference", Unit.NUMBER, "Difference", 5),
    OutputColumn("agrees", Unit.TEXT, "Agrees", 6),
    OutputColumn("citation", Unit.TEXT, "Citation", 7),
)
