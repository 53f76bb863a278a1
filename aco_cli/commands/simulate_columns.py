"""The columns of `simulate`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aco_cli.engine.simulate import PERCENTILES
from aco_cli.outputs.columns import OutputColumn, Unit

# The outer percentiles are what a narrow terminal keeps.
_OUTER = {PERCENTILES[0]: 4, PERCENTILES[-1]: 5}

SIMULATE_COLUMNS = (
    OutputColumn("aco_id", Unit.TEXT, "ACO", 0),
    OutputColumn("aco_name", Unit.TEXT, "Name", 8),
    OutputColumn("performance_year", Unit.INTEGER, "Year", 11),
    OutputColumn("program", Unit.TEXT, "Program", 16),
    OutputColumn("track", Unit.TEXT, "Track", 10),
    OutputColumn("assigned_beneficiaries", Unit.INTEGER, "Beneficiaries", 12),
    OutputColumn("savings_rate", Unit.FRACTION, "Rate", 7),
    OutputColumn("sd", Unit.FRACTION, "SD", 9),
    OutputColumn("outcome", Unit.TEXT, "Outcome", 13),
    OutputColumn("settlement", Unit.USD, "Settlement", 6, total=True),
    OutputColumn("probability_earn", Unit.FRACTION, "P(earn)", 1),
    OutputColumn("probability_owe", Unit.FRACTION, "P(owe)", 2),
    OutputColumn("probability_not_calculable", Unit.FRACTION, "P(not calculable)", 17),
    OutputColumn("expected_settlement", Unit.USD, "Expected", 3, total=True),
    *(
        OutputColumn(f"settlement_p{percent:02}", Unit.USD, f"{percent} %", _OUTER.get(percent, 14))
        for percent in PERCENTILES
    ),
    OutputColumn("notes", Unit.TEXT, "Notes", 15),
)


def sentence(sums: NDArray[np.float64]) -> str:
    """What the settlements of all ACOs together come to, in words."""
    low, high = np.quantile(sums, [PERCENTILES[0] / 100, PERCENTILES[-1] / 100])
    amounts = (f"{'-' if amount <= -0.5 else ''}${abs(amount):,.0f}" for amount in (sums.mean(), low, high))
    return "all together: expected settlement {}, 5 % to 95 % {} to {}".format(*amounts)
