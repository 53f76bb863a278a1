"""Drawing charts, as SVG or PNG, and what each shows in words."""

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import altair as alt
import pandas as pd
import vl_convert

from aco_cli.engine.outcome import UNSETTLED, Outcome
from aco_cli.engine.waterfall import SAVINGS, Waterfall
from aco_cli.outputs.charts.cascade import waterfall
from aco_cli.outputs.charts.look import TITLES, data, framed, with_look
from aco_cli.outputs.charts.points import payments_and_quality, savings_rate
from aco_cli.outputs.charts.spreads import distribution
from aco_cli.outputs.colors import INK
from aco_cli.outputs.formats import Figure
from aco_cli.outputs.phrases import acos, millions

# What stands in the place of a chart that has nothing to draw.
NOTHING = {
    Figure.SAVINGS_RATE: "No ACO with a settlement has a savings rate.",
    Figure.WATERFALL: "No ACO with a settlement has savings or losses.",
    Figure.DISTRIBUTION: "No ACO with a settlement has a savings rate.",
    Figure.QUALITY: "No ACO earned a payment, owes a repayment, or failed the quality standard with savings to share.",
}
_SHARP = 2  # pixels of a PNG per point
_VERSION = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
# As Vega writes them: a link around a mark, and a mark with a description. What is read out as one picture may hold
# no links: a mark says in `data-key` where it leads to, and the page takes it there.
_LINKED = re.compile(r'<a xlink:href="[^"#]*#([^"]*)"><path ([^>]*)/></a>')
_POINT = re.compile(r'<path aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="point"([^>]*?)/>')


def draw(figures: Sequence[Figure], settled: pd.DataFrame, steps: Waterfall) -> tuple[Any, list[Figure]]:
    """Charts of settled ACOs, one below another, and which have nothing to draw: in the place of these stands why.

    `settled` has the settlement columns, `start_year`, `quality_share` and, if points are to lead to something, `href`;
    `steps` are those of `engine.waterfall`.
    """
    drawn = {figure: _chart(figure, settled, steps) for figure in figures}
    bare = [figure for figure, chart in drawn.items() if chart is None]
    charts = [_sentence(figure) if chart is None else chart for figure, chart in drawn.items()]
    if len(charts) == 1:
        return charts[0], bare
    together = alt.vconcat(*charts, spacing=40)
    return together.resolve_scale(shape="independent", stroke="independent", fill="independent"), bare


def _sentence(figure: Figure) -> Any:
    """Why a chart is not drawn, in its frame."""
    text = alt.Chart(data(pd.DataFrame({"text": [NOTHING[figure]]}))).mark_text(align="left", color=INK, aria=False)
    return framed(text.encode(text="text:N", x=alt.value(0), y=alt.value(20)), TITLES[figure], 40)


def svg(chart: Any, about: str, words: str = "") -> str:
    """The chart as SVG that is read out as `about` and described by `words`.

    Its points say what they are, and in `data-key` where they lead.
    """
    drawn = vl_convert.vegalite_to_svg(with_look(chart).to_dict(), vl_version=_VERSION)
    told = _POINT.sub(r"<path\2><title>\1</title></path>", _LINKED.sub(r'<path \2 data-key="\1"/>', drawn))
    label = escape(about, {'"': "&quot;"})
    start, rest = told.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1).split(">", 1)
    return f"{start}>{f'<desc>{escape(words)}</desc>' if words else ''}{rest}"


def image(chart: Any, file: str, about: str, words: str = "") -> bytes:
    """The chart as a file of that name holds it: PNG, or SVG as `svg` has it."""
    if not file.lower().endswith(".png"):
        return svg(chart, about, words).encode()
    drawn: bytes = vl_convert.vegalite_to_png(with_look(chart).to_dict(), vl_version=_VERSION, scale=_SHARP)
    return drawn


def _chart(figure: Figure, settled: pd.DataFrame, steps: Waterfall) -> Any:
    if figure is Figure.WATERFALL:
        return waterfall(steps)
    drawn = {Figure.SAVINGS_RATE: savings_rate, Figure.DISTRIBUTION: distribution, Figure.QUALITY: payments_and_quality}
    return drawn[figure](settled[~settled["outcome"].isin(UNSETTLED)])


def caption(figure: Figure, settled: pd.DataFrame, steps: Waterfall) -> str:
    """The chart of settled ACOs and their steps in a few sentences; ACOs without a settlement are not in it."""
    settled = settled[~settled["outcome"].isin(UNSETTLED)]
    if figure is Figure.WATERFALL:
        return _waterfall_words(settled, steps)
    told = {Figure.SAVINGS_RATE: _rate_words, Figure.DISTRIBUTION: _distribution_words, Figure.QUALITY: _quality_words}
    return told[figure](settled)


def _rate_words(settled: pd.DataFrame) -> str:
    rates = settled["savings_rate"].dropna()
    whose = "its" if len(rates) == 1 else "their"
    reached = int((settled["reaches_msr"] == 1).sum())
    saved = f"{int((rates > 0).sum()):,} of {acos(len(rates))} spent less than {whose} benchmark"
    return (
        f"{saved}; {reached:,} reached {whose} minimum savings rate. Savings rates go from {rates.min():.1%} to "
        f"{rates.max():.1%}; the median is {rates.median():.1%}."
    )


def _waterfall_words(settled: pd.DataFrame, steps: Waterfall) -> str:
    saved, paid = steps.amounts["generated_savings"].sum(), settled["earned_payment"].sum()
    lost, owed = -steps.amounts["generated_losses"].sum(), settled["owed_repayment"].sum()
    largest = min(steps.totals(SAVINGS)[1:], key=lambda total: total.amount, default=None)
    most = f" Most of the rest: {largest.label}, {millions(-largest.amount)}." if largest and saved else ""
    share = f" ({paid / saved:.1%})" if saved else ""
    return (
        f"Of {millions(saved)} of generated savings, {millions(paid)}{share} was paid.{most} "
        f"Of {millions(lost)} of losses, {millions(owed)} is owed."
    )


def _distribution_words(settled: pd.DataFrame) -> str:
    medians = settled.groupby("start_year")["savings_rate"].median().dropna()
    found = ", ".join(f"{start} {median:.1%}" for start, median in medians.items())
    by_start = f" Median savings rate by start year: {found}." if len(medians) > 1 else ""
    return (
        "Boxes hold the middle half of the ACOs, the thick line is the median, lines go to the last ACO within one "
        f"and a half boxes, circles are ACOs beyond; numbers of ACOs in brackets.{by_start}"
    )


def _quality_words(settled: pd.DataFrame) -> str:
    paid = settled.loc[settled["earned_payment"] > 0, "earned_payment"]
    owed = settled.loc[settled["owed_repayment"] > 0, "owed_repayment"]
    failed = int((settled["outcome"] == Outcome.QUALITY_FAILED).sum())
    middle = f", the median {millions(paid.median())}" if len(paid) else ""
    return (
        f"{acos(len(paid))} earned {millions(paid.sum())}{middle}; repayments owed by {acos(len(owed))}, "
        f"{millions(owed.sum())}; quality standard failed by {acos(failed)} with savings to share."
    )
