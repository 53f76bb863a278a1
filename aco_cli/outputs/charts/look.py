"""What all charts look like: colors, type, titles, axes."""

from typing import Any

import altair as alt
import pandas as pd

from aco_cli.outputs.colors import GRID, INK, MUTED, PAPER
from aco_cli.outputs.formats import Figure
from aco_cli.outputs.phrases import acos

WIDTH = 440  # narrow, so that text is still read where a page makes a chart as small as a telephone
TITLES = {
    Figure.SAVINGS_RATE: "Savings rate and benchmark",
    Figure.WATERFALL: "From generated savings to payments",
    Figure.DISTRIBUTION: "Savings rate by start year and track",
    Figure.QUALITY: "Payments and quality",
}
DOLLARS = (
    "(datum.value < 0 ? '-$' : '$') + (abs(datum.value) >= 1e9 ? format(abs(datum.value) / 1e9, ',~r') + 'B' : "
    "format(abs(datum.value) / 1e6, ',~r') + (datum.value ? 'M' : ''))"
)
# An axis of names; what it takes is the same in all charts, so that they line up one below another.
NAMES_WIDTH = WIDTH - 120  # what they leave
NAMES: dict[str, Any] = {"labelLimit": 190, "minExtent": 190, "labelPadding": 6, "ticks": False, "domain": False}
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


def data(rows: pd.DataFrame) -> alt.InlineData:
    """The rows as data of a chart; no value may be missing."""
    names = [str(name) for name in rows.columns]
    records: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows.astype("object").to_numpy()]
    return alt.InlineData(values=records)


def zero(**place: str) -> Any:
    """The line at zero of an axis: `x="at:Q"` or `y="at:Q"`."""
    return alt.Chart(data(pd.DataFrame({"at": [0.0]}))).mark_rule(color=INK, aria=False).encode(**place)


def framed(chart: Any, heading: str, height: Any, below: str | list[str] = "", width: Any = WIDTH) -> Any:
    """The chart in its size, with a title and smaller lines below that."""
    return chart.properties(width=width, height=height, title=alt.TitleParams(heading, subtitle=below, anchor="start"))


def described(settled: pd.DataFrame, source: str) -> str:
    """Of which ACO or ACOs and years a chart is, and from which files."""
    named = settled.drop_duplicates("aco_id")
    name = acos(len(named))
    if len(named) == 1:
        name = " ".join(named.iloc[0].reindex(["aco_id", "aco_name"]).fillna("")).strip()
    years = ", ".join(map(str, sorted(settled["performance_year"].unique())))
    return f"{name}, performance year {years}" + (f"; source: {source}" if source else "")


def labeled(chart: Any, text: str) -> Any:
    """The chart under a line that says of what and from where it is."""
    title = alt.TitleParams(text, anchor="start", fontSize=12, fontWeight="normal", color=MUTED)
    return alt.vconcat(chart).properties(title=title)


def with_look(chart: Any) -> Any:
    """The chart with this look."""
    return (
        chart.configure(background=PAPER, font=_FONT, padding=8)
        .configure_axis(
            labelColor=INK,
            titleColor=INK,
            labelFontSize=13,
            titleFontSize=13,
            titleFontWeight="normal",
            labelFlush=False,
            gridColor=GRID,
            domainColor=MUTED,
            tickColor=MUTED,
        )
        .configure_legend(labelColor=INK, labelFontSize=13)
        .configure_title(color=INK, fontSize=15, subtitleColor=MUTED, subtitleFontSize=12, offset=8)
        .configure_view(stroke=None)
        .configure_text(fontSize=13)
    )
