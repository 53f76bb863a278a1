"""Quality measures as rows of a worksheet: points, the cut points they come from, and what the next one gives."""

import math

from aco_cli.engine.lines.entries import WorksheetRow
from aco_cli.engine.lines.text import show
from aco_cli.engine.quality.measures import MeasureLine
from aco_cli.rules.parameters import Status


def measure_row(line: MeasureLine) -> WorksheetRow:
    """A measure as a row of a worksheet: its points, the rate and cut point behind them, and what the next gives."""
    points = f"{_number(line.points)} of {_number(line.max_points)}" if not math.isnan(line.points) else "-"
    formula = f"rate {_number(line.rate)}" if not math.isnan(line.rate) else "no rate"
    formula += f", {line.reached}" + ("" if math.isnan(line.cut) else f" ({_number(line.cut)})")
    if not math.isnan(line.next_dollars):
        formula += f"; at the next cut point, {_number(line.next_cut)}, {show(line.next_dollars, 'USD')} more"
    return WorksheetRow(
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
    assumed = f"assumed: cut point {' and '.join(line.assumed)}" if line.assumed else ""
    if math.isnan(line.next_cut):
        return assumed
    text = f"next cut point {_number(line.next_cut)} gives {_number(line.next_points)} points"
    if not math.isnan(line.next_score):
        text += f", a quality score of {show(line.next_score, 'fraction')}"
    if not math.isnan(line.next_dollars):
        text += f" and {show(line.next_dollars, 'USD')} more"
    return "; ".join(filter(None, [text, assumed]))


def _number(number: float) -> str:
    return f"{number:.6g}"
