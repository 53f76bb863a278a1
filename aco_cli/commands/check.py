"""`aco check`: everything that is wrong with inputs, at once."""

import math
from typing import Annotated

from aco_cli.commands import options as o
from aco_cli.commands.call import command
from aco_cli.commands.help import OUTPUT
from aco_cli.outputs.formats import Format

_FORMAT = o.choices(Format, "one line per problem")


@command
def check(
    files: o.NeededFilesArgument,
    sources: o.Sources,
    session: o.StrictSession,
    format: Annotated[Format, o.option("FORMAT", _FORMAT, "--format", "-f", rich_help_panel=OUTPUT)] = Format.AUTO,
    output: o.OutputOption = None,
    excel: o.ExcelOption = False,
    excel_safe: o.ExcelSafeOption = False,
) -> bool:
    """Validate input files and report every problem.

    Each with file, row and column, what was expected and what was found. A clean file gives no output and exit code 0.
    Reads rosters, CMS public use files, measure rates, `aco quality` output, expenditures by enrollment type and
    reference files.

    \b
    aco check roster.csv
    aco check roster.csv --expenditures totals.csv
    aco check roster.csv --format json
    aco check roster.csv rates.csv expenditures.csv reference.csv
    """
    import pandas as pd

    from aco_cli.api.selection import tables
    from aco_cli.errors import ExitCode, counted
    from aco_cli.inputs.check import check_files
    from aco_cli.inputs.source import name_as_text
    from aco_cli.inputs.unpack import allow
    from aco_cli.outputs.columns import column_names

    allow(sources.max_unpacked)
    problems, remarks = check_files(tables(files, sources.sheet), sources.layout, tables(sources.expenditures))
    problems = sorted(problems, key=lambda problem: (problem.file, problem.row or math.inf))
    session.remarks(remarks)
    if format is Format.AUTO and output is None:
        session.print(problems)
    elif problems or output:
        rows = [{**vars(problem), "file": name_as_text(problem.file)} for problem in problems]
        frame = pd.DataFrame(rows, columns=column_names("check")).astype({"row": "float64"})
        session.write(frame.fillna({"column": ""}), "check", o.Output(format, output, None, excel, excel_safe))
    told = ", ".join(files)
    session.step("checked", f"checked {told}: {counted(problems) if problems else 'no problems'}", file=told)
    if len(problems) > 1:
        session.note("problems", counted(problems))
    if any(problem.unread for problem in problems):
        raise SystemExit(ExitCode.INPUT)
    return bool(problems)
