"""The waterfall of many ACOs: from generated savings to payments, and from losses to repayments."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from aco_cli.engine.waterfall import LOSSES, SAVINGS, StepTotal, Waterfall
from aco_cli.outputs.charts.look import BLUE, GREEN, INK, NAMES, NAMES_WIDTH, ORANGE, PAPER, data, framed
from aco_cli.outputs.phrases import acos, millions

_ENDS, _LESS, _MORE = "ends", "less", "more"
_ROOM = 0.85  # of the width of the bars, for the labels on the right


def waterfall(steps: Waterfall) -> Any:
    """The sums of the steps of all ACOs, as bars one below another: of savings and of losses, if any; else None."""
    many = len(steps.amounts) > 1
    parts = []
    if steps.amounts["generated_savings"].any():
        parts.append(_part(_bars(steps.totals(SAVINGS), "Payments", many), "From generated savings to payments"))
    if steps.amounts["generated_losses"].any():
        parts.append(_part(_bars(steps.totals(LOSSES), "Repayments", many), "From losses to repayments"))
    return alt.vconcat(*parts, spacing=24) if parts else None


def _part(table: pd.DataFrame, heading: str) -> Any:
    low, high = min(0.0, table["to"].min()), max(0.0, table["to"].max())
    across = alt.X("from:Q").axis(None).scale(domain=[low, high + _ROOM * (high - low)], nice=False)
    base = alt.Chart(data(table)).encode(y=alt.Y("step:N", title=None).sort(None).axis(**NAMES))
    kinds = [_ENDS, _LESS, _MORE]
    bars = base.mark_bar(aria=False, strokeWidth=1.5, height=alt.RelativeBandSize(0.62)).encode(
        x=across,
        x2="to:Q",
        fill=alt.Fill("kind:N", legend=None).scale(domain=kinds, range=[BLUE, PAPER, PAPER]),
        stroke=alt.Stroke("kind:N", legend=None).scale(domain=kinds, range=[BLUE, ORANGE, GREEN]),
    )
    labels = base.mark_text(align="left", dx=6, color=INK, aria=False).encode(x="edge:Q", text="label:N")
    return framed(alt.layer(bars, labels), heading, alt.Step(30), width=NAMES_WIDTH)


def _bars(found: Sequence[StepTotal], last: str, counted: bool) -> pd.DataFrame:
    """A bar for each step, from where the last one ended, and one for what is left; `counted`: with numbers of ACOs."""
    rows: list[tuple[str, float, float, str, str]] = []
    level = 0.0
    for total in found:
        kind = _MORE if total.amount > 0 else _LESS
        sign = "+" if rows and total.amount > 0 else ""
        label = f"{sign}{millions(total.amount)}" + (f" ({acos(total.acos)})" if counted else "")
        rows.append((total.label, level, level + total.amount, label, kind if rows else _ENDS))
        level += total.amount
    rows.append((last, 0.0, level, millions(level), _ENDS))
    table = pd.DataFrame(rows, columns=["step", "from", "to", "label", "kind"])
    return table.assign(edge=table[["from", "to"]].max(axis=1))
