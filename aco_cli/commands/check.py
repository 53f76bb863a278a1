"""`aco check`: everything that is wrong with inputs, at once."""

from __future__ import annotations

from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.errors import ExitCode
from aco_cli.outputs.formats import Format


def check(
    files: o.FilesArgument,
    layout: o.LayoutOption = o.LayoutChoice.AUTO,
    expenditures: o.ExpendituresOption = None,
    fmt: Annotated[
        Format, typer.Option("--format", "-f", help="auto is one line per problem; csv, json, ... give columns.")
    ] = Format.AUTO,
    output: o.OutputOption = None,
    strict: o.StrictOption = False,
    quiet: o.QuietOption = False,
) -> None:
    """All problems of input files at once.

    Each with file, row and column, what was expected and found; silent and exit code 0 when clean.

    \b
    aco check roster.csv
    aco check roster.csv --expenditures totals.csv
    aco check roster.csv --format json
    """
    from aco_cli.commands.problem_columns import PROBLEM_COLUMNS, problem_frame
    from aco_cli.commands.session import Session
    from aco_cli.inputs.load import check as check_files
    from aco_cli.outputs.emit import OutputOptions

    session = Session(quiet, strict)
    problems, warnings = check_files(files, layout, expenditures or ())
    problems = sorted(problems, key=lambda problem: (problem.file, problem.row or 0))
    for warning in warnings:
        session.warn(warning)
    if fmt is Format.AUTO and output is None:
        for problem in problems:
            print(problem)
    elif problems or output:
        session.write(problem_frame(problems), PROBLEM_COLUMNS, OutputOptions(fmt, output))
    if problems:
        raise typer.Exit(ExitCode.FINDINGS)
    session.finish()
