"""`aco whatif`: the same ACOs under other inputs or rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import Call, command

if TYPE_CHECKING:
    import pandas as pd

    from aco_cli.outputs.columns import OutputColumn
    from aco_cli.rules.book import RuleBook


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
    from aco_cli.commands.benchmarks import compute_again
    from aco_cli.commands.roster import read_roster, roster_column, with_benchmark_notes
    from aco_cli.commands.scenarios import make_cases
    from aco_cli.commands.session import Request, Session, rule_book
    from aco_cli.commands.workbook import read_evidence
    from aco_cli.engine.summary import grouping_columns
    from aco_cli.engine.whatif import compare
    from aco_cli.engine.whatif import totals as sum_up
    from aco_cli.errors import UsageError
    from aco_cli.outputs.columns import output_columns

    session = Session(messages, call)
    book = rule_book(rows.rules)
    cases = make_cases(session, book, scenario or (), change or (), rule or (), rules_year)
    frame = read_roster(session, Request(years, files, rows), book, quality, reference)
    frame, evidence = frame.assign(**grouping_columns(frame)), read_evidence(rows, reference)

    def with_benchmark(changed: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
        return compute_again(changed, evidence, book, rules) if evidence else changed

    keys = [name.lstrip("-") for item in (*(table.columns or ()), *(table.sort or ())) for name in item.split(",")]
    asked = _asked(keys)
    with session.busy("settling", rows=len(frame) * len(cases)):
        compared = compare(frame, book, cases, ("track", *(name.rpartition("_")[0] for name in asked)), with_benchmark)
    compared["notes"] = with_benchmark_notes(compared["notes"], compared)
    groups = list(dict.fromkeys(name.strip() for item in by or () for name in item.split(",")))
    if unknown := [name for name in groups if name not in compared]:
        raise UsageError(f"--by {unknown[0]}: no such column; there are {', '.join(compared.columns)}")
    session.settled(compared["outcome_after"])
    if groups or totals:
        session.write(sum_up(compared, groups), output_columns("whatif --totals"), table)
    else:
        others = [roster_column(name) for name in keys if name in frame and name not in asked]
        # Of several cases, sums over all rows would count an ACO more than once.
        columns = [replace(column, total=column.total and len(cases) == 1) for column in output_columns("whatif")]
        session.write(compared, columns, table, [*asked.values(), *others])
        for each in sum_up(compared).to_dict("records"):
            session.log.note(_words(each))
    if unsettled := int(compared["difference"].isna().sum()):
        session.warn(
            f"{unsettled:,} of {len(compared):,} rows are not-calculable before or after; notes of the rows say why"
        )
    if uncertain := int(compared["notes"].str.contains("rests on ", regex=False).sum()):
        session.warn(f"{uncertain:,} settlements rest on rule values that are not published; notes say which")
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
