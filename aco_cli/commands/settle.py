"""`aco settle`: every ACO's settlement, one row per ACO and performance year."""

from __future__ import annotations

from aco_cli.commands import options as o
from aco_cli.outputs.formats import Format


def settle(
    years: o.YearsArgument,
    files: o.FilesArgument,
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
    excel_safe: o.ExcelSafeOption = False,
    strict: o.StrictOption = False,
    quiet: o.QuietOption = False,
    no_color: o.NoColorOption = False,
) -> None:
    """Settle every ACO: bonus or repayment.

    One row per ACO and performance year, for the years asked.

    \b
    aco settle 2014 roster.csv
    aco settle 2014 roster.csv -o settlement.xlsx
    aco settle 2014 roster.csv --expenditures totals.parquet --columns aco_id,outcome,settlement --sort -settlement
    zcat roster.csv.gz | aco settle 2014 - --format json
    """
    from aco_cli.commands.session import Request, Session, rule_book
    from aco_cli.commands.settlement_columns import NAMES, SETTLEMENT_COLUMNS
    from aco_cli.engine.outcome import Outcome
    from aco_cli.engine.settle import settle as settle_frame
    from aco_cli.outputs.emit import OutputOptions

    session = Session(quiet, strict)
    book = rule_book(rules)
    frame = session.read(Request(years, files, layout, expenditures, program, track, aco))
    table = settle_frame(frame, book, NAMES)
    session.write(table, SETTLEMENT_COLUMNS, OutputOptions(fmt, output, exact, no_color, excel_safe, columns, sort))
    if unsettled := int((table["outcome"] == Outcome.NOT_CALCULABLE).sum()):
        session.warn(f"{unsettled:,} of {len(table):,} rows are not-calculable; column notes says why")
    if uncertain := int(table["notes"].str.contains("rests on ", regex=False).sum()):
        session.warn(f"{uncertain:,} settlements rest on derived or assumed rule values; column notes says which")
    session.finish()
