"""`aco rules`: the parameters by program, track and year, with citation and status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command

if TYPE_CHECKING:
    import pandas as pd

    from aco_cli.outputs.columns import OutputColumn

rules_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Rules: parameters, sources, coverage.")

YearOption = Annotated[str | None, typer.Option("--year", metavar="YEARS", help="Only these performance years.")]


@rules_app.command()
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

    Every parameter's values by track and years.

    \b
    aco rules show --year 2014
    aco rules show --track track-2 --parameter loss_limit
    """
    from aco_cli.commands.rule_tables import PARAMETER_COLUMNS, parameter_table
    from aco_cli.commands.session import rule_book

    table = parameter_table(rule_book(rules), year, program, track, parameter)
    _write(table, PARAMETER_COLUMNS, output, messages)


@rules_app.command()
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
    from aco_cli.commands.rule_tables import SOURCE_COLUMNS, source_table
    from aco_cli.commands.session import rule_book

    _write(source_table(rule_book(rules)), SOURCE_COLUMNS, output, messages)


@rules_app.command()
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
    from aco_cli.commands.rule_tables import COVERAGE_COLUMNS, coverage_table
    from aco_cli.commands.session import rule_book

    _write(coverage_table(rule_book(rules)), COVERAGE_COLUMNS, output, messages)


@rules_app.command()
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
    from aco_cli.commands.rule_tables import DIFF_COLUMNS, diff_table
    from aco_cli.commands.session import rule_book

    _write(diff_table(rule_book(rules), before, after, program, track), DIFF_COLUMNS, output, messages)


def _write(
    table: pd.DataFrame, table_columns: tuple[OutputColumn, ...], output: o.Output, messages: o.Messages
) -> None:
    from aco_cli.commands.session import Session

    Session(messages).write(table, table_columns, output)
