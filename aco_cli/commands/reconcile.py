"""`aco reconcile`: recomputed settlements against published ones."""

from __future__ import annotations

from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.errors import ExitCode
from aco_cli.outputs.formats import Format


def reconcile(
    years: o.YearsArgument,
    files: o.FilesArgument,
    published: Annotated[
        list[str] | None,
        typer.Option("--published", metavar="FILE", help="Files with the published settlements, if not in FILE."),
    ] = None,
    by_year: Annotated[bool, typer.Option("--by-year", help="Only the summary by performance year.")] = False,
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
    quiet: o.QuietOption = False,
    no_color: o.NoColorOption = False,
) -> None:
    """Recomputed against published settlements.

    Each is exact, within rounding, explained or unexplained. The rows go to standard output, a summary by year to
    standard error; exit code 1 if anything is unexplained.

    \b
    aco reconcile 2014 puf_2014.csv
    aco reconcile 2014-2023 puf_*.csv --by-year
    aco reconcile 2014 roster.csv --published puf_2014.csv
    """
    from aco_cli.commands.reconcile_columns import RECONCILE_COLUMNS, TALLY_COLUMNS, sentence
    from aco_cli.commands.session import Request, Session, rule_book
    from aco_cli.engine.reconcile import Verdict, tally
    from aco_cli.engine.reconcile import reconcile as compare
    from aco_cli.outputs.emit import OutputOptions

    session = Session(quiet)
    request = Request(years, files, layout, expenditures, program, track, aco)
    frame = session.read_with_published(request, published or ())
    compared = compare(frame, rule_book(rules))
    if len(compared) < len(frame):
        session.warn(f"{len(frame) - len(compared):,} rows have no published settlement and are left out")
    summary = tally(compared)
    options = OutputOptions(fmt, output, exact, no_color, columns=columns, sort=sort)
    if by_year:
        session.write(summary, TALLY_COLUMNS, options)
    else:
        session.write(compared, RECONCILE_COLUMNS, options)
        for year in summary.to_dict("records"):
            session.say(sentence(year))
    if (compared["class"] == Verdict.UNEXPLAINED).any():
        raise typer.Exit(ExitCode.FINDINGS)
