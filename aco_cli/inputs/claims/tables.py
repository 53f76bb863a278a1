"""What an engine must be able to do, and the tables of a run made with it."""

# ruff: noqa: S608 (the words in the statements are the contracts' and quoted names of files)
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.claims.contracts import TEXT, Contract, Stored
from aco_cli.inputs.claims.sources import DELIMITERS, FIXED, Columns, File, FileGroup, Meanings, cut, find_files
from aco_cli.inputs.problems import shown
from aco_cli.inputs.recognize import misspelled, not_used

EXAMPLES = 5
_TELLS_NOBODY = 4
_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?|\d\d?/\d\d?/\d{4}")
# Of a cell with line breaks: as many separators, but for those before a blank, as a row of the file has.
_SWALLOWS = (
    "CASE WHEN {0} LIKE '%\n%' THEN LENGTH(REPLACE({0}, '{1} ', '')) "
    "- LENGTH(REPLACE(REPLACE({0}, '{1} ', ''), '{1}', '')) >= {2} ELSE FALSE END AS swallows_{0}"
)
BROKEN_ROW = "as many cells as the header has, in UTF-8, a quote doubled inside quotes"


class BrokenText(Exception):  # noqa: N818 (it is about a file, not about this program)
    """A text file has lines that are no rows of a table; `Tables.broken` tells which."""


class Tables(Protocol):
    """An engine with named tables. Statements are in the SQL that all engines read."""

    def listing(self, address: str) -> list[str]:
        """The files of an address such as s3://..., of a folder or pattern of them; none where there is nothing."""

    def columns(self, file: File) -> Columns:
        """The columns of a file. Raises InputError for one that cannot be read."""

    def scan(self, source: FileGroup) -> str:
        """What stands for the rows of a source behind FROM. Reading raises BrokenText for lines that are no rows."""

    def records(self, source: FileGroup) -> str:
        """The same, of records of fixed width with their slices as columns and without the lines, as fast as may be."""

    def numbered(self, source: FileGroup) -> str:
        """`scan` with `source_file` and `source_row`, which counts the header of a text file and of none as row 1."""

    def broken(self, source: FileGroup) -> list[Problem]:
        """The lines of text files that are no rows."""

    def view(self, name: str, sql: str) -> None:
        """Name a statement, to be worked out each time it is asked for."""

    def table(self, name: str, sql: str) -> None:
        """Work a statement out now and keep its rows."""

    def keep(self, name: str, sql: str) -> None:
        """The same for as many rows as a feed has, whose columns are of the types of contracts."""

    def query(self, sql: str) -> pd.DataFrame:
        """The rows of a statement, decimals as Decimal."""

    def repeats(self, keys: str) -> bool:
        """Whether any whole number of a statement's column k comes again."""

    def hashed(self, cells: Sequence[str]) -> str:
        """SQL of a whole number from these cells, each engine's own: the same for the same cells."""


class RowRule(NamedTuple):
    """What must hold of a column, and SQL that is true of the rows in which it does not."""

    column: str
    expected: str
    bad: str


class Totals(NamedTuple):
    """What the rows of a table come to before anything is done with them: their number and a sum."""

    rows: int = 0
    sum: Decimal = Decimal(0)


# What the columns of a file are to a contract; a file whose rows stand for several each has several.
Reading = Callable[[File, Columns], Sequence[Meanings]]


def by_name(contract: Contract) -> Reading:
    """Columns are what they are called, by the contract or by CMS."""

    def read(_file: File, columns: Columns) -> Sequence[Meanings]:
        known = [(contract.names[title.lower()], held) for title, held in columns if title.lower() in contract.names]
        others = tuple(title for title, _ in columns if title and title.lower() not in contract.names)
        return [Meanings(tuple(known), others)]

    return read


class Rows:
    """The files of one contract, readable as the view of its name once there are no `problems`."""

    def __init__(
        self,
        tables: Tables,
        contract: Contract,
        names: Sequence[str] | Sequence[File],
        reading: Reading | None = None,
        adds: str = "0",
    ) -> None:
        """`problems` has every file that cannot be read or lacks a column, `warnings` columns that seem misspelled.

        `adds` is the SQL of what `totals` adds up over the rows.
        """
        self._tables = tables
        self._adds = adds
        self.contract = contract
        self.warnings: list[str] = []
        self.sources: list[FileGroup] = []
        self.totals = Totals()
        self.is_kept = False
        self.problems: list[Problem] = []
        files = [each for each in names if isinstance(each, File)]
        if not files:
            files, self.problems = find_files([str(each) for each in names], tables.listing)
        for source in self._grouped(files, reading or by_name(contract)):
            problems, warnings = _header_faults(contract, source)
            self.problems += problems
            self.warnings += warnings
            if not problems:
                self.sources.append(source)

    def _grouped(self, files: Sequence[File], reading: Reading) -> list[FileGroup]:
        """Each file by its own columns, those alike together: thousands of part files stay one scan."""
        alike: dict[tuple[str, Columns, Meanings], list[str]] = {}
        for file in files:
            try:
                columns = self._tables.columns(file)
                read_as = reading(file, columns)
            except InputError as error:
                self.problems += error.problems
                continue
            for meanings in read_as:
                alike.setdefault((file.kind, columns, meanings), []).append(file.place)
        return [FileGroup(*key, tuple(places)) for key, places in alike.items()]

    def has(self, column: str) -> bool:
        """Whether any file has the column."""
        return any(column in source.header for source in self.sources)

    def read(self, added: str = "", where: str = "TRUE", name: str | None = None) -> None:
        """Make the view: the columns of the contract, and `added` ones that are worked out from them."""
        more = f", {added}" if added else ""
        scans = (self._select(cut(self._tables.scan(source), source), source) for source in self.sources)
        rows = " UNION ALL ".join(scans)
        self._tables.view(name or self.contract.name, f"SELECT t.*{more} FROM ({rows}) t WHERE {where}")

    def faults(self, rules: Sequence[RowRule]) -> list[Problem]:
        """Rows that break the contract or a rule, counted by source.

        They are counted in one pass; only where there are any are they looked for, with the numbers of the first. Each
        column of text files is looked at, as bytes that are no UTF-8 are seen in columns that are read only.
        """
        self.totals = Totals()
        return [problem for source in self.sources for problem in self._faults(source, rules)]

    def _faults(self, source: FileGroup, rules: Sequence[RowRule]) -> list[Problem]:
        checks = [*self._checks(source), *rules]
        counts = "".join(f", COUNT(CASE WHEN {check.bad} THEN 1 END) AS n{i}" for i, check in enumerate(checks))
        if source.kind in DELIMITERS:
            counts += "".join(f", COUNT({name}) AS n_{name}" for name in self.contract.cells(source.header))
        scan = self._select(cut(self._tables.scan(source), source), source, unread=True)
        total = f"SUM(CAST({self._adds} AS DECIMAL(24, 2)))"
        try:
            counted = self._tables.query(f"SELECT COUNT(*) AS rows_read, {total} AS added{counts} FROM ({scan}) t")
        except BrokenText as error:
            return self._tables.broken(source) or [Problem(source.files[0], BROKEN_ROW, str(error))]
        rows, added, *found = counted.iloc[0].tolist()
        self.totals = Totals(self.totals.rows + int(rows), self.totals.sum + Decimal(added or 0))
        totals = found[: len(checks)]
        return self._located(source, checks, totals) if any(totals) else []

    def keep(self, rules: Sequence[RowRule], added: Callable[[FileGroup], str]) -> list[Problem]:
        """Make a table of the contract's name at once, with `added` columns, so that slow text is read but once.

        Returns what is wrong, which takes reading again.
        """
        parts = []
        for source in self.sources:
            bad = " OR ".join(f"COALESCE({check.bad}, FALSE)" for check in [*self._checks(source), *rules])
            scan = self._select(self._tables.records(source), source, unread=True, more=f", {added(source)}")
            names = ", ".join([*self.contract.columns, added(source).rpartition(" ")[2]])
            parts.append(f"SELECT {names}, {bad} AS faulty FROM ({scan}) t")
        if not parts:
            return []
        total = f"SUM(CAST({self._adds} AS DECIMAL(24, 2)))"
        faulty = "COUNT(CASE WHEN faulty THEN 1 END)"
        try:
            self._tables.keep(self.contract.name, " UNION ALL ".join(parts))
            sums = self._tables.query(
                f"SELECT COUNT(*) AS rows_read, {total} AS added, {faulty} AS faulty FROM {self.contract.name}"
            )
        except BrokenText as error:
            return self.faults(rules) or [Problem(self.sources[0].files[0], BROKEN_ROW, str(error))]
        rows, added_up, bad_rows = sums.iloc[0].tolist()
        self.totals, self.is_kept = Totals(int(rows), Decimal(added_up or 0)), True
        return self.faults(rules) if bad_rows else []

    def _located(self, source: FileGroup, checks: Sequence[RowRule], totals: Sequence[int]) -> list[Problem]:
        """The first rows of each kind of fault, by a second look at the files."""
        known = {name: held for name, held in source.header.items() if name in self.contract.columns}
        raw = "".join(f", CAST({held.name} AS STRING) AS raw_{name}" for name, held in known.items())
        more = f", source_file, source_row{raw}"
        rows = f"({self._select(cut(self._tables.numbered(source), source), source, unread=True, more=more)}) t"
        return [
            self._example(source, f"{rows} WHERE {bad}", column, expected, total, shows=column in known)
            for (column, expected, bad), total in zip(checks, totals, strict=True)
            if total
        ]

    def _checks(self, source: FileGroup) -> list[RowRule]:
        closed = "every quote closed in the row that opens it"
        checks = [RowRule(title, closed, f"swallows_{held.name}") for title, held in source.quoted]
        for name, cell in self.contract.cells(source.header).items():
            column = self.contract.columns[name]
            if cell.unread:
                checks.append(RowRule(name, column.kind.words, f"unread_{name}"))
            if not column.may_be_blank:
                blank = f"TRIM({name}) = ''" if column.kind.name == TEXT else "FALSE"
                checks.append(RowRule(name, "a value", f"({name} IS NULL OR {blank}) AND NOT unread_{name}"))
        return checks

    def repeated(self, keys: Sequence[str], expected: str) -> list[Problem]:
        """Rows with the same keys as an earlier one."""
        numbered = " UNION ALL ".join(
            self._select(cut(self._tables.numbered(source), source), source, more=", source_file, source_row")
            for source in self.sources
        )
        place = f"ROW_NUMBER() OVER (PARTITION BY {', '.join(keys)} ORDER BY source_file, source_row)"
        again = f"(SELECT source_file, source_row, {place} AS nth FROM ({numbered}) t) t WHERE nth > 1"
        total = int(self._tables.query(f"SELECT COUNT(*) AS n FROM {again}")["n"].iloc[0])
        return [self._example(self.sources[0], again, None, expected, total, shows=False)] if total else []

    def _select(self, scan: str, source: FileGroup, *, unread: bool = False, more: str = "") -> str:
        header = source.header
        if source.kind == FIXED:  # so that each field is read but once
            fields = ", ".join(f"{held.name} AS field_{name}" for name, held in header.items())
            scan = f"(SELECT *, {fields} FROM {scan}) t"
            header = {name: Stored(f"field_{name}", held.holds) for name, held in header.items()}
        cells = self.contract.cells(header)
        columns = [f"{cell.value} AS {name}" for name, cell in cells.items()]
        if unread:
            columns += [f"COALESCE({cell.unread or 'FALSE'}, FALSE) AS unread_{name}" for name, cell in cells.items()]
            row = DELIMITERS.get(source.kind), max(1, len(source.columns) - 1)
            columns += [_SWALLOWS.format(held.name, *row) for _, held in source.quoted]
        return f"SELECT {', '.join(columns)}{more} FROM {scan}"

    def _example(
        self, source: FileGroup, bad_rows: str, column: str | None, expected: str, total: int, *, shows: bool
    ) -> Problem:
        """A problem of many rows (what stands behind FROM): what the first one has, how many there are, and where."""
        raw = f", raw_{column}" if shows else ""
        first = self._tables.query(
            f"SELECT source_file, source_row{raw} FROM {bad_rows} ORDER BY source_file, source_row LIMIT {EXAMPLES}"
        )
        if first.empty:  # never go on with rows that are known to be bad
            return Problem(source.files[0], "the same rows each time", f"{total:,} bad ones that are not there again")
        file = str(first["source_file"].iloc[0])
        rows = [int(row) for row in first.loc[first["source_file"] == file, "source_row"]]
        value = self._shown(first[f"raw_{column}"].iloc[0], column) if column and shows else "such a row"
        return Problem(file, expected, value + _others(rows[1:], total - 1), rows[0], column)

    def _shown(self, value: str | None, column: str) -> str:
        """A cell for a message, but not whose it is."""
        if pd.isna(value) or not str(value).strip():
            return "a blank cell"
        if self.contract.columns[column].private:
            return "another value"
        text = str(value).strip()
        return shown(text if len(text) <= _TELLS_NOBODY or _DATE.fullmatch(text) else _masked(text))


def _header_faults(contract: Contract, source: FileGroup) -> tuple[list[Problem], list[str]]:
    """Columns that are missing or there twice, and warnings of others that seem misspelled."""
    file, *like = source.files
    more = f" and {len(like):,} like it" if like else ""
    names = [name for name, _ in source.meanings.columns]
    near = misspelled(source.meanings.others, [name for name in contract.columns if name not in names])
    meant = {name: f"rename {other} if it is meant" for other, name in reversed(near.items())}
    problems = [
        Problem(file, "this column", "no such column", 1, name, meant.get(name, "add it"))
        for name, column in contract.columns.items()
        if not column.optional and name not in names
    ]
    problems += [
        Problem(file, "each column name once", f"it {names.count(name)} times", 1, name, "remove or rename one")
        for name in contract.columns
        if names.count(name) > 1
    ]
    return problems, [] if problems else list(not_used(file + more, near))


def _masked(text: str) -> str:
    """How a cell is written but not what it says: an identifier may stand in a column that is not its own."""
    return "".join("x" if each.isalpha() else "9" if each.isdigit() else each for each in text)


def _others(rows: Sequence[int], count: int) -> str:
    if not count:
        return ""
    listed = f" ({', '.join(map(str, rows))}{', ...' if count > len(rows) else ''})" if rows else ""
    return f", and {count:,} more row{'s' if count > 1 else ''}{listed}"
