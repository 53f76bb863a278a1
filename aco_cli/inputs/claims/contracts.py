"""The columns of claims, enrollment and assignment files, and the SQL that reads each from what a file stores.

The SQL means the same to DuckDB and Apache Spark. What a cell cannot be read as becomes NULL; a second expression says
whether that is so, and is left out where what is stored cannot fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from aco_cli.data_files import read_yaml


class Family(Enum):
    """What a column of a file holds, whatever an engine calls it."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    DATE = "date"
    TIMESTAMP = "timestamp"
    OTHER = "other"


_FAMILIES = {
    Family.TEXT: r"varchar|string|char.*",
    Family.BOOLEAN: r"boolean",
    Family.INTEGER: r"u?(tiny|small|big|huge)int|u?integer|int|short|long|byte",
    Family.DECIMAL: r"decimal\(\d+, ?\d+\)",
    Family.FLOAT: r"float|double|real",
    Family.DATE: r"date",
    Family.TIMESTAMP: r"timestamp.*",
}


_NUMBERS = {Family.INTEGER, Family.DECIMAL, Family.FLOAT}
_READ_AS_NUMBERS = {Family.TEXT, *_NUMBERS}


@dataclass(frozen=True)
class Stored:
    """A column as a file has it: its name as SQL spells it, its family, and the digits of a decimal."""

    name: str
    family: Family
    whole_digits: int = 0
    decimals: int = 0

    @classmethod
    def of(cls, name: str, type_name: str) -> Stored:
        """From an engine's name of the type, such as `DECIMAL(12,2)` or `string`."""
        word = type_name.lower()
        family = next((family for family, form in _FAMILIES.items() if re.fullmatch(form, word)), Family.OTHER)
        if family is Family.DECIMAL:
            digits, decimals = map(int, re.findall(r"\d+", word))
            return cls(name, family, digits - decimals, decimals)
        return cls(name, family)


class Cell(NamedTuple):
    """The SQL of a value, and of whether something is there that cannot be read as one (None: never)."""

    value: str
    unread: str | None


def _text(held: Stored) -> Cell:
    if held.family is Family.TEXT:
        return Cell(held.name, None)
    if held.family is Family.INTEGER:
        return Cell(f"CAST({held.name} AS STRING)", None)
    return _never(held, "STRING")


def _boolean(held: Stored) -> Cell:
    if held.family is Family.BOOLEAN:
        return Cell(held.name, None)
    if held.family is Family.TEXT:
        word = f"NULLIF(LOWER(TRIM({held.name})), '')"
        return Cell(f"({word} IN ('true', '1'))", f"{word} NOT IN ('true', 'false', '1', '0')")
    if held.family not in _NUMBERS:
        return _never(held, "BOOLEAN")
    return Cell(f"(TRY_CAST({held.name} AS DOUBLE) = 1)", f"TRY_CAST({held.name} AS DOUBLE) NOT IN (0, 1)")


def _date(held: Stored) -> Cell:
    if held.family is Family.DATE:
        return Cell(held.name, None)
    if held.family is Family.TIMESTAMP:
        return Cell(f"CAST({held.name} AS DATE)", None)
    if held.family is not Family.TEXT:
        return _never(held, "DATE")
    word = f"NULLIF(TRIM({held.name}), '')"
    value = f"TRY_CAST({word} AS DATE)"
    # Engines read other spellings too, each its own.
    plain = f"{word} LIKE '____-__-__' AND TRANSLATE({word}, '0123456789', '') = '--'"
    return Cell(value, f"{word} IS NOT NULL AND ({value} IS NULL OR NOT ({plain}))")


def _whole(held: Stored) -> Cell:
    """By way of a double, as 70.0 is a whole number too: pandas writes a column with blanks so."""
    if held.family not in _READ_AS_NUMBERS:
        return _never(held, "INTEGER")
    number = f"TRY_CAST({_number(held)} AS DOUBLE)"
    value = f"TRY_CAST({number} AS INTEGER)"
    unread = f"{value} IS NULL OR {number} <> {value}{_odd(held)}"
    return Cell(value, f"{_number(held)} IS NOT NULL AND ({unread})")


def _money(held: Stored) -> Cell:
    """Below 10 billion, seven amounts add up within DECIMAL(18, 2), which engines keep in one machine word."""
    if held.family not in _READ_AS_NUMBERS:
        return _never(held, _DOLLARS)
    source = _number(held)
    value = f"TRY_CAST({source} AS {_DOLLARS})"
    if held.family is Family.DECIMAL and held.decimals <= 2 and held.whole_digits <= 10:
        return Cell(f"CAST({source} AS {_DOLLARS})", None)
    unread = f"{value} IS NULL OR TRY_CAST({source} AS DECIMAL(18, 6)) <> {value}{_odd(held)}"
    return Cell(value, f"{source} IS NOT NULL AND ({unread})")


def _score(held: Stored) -> Cell:
    """In millionths, rounded in double arithmetic, which is the same everywhere."""
    if held.family not in _READ_AS_NUMBERS:
        return _never(held, "BIGINT")
    number = f"TRY_CAST({_number(held)} AS DOUBLE)"
    inside = f"{number} >= 0 AND {number} < 1000"  # neither NaN nor infinity, of which Spark makes no whole number
    value = f"CASE WHEN {inside} THEN CAST(FLOOR({number} * 1000000 + 0.5) AS BIGINT) END"
    return Cell(value, f"{_number(held)} IS NOT NULL AND (NOT COALESCE({inside}, FALSE){_odd(held)})")


def _number(held: Stored) -> str:
    return f"NULLIF(TRIM({held.name}), '')" if held.family is Family.TEXT else held.name


def _odd(held: Stored) -> str:
    """Or text has a character of no plain number: 1_000, 0x46 and 1.1f are numbers to one engine or the other."""
    return f" OR TRANSLATE({_number(held)}, '0123456789+-.eE', '') <> ''" if held.family is Family.TEXT else ""


def _never(held: Stored, type_name: str) -> Cell:
    return Cell(f"CAST(NULL AS {type_name})", f"{held.name} IS NOT NULL")


_DOLLARS = "DECIMAL(12, 2)"


@dataclass(frozen=True)
class Kind:
    """What a column holds: its name and words for it, the SQL type, and how it is read from what a file stores."""

    name: str
    words: str
    type: str
    read: Callable[[Stored], Cell]


TEXT = Kind("text", "text", "STRING", _text)
BOOLEAN = Kind("boolean", "true, false, 1 or 0", "BOOLEAN", _boolean)
DATE = Kind("date", "a date such as 2018-03-31", "DATE", _date)
WHOLE = Kind("integer", "a whole number", "INTEGER", _whole)
MONEY = Kind("usd", "US dollars in whole cents, below 10 billion", _DOLLARS, _money)
SCORE = Kind("number", "a risk score of 0 to 1000", "BIGINT", _score)


@dataclass(frozen=True)
class ClaimsColumn:
    """A column: its kind, whether a file may lack it or have blanks in it, what a blank counts as, and its meaning."""

    kind: Kind
    optional: bool = False
    may_be_blank: bool = False
    blank: str = ""
    help: str = ""


@dataclass(frozen=True)
class Contract:
    """A table: what its files are called in messages, and its columns."""

    name: str
    columns: Mapping[str, ClaimsColumn]

    def cells(self, header: Mapping[str, Stored]) -> dict[str, Cell]:
        """How each column is read from a file with these columns (by lower-case name)."""
        return {name: _cell(column, header.get(name)) for name, column in self.columns.items()}

    def missing(self, header: Mapping[str, Stored]) -> list[str]:
        """The columns that a file must have and lacks."""
        return [name for name, column in self.columns.items() if not column.optional and name not in header]


def _cell(column: ClaimsColumn, held: Stored | None) -> Cell:
    nothing = f"CAST({column.blank or 'NULL'} AS {column.kind.type})"
    if held is None:
        return Cell(nothing, None)
    value, unread = column.kind.read(held)
    return Cell(f"COALESCE({value}, {nothing})" if column.blank else value, unread)


_KINDS = {kind.name: kind for kind in (TEXT, BOOLEAN, DATE, WHOLE, MONEY, SCORE)}
CONTRACTS = {
    name: Contract(name, {column: ClaimsColumn(_KINDS[spec.pop("type")], **spec) for column, spec in columns.items()})
    for name, columns in read_yaml(Path(__file__).with_name("contracts.yaml")).items()
}
