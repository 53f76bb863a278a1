"""`aco rules`: the parameters by program, track and year, with citation and status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.outputs.formats import Format

if TYPE_CHECKING:
    import pandas as pd

    from aco_cli.outputs.columns import OutputColumn

rules_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Rules: parameters, sources, coverage.")

YearOption = Annotated[str | None, typer.Option("--year", metavar="YEARS", help="Only these performance years.")]


@rules_app.command()
def show(
    year: YearOption = None,
    program: o.ProgramOption = None,
    track: o.TrackOption = None,
    parameter: Annotated[list[str] | None, typer.Option("--parameter", help="Only this parameter; repeatable.")] = None,
    rules: o.RulesOption = None,
    fmt: o.FormatOption = Format.AUTO,
    output: o.OutputOption = None,
    columns: o.ColumnsOption = None,
    no_color: o.NoColorOption = False,
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
    _write(table, PARAMETER_COLUMNS, fmt, output, columns, no_color)


@rules_app.command()
def sources(
    rules: o.RulesOption = None,
    fmt: o.FormatOption = Format.AUTO,
    output: o.OutputOption = None,
    columns: o.ColumnsOption = None,
    no_color: o.NoColorOption = False,
) -> None:
    """Documents that the citations name.

    And how many values rest on each.

    \b
    aco rules sources
    """
    from aco_cli.commands.rule_tables import SOURCE_COLUMNS, source_table
    from aco_cli.commands.session import rule_book

    _write(source_table(rule_book(rules)), SOURCE_COLUMNS, fmt, output, columns, no_color)


@rules_app.command()
def coverage(
    rules: o.RulesOption = None,
    fmt: o.FormatOption = Format.AUTO,
    output: o.OutputOption = None,
    columns: o.ColumnsOption = None,
    no_color: o.NoColorOption = False,
) -> None:
    """Programs, tracks and years covered.

    With how many values are published, derived and assumed.

    \b
    aco rules coverage
    """
    from aco_cli.commands.rule_tables import COVERAGE_COLUMNS, coverage_table
    from aco_cli.commands.session import rule_book

    _write(coverage_table(rule_book(rules)), COVERAGE_COLUMNS, fmt, output, columns, no_color)


@rules_app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A performance year.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="A later one.")],
    program: o.ProgramOption = None,
    track: o.TrackOption = None,
    rules: o.RulesOption = None,
    fmt: o.FormatOption = Format.AUTO,
    output: o.OutputOption = None,
    columns: o.ColumnsOption = None,
    no_color: o.NoColorOption = False,
) -> None:
    """What changed between two years.

    Values that differ from one performance year to another, with citations.

    \b
    aco rules diff 2018 2019
    """
    from aco_cli.commands.rule_tables import DIFF_COLUMNS, diff_table
    from aco_cli.commands.session import rule_book

    _write(diff_table(rule_book(rules), before, after, program, track), DIFF_COLUMNS, fmt, output, columns, no_color)


def _write(
    table: pd.DataFrame,
    table_columns: tuple[OutputColumn, ...],
    fmt: Format,
    output: str | None,
    columns: list[str] | None,
    no_color: bool,
) -> None:
    from aco_cli.commands.session import Session
    from aco_cli.outputs.emit import OutputOptions

    Session().write(table, table_columns, OutputOptions(fmt, output, no_color=no_color, columns=columns))
