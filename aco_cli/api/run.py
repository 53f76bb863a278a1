"""A run and what comes of it: notices on the way, a table in the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pandas as pd

from aco_cli.errors import UsageError

Advance = Callable[[int], None]


class Level(StrEnum):
    """How much a notice matters: a step that was done, something good to know, something probably not as it should."""

    STEP = "step"
    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True)
class Notice:
    """Something told about a run: a code that stays the same, its level, words for people, and the figures in them."""

    code: str
    level: Level
    message: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """The words."""
        return self.message


@dataclass
class Run:
    """What happens while something is computed. Whoever watches overrides `told`, `busy` and `reading`."""

    notices: list[Notice] = field(default_factory=list, init=False)

    def step(self, code: str, message: str, **data: Any) -> None:
        """Tell that a step is done."""
        self._tell(Notice(code, Level.STEP, message, data))

    def note(self, code: str, message: str, **data: Any) -> None:
        """Tell something that is good to know."""
        self._tell(Notice(code, Level.NOTE, message, data))

    def warn(self, code: str, message: str, **data: Any) -> None:
        """Tell something that is probably not as it should be."""
        self._tell(Notice(code, Level.WARNING, message, data))

    def remarks(self, remarks: Iterable[str]) -> None:
        """Tell what the readers have to say of files: notes and warnings, each with its code where it has one."""
        for remark in remarks:
            tell = self.note if getattr(remark, "is_note", False) else self.warn
            tell(getattr(remark, "code", "input"), str(remark))

    def left_out(self, rows: int) -> None:
        """Tell how many rows are of years that nobody asked for."""
        self.note("other_years", f"{rows:,} rows of other performance years left out", rows=rows)

    def _tell(self, notice: Notice) -> None:
        self.notices.append(notice)
        self.told(notice)

    def told(self, notice: Notice) -> None:
        """A notice has come."""

    def busy(self, what: str, *, rows: int = 0, files: Sequence[str] = ()) -> AbstractContextManager[Advance | None]:
        """Something of so many rows, or with these files, goes on while the block runs."""
        return nullcontext()

    def reading(self, files: Sequence[str], family: str) -> None:
        """These files are about to be read, as tables of a family of layouts."""

    def settled(self, outcomes: pd.Series) -> None:
        """Tell how many rows ended how."""
        from aco_cli.engine.outcome import OUTCOMES

        found = outcomes.value_counts()
        counts = {str(outcome): int(found[outcome]) for outcome in OUTCOMES if found.get(outcome, 0)}
        words = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())
        self.step("settled", f"settled {len(outcomes):,} rows: {words}", rows=len(outcomes), outcomes=counts)


@dataclass(frozen=True)
class Result:
    """What a call gives: `table` (unrounded; US dollars and fractions), `totals` where it sums up, and `notices`.

    A notebook shows it as its table. `lines` gives the worksheet behind a row, where there is one; `answers` are
    sentences that say the result, where there are such.
    """

    table: pd.DataFrame
    notices: Sequence[Notice] = ()
    totals: pd.DataFrame = field(default_factory=pd.DataFrame)
    worksheet: Callable[[str, int | None], pd.DataFrame] | None = None
    answers: Sequence[str] = ()

    @property
    def warnings(self) -> list[Notice]:
        """The notices that are warnings."""
        return [notice for notice in self.notices if notice.level is Level.WARNING]

    def lines(self, aco_id: str, year: int | None = None) -> pd.DataFrame:
        """The worksheet of an ACO, line by line; of several years the last, unless one is named.

        Raises UsageError for an ACO that the table does not have.
        """
        if self.worksheet is None:
            raise UsageError("there are no lines behind this table; use settle or explain")
        return self.worksheet(aco_id, year)

    def _repr_html_(self) -> str:
        from html import escape  # needed in notebooks only

        told = "".join(f"<li>{notice.level}: {escape(notice.message)}</li>" for notice in self.notices)
        table = self.table.to_html(max_rows=20, show_dimensions=True, na_rep="")
        return f"{table}<ul>{told}</ul>" if told else table
