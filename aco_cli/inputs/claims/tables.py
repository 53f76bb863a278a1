"""What an engine must be able to do, and the tables of a run made with it."""

# ruff: noqa: S608 (the words in the statements are the contracts' and quoted names of files)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.claims.contracts import TEXT, Contract, Stored
from aco_cli.inputs.claims.sources import Columns, File, Source, find_files
from aco_cli.inputs.problems import shown
from aco_cli.inputs.recognise import misspelt, not_used

EXAMPLES = 5
BROKEN_ROW = "as many cells as the header has, in UTF-8, a quote doubled inside quotes"


class BrokenText(Exception):  # noqa: N818 (it is about a file, not about this program)
    """A text file has lines that are no rows of a table; `Tables.broken` tells which."""


class Tables(Protocol):
    """An engine with named tables. Statements are in the SQL that all engines read."""

    def listing(self, address: str) -> list[str]:
        """The files of an address such as s3://..., of a folder or pattern of them; none where there is nothing."""

    def columns(self, file: File) -> Columns:
        """The columns of a file. Raises InputError for one that cannot be read."""

    def scan(self, source: Source) -> str:
        """What stands for the rows of a source behind FROM. Reading raises BrokenText for lines that are no rows."""

    def numbered(self, source: Source) -> str:
        """The same with `source_file` and `source_row`, which counts the header of a text file and of none as row 1."""

    def broken(self, source: Source) -> list[Problem]:
        """The lines of text files that are no rows."""

    def view(self, name: str, sql: str) -> None:
        """Name a statement, to be worked out each time it is asked for."""

    def table(self, name: str, sql: str) -> None:
        """Work a statement out now and keep its rows."""

    def query(self, sql: str) -> pd.DataFrame:
        """The rows of a statement, decimals as Decimal."""


class Rows:
    """The files of one contract, readable as the view of its name once there are no `problems`."""

    def __init__(self, tables: Tables, contract: Contract, names: Sequence[str]) -> None:
        """`problems` has every file that cannot be read or lacks a column, `warnings` columns that seem misspelt."""
        self._tables = tables
        self.contract = contract
        self.warnings: list[str] = []
        self.sources: list[Source] = []
        files, self.problems = find_files(names, tables.listing)
        for source in self._grouped(files):
            problems, warnings = _header_faults(contract, source)
            self.problems += problems
            self.warnings += warnings
            if not problems:
                self.sources.append(source)

    def _grouped(self, files: Sequence[File]) -> list[Source]:
        """Each file by its own columns, those alike together: thousands of part files stay one scan."""
        alike: dict[tuple[str, Columns], list[str]] = {}
        for file in files:
            try:
                alike.setdefault((file.kind, self._tables.columns(file)), []).append(file.place)
            except InputError as error:
                self.problems += error.problems
        return [Source(kind, columns, self._used(columns), tuple(places)) for (kind, columns), places in alike.items()]

    def _used(self, columns: Columns) -> tuple[str, ...]:
        return tuple(stored.name for title, stored in columns if title.lower() in self.contract.columns)

    def read(self, added: str = "", where: str = "TRUE") -> None:
        """Make the view: the columns of the contract, and `added` ones that are worked out from them."""
        parts = [self._select(self._tables.scan(source), _header(source)) for source in self.sources]
        more = f", {added}" if added else ""
        self._tables.view(self.contract.name, f"SELECT t.*{more} FROM ({' UNION ALL '.join(parts)}) t WHERE {where}")

    def faults(self, rules: Sequence[tuple[str, str, str]]) -> list[Problem]:
        """Rows that break the contract or a rule (column, what is expected, SQL of a bad row), counted by source.

        Rows are counted in one pass; only where there are bad ones are they looked for, with the numbers of the first.
        """
        return [problem for source in self.sources for problem in self._faults(source, rules)]

    def _faults(self, source: Source, rules: Sequence[tuple[str, str, str]]) -> list[Problem]:
        header = _header(source)
        checks = [*self._checks(header), *rules]
        bad = " OR ".join(f"({sql})" for _, _, sql in checks)
        scan = self._select(self._tables.scan(source), header, unread=True)
        try:
            count = int(self._tables.query(f"SELECT COUNT(*) AS n FROM ({scan}) t WHERE {bad}")["n"].iloc[0])
        except BrokenText as error:
            return self._tables.broken(source) or [Problem(source.files[0], BROKEN_ROW, str(error))]
        found = self._located(source, header, checks) if count else []
        if count and not found:  # never go on with rows that are known to be bad
            return [Problem(source.files[0], "the same rows each time", f"{count:,} bad ones that are not there again")]
        return found

    def _located(
        self, source: Source, header: Mapping[str, Stored], checks: Sequence[tuple[str, str, str]]
    ) -> list[Problem]:
        raw = "".join(f", CAST({held.name} AS STRING) AS raw_{name}" for name, held in self._known(header).items())
        scan = self._select(self._tables.numbered(source), header, unread=True, more=f"source_file, source_row{raw}")
        counts = ", ".join(f"COUNT(CASE WHEN {sql} THEN 1 END) AS n{i}" for i, (_, _, sql) in enumerate(checks))
        totals = self._tables.query(f"SELECT {counts} FROM ({scan}) t").iloc[0]
        return [
            self._example(f"({scan}) t WHERE {sql}", column, expected, total, shows=column in header)
            for (column, expected, sql), total in zip(checks, map(int, totals), strict=True)
            if total
        ]

    def _known(self, header: Mapping[str, Stored]) -> dict[str, Stored]:
        return {name: held for name, held in header.items() if name in self.contract.columns}

    def _checks(self, header: Mapping[str, Stored]) -> list[tuple[str, str, str]]:
        checks = []
        for name, cell in self.contract.cells(header).items():
            column = self.contract.columns[name]
            if cell.unread:
                checks.append((name, column.kind.words, f"unread_{name}"))
            if not column.may_be_blank:
                blank = f"{name} = ''" if column.kind.name == TEXT else "FALSE"
                checks.append((name, "a value", f"({name} IS NULL OR {blank}) AND NOT unread_{name}"))
        return checks

    def repeated(self, keys: Sequence[str], expected: str) -> list[Problem]:
        """Rows with the same keys as an earlier one."""
        parts = [
            self._select(self._tables.numbered(source), _header(source), more="source_file, source_row")
            for source in self.sources
        ]
        place = f"ROW_NUMBER() OVER (PARTITION BY {', '.join(keys)} ORDER BY source_file, source_row)"
        again = f"SELECT source_file, source_row, {place} AS nth FROM ({' UNION ALL '.join(parts)}) t"
        again = f"({again}) t WHERE nth > 1"
        total = int(self._tables.query(f"SELECT COUNT(*) AS n FROM {again}")["n"].iloc[0])
        return [self._example(again, None, expected, total, shows=False)] if total else []

    def _select(self, scan: str, header: Mapping[str, Stored], *, unread: bool = False, more: str = "") -> str:
        cells = self.contract.cells(header)
        columns = [f"{cell.value} AS {name}" for name, cell in cells.items()]
        if unread:
            columns += [f"COALESCE({cell.unread or 'FALSE'}, FALSE) AS unread_{name}" for name, cell in cells.items()]
        return f"SELECT {', '.join([*columns, *filter(None, [more])])} FROM {scan}"

    def _example(self, bad_rows: str, column: str | None, expected: str, total: int, *, shows: bool) -> Problem:
        """A problem of many rows (what stands behind FROM): what the first one has, how many there are, and where."""
        raw = f", raw_{column}" if shows else ""
        first = self._tables.query(
            f"SELECT source_file, source_row{raw} FROM {bad_rows} ORDER BY source_file, source_row LIMIT {EXAMPLES}"
        )
        file = str(first["source_file"].iloc[0])
        rows = [int(row) for row in first.loc[first["source_file"] == file, "source_row"]]
        value = _shown(first[f"raw_{column}"].iloc[0], column) if column and shows else "such a row"
        return Problem(file, expected, value + _others(rows[1:], total - 1), rows[0], column)


def _header(source: Source) -> dict[str, Stored]:
    """The columns by lower-case name, as contracts have them."""
    return {title.lower(): stored for title, stored in source.columns}


def _header_faults(contract: Contract, source: Source) -> tuple[list[Problem], list[str]]:
    """Columns that are missing or there twice, and warnings of others that seem misspelt."""
    file, more = source.files[0], f" and {len(source.files) - 1:,} files like it" if len(source.files) > 1 else ""
    titles = [title for title, _ in source.columns]
    names = [title.lower() for title in titles]
    others = [title for title in titles if title and title.lower() not in contract.columns]
    free = [name for name in contract.columns if name not in names]
    near = misspelt(others, free)
    problems = [
        Problem(file, "a column of this name", "none", 1, name, _renaming(name, near))
        for name in contract.missing(_header(source))
    ]
    problems += [
        Problem(file, "each column name once", f"it {names.count(name)} times", 1, name, "remove or rename one")
        for name in contract.columns
        if names.count(name) > 1
    ]
    return problems, [] if problems else not_used(file + more, near)


def _renaming(name: str, near: Mapping[str, str]) -> str:
    return next((f"rename {other} if it is meant" for other, meant in near.items() if meant == name), "add it")


def _shown(value: str | None, column: str) -> str:
    """A cell for a message, but not whose it is."""
    if pd.isna(value) or not str(value).strip():
        return "a blank cell"
    return "another value" if column == "bene_id" else shown(value)


def _others(rows: Sequence[int], count: int) -> str:
    if not count:
        return ""
    listed = f" ({', '.join(map(str, rows))}{', ...' if count > len(rows) else ''})" if rows else ""
    return f", and {count:,} more row{'s' if count > 1 else ''}{listed}"
