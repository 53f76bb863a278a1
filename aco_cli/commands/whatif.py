"""`aco whatif`: the same ACOs under other inputs or rules."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command

_BY = "Totals by start_year, size, outcome_before or any other column."


@command
def whatif(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.SettledRows,
    table: o.TableOutput,
    session: o.StrictSession,
    change: Annotated[o.Many, o.many("COLUMN=VALUE", "A roster column with another value", "--set")] = None,
    rule: Annotated[o.Many, o.many("NAME=VALUE", "A rule such as mssp.sequestration=0")] = None,
    rules_year: Annotated[int | None, o.option("YEAR", "Settle by the rules of this year.")] = None,
    scenario: Annotated[o.Many, o.many("NAME|FILE", "A scenario (aco rules scenarios)")] = None,
    totals: Annotated[bool, o.flag("--totals", "Totals by scenario instead of a row per ACO.")] = False,
    by: Annotated[o.Many, o.option("A,B,...", _BY)] = None,
) -> None:
    """The same ACOs under other inputs or rules.

    Settlement before and after, and the difference, one row per ACO and scenario; totals, and who gains and loses, go
    to standard error. --set, --rule and --rules-year come on top of each --scenario.

    \b
    aco whatif 2014 roster.csv --set track=track-2 --set quality_score=1
    aco whatif 2014 roster.csv --rule mssp.sequestration=0
    aco whatif 2014 roster.csv --scenario no-quality-penalty \\
        --scenario two-sided --totals
    aco whatif 2014 roster.csv --scenario my_scenarios.yaml --by start_year
    """
    from aco_cli.api.selection import names
    from aco_cli.outputs.columns import SIDES, output_columns

    keys = [name.lstrip("-") for name in names([*(table.columns or ()), *(table.sort or ())])]
    both = [(column, side) for column in output_columns("settle") for side in SIDES]
    sides = {f"{column.name}_{side}": replace(column, total=False).on_side(side) for column, side in both}
    asked = {name: sides[name] for name in keys if name in sides}
    found = aco.whatif(
        files,
        years,
        change=change or (),
        rule=rule or (),
        rules_year=rules_year,
        scenario=scenario,
        by=by,
        columns=[name.rpartition("_")[0] for name in asked],
        run=session,
        **rows.selection(),
    )
    if by or totals:
        session.write(found.totals, "whatif --totals", table)
    else:
        # Of several cases, sums over all rows would count an ACO more than once.
        is_one = found.table["scenario"].nunique() == 1
        columns = [replace(column, total=column.total and is_one) for column in output_columns("whatif")]
        session.write(found.table, columns, table, extras=list(asked.values()), also=keys)
        for each in found.totals[found.totals["by"] == "all"].to_dict("records"):
            session.note("totals", _words(each), scenario=each["scenario"])


def _words(totals: Mapping[Any, Any]) -> str:
    """One case's totals."""
    from aco_cli.outputs.phrases import acos, dollars

    moves = f"{totals['gain']:,} gain {dollars(totals['gained'])}, {totals['lose']:,} lose {dollars(totals['lost'])}"
    rest = [f"{totals['unchanged']:,} unchanged"]
    rest += [f"{totals['not_calculable']:,} not-calculable"] if totals["not_calculable"] else []
    paid = f"paid {dollars(totals['earned_payment_before'])} -> {dollars(totals['earned_payment_after'])}"
    repaid = f"repaid {dollars(totals['owed_repayment_before'])} -> {dollars(totals['owed_repayment_after'])}"
    start = f"{totals['performance_year']} {totals['scenario']}: {acos(totals['acos'])}"
    return f"{start}, {moves}, {', '.join(rest)}; {paid}; {repaid}; difference {dollars(totals['difference'])}"
