"""`aco report`: settlements as a page, a workbook or a chart."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command
from aco_cli.commands.changes import ChangeOptions
from aco_cli.outputs.formats import IMAGES, Figure

PAGE, PDF, BOOK = ".html", ".pdf", ".xlsx"
_OUTPUT = "A page (.html, .pdf), workbook (.xlsx) or chart (.svg, .png)."
_CHART = "In .svg and .png, only this chart; without it all of them."


@command
def report(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.SettledRows,
    changes: ChangeOptions,
    session: o.StrictSession,
    output: Annotated[str, o.option("FILE", _OUTPUT, "--output", "-o"), o.WRITTEN],
    chart: Annotated[Figure | None, typer.Option(help=_CHART)] = None,
) -> None:
    """Settlements as a page, a workbook or a chart.

    The page is one file that needs no network: headline figures, charts, all ACOs in a table to sort and filter, and
    each ACO's way from savings to payment. The workbook has a sheet per ACO with live formulas.

    \b
    aco report 2014 roster.csv -o report.html
    aco report 2014 roster.csv --aco A67373,A85439 -o book.xlsx
    aco report 2018 puf_2018.csv --chart waterfall -o waterfall.svg
    """
    from aco_cli.api.roster import read_roster
    from aco_cli.api.scenarios import one_case, told_changes
    from aco_cli.api.selection import requested
    from aco_cli.commands.report_files import make_book, make_charts, make_one_page, make_page
    from aco_cli.errors import UsageError
    from aco_cli.outputs.write import write_output

    kind = Path(output).suffix.lower()
    if kind not in (PAGE, PDF, BOOK, *IMAGES):
        expected = ", ".join((PAGE, PDF, BOOK, *IMAGES))
        raise UsageError(f"-o {output}: expected a file that ends in {expected}, found {kind or 'no extension'}")
    if chart and kind not in IMAGES:
        raise UsageError(f"--chart {chart}: is for a file that ends in {' or '.join(IMAGES)}, found -o {output}")
    request = requested(files, years, rows.selection())
    frame, book = one_case(session, read_roster(session, request), request, vars(changes))  # type: ignore[arg-type]
    if what_if := told_changes(vars(changes)):  # type: ignore[arg-type]
        request = replace(request, book=book, what_if=what_if, reports=())
    if kind == BOOK:
        data = make_book(session, frame, request)
    elif kind in (PAGE, PDF) and frame["aco_id"].nunique() == 1:
        data = make_one_page(session, frame, request)
    elif kind in (PAGE, PDF):
        data = make_page(session, frame, request)
    else:
        data = make_charts(session, frame, request, output, chart)
    if kind == PDF:
        from aco_cli.outputs.pdf import printed

        data = printed(data)
    write_output(data, output)
    what = "charts of " if kind in IMAGES else ""
    session.step("wrote", f"wrote {what}{len(frame):,} rows to {output}", rows=len(frame), file=output)
