"""How `aco benchmark` shows its columns."""

from __future__ import annotations

from aco_cli.outputs.columns import OutputColumn, Unit

BENCHMARK_COLUMNS = (
    OutputColumn("aco_id", Unit.TEXT, "ACO", 1),
    OutputColumn("aco_name", Unit.TEXT, "Name", 9),
    OutputColumn("performance_year", Unit.INTEGER, "Year", 5),
    OutputColumn("historical_benchmark", Unit.USD, "Historical", 4),
    OutputColumn("regional_adjustment", Unit.USD, "Regional adj.", 6),
    OutputColumn("adjusted_benchmark", Unit.USD, "Adjusted", 7),
    OutputColumn("updated_benchmark", Unit.USD, "Updated", 2),
    OutputColumn("person_years", Unit.NUMBER, "Person years", 8),
    OutputColumn("benchmark_total", Unit.USD, "Benchmark total", 3, total=True),
    OutputColumn("expenditure_total", Unit.USD, "Expenditures", 3, total=True),
    OutputColumn("notes", Unit.TEXT, "Notes", 10),
)
