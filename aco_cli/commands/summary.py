"""`aco summary`: the headline figures of a program."""

from __future__ import annotations

from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.outputs.formats import Format


def summary(
    years: o.YearsArgument,
    files: o.FilesArgument,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="COLUMN", help="Group by program, track, start_year, size or any roster column."),
    ] = None,
    layout: o.LayoutOption = o.LayoutChoice.AUTO,
    expenditures: o.ExpendituresOption = None,
    rules: o.RulesOption = None,
    program: o.ProgramOption = None,
    track: o.TrackOption = None,
    aco: o.AcoOption = None,
    fmt: o.FormatOption = Format.AUTO,
    output: o.OutputOption = None,
    columns: o.ColumnsOption = None,
    sort: o.SortOption = None,
    exact: o.ExactOption = False,
    strict: o.StrictOption = False,
    quiet: o.QuietOption = False,
    no_color: o.NoColorOption = False,
) -> None:
    """Headline figures of a program.

    ACOs, savings, bonuses, repayments and net, by program, track, start year and size.

    \b
    aco summary 2014 roster.csv
    aco summary 2014 roster.csv --by state --sort -earned_payment
    """
    from aco_cli.commands.session import Request, Session, rule_book
    from aco_cli.commands.summary_columns import SUMMARY_COLUMNS
    from aco_cli.engine.settle import settle
    from aco_cli.engine.summary import DEFAULT_GROUPS, NEEDED, grouping_columns, summarise
    from aco_cli.errors import UsageError
    from aco_cli.outputs.emit import OutputOptions

    session = Session(quiet, strict)
    frame = session.read(Request(years, files, layout, expenditures, program, track, aco))
    frame = frame.assign(**grouping_columns(frame))
    groups = tuple(by or DEFAULT_GROUPS)
    for group in groups:
        if group not in frame:
            raise UsageError(f"--by {group}: no such column; the files have {', '.join(frame.columns)}")
    settled = settle(frame, rule_book(rules), tuple(dict.fromkeys((*NEEDED, *groups))))
    table = summarise(settled, groups)
    if unsettled := int(table.loc[table["by"] == "all", "not_calculable"].sum()):
        session.warn(f"{unsettled:,} of {len(frame):,} ACOs are not-calculable and add to no sum")
    session.write(table, SUMMARY_COLUMNS, OutputOptions(fmt, output, exact, no_color, False, columns, sort))
    session.finish()
