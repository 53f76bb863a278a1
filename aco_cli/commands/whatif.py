"""`aco whatif`: the same ACOs under other inputs or rules."""

from dataclasses import replace
from typing import Annotated

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command
from aco_cli.commands.changes import ChangeOptions
from aco_cli.commands.pictures import picture
from aco_cli.commands.vary_chart import draw

_VARY = "Set a column step by step, such as expenditure_total=-10%..+10%:1%; -o chart.svg draws it."
_BY = "Totals by start_year, size, outcome_before or any other column."


@command
def whatif(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.SettledRows,
    table: o.TableOutput,
    changes: ChangeOptions,
    session: o.StrictSession,
    vary: Annotated[str | None, o.option("COLUMN=FIRST..LAST:STEP", _VARY)] = None,
    totals: Annotated[bool, o.flag("--totals", "Totals by scenario instead of a row per ACO.")] = False,
    by: Annotated[o.Many, o.option("A,B,...", _BY)] = None,
) -> None:
    """Re-settle ACOs under alternative inputs, rules or scenarios.

    Settlement before and after, and the difference, one row per ACO and scenario; the answer in words goes to standard
    error. --set takes values, or relative ones: +0.02, -5%, *1.1. --set, --rule and --rules-year come on top of each
    --scenario, --vary on top of all.

    \b
    aco whatif 2014 roster.csv --set track=track-2 --set quality_score=1
    aco whatif 2014 roster.csv --aco A67373 --set expenditure_total=-5%
    aco whatif 2014 roster.csv --aco A67373 --vary quality_score=0.5..1:0.05
    aco whatif 2014 roster.csv --rule mssp.sequestration=0
    aco whatif 2014 roster.csv --scenario no-quality-penalty \\
        --scenario two-sided --totals
    aco whatif 2014 roster.csv --scenario my_scenarios.yaml --by start_year
    """
    from aco_cli.api.selection import names
    from aco_cli.outputs.columns import SIDES, output_columns, roster_column

    chart = picture(session, table, more=("totals", "by")) if vary else ""
    keys = [name.lstrip("-") for name in names([*(table.columns or ()), *(table.sort or ())])]
    both = [(column, side) for column in output_columns("settle") for side in SIDES]
    sides = {f"{column.name}_{side}": replace(column, total=False).on_side(side) for column, side in both}
    asked = {name: sides[name] for name in keys if name in sides}
    found = aco.whatif(
        files,
        years,
        vary=vary,
        by=by,
        columns=[name.rpartition("_")[0] for name in asked],
        run=session,
        **rows.selection(),
        **vars(changes),
    )
    if not (by or totals):  # which say it in numbers
        for answer in found.answers:
            session.note("answer", answer)
    if vary and chart:
        draw(session, chart, found.table, vary)
    elif by or totals:
        session.write(found.totals, "whatif --totals", table)
    elif vary:
        unit = roster_column(vary.partition("=")[0].strip()).unit
        columns = [
            replace(each, unit=unit if each.name == "value" else each.unit) for each in output_columns("whatif --vary")
        ]
        session.write(found.table, columns, table, extras=list(asked.values()), also=keys)
    else:
        # Of several cases, sums over all rows would count an ACO more than once.
        is_one = found.table["scenario"].nunique() == 1
        columns = [replace(column, total=column.total and is_one) for column in output_columns("whatif")]
        session.write(found.table, columns, table, extras=list(asked.values()), also=keys)
