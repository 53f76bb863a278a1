"""What an engine must be able to do, and the tables of a run made with it."""

# ruff: noqa: S608 (the words in the statements are the contracts' and quoted names of files)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.claims.contracts import TEXT, Contract, Stored
from aco_cli.inputs.claims.sources import Source

EXAMPLES = 5


class Tables(Protocol):
    """An engine with named tables. Statements are in the SQL that all engines read."""

    remote: bool

    def header(self, source: Source) -> dict[str, Stored]:
        """The columns of a source by lower-case name. Raises InputError for one that cannot be read."""

    def scan(self, source: Source) -> str:
        """What stands for the rows of a source behind FROM."""

    def numbered(self, source: Source) -> str:
        """The same with `source_file` and `source_row`, which counts the header of a text file and of none as row 1."""

    def view(self, name: str, sql: str) -> None:
        """Name a statement, to be worked out each time it is asked for."""

    def table(self, name: str, sql: str) -> None:
        """Work a statement out now and keep its rows."""

    def query(self, sql: str) -> pd.DataFrame:
        """The rows of a statement, decimals as Decimal."""


class Rows:
    """The sources of one contract, readable as the view of its name."""

    def __init__(self, tables: Tables, contract: Contract, sources: Sequence[Source]) -> None:
        """`sources` have every column the contract asks for. Raises InputError if one cannot be read or lacks one."""
        self._tables = tables
        self.contract = contract
        self.sources = sources
        self._headers = [tables.header(source) for source in sources]
        problems = [
            Problem(source.given, "a column of this name", "none", 1, name)
            for source, header in zip(sources, self._headers, strict=True)
            for name in contract.missing(header)
        ]
        if problems:
            raise InputError(problems)

    def read(self, added: str = "", where: str = "TRUE") -> None:
        """Make the view: the columns of the contract, and `added` ones that are worked out from them."""
        parts = [
            self._select(self._tables.scan(source), header)
            for source, header in zip(self.sources, self._headers, strict=True)
        ]
        more = f", {added}" if added else ""
        self._tables.view(self.contract.name, f"SELECT t.*{more} FROM ({' UNION ALL '.join(parts)}) t WHERE {where}")

    def faults(self, rules: Sequence[tuple[str, str, str]]) -> list[Problem]:
        """Rows that break the contract or a rule (column, what is expected, SQL of a bad row), counted by source.

        Rows are counted in one pass; only where there are bad ones are they looked for, with the numbers of the first.
        """
        problems = []
        for source, header in zip(self.sources, self._headers, strict=True):
            checks = [*self._checks(header), *rules]
            bad = " OR ".join(f"({sql})" for _, _, sql in checks)
            scan = self._select(self._tables.scan(source), header, unread=True)
            if int(self._tables.query(f"SELECT COUNT(*) AS n FROM ({scan}) t WHERE {bad}")["n"].iloc[0]):
                problems += self._located(source, header, checks)
        return problems

    def _located(
        self, source: Source, header: Mapping[str, Stored], checks: Sequence[tuple[str, str, str]]
    ) -> list[Problem]:
        scan = self._select(self._tables.numbered(source), header, unread=True, more="source_file, source_row")
        counts = ", ".join(f"COUNT(CASE WHEN {sql} THEN 1 END) AS n{i}" for i, (_, _, sql) in enumerate(checks))
        totals = self._tables.query(f"SELECT {counts} FROM ({scan}) t").iloc[0]
        return [
            example(
                self._tables, f"SELECT source_file, source_row FROM ({scan}) t WHERE {sql}", column, expected, total
            )
            for (column, expected, sql), total in zip(checks, map(int, totals), strict=True)
            if total
        ]

    def _checks(self, header: Mapping[str, Stored]) -> list[tuple[str, str, str]]:
        checks = []
        for name, cell in self.contract.cells(header).items():
            column = self.contract.columns[name]
            if cell.unread:
                checks.append((name, column.kind.words, f"unread_{name}"))
            if not column.may_be_blank:
                blank = f"{name} = ''" if column.kind is TEXT else "FALSE"
                checks.append((name, "a value", f"({name} IS NULL OR {blank}) AND NOT unread_{name}"))
        return checks

    def repeated(self, keys: Sequence[str], expected: str) -> list[Problem]:
        """Rows with the same keys as an earlier one."""
        parts = [
            self._select(self._tables.numbered(source), header, more="source_file, source_row")
            for source, header in zip(self.sources, self._headers, strict=True)
        ]
        place = f"ROW_NUMBER() OVER (PARTITION BY {', '.join(keys)} ORDER BY source_file, source_row)"
        again = f"SELECT source_file, source_row, {place} AS nth FROM ({' UNION ALL '.join(parts)}) t"
        again = f"SELECT source_file, source_row FROM ({again}) t WHERE nth > 1"
        total = int(self._tables.query(f"SELECT COUNT(*) AS n FROM ({again}) t")["n"].iloc[0])
        return [example(self._tables, again, None, expected, total)] if total else []

    def _select(self, scan: str, header: Mapping[str, Stored], *, unread: bool = False, more: str = "") -> str:
        cells = self.contract.cells(header)
        columns = [f"{cell.value} AS {name}" for name, cell in cells.items()]
        if unread:
            columns += [f"COALESCE({cell.unread or 'FALSE'}, FALSE) AS unread_{name}" for name, cell in cells.items()]
        return f"SELECT {', '.join([*columns, *filter(None, [more])])} FROM {scan}"


def example(tables: Tables, bad_rows: str, column: str | None, expected: str, total: int) -> Problem:
    """A problem of many rows (a statement with their `source_file` and `source_row`): how many, and the first ones."""
    first = tables.query(f"{bad_rows} ORDER BY source_file, source_row LIMIT {EXAMPLES}")
    file = str(first["source_file"].iloc[0])
    rows = [int(row) for row in first.loc[first["source_file"] == file, "source_row"]]
    more = ", ..." if total > len(rows) else ""
    found = f"{total:,} other row{'s' if total > 1 else ''} ({', '.join(map(str, rows))}{more})"
    return Problem(file, expected, found, rows[0], column)
