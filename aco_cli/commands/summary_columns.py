"""The columns of `summary`."""

from __future__ import annotations

from aco_cli.outputs.columns import OutputColumn, Unit

SUMMARY_COLUMNS = (
    OutputColumn("performance_year", Unit.INTEGER, "Year", 11),
    OutputColumn("by", Unit.TEXT, "By", 0),
    OutputColumn("value", Unit.TEXT, "Value", 1),
    OutputColumn("acos", Unit.INTEGER, "ACOs", 2),
    OutputColumn("saved", Unit.INTEGER, "Saved", 7),
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
)
