"""What can go wrong for a user, each kind with its documented exit code."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of `aco` (README, "Exit codes")."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    INPUT = 3
    WARNINGS = 4
    INTERNAL = 70
    INTERRUPTED = 130
    BROKEN_PIPE = 141


# What a problem has found where something is missing.
NO_FILE, NO_COLUMN, NONE = "no such file", "no such column", "none"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: where it is, what was expected, what was found, how to fix it.

    `row` counts as a spreadsheet does: the header is row 1. Parts that do not apply are None or empty. `unread`: the
    file could not be read as the table it should be, so its cells were not looked at.
    """

    file: str
    expected: str
    found: str = ""
    row: int | None = None
    column: str | None = None
    fix: str = ""
    unread: bool = False

    def __str__(self) -> str:
        """The problem on one line, e.g. `r.csv, row 3, column quality_score: expected ..., found ...; ...`."""
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column {self.column}"
        return f"{where}: {self._words()}" + (f"; {self.fix}" if self.fix else "")

    def _words(self) -> str:
        """What was expected and found; in one word where something is missing."""
        if self.found == NO_FILE:
            return "file not found"
        if self.found == NO_COLUMN:
            return f"missing required column{self.expected.removeprefix('this column')}"
        if self.found == NONE:
            return f"missing {self.expected}"
        return f"expected {self.expected}" + (f", found {self.found}" if self.found else "")


class AcoError(Exception):
    """An error to tell the user about in words, never as a traceback."""

    exit_code = ExitCode.INTERNAL


class UsageError(AcoError):
    """The command line asks for something that does not exist or does not fit together."""

    exit_code = ExitCode.USAGE


class SettingsError(AcoError):
    """A file of settings is wrong."""

    exit_code = ExitCode.INPUT


class RulesError(AcoError):
    """A program, track or year of the files has no rules, or a rule file is wrong."""

    exit_code = ExitCode.INPUT


class InputError(AcoError):
    """An input that cannot be read or does not fit its contract; carries every problem found."""

    exit_code = ExitCode.INPUT

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class OutputError(AcoError):
    """An output that cannot be written (no permission, no space, no such folder)."""

    exit_code = ExitCode.INPUT


def counted(problems: Sequence[Problem]) -> str:
    """How many there are: `12 problems in 1 file`."""
    files = len({problem.file for problem in problems})
    found = f"{len(problems):,} problem{'' if len(problems) == 1 else 's'}"
    return f"{found} in {files:,} file{'' if files == 1 else 's'}"
