"""`aco summary`: the headline figures of a program."""

from typing import Annotated

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command

_BY = "Group by program, track, start_year, size or any roster column."
_COMPARE = "Published totals beside the computed ones, with the difference."
_WIDE = "One figure by track (or --by) with a column per performance year."
_FIGURE = "The figure of --wide: a column of `aco columns summary`."


@command
def summary(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.ChosenRows,
    table: o.TableOutput,
    session: o.StrictSession,
    by: Annotated[o.Many, o.option("A,B,...", _BY)] = None,
    compare: Annotated[bool, o.flag("--compare", _COMPARE)] = False,
    wide: Annotated[bool, o.flag("--wide", _WIDE)] = False,
    figure: Annotated[str, o.option("NAME", _FIGURE, words="figures")] = "earned_payment",
) -> None:
    """Total a program's results: ACOs, savings, payments and losses.

    By program, track, start year and size. A program of which only totals were published, and the national line, are
    marked in column source.

    \b
    aco summary 2014 roster.csv
    aco summary 2014 roster.csv --by state --sort -earned_payment
    aco summary 2014 roster.csv --compare
    aco summary 2013-2024 puf_*.csv --wide --figure savings
    """
    from dataclasses import replace

    from aco_cli.errors import UsageError
    from aco_cli.outputs.columns import output_columns

    if compare and wide:
        raise UsageError("--compare and --wide cannot be combined")
    if not wide:
        session.refuse(["figure"], "without --wide")
    found = aco.summary(
        files, years, by=by, compare=compare, wide=figure if wide else None, run=session, **rows.selection()
    )
    if not wide:
        session.write(found.table, "summary --compare" if compare else "summary", table)
        return
    (shown,) = (column for column in output_columns("summary") if column.name == figure)
    years_of = [str(name) for name in found.table if str(name).isdecimal()]
    columns = [replace(shown, name=year, label=year, answer=True, group="") for year in years_of]
    session.note("figure", f"{figure}: {shown.help}")
    session.write(found.table, [*output_columns("summary --wide"), *columns], table)
