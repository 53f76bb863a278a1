"""The dictionary of columns: every column of every output and input, a row each."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from aco_cli.errors import UsageError
from aco_cli.inputs.claims.contracts import CONTRACTS, TEXT
from aco_cli.inputs.layout import Column, all_layouts
from aco_cli.nearest import nearest_or_all
from aco_cli.outputs.columns import column_names, output_columns, output_tables

INPUT, OUTPUT = "input", "output"


class Described(NamedTuple):
    """A row of the dictionary, as the table `columns` of `columns.yaml` has it; None is what does not apply."""

    belongs_to: str
    direction: str
    column: str
    unit: str
    help: str
    label: str = ""
    required: bool | None = None
    summed: bool | None = None
    allowed: str = ""
    header: str = ""


def dictionary(name: str = "") -> pd.DataFrame:
    """The columns of the outputs of a command and of the input table of a name (all without one), in their order.

    Raises UsageError for a name that is neither.
    """
    frame = pd.DataFrame([*_outputs(), *_layouts(), *_claims()]).astype({"required": "float64", "summed": "float64"})
    owners = frame["belongs_to"]
    found = frame[(owners == name) | owners.str.startswith(f"{name} ")] if name else frame
    if found.empty:
        known = dict.fromkeys([*owners, *owners.str.split().str[0]])
        raise UsageError(f"no command or input table {name!r}, {nearest_or_all(name, known)}")
    return found[list(column_names("columns"))]


def _outputs() -> Iterator[Described]:
    for table in output_tables():
        for column in output_columns(table):
            unit = "year" if column.year else column.unit
            yield Described(table, OUTPUT, column.name, unit, column.help, column.label, summed=column.total)


def _layouts() -> Iterator[Described]:
    layouts = all_layouts()
    described: dict[str, Column] = {}
    for column in (each for layout in layouts.values() for each in layout.columns.values() if each.help):
        described.setdefault(column.name, column)
    for name, layout in layouts.items():
        for column in layout.columns.values():
            meant = column if column.help else described[column.name]
            required = any(not set(layout.required).isdisjoint(names) for names in column.reads)
            header = ", ".join(each for names in column.reads for each in names if names != (column.name,))
            row = Described(name, INPUT, column.name, meant.unit, meant.help, required=required)
            yield row._replace(allowed=_allowed(column), header=header)


def _allowed(column: Column) -> str:
    words = [*(column.choices or dict.fromkeys(code for code in column.codes.values() if isinstance(code, str)))]
    if column.type == "election":
        words.append("sliding")
    if column.above is not None:
        words.append(f"more than {column.above:g}")
    elif column.min is not None:
        words.append(f"{column.min:g} or more" if column.max is None else f"{column.min:g} to {column.max:g}")
    return ", ".join(words)


def _claims() -> Iterator[Described]:
    for name, contract in CONTRACTS.items():
        for column, held in contract.columns.items():
            row = Described(name, INPUT, column, held.kind.name, held.help, required=not held.optional)
            yield row._replace(allowed="" if held.kind.name == TEXT else held.kind.words)
