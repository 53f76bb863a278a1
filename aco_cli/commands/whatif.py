"""`aco whatif`: the same ACOs under other inputs or rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import Call, command

if TYPE_CHECKING:
    from aco_cli.outputs.columns import OutputColumn


@command
def whatif(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.Rows,
    table: o.Table,
    messages: o.Strict,
    call: Call,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="COLUMN=VALUE", help="A roster column with another value; repeatable."),
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="NAME=VALUE", help="A rule such as mssp.sequestration=0; repeatable."),
    ] = None,
    rules_year: Annotated[
        int | None, typer.Option("--rules-year", metavar="YEAR", help="Settle by the rules of this year.")
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", metavar="NAME|FILE", help="A scenario (aco rules scenarios); repeatable."),
    ] = None,
    totals: Annotated[bool, typer.Option("--totals", help="Totals by scenario instead of a row per ACO.")] = False,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="A,B,...", help="Totals by start_year, size, outcome_before or any other column."),
    ] = None,
    quality: o.QualityOption = None,
    reference: o.ReferenceOption = None,
) -> None:
    """The same ACOs under other inputs or rules.

    Settlement before and after, and the difference, one row per ACO and scenario; totals, and who gains and loses, go
    to standard error. --set, --rule and --rules-year come on top of each --scenario.

    \b
    aco whatif 2014 roster.csv --set track=track-2 --set quality_score=1
    aco whatif 2014 roster.csv --rule mssp.sequestration=0
    aco whatif 2014 roster.csv --scenario no-quality-penalty --scenario two-sided --totals
    aco whatif 2014 roster.csv --scenario my_scenarios.yaml --by start_year
    """
    from dataclasses import replace

    from aco_cli.api import calls as api
    from aco_cli.api.selection import names
    from aco_cli.commands.session import Session, selection
    from aco_cli.outputs.columns import output_columns, roster_column

    session = Session(messages, call)
    keys = [name.lstrip("-") for name in names([*(table.columns or ()), *(table.sort or ())])]
    asked = _asked(keys)
    found = api.whatif(
        files,
        years,
        change=change or (),
        rule=rule or (),
        rules_year=rules_year,
        scenario=scenario,
        by=by,
        columns=[name.rpartition("_")[0] for name in asked],
        run=session,
        **selection(rows, quality, reference),
    )
    if by or totals:
        session.write(found.totals, output_columns("whatif --totals"), table)
    else:
        compared = found.table
        # Of several cases, sums over all rows would count an ACO more than once.
        is_one = compared["scenario"].nunique() == 1
        columns = [replace(column, total=column.total and is_one) for column in output_columns("whatif")]
        others = [roster_column(name) for name in keys if name in compared and name not in asked]
        session.write(compared, columns, table, [*asked.values(), *others])
        for each in found.totals[found.totals["by"] == "all"].to_dict("records"):
            session.note("totals", _words(each), scenario=each["scenario"])
    session.finish()


def _asked(names: Iterable[str]) -> dict[str, OutputColumn]:
    """The settlement columns among those asked for as `<name>_before` or `<name>_after`, by the name asked for."""
    from aco_cli.outputs.columns import SIDES, output_columns

    sides = (replace(column, total=False).on_side(side) for column in output_columns("settle") for side in SIDES)
    by_name = {column.name: column for column in sides}
    return {name: by_name[name] for name in names if name in by_name}


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
