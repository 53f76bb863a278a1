"""`--where`: which rows are meant, in a small language of comparisons of which nothing is ever run as code.

state == "TX" and (savings_rate >= 0.05 or track in ("enhanced", "basic-e"))
"""

import ast
import operator as op
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from aco_cli.errors import UsageError
from aco_cli.inputs.layout import Column, name_key
from aco_cli.inputs.numbers import parse_numbers
from aco_cli.inputs.raw import Mask
from aco_cli.nearest import nearest_or_all

_QUOTED_NAME = re.compile(r"`([^`]+)`")
_COMPARE: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Eq: op.eq,
    ast.NotEq: op.ne,
    ast.Lt: op.lt,
    ast.LtE: op.le,
    ast.Gt: op.gt,
    ast.GtE: op.ge,
}
_AS_NUMBER = Column("", "number")
_FORM = 'comparisons of columns such as state == "TX" and assigned_beneficiaries >= 10000'


def rows_where(frame: pd.DataFrame, condition: str) -> Mask:
    """Which rows a condition holds for; a blank cell fulfills none but `!=` and `not in`.

    Columns are named as in the file; those with blanks or signs in backquotes. Raises UsageError for an unknown column,
    for what is no condition, and where no row fulfills it.
    """
    quoted: list[str] = []

    def placeholder(found: re.Match[str]) -> str:
        quoted.append(found[1])
        return f"_{len(quoted) - 1}_"

    where = _Where(condition, frame, quoted)
    try:
        tree = ast.parse(_QUOTED_NAME.sub(placeholder, condition.strip()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise where.refused("it cannot be read") from None
    if not (mask := where.mask(tree)).any():
        raise UsageError(f"--where {condition!r}: no row fulfills it")
    return mask


@dataclass(frozen=True)
class _Where:
    """A condition on the rows of a frame; `quoted` are the names that were in backquotes, by number."""

    condition: str
    frame: pd.DataFrame
    quoted: Sequence[str]

    def mask(self, node: ast.expr) -> Mask:
        if isinstance(node, ast.BoolOp):
            join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            masks: Mask = join.reduce([self.mask(each) for each in node.values])
            return masks
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ~self.mask(node.operand)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._compared(self._column(node.left), node.ops[0], self._values(node.comparators[0]))
        raise self.refused(f"no comparison: {ast.unparse(node)}")

    def _column(self, node: ast.expr) -> pd.Series:
        if not isinstance(node, ast.Name):
            raise self.refused(f"no column: {ast.unparse(node)}")
        name = self.quoted[int(node.id[1:-1])] if re.fullmatch(r"_\d+_", node.id) else node.id
        known = {name_key(str(each)): each for each in self.frame}
        if name_key(name) not in known:
            raise UsageError(f"--where: no column {name}; {nearest_or_all(name, map(str, self.frame.columns))}")
        return self.frame[known[name_key(name)]]

    def _values(self, node: ast.expr) -> list[str | float] | str | float:
        """What a column is compared with: text, a number, or a list of these."""
        try:
            value = ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            raise self.refused(f"no text or number: {ast.unparse(node)}") from None
        values = list(value) if isinstance(value, tuple | list) else [value]
        if not values or not all(isinstance(each, str | int | float) for each in values):
            raise self.refused(f"no text or number: {ast.unparse(node)}")
        return values if isinstance(value, tuple | list) else values[0]

    def _compared(self, cells: pd.Series, operator: ast.cmpop, value: list[str | float] | str | float) -> Mask:
        values: list[Any] = value if isinstance(value, list) else [value]
        is_text = isinstance(cells.dtype, pd.StringDtype)
        if pd.api.types.is_datetime64_any_dtype(cells):
            values = list(pd.to_datetime(pd.Series(values, dtype="str"), errors="coerce", format="mixed"))
            if any(map(pd.isna, values)):
                raise self.refused(f"{cells.name} holds dates, {value!r} is none")
        elif not any(isinstance(each, str) for each in values):
            cells = pd.Series(parse_numbers(pa.array(cells), _AS_NUMBER)[0], cells.index) if is_text else cells
        elif not is_text:
            raise self.refused(f"{cells.name} holds numbers, {value!r} is text")
        if isinstance(operator, ast.In | ast.NotIn):
            is_in = cells.isin(values).to_numpy(dtype=bool)
            return ~is_in if isinstance(operator, ast.NotIn) else is_in
        if type(operator) not in _COMPARE or isinstance(value, list):
            raise self.refused("lists go with in and not in, single values with == != < <= > >=")
        found: Mask = _COMPARE[type(operator)](cells, values[0]).fillna(False).to_numpy(dtype=bool)
        return found

    def refused(self, why: str) -> UsageError:
        return UsageError(f"--where {self.condition!r}: {why}; expected {_FORM}")
