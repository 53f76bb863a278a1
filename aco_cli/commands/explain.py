"""`aco explain`: the worksheet of one ACO's year."""

from __future__ import annotations

from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.outputs.formats import Format


def explain(
    aco_id: Annotated[str, typer.Argument(metavar="ACO_ID", help="The ACO, by its id.")],
    year: Annotated[str, typer.Argument(metavar="YEAR", help="The performance year.")],
    files: o.FilesArgument,
    layout: o.LayoutOption = o.LayoutChoice.AUTO,
    expenditures: o.ExpendituresOption = None,
    rules: o.RulesOption = None,
    fmt: o.FormatOption = Format.AUTO,
    output: o.OutputOption = None,
    columns: o.ColumnsOption = None,
    quiet: o.QuietOption = False,
    no_color: o.NoColorOption = False,
) -> None:
    """One ACO's worksheet, line by line.

    Each line of the settlement with CMS's letter, value, formula with its numbers, citation and status.

    \b
    aco explain A67373 2014 roster.csv
    aco explain A67373 2014 roster.csv --format markdown
    """
    from dataclasses import asdict

    import pandas as pd

    from aco_cli.commands.session import Request, Session, rule_book
    from aco_cli.commands.worksheet_columns import WORKSHEET_COLUMNS
    from aco_cli.engine.worksheet import worksheet
    from aco_cli.errors import UsageError
    from aco_cli.inputs.years import Years
    from aco_cli.outputs.emit import OutputOptions

    if Years.parse(year).single is None:
        raise UsageError(f"explain shows one performance year, found {year}")
    session = Session(quiet)
    row = session.read(Request(year, files, layout, expenditures, aco=[aco_id]))
    first = row.iloc[0]
    session.say(f"{first['aco_id']} {first.get('aco_name', '')}: {first['program']} {first['track']}, {year}")
    entries = pd.DataFrame([asdict(entry) for entry in worksheet(row, rule_book(rules))], dtype="str")
    session.write(entries, WORKSHEET_COLUMNS, OutputOptions(fmt, output, no_color=no_color, columns=columns))
