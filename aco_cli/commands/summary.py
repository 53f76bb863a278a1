"""`aco summary`: the headline figures of a program."""

from __future__ import annotations

from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import Call, command


@command
def summary(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.Rows,
    table: o.Table,
    messages: o.Strict,
    call: Call,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="A,B,...", help="Group by program, track, start_year, size or any roster column."),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Published totals beside the computed ones, with the difference.")
    ] = False,
) -> None:
    """Headline figures of a program.

    ACOs, savings, bonuses, repayments and net, by program, track, start year and size. A program of which only totals
    were published, and the national line, are marked in column source.

    \b
    aco summary 2014 roster.csv
    aco summary 2014 roster.csv --by state --sort -earned_payment
    aco summary 2014 roster.csv --compare
    """
    from aco_cli.api import calls as api
    from aco_cli.commands.session import Session, selection
    from aco_cli.outputs.columns import output_columns

    session = Session(messages, call)
    found = api.summary(files, years, by=by, compare=compare, run=session, **selection(rows))
    session.write(found.table, output_columns("summary --compare" if compare else "summary"), table)
    session.finish()
