"""`aco rules`: the parameters by program, track and year, with citation and status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command

if TYPE_CHECKING:
    import pandas as pd

    from aco_cli.commands.rule_tables import Rules

YearOption = Annotated[str | None, typer.Option("--year", metavar="YEARS", help="Only these performance years.")]


@command
def show(
    output: o.Output,
    messages: o.Messages,
    year: YearOption = None,
    program: o.ProgramOption = None,
    track: o.TrackOption = None,
    parameter: Annotated[list[str] | None, typer.Option("--parameter", help="Only this parameter; repeatable.")] = None,
    rules: o.RulesOption = None,
) -> None:
    """Values with citation and status.

    Every parameter's values by track and years; each quality measure with --program mssp-quality, or by its name.

    \b
    aco rules show --year 2014
    aco rules show --year 2018 --parameter ACO-13
    aco rules show --track track-2 --parameter loss_limit
    """
    from aco_cli.commands.rule_tables import parameter_table

    table = parameter_table(_all_rules(rules), year, program, track, parameter)
    _write(table, "rules show", output, messages)


@command
def sources(
    output: o.Output,
    messages: o.Messages,
    rules: o.RulesOption = None,
) -> None:
    """Documents that the citations name.

    And how many values rest on each.

    \b
    aco rules sources
    """
    from aco_cli.commands.rule_tables import source_table

    _write(source_table(_all_rules(rules)), "rules sources", output, messages)


@command
def coverage(
    output: o.Output,
    messages: o.Messages,
    rules: o.RulesOption = None,
) -> None:
    """Programs, tracks and years covered.

    With how many values are published, derived, unverified and assumed.

    \b
    aco rules coverage
    """
    from aco_cli.commands.rule_tables import coverage_table

    _write(coverage_table(_all_rules(rules)), "rules coverage", output, messages)


@command
def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A performance year.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="A later one.")],
    output: o.Output,
    messages: o.Messages,
    program: o.ProgramOption = None,
    track: o.TrackOption = None,
    rules: o.RulesOption = None,
) -> None:
    """What changed between two years.

    Values that differ from one performance year to another, with citations.

    \b
    aco rules diff 2018 2019
    """
    from aco_cli.commands.rule_tables import diff_table

    _write(diff_table(_all_rules(rules), before, after, program, track), "rules diff", output, messages)


@command
def scenarios(output: o.Output, messages: o.Messages) -> None:
    """Scenarios of `aco whatif`.

    Those that come with aco, and what they change.

    \b
    aco rules scenarios
    """
    from aco_cli.api.scenarios import scenario_table

    _write(scenario_table(), "rules scenarios", output, messages)


def _all_rules(folders: list[str] | None) -> Rules:
    from aco_cli.commands.rates import quality_rules
    from aco_cli.commands.rule_tables import Rules
    from aco_cli.commands.session import rule_book

    return Rules(rule_book(folders), quality_rules(folders))


def _write(rows: pd.DataFrame, table: str, output: o.Output, messages: o.Messages) -> None:
    from aco_cli.commands.session import Session
    from aco_cli.outputs.columns import output_columns

    Session(messages).write(rows, output_columns(table), output)
