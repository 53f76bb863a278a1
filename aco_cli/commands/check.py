"""`aco check`: everything that is wrong with inputs, at once."""

import math
from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command
from aco_cli.outputs.formats import Format

_FORMAT = "auto is one line per problem; csv, json, ... give columns."


@command
def check(
    files: o.NeededFilesArgument,
    sources: o.Sources,
    session: o.StrictSession,
    format: Annotated[Format, typer.Option("--format", "-f", help=_FORMAT)] = Format.AUTO,
    output: o.OutputOption = None,
) -> bool:
    """All problems of input files at once.

    Each with file, row and column, what was expected and found; silent and exit code 0 when clean. Besides rosters and
    CMS public use files: measure rates, scores of aco quality, expenditures by enrollment type, reference files.

    \b
    aco check roster.csv
    aco check roster.csv --expenditures totals.csv
    aco check roster.csv --format json
    aco check roster.csv rates.csv expenditures.csv reference.csv
    """
    import pandas as pd

    from aco_cli.api.selection import tables
    from aco_cli.errors import ExitCode
    from aco_cli.inputs.check import check_files
    from aco_cli.outputs.columns import column_names

    problems, remarks = check_files(tables(files, sources.sheet), sources.layout, tables(sources.expenditures))
    problems = sorted(problems, key=lambda problem: (problem.file, problem.row or math.inf))
    session.remarks(remarks)
    if format is Format.AUTO and output is None:
        session.print(problems)
    elif problems or output:
        frame = pd.DataFrame(map(vars, problems), columns=column_names("check")).astype({"row": "float64"})
        session.write(frame.fillna({"column": ""}), "check", o.Output(format, output))
    if any(problem.unread for problem in problems):
        raise SystemExit(ExitCode.INPUT)
    return bool(problems)
