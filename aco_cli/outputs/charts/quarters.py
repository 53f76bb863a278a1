"""Benchmark and spending of a running year by quarter, with the corridor in which nothing is shared."""

from typing import Any

import altair as alt
import pandas as pd

from aco_cli.outputs.charts.look import data, framed
from aco_cli.outputs.colors import BAND, BLUE, INK, ORANGE
from aco_cli.outputs.phrases import millions

_WIDE = 64  # pixels of a quarter's corridor
_BENCHMARK, _SPENDING = "updated benchmark", "spending"


def quarters(projected: pd.DataFrame) -> Any:
    """A chart per ACO and year, one below another: each quarter's benchmark, spending and corridor per person year.

    `projected` has the columns of `project`, `mlr`, and no row without a benchmark.
    """
    groups = projected.groupby(["aco_id", "performance_year", "benchmark_delivery"], sort=False)
    charts = [_one(rows, f"{aco_id}, {year}: benchmark and spending by quarter") for (aco_id, year, _), rows in groups]
    return charts[0] if len(charts) == 1 else alt.vconcat(*charts, spacing=40)


def _one(rows: pd.DataFrame, heading: str) -> Any:
    shown = pd.DataFrame(
        {
            "quarter": rows["quarter"],
            _BENCHMARK: rows["updated_benchmark"],
            _SPENDING: rows["expenditure_per_capita"],
            "low": rows["updated_benchmark"] * (1 - rows["msr"]),
            "high": rows["updated_benchmark"] * (1 + rows["mlr"].fillna(0)),
            "told": rows["settlement"].map(lambda amount: "unknown" if pd.isna(amount) else millions(amount)),
        }
    )
    across = alt.X("quarter:N", title=None).axis(labelAngle=0)
    up = alt.Y("low:Q", title=None).axis(format="$,.0f", tickCount=6).scale(zero=False, padding=28)
    corridor = alt.Chart(data(shown[["quarter", "low", "high"]].dropna())).mark_bar(size=_WIDE, color=BAND, aria=False)
    lines = shown[["quarter", _BENCHMARK, _SPENDING]].melt("quarter", var_name="what", value_name="dollars")
    lines["about"] = lines["what"] + " " + lines["quarter"] + ": " + lines["dollars"].map("${:,.0f}".format)
    color = alt.Color("what:N", legend=alt.Legend(title=None, orient="bottom", columnPadding=48)).scale(
        domain=[_BENCHMARK, _SPENDING], range=[BLUE, ORANGE]
    )
    drawn = alt.Chart(data(lines)).mark_line(strokeWidth=2, aria=False).encode(x=across, y="dollars:Q", color=color)
    points = alt.Chart(data(lines)).mark_point(size=60, filled=True)
    points = points.encode(x=across, y="dollars:Q", color=color, description="about:N")
    words = alt.Chart(data(shown[["quarter", "told"]])).mark_text(color=INK, aria=False)
    words = words.encode(x=across, y=alt.value(10), text="told:N")
    is_one_sided = rows["mlr"].isna().all()
    gray = "savings below the minimum savings rate" if is_one_sided else "between minimum savings rate and loss rate"
    below = ["US dollars per person year; on top the settlement as it stands.", f"Gray: {gray}, nothing is shared."]
    layers = alt.layer(corridor.encode(x=across, y=up, y2="high:Q"), drawn, points, words)
    return framed(layers, heading, 300, below)
