"""Charts of one ACO: its place among others, and its years."""

from typing import Any

import altair as alt
import pandas as pd

from aco_cli.outputs.charts.look import DOLLARS, data, framed, zero
from aco_cli.outputs.colors import BAND, BLUE, INK, ORANGE
from aco_cli.outputs.one_aco import OneAco
from aco_cli.outputs.phrases import millions

AMONG_TRACK = "Savings rate among its track"
BY_YEAR = "Settlement by year"


def strip(aco: OneAco) -> Any:
    """The savings rate of every ACO of the track and year, with that of this one marked; None without others."""
    if not aco.comparison:
        return None
    across = alt.X("rate:Q", title="Savings rate").axis(format=".0%", tickCount=6)
    others = alt.Chart(data(pd.DataFrame({"rate": aco.rates}))).mark_tick(color=INK, opacity=0.35, size=26, aria=False)
    own = alt.Chart(data(pd.DataFrame({"rate": [aco.rate], "label": [aco.title.split(" ")[0]]})))
    mark = own.mark_point(shape="triangle-down", color=ORANGE, fill=ORANGE, size=110, yOffset=-20, aria=False)
    name = own.mark_text(color=INK, dy=-32, aria=False).encode(text="label:N")
    layers = [others.encode(x=across), mark.encode(x="rate:Q"), name.encode(x="rate:Q")]
    return framed(alt.layer(zero(x="at:Q"), *layers), AMONG_TRACK, 70)


def over_years(aco: OneAco) -> Any:
    """The settlements of the years as bars; None of fewer than two."""
    known = aco.settled_years
    if len(known) < 2:
        return None
    years = known["performance_year"].astype("str")
    table = pd.DataFrame({"year": years, "settlement": known["settlement"], "label": known["settlement"].map(millions)})
    table = table.assign(top=table["settlement"].clip(lower=0))
    up = alt.Y("settlement:Q", title="Settlement, US dollars").axis(labelExpr=DOLLARS, tickCount=4)
    base = alt.Chart(data(table)).encode(x=alt.X("year:O", title=None).axis(labelAngle=0), y=up)
    bars = base.mark_bar(color=BLUE, aria=False, size=26)
    labels = base.mark_text(dy=-8, color=INK, aria=False).encode(y="top:Q", text="label:N")
    rates = alt.Chart(data(pd.DataFrame({"at": [0.0]}))).mark_rule(color=BAND, aria=False).encode(y="at:Q")
    return framed(alt.layer(rates, bars, labels), BY_YEAR, 130)
