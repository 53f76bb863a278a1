"""Problems as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields

import numpy as np
import pandas as pd

from aco_cli.errors import Problem
from aco_cli.outputs.columns import OutputColumn, Unit

PROBLEM_COLUMNS = (
    OutputColumn("file", Unit.TEXT, "File", 1),
    OutputColumn("row", Unit.INTEGER, "Row", 2),
    OutputColumn("column", Unit.TEXT, "Column", 3),
    OutputColumn("expected", Unit.TEXT, "Expected", 4),
    OutputColumn("found", Unit.TEXT, "Found", 5),
    OutputColumn("fix", Unit.TEXT, "Fix", 6),
)


def problem_frame(problems: Sequence[Problem]) -> pd.DataFrame:
    """One row per problem; a row number that does not apply is missing."""
    frame = pd.DataFrame([asdict(problem) for problem in problems], columns=[field.name for field in fields(Problem)])
    texts = {name: frame[name].fillna("").astype("str") for name in ("file", "column", "expected", "found", "fix")}
    return frame.assign(row=frame["row"].astype(np.float64), **texts)
