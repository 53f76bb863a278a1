"""`aco columns`: what every column of outputs and input files means."""

from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command

_NAME = "A command, such as settle or rules show, or an input table, such as roster."


@command
def columns(
    table: o.Output, session: o.PlainSession, name: Annotated[o.Many, typer.Argument(metavar="NAME", help=_NAME)] = None
) -> None:
    """Describe the columns of outputs and input files.

    Name, meaning and unit of each column that a command writes or an input table may have, and for input tables what
    is required and allowed; without NAME, of all. Input tables: roster, totals, expenditures, reference, quality_rates,
    claims, enrollment, assignment, and CMS's files by year (cms_puf_2018).

    \b
    aco columns settle
    aco columns roster --format markdown
    aco columns rules show
    aco columns -o columns.xlsx
    """
    from aco_cli.commands.dictionary import dictionary

    session.write(dictionary(" ".join(name or ())), "columns", table)
