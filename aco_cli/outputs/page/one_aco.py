"""The page of one ACO."""

from collections.abc import Iterator
from math import isnan
from typing import Any

from aco_cli.engine.lines.text import show
from aco_cli.outputs.charts.cascade import waterfall
from aco_cli.outputs.charts.draw import svg
from aco_cli.outputs.charts.one_aco import AMONG_TRACK, BY_YEAR, over_years, strip
from aco_cli.outputs.one_aco import OneAco
from aco_cli.outputs.page.render import environment, part, style, themed
from aco_cli.outputs.phrases import OUTCOME_WORDS


def render_one(aco: OneAco) -> bytes:
    """The page in UTF-8: one portrait page where it is printed."""
    page = environment().get_template("one_aco.html.j2")
    years = [
        (year, show(rate, "fraction"), show(msr, "fraction"), show(settlement, "USD"), OUTCOME_WORDS[outcome])
        for year, rate, msr, settlement, outcome in aco.years[
            ["performance_year", "savings_rate", "msr", "settlement", "outcome"]
        ].itertuples(index=False, name=None)
    ]
    found = {"aco": aco, "style": style(), "own_style": part("one_aco.css"), "years": years}
    return page.render(**found, figures=list(_figures(aco))).encode()


def _figures(aco: OneAco) -> Iterator[dict[str, Any]]:
    drawings = [
        (None if isnan(aco.settlement) else waterfall(aco.steps), "From savings or losses to the settlement", ""),
        (strip(aco), AMONG_TRACK, aco.comparison),
        (over_years(aco), BY_YEAR, ""),
    ]
    for chart, about, caption in drawings:
        if chart is not None:
            yield {"svg": themed(svg(chart, about, aco.comparison)), "caption": caption}
