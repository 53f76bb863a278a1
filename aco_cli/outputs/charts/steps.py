"""The settlement over the steps of one column: a line for each ACO of a few, or their sum."""

from typing import Any

import altair as alt
import pandas as pd

from aco_cli.outputs.charts.look import DOLLARS, data, described, framed, zero
from aco_cli.outputs.colors import BLUE

_FEW = 6


def steps(compared: pd.DataFrame, column: str, source: str) -> Any:
    """A chart of `aco whatif --vary`: settlements in US dollars over the values or relative steps of a column."""
    known = compared[compared["settlement_after"].notna()]
    whose = known["aco_id"].astype("str").str.cat(known["performance_year"].astype("str"), sep=" ")
    is_few = whose.nunique() <= _FEW
    step = pd.to_numeric(known["scenario"].str.rstrip("%"))
    table = pd.DataFrame({"step": step, "settlement": known["settlement_after"], "whose": whose if is_few else "sum"})
    summed = table.groupby(["whose", "step"], as_index=False)[["settlement"]].sum()
    across = alt.X("step:Q", title=_title(known["scenario"], column)).scale(zero=False, nice=False, padding=10)
    up = alt.Y("settlement:Q", title="Settlement, US dollars").axis(labelExpr=DOLLARS, tickCount=6)
    base = alt.Chart(data(summed)).encode(x=across, y=up)
    if is_few and summed["whose"].nunique() > 1:
        shape = alt.Shape("whose:N", title=None).legend(orient="bottom", columns=3)
        base = base.encode(detail="whose:N", shape=shape)
    lines = base.mark_line(color=BLUE, aria=False)
    points = base.mark_point(color=BLUE, fill=BLUE, size=30, aria=False)
    below = described(known, source)
    return framed(alt.layer(zero(y="at:Q"), lines, points), f"Settlement by {column}", 320, below)


def _title(steps: pd.Series, column: str) -> str:
    if steps.str.endswith("%").any():
        return f"Change of {column}, percent"
    return f"Change of {column}" if steps.str.contains(r"^[+-]").any() else column
