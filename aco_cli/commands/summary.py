"""`aco summary`: the headline figures of a program."""

from typing import Annotated

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command

_BY = "Group by program, track, start_year, size or any roster column."
_COMPARE = "Published totals beside the computed ones, with the difference."


@command
def summary(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.ChosenRows,
    table: o.TableOutput,
    session: o.StrictSession,
    by: Annotated[o.Many, o.option("A,B,...", _BY)] = None,
    compare: Annotated[bool, o.flag("--compare", _COMPARE)] = False,
) -> None:
    """Headline figures of a program.

    ACOs, savings, bonuses, repayments and net, by program, track, start year and size. A program of which only totals
    were published, and the national line, are marked in column source.

    \b
    aco summary 2014 roster.csv
    aco summary 2014 roster.csv --by state --sort -earned_payment
    aco summary 2014 roster.csv --compare
    """
    found = aco.summary(files, years, by=by, compare=compare, run=session, **rows.selection())
    session.write(found.table, "summary --compare" if compare else "summary", table)
