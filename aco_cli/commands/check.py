"""`aco check`: everything that is wrong with inputs, at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command
from aco_cli.outputs.formats import Format

if TYPE_CHECKING:
    import pandas as pd

    from aco_cli.errors import Problem


@command
def check(
    files: o.FilesArgument,
    sources: o.Sources,
    messages: o.Strict,
    format: Annotated[
        Format, typer.Option("--format", "-f", help="auto is one line per problem; csv, json, ... give columns.")
    ] = Format.AUTO,
    output: o.OutputOption = None,
) -> None:
    """All problems of input files at once.

    Each with file, row and column, what was expected and found; silent and exit code 0 when clean. Besides rosters and
    CMS public use files: measure rates, scores of aco quality, expenditures by enrollment type, reference files.

    \b
    aco check roster.csv
    aco check roster.csv --expenditures totals.csv
    aco check roster.csv --format json
    aco check roster.csv rates.csv expenditures.csv reference.csv
    """
    from aco_cli.commands.session import Session
    from aco_cli.errors import ExitCode
    from aco_cli.inputs.check import check_files
    from aco_cli.outputs.columns import output_columns

    session = Session(messages)
    problems, warnings = check_files(files, sources.layout, sources.expenditures or ())
    problems = sorted(problems, key=lambda problem: (problem.file, problem.row or math.inf))
    for warning in warnings:
        session.warn(warning)
    if format is Format.AUTO and output is None:
        session.print(problems)
    elif problems or output:
        session.write(_table(problems), output_columns("check"), o.Output(format, output))
    if any(problem.unread for problem in problems):
        raise SystemExit(ExitCode.INPUT)
    session.finish(findings=bool(problems))


def _table(problems: Sequence[Problem]) -> pd.DataFrame:
    """One row per problem; a row number that does not apply is missing."""
    from dataclasses import asdict, fields

    import pandas as pd

    from aco_cli.errors import Problem

    frame = pd.DataFrame([asdict(problem) for problem in problems], columns=[field.name for field in fields(Problem)])
    texts = {name: frame[name].fillna("").astype("str") for name in ("file", "column", "expected", "found", "fix")}
    return frame.assign(row=frame["row"].astype("float64"), **texts)
