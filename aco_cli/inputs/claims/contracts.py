"""The columns of claims, enrollment and assignment files, and the SQL that reads each from what a file stores."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from aco_cli.data_files import load_yaml

TEXT, OTHER = "text", "other"
# What a column of a file holds, by an engine's name of its type. `cents` are decimals that fit into DECIMAL(12, 2).
_STORED = {
    TEXT: r"varchar|string|char.*",
    "boolean": r"boolean",
    "integer": r"u?(tiny|small|big|huge)int|u?integer|int|short|long|byte",
    "cents": r"decimal\((\d|10), ?0\)|decimal\((\d|10|11), ?1\)|decimal\((\d|10|11|12), ?2\)",
    "decimal": r"decimal\(\d+, ?\d+\)",
    "float": r"float|double|real",
    "date": r"date",
    "timestamp": r"timestamp.*",
}


class Stored(NamedTuple):
    """A column as a file has it: its name as SQL spells it, and what it holds, whatever an engine calls it."""

    name: str
    holds: str

    @classmethod
    def of(cls, name: str, type_name: str) -> "Stored":
        """From an engine's name of the type, such as `DECIMAL(12,2)` or `string`."""
        return cls(name, next((each for each, form in _STORED.items() if re.fullmatch(form, type_name.lower())), OTHER))


class Cell(NamedTuple):
    """The SQL of a value, and of whether something is there that cannot be read as one (None: never)."""

    value: str
    unread: str | None


@dataclass(frozen=True)
class Kind:
    """What a column holds: its name and words for it, the SQL type, and how what a file stores is read as it."""

    name: str
    words: str
    type: str
    read: Sequence[Mapping[str, str]]

    def cell(self, held: Stored) -> Cell:
        """The SQL that reads a column of a file."""
        reading = next((each for each in self.read if held.holds in each["stored"]), None)
        if reading is None:
            return Cell(f"CAST(NULL AS {self.type})", f"{held.name} IS NOT NULL")
        cell, odd = held.name, "FALSE"
        if held.holds == TEXT:
            cell = f"NULLIF(TRIM({held.name}), '')"
            odd = f"TRANSLATE({cell}, '0123456789+-.eE', '') <> ''"
        words = {"column": held.name, "cell": cell, "number": f"TRY_CAST({cell} AS DOUBLE)", "odd": odd}
        value = reading["value"].format(**words)
        return Cell(value, reading["unread"].format(**words, value=value) if "unread" in reading else None)


@dataclass(frozen=True)
class ClaimsColumn:
    """A column: its kind, whether a file may lack it or have blanks in it, what a blank counts as, and its meaning.

    `also`: names of others for it, without doubt; `private`: a cell tells whose it is, and is in no message.
    """

    kind: Kind
    optional: bool = False
    may_be_blank: bool = False
    blank: str = ""
    help: str = ""
    also: Sequence[str] = ()
    private: bool = False

    def cell(self, held: Stored | None) -> Cell:
        """How the column is read from a file that has it so, or (None) does not."""
        nothing = f"CAST({self.blank or 'NULL'} AS {self.kind.type})"
        if held is None:
            return Cell(nothing, None)
        value, unread = self.kind.cell(held)
        return Cell(f"COALESCE({value}, {nothing})" if self.blank else value, unread)


@dataclass(frozen=True)
class Contract:
    """A table: what its files are called in messages, and its columns."""

    name: str
    columns: Mapping[str, ClaimsColumn]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The column of each lower-case name that a file may have for it."""
        also = {other: name for name, column in self.columns.items() for other in column.also}
        return also | {name: name for name in self.columns}

    def cells(self, header: Mapping[str, Stored]) -> dict[str, Cell]:
        """How each column is read from a file with these columns (by lower-case name)."""
        return {name: column.cell(header.get(name)) for name, column in self.columns.items()}


_FOLDER = Path(__file__).parent
KINDS = {name: Kind(name, **spec) for name, spec in load_yaml((_FOLDER / "kinds.yaml").read_text("utf-8")).items()}


def contracts(file: str) -> dict[str, Contract]:
    """The contracts of a file of this package by name."""
    return {
        name: Contract(name, {column: _column(**spec) for column, spec in columns.items()})
        for name, columns in load_yaml((_FOLDER / file).read_text("utf-8")).items()
    }


def _column(type: str, **spec: Any) -> ClaimsColumn:
    return ClaimsColumn(KINDS[type], **spec)


CONTRACTS = contracts("contracts.yaml")
