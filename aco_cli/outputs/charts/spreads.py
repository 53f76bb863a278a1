"""How figures spread: savings rates as boxes, and settlements under chance as a fan."""

from typing import Any

import altair as alt
import pandas as pd

from aco_cli.outputs.charts.look import DOLLARS, NAMES, NAMES_WIDTH, data, framed, zero
from aco_cli.outputs.colors import BAND, BLUE, INK, MUTED, PAPER

_WIDTH = 600
_NAMED = 40  # ACOs whose ids fit below the axis
_STEP, _WIDEST = 4, 60  # points for an ACO where there are many, and the most where there are few
_PERCENTILES = ["settlement_p05", "settlement_p25", "settlement_p75", "settlement_p95"]
_MEAN = "expected_settlement"
_KEY = "Wide bars: 5th to 95th percentile; narrow dark bars: the middle half; dashes: expected settlement."


def distribution(settled: pd.DataFrame) -> Any:
    """Savings rates by the year of the first agreement and by track; None where there are none."""
    rows = settled[settled["savings_rate"].notna()]
    if rows.empty:
        return None
    groups = {"start_year": "Savings rate by start year", "track": "Savings rate by track"}
    # One value is no distribution over groups; where both have one, the track says which ACOs they are.
    shown = [name for name in groups if rows[name].nunique() > 1] or ["track"]
    charts = [_boxes(rows, name, groups[name]) for name in shown]
    return alt.vconcat(*charts, spacing=24).resolve_scale(x="shared")


def _boxes(rows: pd.DataFrame, group: str, heading: str) -> Any:
    counts = rows[group].value_counts()
    labels = rows[group].map(lambda name: f"{name} ({counts[name]:,})")
    table = pd.DataFrame({"group": labels, "rate": rows["savings_rate"]})
    boxes = alt.Chart(data(table)).mark_boxplot(
        size=14,
        box=alt.MarkConfig(fill=PAPER, stroke=BLUE, strokeWidth=1.5, aria=False),
        median=alt.MarkConfig(stroke=INK, strokeWidth=3, aria=False),
        rule=alt.MarkConfig(stroke=BLUE, aria=False),
        outliers=alt.MarkConfig(stroke=MUTED, size=18, aria=False),
    )
    boxes = boxes.encode(
        x=alt.X("rate:Q", title="Savings rate").axis(format=".0%", tickCount=5, labelOverlap=True),
        y=alt.Y("group:N", title=None).axis(**NAMES),
    )
    return framed(alt.layer(zero(x="at:Q"), boxes), heading, alt.Step(28), width=NAMES_WIDTH)


def fan(simulated: pd.DataFrame) -> Any:
    """Percentiles and expected settlement (`engine.simulate`) of every ACO that may get or owe something."""
    known = simulated[simulated[_MEAN].notna()]
    rows = known[known[_PERCENTILES].ne(0).any(axis=1)]
    rows = rows.sort_values(_MEAN, ascending=False, kind="stable", ignore_index=True)
    named = len(rows) <= _NAMED
    table = rows[[*_PERCENTILES, _MEAN]].assign(place=_names(rows) if named else range(1, len(rows) + 1))
    step = min(_WIDTH / max(len(rows), 1), _WIDEST) if named else _STEP
    across = alt.X("place:O", title=None if named else f"{len(rows):,} ACOs by expected settlement").sort(None)
    across = across.axis(labels=named, ticks=named, labelAngle=-60)
    up = alt.Y("settlement_p05:Q", title="Settlement, US dollars").axis(labelExpr=DOLLARS)
    base = alt.Chart(data(table)).encode(x=across)
    wide = base.mark_bar(color=BAND, size=0.8 * step, aria=False).encode(y=up, y2="settlement_p95:Q")
    half = base.mark_bar(color=BLUE, size=0.4 * step, aria=False).encode(y="settlement_p25:Q", y2="settlement_p75:Q")
    mean = base.mark_tick(color=INK, thickness=2, size=0.9 * step, aria=False).encode(y=f"{_MEAN}:Q")
    counts = {
        "at $0 from the 5th to the 95th percentile": len(known) - len(rows),
        "not calculable": len(simulated) - len(known),
    }
    left_out = "; ".join(f"{count:,} {words}" for words, count in counts.items() if count)
    below = [_KEY, f"Not drawn: {left_out}."] if left_out else [_KEY]
    chart = alt.layer(zero(y="at:Q"), wide, half, mean)
    return framed(chart, "Settlements under chance", 360, below, alt.Step(step))


def _names(rows: pd.DataFrame) -> "pd.Series[str]":
    """The ids, with the year where an ACO has several rows."""
    count = rows.groupby("aco_id")["aco_id"].transform("size")
    return rows["aco_id"].where(count == 1, rows["aco_id"] + " " + rows["performance_year"].astype("str"))
