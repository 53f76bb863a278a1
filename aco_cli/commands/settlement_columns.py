"""The columns of `settle`, in the order of the interface, with what a narrow terminal keeps first."""

from __future__ import annotations

from aco_cli.inputs.layout import layouts_of
from aco_cli.outputs.columns import OutputColumn, Unit

SETTLEMENT_COLUMNS = (
    OutputColumn("aco_id", Unit.TEXT, "ACO", 0),
    OutputColumn("aco_name", Unit.TEXT, "Name", 6),
    OutputColumn("performance_year", Unit.INTEGER, "Year", 8),
    OutputColumn("program", Unit.TEXT, "Program", 20),
    OutputColumn("track", Unit.TEXT, "Track", 7),
    OutputColumn("assigned_beneficiaries", Unit.INTEGER, "Beneficiaries", 13, total=True),
    OutputColumn("benchmark_total", Unit.USD, "Benchmark", 10, total=True),
    OutputColumn("expenditure_total", Unit.USD, "Expenditures", 11, total=True),
    OutputColumn("savings", Unit.USD, "Savings", 3, total=True),
    OutputColumn("savings_rate", Unit.FRACTION, "Rate", 4),
    OutputColumn("msr", Unit.FRACTION, "MSR", 5),
    OutputColumn("mlr", Unit.FRACTION, "MLR", 21),
    OutputColumn("outcome", Unit.TEXT, "Outcome", 1),
    OutputColumn("quality_score", Unit.FRACTION, "Quality", 9),
    OutputColumn("quality_standard_met", Unit.BOOLEAN, "Standard met", 22),
    OutputColumn("max_sharing_rate", Unit.FRACTION, "Max rate", 23),
    OutputColumn("final_sharing_rate", Unit.FRACTION, "Final rate", 12),
    OutputColumn("shared_savings", Unit.USD, "Shared savings", 18, total=True),
    OutputColumn("sequestration", Unit.USD, "Sequestration", 19, total=True),
    OutputColumn("payment_limit", Unit.USD, "Payment limit", 24),
    OutputColumn("earned_payment", Unit.USD, "Earned", 14, total=True),
    OutputColumn("shared_loss_rate", Unit.FRACTION, "Loss rate", 25),
    OutputColumn("shared_losses", Unit.USD, "Shared losses", 26, total=True),
    OutputColumn("loss_limit", Unit.USD, "Loss limit", 27),
    OutputColumn("euc_adjustment", Unit.USD, "EUC", 28, total=True),
    OutputColumn("owed_repayment", Unit.USD, "Owed", 15, total=True),
    OutputColumn("settlement", Unit.USD, "Settlement", 2, total=True),
    OutputColumn("advance_recouped", Unit.USD, "Recouped", 17, total=True),
    OutputColumn("net_payment", Unit.USD, "Net payment", 16, total=True),
    OutputColumn("notes", Unit.TEXT, "Notes", 29),
)
NAMES = tuple(column.name for column in SETTLEMENT_COLUMNS)

_UNITS = {
    "usd": Unit.USD,
    "fraction": Unit.FRACTION,
    "number": Unit.NUMBER,
    "integer": Unit.INTEGER,
    "year": Unit.INTEGER,
    "boolean": Unit.BOOLEAN,
    "date": Unit.DATE,
}


def roster_column(name: str) -> OutputColumn:
    """How a column of the roster is shown beside those of the settlement: by its type in the roster's contract."""
    contract = layouts_of("roster")[0].columns
    unit = _UNITS.get(contract[name].type, Unit.TEXT) if name in contract else Unit.TEXT
    return OutputColumn(name, unit, name.replace("_", " ").capitalize(), 30)
