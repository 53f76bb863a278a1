"""The dictionary of columns: every column of every output and input, a row each."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from aco_cli.errors import UsageError
from aco_cli.inputs.claims.contracts import CONTRACTS, TEXT
from aco_cli.inputs.layout import Column, all_layouts
from aco_cli.nearest import nearest_or_all
from aco_cli.outputs.columns import column_names, output_columns, output_tables

INPUT, OUTPUT = "input", "output"


Row = dict[str, Any]


def dictionary(name: str = "") -> pd.DataFrame:
    """The columns of the outputs of a command and of the input table of a name (all without one), in their order.

    Raises UsageError for a name that is neither.
    """
    frame = pd.DataFrame([*_outputs(), *_layouts(), *_claims()], columns=column_names("columns"))
    frame = frame.astype({"required": "float64", "summed": "float64"})
    frame = frame.fillna(dict.fromkeys(("label", "allowed", "header"), ""))
    owners = frame["belongs_to"]
    # Words of a command line may be no UTF-8, which a column of texts cannot be compared with.
    found = frame[[f"{owner} ".startswith(f"{name} ") for owner in owners]] if name else frame
    if found.empty:
        known = dict.fromkeys([*owners, *owners.str.split().str[0]])
        raise UsageError(f"no command or input table {name!r}, {nearest_or_all(name, known)}")
    return found


def _outputs() -> Iterator[Row]:
    for table in output_tables():
        for column in output_columns(table):
            unit = "year" if column.year else column.unit
            row = _row(table, OUTPUT, column.name, unit, column.help)
            yield row | {"label": column.label, "summed": column.total}


def _row(belongs_to: str, direction: str, column: str, unit: str, help: str) -> Row:
    """What the table `columns` of `columns.yaml` has of every column; what does not apply is left out."""
    return {"belongs_to": belongs_to, "direction": direction, "column": column, "unit": unit, "help": help}


def _layouts() -> Iterator[Row]:
    layouts = all_layouts()
    described: dict[str, Column] = {}
    for column in (each for layout in layouts.values() for each in layout.columns.values() if each.help):
        described.setdefault(column.name, column)
    for name, layout in layouts.items():
        for column in layout.columns.values():
            meant = column if column.help else described[column.name]
            required = any(not set(layout.required).isdisjoint(names) for names in column.reads)
            header = ", ".join(each for names in column.reads for each in names if names != (column.name,))
            row = _row(name, INPUT, column.name, meant.unit, meant.help)
            yield row | {"required": required, "allowed": _allowed(column), "header": header}


def _allowed(column: Column) -> str:
    words = [*(column.choices or dict.fromkeys(code for code in column.codes.values() if isinstance(code, str)))]
    if column.type == "election":
        words.append("sliding")
    if column.above is not None:
        words.append(f"more than {column.above:g}")
    elif column.min is not None:
        words.append(f"{column.min:g} or more" if column.max is None else f"{column.min:g} to {column.max:g}")
    return ", ".join(words)


def _claims() -> Iterator[Row]:
    for name, contract in CONTRACTS.items():
        for column, held in contract.columns.items():
            row = _row(name, INPUT, column, held.kind.name, held.help)
            yield row | {"required": not held.optional, "allowed": "" if held.kind.name == TEXT else held.kind.words}
