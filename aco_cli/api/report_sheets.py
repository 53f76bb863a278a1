"""A settlement report written again: CMS's sheets with what its figures recompute to."""

import pandas as pd

from aco_cli.api.reports import printed_figures, published_figures
from aco_cli.engine.report_check import Recomputed, recomputed_figures
from aco_cli.inputs.reports.figures import Place, number_of
from aco_cli.inputs.reports.stlmt import ReportInputs
from aco_cli.outputs.workbook.cms_sheets import NOT_APPLICABLE, CmsSheet, Ours


def cms_sheets(held: ReportInputs, row: pd.DataFrame, worksheet: pd.DataFrame) -> list[CmsSheet]:
    """The sheets of a report with what its figures recompute to; `row` and `worksheet` are as settled, perhaps changed.

    What does not apply stays so, unless the change makes losses of savings or savings of losses.
    """
    report = held.report
    published = published_figures(held)
    found = {Place(*where): each for where, each in recomputed_figures(published, worksheet).items()}
    side = Place(*report.layout["side"])
    if side in found and not found[side].is_right:
        unused = printed_figures(held).query("value.isna() and table == @side.table").assign(value=0.0)
        new = {Place(*where): each for where, each in recomputed_figures(unused, worksheet).items()}
        found |= {where: each for where, each in new.items() if not each.is_right}
    set_here = _set(held, row)
    return [
        CmsSheet(
            sheet.title,
            [[number_of(cell) if at else cell for at, cell in enumerate(cells)] for cells in sheet.rows],
            [cell for cell, place in sheet.places.items() if place not in found and place not in set_here],
            {
                cell: _ours(report.figures[place].value, found.get(place) or set_here[place])
                for cell, place in sheet.places.items()
                if place in found or place in set_here
            },
        )
        for sheet in report.sheets
    ]


def _ours(printed: float | str | None, ours: Recomputed) -> Ours:
    return Ours(ours.value if ours.value != "" else NOT_APPLICABLE, printed, not ours.is_right)


def _set(held: ReportInputs, row: pd.DataFrame) -> dict[Place, Recomputed]:
    """The figures that the report gives and that were changed in the roster row."""
    found: dict[Place, Recomputed] = {}
    original, changed = held.roster.iloc[0], row.iloc[0]
    for name, place in held.report.layout["roster"].items():
        given, now = original.get(name), changed.get(name)
        if name not in row or name not in held.roster or pd.isna(now):
            continue
        value = {1: "Yes", 0: "No"}[int(now)] if given in ("Yes", "No") else float(now)
        if value != given:
            table, letter = place.split()
            found[Place(table, letter, "PY")] = Recomputed(value, False)
    return found
