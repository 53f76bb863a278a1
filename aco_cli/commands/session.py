"""What commands do alike: read and choose the rows, speak on standard error, write the result."""

from __future__ import annotations

import difflib
import gc
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from aco_cli.commands.call import Call
from aco_cli.commands.log import Log
from aco_cli.commands.options import Messages, Output, Rows, Strict
from aco_cli.commands.progress import Advance, busy
from aco_cli.engine.deferral import split_deferred
from aco_cli.engine.outcome import OUTCOMES
from aco_cli.errors import ExitCode, UsageError
from aco_cli.inputs.load import load
from aco_cli.inputs.parts import read_part
from aco_cli.inputs.source import STDIN
from aco_cli.inputs.years import Years
from aco_cli.outputs.columns import OutputColumn
from aco_cli.outputs.emit import OutputOptions, emit
from aco_cli.outputs.write import write_output
from aco_cli.rules.book import RuleBook

if TYPE_CHECKING:
    from aco_cli.commands.manifest import FileFacts

# Work on less is over before anyone wonders.
MANY_ROWS = 200_000
MANY_BYTES = 20_000_000


@dataclass(frozen=True)
class Request:
    """Which rows of which files a command is about."""

    years: str
    files: Sequence[str]
    rows: Rows


@dataclass
class Session:
    """One run: its messages, whether warnings end it with an exit code of their own, and what its manifest will say."""

    messages: Messages
    call: Call | None = None
    warnings: list[str] = field(default_factory=list, init=False)
    inputs: list[FileFacts] = field(default_factory=list, init=False)
    counts: dict[str, int] = field(default_factory=dict, init=False)
    output: FileFacts | None = field(default=None, init=False)

    @cached_property
    def log(self) -> Log:
        """Standard error."""
        return Log(self.messages.log_format, self.messages.quiet)

    @property
    def keeps_manifest(self) -> bool:
        """Whether the run is asked for a manifest."""
        return self.call is not None and bool(self.call.values.get("manifest"))

    def warn(self, message: str) -> None:
        """Tell something that `--strict` turns into an exit code."""
        self.warnings.append(message)
        self.log.warn(message)

    def busy(self, what: str, *, rows: int = 0, size: int = 0) -> AbstractContextManager[Advance | None]:
        """Show what is going on while the block runs, if it is on so much that it takes a while."""
        long = rows > MANY_ROWS or size > MANY_BYTES
        return busy(what, rows) if long and not self.messages.quiet else nullcontext()

    def read(self, request: Request, *, totals_follow: bool = False) -> pd.DataFrame:
        """The rows asked for, in order of performance year and id. Raises InputError or UsageError.

        `totals_follow`: rows may leave dollars out, as the command computes them.
        """
        return self._load(request, precision=False, totals_follow=totals_follow)

    def read_with_published(self, request: Request, published: Sequence[str]) -> pd.DataFrame:
        """The rows asked for with `published_settlement` (of `published`, if files are given) and printed precision."""
        frame = self._load(request, precision=True)
        if published:
            alone = replace(request.rows, expenditures=None)
            found = self._load(replace(request, files=published, rows=alone), precision=True)
            brought = [name for name in found.columns if name.startswith("published_settlement")]
            keys = ["aco_id", "performance_year"]
            frame = frame.drop(columns=brought, errors="ignore").merge(found[[*keys, *brought]], on=keys, how="left")
        if "published_settlement" not in frame:
            raise UsageError(
                "no published settlements: the files have no column published_settlement (EarnSaveLoss in CMS's "
                "files); give them with --published FILE"
            )
        return frame

    def _load(self, request: Request, *, precision: bool, totals_follow: bool = False) -> pd.DataFrame:
        gc.freeze()  # what was imported stays; see `run`
        gc.enable()
        years, rows = Years.parse(request.years), request.rows
        totals = rows.expenditures or ()
        files = [*request.files, *totals]
        before = self._bytes(files) if self.keeps_manifest else {}
        with self.busy("reading", size=sum(map(_size, files))):
            loaded = load(
                request.files,
                years,
                layout=rows.layout,
                expenditures=totals,
                precision=precision,
                totals_follow=totals_follow,
            )
        if self.keeps_manifest:
            self._record(before, totals, rows.layout)
        for warning in loaded.warnings:
            self.warn(warning)
        if loaded.skipped:
            self.log.note(f"{loaded.skipped:,} rows of other performance years left out")
        frame = split_deferred(loaded.frame.assign(**loaded.places), years.__contains__)
        count, names = len(frame), ", ".join("standard input" if file == STDIN else file for file in files)
        self.log.step("read", f"read {count:,} rows of {names}", rows=count, file=names)
        for name, wanted in (("program", rows.program), ("track", rows.track), ("aco_id", rows.aco)):
            frame = only(frame, name, [word for item in wanted or () for word in item.split(",")])
        return frame.sort_values(["performance_year", "aco_id"], kind="stable", ignore_index=True)

    def _bytes(self, files: Sequence[str]) -> dict[str, bytes]:
        """What inputs hold before they are read: if one changes meanwhile, `aco verify` will say so."""
        from aco_cli.commands.manifest import refuse_what_cannot_be_verified

        refuse_what_cannot_be_verified(self.call.values["output"] if self.call else None, files)
        return {file: Path(file).read_bytes() for file in files if Path(file).exists()}

    def _record(self, files: Mapping[str, bytes], totals: Sequence[str], layout: str) -> None:
        """Keep for the manifest what was read."""
        from aco_cli.commands.manifest import facts

        for file, data in files.items():
            held = read_part(file, "totals" if file in totals else layout)
            self.inputs.append(facts(file, data, len(held.rows)))

    def settled(self, outcomes: pd.Series) -> None:
        """Tell and keep how many rows ended how."""
        found = outcomes.value_counts()
        self.counts = {str(outcome): int(found[outcome]) for outcome in OUTCOMES if found.get(outcome, 0)}
        words = ", ".join(f"{count:,} {outcome}" for outcome, count in self.counts.items())
        self.log.step("settled", f"settled {len(outcomes):,} rows: {words}", rows=len(outcomes), outcomes=self.counts)

    def write(
        self,
        frame: pd.DataFrame,
        columns: Sequence[OutputColumn],
        output: Output,
        extras: Sequence[OutputColumn] = (),
    ) -> None:
        """Write the result; a reader that goes away (`| head`) ends the run without a word."""

        def seen(data: bytes) -> None:
            from aco_cli.commands.manifest import facts

            self.output = facts(output.output or "", data, len(frame))

        given = {each.name: getattr(output, each.name) for each in fields(OutputOptions) if hasattr(output, each.name)}
        options = OutputOptions(**given, no_color=self.messages.no_color)
        keep = seen if self.keeps_manifest else None
        with _reader_may_leave(), self.busy("writing", rows=len(frame)):
            notes = emit(frame, columns, options, extras=extras, seen=keep)
        where = "standard output" if output.output in (None, "-") else output.output
        self.log.step("wrote", f"wrote {len(frame):,} rows to {where}", rows=len(frame), file=where)
        for note in notes:
            self.log.note(note)

    def print(self, lines: Iterable[object]) -> None:
        """Write lines of text to standard output, as `write` does rows."""
        with _reader_may_leave():
            write_output("".join(f"{line}\n" for line in lines).encode(), None)

    def finish(self, *, findings: bool = False) -> None:
        """Write the manifest if asked, then end with code 1 for findings, or with 4 for warnings under `--strict`."""
        if self.call and self.output:
            from aco_cli.commands.manifest import SUFFIX, make_manifest

            manifest = make_manifest(self.call, self.inputs, self.output, self.counts, self.warnings)
            write_output(manifest.to_json(), self.output.file + SUFFIX)
            self.log.step("wrote", f"wrote {self.output.file}{SUFFIX}", file=self.output.file + SUFFIX)
        if findings:
            raise SystemExit(ExitCode.FINDINGS)
        if isinstance(self.messages, Strict) and self.messages.strict and self.warnings:
            raise SystemExit(ExitCode.WARNINGS)


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(ExitCode.BROKEN_PIPE) from None


def _size(file: str) -> int:
    try:
        return Path(file).stat().st_size
    except OSError:
        return 0


def rule_book(folders: Iterable[str] | None) -> RuleBook:
    """The packaged rules with the folders of `--rules` over them."""
    for folder in folders or ():
        if not Path(folder).is_dir():
            raise UsageError(f"--rules {folder}: expected a folder of rules such as {folder}/mssp/sequestration.yaml")
    return RuleBook([Path(folder) for folder in folders or ()])


def only(frame: pd.DataFrame, column: str, words: Sequence[str]) -> pd.DataFrame:
    """The rows with one of the words in a column; all where there is no word. Raises UsageError for an unknown word."""
    known = frame[column].drop_duplicates().tolist() if words else []
    for word in words:
        if word not in known:
            near = difflib.get_close_matches(word, known, n=3) or sorted(known)[:5]
            raise UsageError(f"no row has {column} {word!r}; the files have, among others, {', '.join(near)}")
    return frame[frame[column].isin(words)] if words else frame
