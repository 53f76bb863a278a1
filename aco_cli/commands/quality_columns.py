"""The columns of `quality`, of its comparison with published scores, and measures as rows of a worksheet."""

from __future__ import annotations

import math

from aco_cli.engine.language.text import show
from aco_cli.engine.quality.measures import MeasureLine
from aco_cli.engine.worksheet import Entry
from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.rules.parameters import Status

QUALITY_COLUMNS = (
    OutputColumn("aco_id", Unit.TEXT, "ACO", 0),
    OutputColumn("aco_name", Unit.TEXT, "Name", 7),
    OutputColumn("performance_year", Unit.INTEGER, "Year", 5),
    OutputColumn("patient_experience", Unit.FRACTION, "Patient experience", 2),
    OutputColumn("care_coordination", Unit.FRACTION, "Care coordination", 2),
    OutputColumn("preventive_health", Unit.FRACTION, "Preventive health", 2),
    OutputColumn("at_risk", Unit.FRACTION, "At risk", 2),
    OutputColumn("quality_score", Unit.FRACTION, "Score", 1),
    OutputColumn("quality_reported", Unit.BOOLEAN, "Reported", 6),
    OutputColumn("notes", Unit.TEXT, "Notes", 8),
)
COMPARED_COLUMNS = (
    OutputColumn("aco_id", Unit.TEXT, "ACO", 0),
    OutputColumn("aco_name", Unit.TEXT, "Name", 7),
    OutputColumn("performance_year", Unit.INTEGER, "Year", 5),
    OutputColumn("route", Unit.TEXT, "Route", 6),
    OutputColumn("published", Unit.FRACTION, "Published", 2),
    OutputColumn("recomputed", Unit.FRACTION, "Recomputed", 3),
    OutputColumn("difference", Unit.FRACTION, "Difference", 4),
    OutputColumn("class", Unit.TEXT, "Class", 1),
    OutputColumn("cause", Unit.TEXT, "Cause", 5),
    OutputColumn("reason", Unit.TEXT, "Reason", 8),
)


def measure_entry(line: MeasureLine) -> Entry:
    """A measure as a row of a worksheet: its points, the rate and cut they come from, and what the next cut gives."""
    points = f"{_number(line.points)} of {_number(line.max_points)}" if not math.isnan(line.points) else "-"
    formula = f"rate {_number(line.rate)}" if not math.isnan(line.rate) else "no rate"
    formula += f", {line.reached}" + ("" if math.isnan(line.cut) else f" ({_number(line.cut)})")
    if not math.isnan(line.next_dollars):
        formula += f"; at the next cut, {_number(line.next_cut)}, {show(line.next_dollars, 'USD')} more"
    return Entry(
        letter="",
        line=line.measure,
        label=f"{line.measure}, {line.domain.replace('_', ' ').replace('-', ' ')}",
        unit="points",
        value="" if math.isnan(line.points) else repr(line.points),
        shown=points,
        formula=formula,
        citation=line.cite,
        status=str(Status.ASSUMED if line.assumed else line.status),
        words=_next(line),
        worth=line.next_dollars,
    )


def _next(line: MeasureLine) -> str:
    if math.isnan(line.next_cut):
        return _assumed(line)
    text = f"next cut {_number(line.next_cut)} gives {_number(line.next_points)} points"
    if not math.isnan(line.next_score):
        text += f", a quality score of {show(line.next_score, 'fraction')}"
    if not math.isnan(line.next_dollars):
        text += f" and {show(line.next_dollars, 'USD')} more"
    return "; ".join(filter(None, [text, _assumed(line)]))


def _assumed(line: MeasureLine) -> str:
    return f"assumed: cut {' and '.join(line.assumed)}" if line.assumed else ""


def _number(number: float) -> str:
    return f"{number:.6g}"
