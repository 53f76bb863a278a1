"""Drawing charts, as SVG or PNG."""

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import altair as alt
import pandas as pd
import vl_convert

from aco_cli.engine.outcome import UNSETTLED
from aco_cli.engine.waterfall import Waterfall
from aco_cli.outputs.charts.captions import NOTHING, TITLES
from aco_cli.outputs.charts.cascade import waterfall
from aco_cli.outputs.charts.look import INK, data, framed, with_look
from aco_cli.outputs.charts.points import payments_and_quality, savings_rate
from aco_cli.outputs.charts.spreads import distribution
from aco_cli.outputs.formats import Figure

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
        return with_look(charts[0]), bare
    together = alt.vconcat(*charts, spacing=40)
    return with_look(together.resolve_scale(shape="independent", stroke="independent", fill="independent")), bare


def _sentence(figure: Figure) -> Any:
    """Why a chart is not drawn, in its frame."""
    text = alt.Chart(data(pd.DataFrame({"text": [NOTHING[figure]]}))).mark_text(align="left", color=INK, aria=False)
    return framed(text.encode(text="text:N", x=alt.value(0), y=alt.value(20)), TITLES[figure], 40)


def svg(chart: Any, about: str, words: str = "") -> str:
    """The chart as SVG that is read out as `about` and described by `words`.

    Its points say what they are, and in `data-key` where they lead.
    """
    drawn = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=_VERSION)
    told = _POINT.sub(r"<path\2><title>\1</title></path>", _LINKED.sub(r'<path \2 data-key="\1"/>', drawn))
    label = escape(about, {'"': "&quot;"})
    start, rest = told.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1).split(">", 1)
    return f"{start}>{f'<desc>{escape(words)}</desc>' if words else ''}{rest}"


def image(chart: Any, file: str, about: str, words: str = "") -> bytes:
    """The chart as a file of that name holds it: PNG, or SVG as `svg` has it."""
    if not file.lower().endswith(".png"):
        return svg(chart, about, words).encode()
    drawn: bytes = vl_convert.vegalite_to_png(chart.to_dict(), vl_version=_VERSION, scale=_SHARP)
    return drawn


def _chart(figure: Figure, settled: pd.DataFrame, steps: Waterfall) -> Any:
    if figure is Figure.WATERFALL:
        return waterfall(steps)
    settled = settled[~settled["outcome"].isin(UNSETTLED)]
    drawn = {Figure.SAVINGS_RATE: savings_rate, Figure.DISTRIBUTION: distribution, Figure.QUALITY: payments_and_quality}
    return drawn[figure](settled)
