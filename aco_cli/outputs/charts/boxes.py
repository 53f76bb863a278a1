"""How savings rates spread, as boxes."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from aco_cli.outputs.charts.look import BLUE, INK, MUTED, NAMES, NAMES_WIDTH, PAPER, data, framed, zero


def distribution(settled: pd.DataFrame) -> Any:
    """Savings rates by the year of the first agreement and by track; None where there are none."""
    rows = settled[settled["savings_rate"].notna()]
    if rows.empty:
        return None
    by_start = _boxes(rows, "start_year", "Savings rate by start year")
    by_track = _boxes(rows, "track", "Savings rate by track")
    return alt.vconcat(by_start, by_track, spacing=24).resolve_scale(x="shared")


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
        x=alt.X("rate:Q", title="Savings rate").axis(format=".0%", tickCount=6),
        y=alt.Y("group:N", title=None).axis(**NAMES),
    )
    return framed(alt.layer(zero(x="at:Q"), boxes), heading, alt.Step(28), width=NAMES_WIDTH)
