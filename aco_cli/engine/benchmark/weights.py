"""Lines: whether growth is blended with national weights, or the factors given are blended ones already."""

from __future__ import annotations

import numpy as np

from aco_cli.engine.benchmark.sheet import TYPES, TypedSheet
from aco_cli.engine.lines import Column, Values
from aco_cli.rules.columns import RuleColumns

# All of a factor given, where there is neither any weight nor a region to blend it with: unweighted, region, factor,
# weight.
ALONE = "IF(AND({0},NOT(ISNUMBER({1})),ISNUMBER({2})),1,{3})"


def add_unweighted(sheet: TypedSheet, period: str, rule: str) -> None:
    """Add `unweighted_PERIOD`: no enrollment type has a national weight in the period."""
    weights = [f"national_weight_{period}_{kind}" for kind in TYPES]

    @sheet.line(
        "No national weights given",
        "condition",
        formula=f"NOT(OR({','.join(f'ISNUMBER({weight})' for weight in weights)}))",
        periods=(period,),
        by_type=False,
        rule=rule,
        table="A3",
    )
    def unweighted(v: Values, _r: RuleColumns) -> Column:
        """Of no enrollment type: a factor given may then be a blended one."""
        return np.asarray(np.logical_and.reduce([np.isnan(getattr(v, weight)) for weight in weights]))
