"""The waterfall of many ACOs: from generated savings to payments, and from losses to repayments."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from aco_cli.engine.waterfall import Waterfall
from aco_cli.outputs.bars import ENDS, LESS, MORE, Bar, cascades
from aco_cli.outputs.charts.look import NAMES, NAMES_WIDTH, data, framed
from aco_cli.outputs.colors import BLUE, GREEN, INK, ORANGE, PAPER

_ROOM = 0.85  # of the width of the bars, for the labels on the right


def waterfall(steps: Waterfall) -> Any:
    """The sums of the steps of all ACOs, as bars one below another: of savings and of losses, if any; else None."""
    parts = [_part(bars, heading) for heading, bars in cascades(steps)]
    return alt.vconcat(*parts, spacing=24) if parts else None


def _part(bars: Sequence[Bar], heading: str) -> Any:
    table = pd.DataFrame(bars)
    table = table.assign(edge=table[["start", "end"]].max(axis=1))
    low, high = min(0.0, table["end"].min()), max(0.0, table["end"].max())
    across = alt.X("start:Q").axis(None).scale(domain=[low, high + _ROOM * (high - low)], nice=False)
    base = alt.Chart(data(table)).encode(y=alt.Y("step:N", title=None).sort(None).axis(**NAMES))
    kinds = [ENDS, LESS, MORE]
    drawn = base.mark_bar(aria=False, strokeWidth=1.5, height=alt.RelativeBandSize(0.62)).encode(
        x=across,
        x2="end:Q",
        fill=alt.Fill("kind:N", legend=None).scale(domain=kinds, range=[BLUE, PAPER, PAPER]),
        stroke=alt.Stroke("kind:N", legend=None).scale(domain=kinds, range=[BLUE, ORANGE, GREEN]),
    )
    labels = base.mark_text(align="left", dx=6, color=INK, aria=False).encode(x="edge:Q", text="label:N")
    return framed(alt.layer(drawn, labels), heading, alt.Step(30), width=NAMES_WIDTH)
