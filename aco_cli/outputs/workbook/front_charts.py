"""Charts of the first sheet of the workbook of one ACO: its waterfall, its years, its place among its track."""

from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from aco_cli.outputs.bars import ENDS, LESS, MORE, Bar, cascades
from aco_cli.outputs.colors import BLUE, GREEN, GRID, INK, ORANGE
from aco_cli.outputs.one_aco import OneAco
from aco_cli.outputs.workbook.styles import Styles

FRONT = "Report"
_BESIDE = 6  # the column from which on, beside the printed ones, the figures stand that charts are drawn of
_KINDS: dict[str, dict[str, Any]] = {
    ENDS: {"fill": {"color": BLUE}},
    LESS: {"fill": {"none": True}, "border": {"color": ORANGE, "width": 1.5}},
    MORE: {"fill": {"none": True}, "border": {"color": GREEN, "width": 1.5}},
}
_HALF, _WHOLE = 385, 780  # pixels of the printed columns
_HEIGHT, _STRIP_HEIGHT = 210, 120
_ROW = 20  # pixels
_NONE: dict[str, Any] = {"none": True}


class _Figures:
    """Writes figures beside the printed columns, and says where they stand."""

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self._sheet, self._styles, self._column = sheet, styles, _BESIDE
        sheet.write_string(0, _BESIDE, "Figures of the charts", styles("hint"))

    def place(self, heading: str, values: Sequence[str | float], unit: str = "") -> list[str | int]:
        """The range of a column of values."""
        column, self._column = self._column, self._column + 1
        self._sheet.write_string(1, column, heading, self._styles("hint"))
        self._sheet.write_column(2, column, values, self._styles("cell", unit))
        return [FRONT, 2, column, len(values) + 1, column]


def insert_charts(workbook: xlsxwriter.Workbook, sheet: Worksheet, place: int, aco: OneAco, styles: Styles) -> int:
    """Draw what there is to be drawn below a row; returns the row after it."""
    figures = _Figures(sheet, styles)
    halves = [(_waterfall(workbook, bars, figures), heading) for heading, bars in cascades(aco.steps)]
    if len(aco.settled_years) > 1:
        halves.append((_years(workbook, aco, figures), "Settlement by year"))
    for at, (chart, about) in enumerate(halves):
        width = _HALF if len(halves) > 1 else _WHOLE
        row, left = place + at // 2 * (_HEIGHT // _ROW + 1), at % 2 * (_HALF + 10)
        _insert(sheet, row, left, chart, about, (width, _HEIGHT))
    place += (len(halves) + 1) // 2 * (_HEIGHT // _ROW + 1)
    if aco.comparison:
        size = (_WHOLE, _STRIP_HEIGHT)
        _insert(
            sheet,
            place,
            0,
            _strip(workbook, aco, figures),
            f"Savings rates of its track (triangle: {aco.title.split(' ')[0]})",
            size,
        )
        place += _STRIP_HEIGHT // _ROW + 1
    return place


def _insert(sheet: Worksheet, row: int, left: int, chart: Chart, about: str, size: tuple[int, int]) -> None:
    chart.set_title({"name": about, "name_font": {"size": 10, "color": INK}, "overlay": False})
    chart.set_legend(_NONE)
    chart.set_size({"width": size[0], "height": size[1]})
    sheet.insert_chart(row, 0, chart, {"x_offset": left, "object_position": 2, "description": about})


def _waterfall(workbook: xlsxwriter.Workbook, bars: Sequence[Bar], figures: _Figures) -> Chart:
    """Bars that float: each on one without color, which reaches from zero to where the step is nearest to it."""
    steps = figures.place("Step", [f"{bar.step}: {bar.label}" for bar in bars])
    sign = -1 if min(bar.end for bar in bars) < 0 else 1
    under = figures.place("Below the bar", [sign * min(abs(bar.start), abs(bar.end)) for bar in bars], "dollars")
    chart = workbook.add_chart({"type": "bar", "subtype": "stacked"})
    chart.add_series({"categories": steps, "values": under, "fill": _NONE, "border": _NONE, "gap": 35})
    for kind, look in _KINDS.items():
        lengths = [sign * abs(bar.end - bar.start) * (bar.kind == kind) for bar in bars]
        chart.add_series({"categories": steps, "values": figures.place(kind.title(), lengths, "dollars"), **look})
    # In a chart of bars that lie, Y is the axis of names.
    chart.set_y_axis({"reverse": True, "label_position": "low", "line": _NONE, "major_tick_mark": "none"})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    return chart


def _years(workbook: xlsxwriter.Workbook, aco: OneAco, figures: _Figures) -> Chart:
    known = aco.settled_years
    years = figures.place("Year", known["performance_year"].tolist(), "year")
    chart = workbook.add_chart({"type": "column"})
    values = figures.place("Settlement", known["settlement"].tolist(), "dollars")
    chart.add_series({"categories": years, "values": values, "fill": {"color": BLUE}, "gap": 80})
    lines = {"visible": True, "line": {"color": GRID}}
    chart.set_y_axis({"num_format": '$#,##0.0,,"M"', "major_gridlines": lines})
    chart.set_x_axis({"label_position": "low"})
    return chart


def _strip(workbook: xlsxwriter.Workbook, aco: OneAco, figures: _Figures) -> Chart:
    """A tick for each other ACO, which is an error bar of a point, and a triangle above for its own."""
    chart = workbook.add_chart({"type": "scatter"})
    rates = figures.place("Others' savings rates", aco.rates.tolist(), "fraction")
    level = figures.place("Height", [0] * len(aco.rates))
    tick = {"type": "fixed", "value": 1, "end_style": 0, "line": {"color": INK, "width": 0.75, "transparency": 60}}
    chart.add_series({"categories": rates, "values": level, "marker": {"type": "none"}, "y_error_bars": tick})
    own = figures.place("Its savings rate", [aco.rate], "fraction")
    triangle = {"type": "triangle", "size": 10, "fill": {"color": ORANGE}, "border": {"color": ORANGE}}
    above = figures.place("Height", [1.6])
    chart.add_series({"categories": own, "values": above, "marker": triangle})
    chart.set_x_axis({"num_format": "0%", "label_position": "low", "major_gridlines": {"visible": False}})
    chart.set_y_axis({"visible": False, "min": -1.5, "max": 4, "major_gridlines": {"visible": False}})
    return chart
