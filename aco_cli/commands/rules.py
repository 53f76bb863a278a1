"""`aco rules`: the parameters by program, track and year, with citation and status."""

from typing import Annotated, Any

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command

YearOption = Annotated[str | None, typer.Option("--year", metavar="YEARS", help="Only these performance years.")]


@command
def show(
    output: o.Output,
    session: o.PlainSession,
    year: YearOption = None,
    program: o.ProgramOption = None,
    track: o.TrackOption = None,
    parameter: Annotated[o.Many, o.many("NAME", "Only this parameter")] = None,
    rules: o.RulesOption = None,
) -> None:
    """Show parameter values with citation and status.

    Every parameter's values by track and years; each quality measure with --program mssp-quality, or by its name.

    \b
    aco rules show --year 2014
    aco rules show --year 2018 --parameter ACO-13
    aco rules show --track track-2 --parameter loss_limit
    """
    _write("rules show", rules, output, session, year, program, track, parameter)


@command
def sources(output: o.Output, session: o.PlainSession, rules: o.RulesOption = None) -> None:
    """List the documents that citations name.

    With how many values rest on each.

    \b
    aco rules sources
    """
    _write("rules sources", rules, output, session)


@command
def coverage(
    output: o.Output,
    session: o.PlainSession,
    year: Annotated[str | None, o.option("YEAR", "List the values nobody confirmed for this year.")] = None,
    rules: o.RulesOption = None,
) -> None:
    """List programs, tracks and years covered.

    With how many values are published, derived, unverified and assumed. With --year, also of a year to come: the
    values that would be in force and are not published, or were written for an earlier year and not verified since.

    \b
    aco rules coverage
    aco rules coverage --year 2026
    """
    _write("rules coverage --year" if year else "rules coverage", rules, output, session, *([year] if year else []))


@command
def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A performance year.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="A later one.")],
    output: o.Output,
    session: o.PlainSession,
    program: o.ProgramOption = None,
    track: o.TrackOption = None,
    rules: o.RulesOption = None,
) -> None:
    """Compare the rules of two performance years.

    Values that differ from one performance year to another, with citations.

    \b
    aco rules diff 2018 2019
    """
    _write("rules diff", rules, output, session, before, after, program, track)


@command
def scenarios(output: o.Output, session: o.PlainSession) -> None:
    """List the scenarios that come with `aco whatif`.

    With what each changes.

    \b
    aco rules scenarios
    """
    from aco_cli.api.scenarios import scenario_table

    session.write(scenario_table(), "rules scenarios", output)


def _write(name: str, folders: list[str] | None, output: o.Output, session: o.PlainSession, *asked: Any) -> None:
    """Write one of the tables of the rule book."""
    from aco_cli.api.selection import rules_of
    from aco_cli.commands.rule_tables import table

    session.write(table(name, rules_of(folders), *asked), name, output)
