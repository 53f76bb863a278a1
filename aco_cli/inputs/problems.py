"""Problems of many cells: each with its place, but not a thousand alike."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.raw import Mask, Rows

EXAMPLES = 10
_SHOWN = 60


def shown(value: object) -> str:
    """A cell's content for a message: quoted, on one line, without control characters, not too long."""
    text = str(value)
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")


def damaged(file: str, kind: str, error: Exception) -> InputError:
    """The error of a file that its own reader cannot make sense of."""
    reason = " ".join(str(error).split())[:120]
    return InputError([Problem(file, f"a whole {kind} file", f"a damaged one ({reason})", fix="get the file again")])


def no_rows(file: str) -> InputError:
    """The error of a header with nothing below it."""
    return InputError([Problem(file, expected="a row of data below the header", found="a header only")])


def cell_problems(
    file: str, column: str, rows: Rows, bad: Mask, describe: Callable[[int], tuple[str, str, str]]
) -> list[Problem]:
    """A problem for each bad cell up to EXAMPLES, then one that counts the rest.

    `describe` gives expected, found and fix of the cell at a position.
    """
    places = np.flatnonzero(bad)
    problems = []
    for place in places[:EXAMPLES]:
        expected, found, fix = describe(int(place))
        problems.append(Problem(file, expected, found, int(rows[place]), column, fix))
    if len(places) > EXAMPLES:
        problems.append(_more(problems[-1], len(places) - EXAMPLES))
    return problems


def limited(problems: Sequence[Problem]) -> list[Problem]:
    """The same problems with at most EXAMPLES of each column and expectation, then one that counts the rest."""
    alike: dict[tuple[str | None, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        alike[problem.column, problem.expected].append(problem)
    kept: list[Problem] = []
    for group in alike.values():
        kept += group[:EXAMPLES]
        if len(group) > EXAMPLES:
            kept.append(_more(group[EXAMPLES], len(group) - EXAMPLES))
    return kept


def _more(problem: Problem, count: int) -> Problem:
    return replace(problem, row=None, found=f"{count:,} more like the ones above", fix="")
