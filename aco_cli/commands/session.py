"""What commands do alike: read and choose the rows, speak on standard error, write the result."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from aco_cli.errors import ExitCode, UsageError
from aco_cli.inputs.load import load
from aco_cli.inputs.years import Years
from aco_cli.outputs.columns import OutputColumn
from aco_cli.outputs.emit import OutputOptions, emit
from aco_cli.rules.book import RuleBook


@dataclass(frozen=True)
class Request:
    """Which rows of which files a command is about."""

    years: str
    files: Sequence[str]
    layout: str = "auto"
    expenditures: Sequence[str] | None = None
    program: Sequence[str] | None = None
    track: Sequence[str] | None = None
    aco: Sequence[str] | None = None


@dataclass
class Session:
    """One run: its messages, and whether warnings end it with an exit code of their own."""

    quiet: bool = False
    strict: bool = False
    warned: bool = field(default=False, init=False)

    def say(self, message: str) -> None:
        """Tell something on standard error."""
        if not self.quiet:
            print(message, file=sys.stderr)

    def warn(self, message: str) -> None:
        """Tell something on standard error that `--strict` turns into an exit code."""
        self.warned = True
        self.say(f"warning: {message}")

    def read(self, request: Request) -> pd.DataFrame:
        """The rows asked for, in order of performance year and id. Raises InputError or UsageError."""
        return self._load(request, precision=False)

    def read_with_published(self, request: Request, published: Sequence[str]) -> pd.DataFrame:
        """The rows asked for with `published_settlement` (of `published`, if files are given) and printed precision."""
        frame = self._load(request, precision=True)
        if published:
            found = self._load(replace(request, files=published, expenditures=None), precision=True)
            brought = [name for name in found.columns if name.startswith("published_settlement")]
            keys = ["aco_id", "performance_year"]
            frame = frame.drop(columns=brought, errors="ignore").merge(found[[*keys, *brought]], on=keys, how="left")
        if "published_settlement" not in frame:
            raise UsageError(
                "no published settlements: the files have no column published_settlement (EarnSaveLoss in CMS's "
                "files); give them with --published FILE"
            )
        return frame

    def _load(self, request: Request, *, precision: bool) -> pd.DataFrame:
        years = Years.parse(request.years)
        extra = {"precision": True} if precision else {}
        loaded = load(request.files, years, layout=request.layout, expenditures=request.expenditures or (), **extra)
        for warning in loaded.warnings:
            self.warn(warning)
        if loaded.skipped:
            self.say(f"{loaded.skipped:,} rows of other performance years left out")
        frame = loaded.frame
        for name, wanted in (("program", request.program), ("track", request.track), ("aco_id", request.aco)):
            frame = _only(frame, name, wanted)
        return frame.sort_values(["performance_year", "aco_id"], kind="stable", ignore_index=True)

    def write(
        self,
        frame: pd.DataFrame,
        columns: Sequence[OutputColumn],
        options: OutputOptions,
        extras: Sequence[OutputColumn] = (),
    ) -> None:
        """Write the result; a reader that goes away (`| head`) ends the run without a word."""
        try:
            notes = emit(frame, columns, options, extras=extras)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(ExitCode.BROKEN_PIPE) from None
        for note in notes:
            self.say(note)

    def finish(self) -> None:
        """End the run: with code 4 if there were warnings and `--strict`."""
        if self.strict and self.warned:
            raise SystemExit(ExitCode.WARNINGS)


def rule_book(folders: Iterable[str] | None) -> RuleBook:
    """The packaged rules with the folders of `--rules` over them."""
    return RuleBook([Path(folder) for folder in folders or ()])


def _only(frame: pd.DataFrame, column: str, wanted: Sequence[str] | None) -> pd.DataFrame:
    if not wanted:
        return frame
    words = [word for item in wanted for word in item.split(",")]
    known = frame[column].drop_duplicates().tolist()
    for word in words:
        if word not in known:
            near = difflib.get_close_matches(word, known, n=3) or sorted(known)[:5]
            raise UsageError(f"no row has {column} {word!r}; the files have, among others, {', '.join(near)}")
    return frame[frame[column].isin(words)]
