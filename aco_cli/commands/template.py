"""`aco template`: a roster to fill in."""

from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command

_TRACK = "The track, such as basic-e; `aco rules coverage` lists them."


@command
def template(
    track: Annotated[str, typer.Argument(metavar="TRACK", help=_TRACK, autocompletion=o.completed("tracks"))],
    output: o.Output,
    session: o.PlainSession,
    year: Annotated[int | None, o.option("YEAR", "The performance year; the last one covered if left out.")] = None,
    rules: o.RulesOption = None,
) -> None:
    """Write a roster to fill in, with the columns a track needs.

    One row, with program, track and year; aco columns roster says what each column holds.

    \b
    aco template enhanced -o roster.csv
    aco template track-1 --year 2014
    """
    from aco_cli.api.selection import rules_of
    from aco_cli.api.templates import roster_template
    from aco_cli.outputs.columns import roster_column

    frame = roster_template(rules_of(rules), track, year)
    session.write(frame, [roster_column(str(name)) for name in frame], output)
