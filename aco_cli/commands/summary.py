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
    from aco_cli.commands.session import Request, Session, rule_book
    from aco_cli.engine.national import compare as compare_totals
    from aco_cli.engine.national import with_published
    from aco_cli.engine.settle import settle
    from aco_cli.engine.summary import DEFAULT_GROUPS, NEEDED, grouping_columns, summarise
    from aco_cli.errors import UsageError
    from aco_cli.outputs.columns import output_columns
    from aco_cli.rounding import half_up_cents
    from aco_cli.rules.published import published_totals

    session = Session(messages, call)
    frame = session.read(Request(years, files, rows))
    frame = frame.assign(**grouping_columns(frame))
    asked = tuple(dict.fromkeys(name.strip() for item in by or () for name in item.split(",")))
    groups = DEFAULT_GROUPS if compare or not asked else asked
    for group in groups:
        if group not in frame:
            raise UsageError(f"--by {group}: no such column; the files have {', '.join(frame.columns)}")
    with session.busy("settling", rows=len(frame)) as progress:
        settled = settle(frame, rule_book(rows.rules), tuple(dict.fromkeys((*NEEDED, *groups))), progress=progress)
    session.settled(settled["outcome"])
    summed = summarise(settled, groups)
    if unsettled := int(summed.loc[summed["by"] == "all", "not_calculable"].sum()):
        session.warn(f"{unsettled:,} of {len(frame):,} ACOs are not-calculable and add to no sum")
    totals = published_totals()
    if not asked or compare:
        summed = with_published(summed, totals)
    if compare:
        compared = compare_totals(summed, totals)
        dollars = ~compared["figure"].str.startswith("mean_")
        for name in ("computed", "difference"):
            compared[name] = compared[name].mask(dollars, half_up_cents(compared[name].to_numpy()))
        session.write(compared, output_columns("summary --compare"), table)
    else:
        session.write(summed, output_columns("summary"), table)
    session.finish()
