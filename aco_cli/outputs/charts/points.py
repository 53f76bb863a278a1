"""Charts with a point for every ACO, whose shape tells the outcome."""

import math
from typing import Any

import altair as alt
import pandas as pd

from aco_cli.engine.outcome import Outcome
from aco_cli.outputs.charts.look import DOLLARS, TITLES, data, framed, zero
from aco_cli.outputs.colors import BAND, BLUE, MUTED, ORANGE, RED
from aco_cli.outputs.formats import Figure
from aco_cli.outputs.phrases import OUTCOME_WORDS, millions

_CHANNELS = {"shape": alt.Shape, "stroke": alt.Stroke, "fill": alt.Fill}
# For each channel.
_HOLLOW = "transparent"
_MARKS = {
    Outcome.EARNED: ("circle", BLUE, BLUE),
    Outcome.BELOW_MSR: ("circle", MUTED, _HOLLOW),
    Outcome.QUALITY_FAILED: ("diamond", ORANGE, ORANGE),
    Outcome.LOSSES_WITHIN_MLR: ("square", MUTED, _HOLLOW),
    Outcome.LOSSES_NOT_SHARED: ("triangle-down", MUTED, _HOLLOW),
    Outcome.OWED: ("triangle-down", RED, RED),
    Outcome.OWED_WAIVED: ("triangle-down", ORANGE, _HOLLOW),
    Outcome.GUARDRAIL: ("square", ORANGE, ORANGE),
    Outcome.TERMINATED: ("cross", RED, RED),
}


def savings_rate(settled: pd.DataFrame) -> Any:
    """Each ACO's savings rate over its benchmark, with its corridor of minimum loss and savings rates.

    None where no ACO has a savings rate.
    """
    rows = settled[settled["savings_rate"].notna() & (settled["benchmark_total"] > 0)]
    if rows.empty:
        return None
    points = rows.assign(
        about=_about(rows, rows["savings_rate"].map("savings rate {:.2%}".format)),
        low=-rows["mlr"].fillna(0.0),
        high=rows["msr"],
    )
    ticks = _round_numbers(rows["benchmark_total"])
    across = alt.X("benchmark_total:Q", title="Benchmark, US dollars (logarithmic scale)")
    across = across.scale(type="log", nice=False, padding=12).axis(labelExpr=DOLLARS, values=ticks, labelOverlap=True)
    up = alt.Y("savings_rate:Q", title="Savings rate").axis(format=".0%", tickCount=8)
    bars = data(points.loc[rows["msr"].notna(), ["benchmark_total", "low", "high"]])
    corridor = alt.Chart(bars).mark_rule(color=BAND, strokeWidth=3, aria=False).encode(x=across, y="low:Q", y2="high:Q")
    below = "Gray bars: each ACO's minimum loss rate to its minimum savings rate."
    chart = alt.layer(corridor, zero(y="at:Q"), _points(points, across, up))
    return framed(chart, TITLES[Figure.SAVINGS_RATE], 360, below)


def payments_and_quality(settled: pd.DataFrame) -> Any:
    """Payments and repayments over the quality score, of ACOs that shared savings or losses or failed the standard.

    None where there is no such ACO.
    """
    decided = settled["settlement"].ne(0) | settled["outcome"].eq(Outcome.QUALITY_FAILED)
    rows = settled[decided & settled["settlement"].notna()]
    if rows.empty:
        return None
    score = rows["quality_score"].fillna(rows["quality_share"]).fillna(1.0)
    points = rows.assign(
        score=score, about=_about(rows, rows["settlement"].map(millions) + score.map(", quality {:.1%}".format))
    )
    least = min(0.9, score.min() // 0.05 * 0.05)
    across = alt.X("score:Q", title="Quality score").axis(format=".0%", tickCount=10)
    across = across.scale(domain=[least, 1.0], padding=8)
    up = alt.Y("settlement:Q", title="Payment (repayment below 0), US dollars").axis(labelExpr=DOLLARS, tickCount=6)
    up = up.scale(type="sqrt", nice=True)
    below = "Square-root scale. Pay-for-reporting ACOs without a score are shown at 100%."
    return framed(alt.layer(zero(y="at:Q"), _points(points, across, up)), TITLES[Figure.QUALITY], 320, below)


def _points(rows: pd.DataFrame, across: alt.X, up: alt.Y) -> Any:
    marks = {OUTCOME_WORDS[outcome]: _MARKS[outcome] for outcome in _MARKS if (rows["outcome"] == outcome).any()}
    legend = alt.Legend(title=None, orient="bottom", columns=2, columnPadding=48, symbolSize=70)
    by_outcome = {
        name: channel("ends:N", legend=legend, scale=alt.Scale(domain=list(marks), range=list(values)))
        for (name, channel), values in zip(_CHANNELS.items(), zip(*marks.values(), strict=True), strict=True)
    }
    points = rows.assign(ends=rows["outcome"].astype("object").map(OUTCOME_WORDS))
    columns = [str(across.shorthand).split(":")[0], str(up.shorthand).split(":")[0], "ends", "about"]
    linked = {"href": alt.Href("href:N")} if "href" in rows else {}
    return (
        alt.Chart(data(points[[*columns, *linked]]))
        .mark_point(size=46, strokeWidth=1.3, opacity=0.85)
        .encode(x=across, y=up, description="about:N", **by_outcome, **linked)
    )


def _about(rows: pd.DataFrame, figure: "pd.Series[str]") -> "pd.Series[str]":
    ends = rows["outcome"].astype("object").map(OUTCOME_WORDS)
    # As text, which a column of no rows has ceased to be.
    return rows["aco_id"] + " " + rows["aco_name"] + ": " + figure.astype("str") + ", " + ends.astype("str")


def _round_numbers(dollars: "pd.Series[float]") -> list[float]:
    """1, 2 and 5 times powers of ten within the range of some amounts, for the ticks of a logarithmic axis."""
    first, last = (math.floor(math.log10(edge)) for edge in (dollars.min(), dollars.max()))
    ticks = [one * 10.0**power for power in range(first, last + 1) for one in (1, 2, 5)]
    return [tick for tick in ticks if dollars.min() <= tick <= dollars.max()]
