"""One run of a command: it tells what goes on on standard error, writes the result, and may leave a manifest."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from aco_cli.api.run import Advance, Level, Notice, Run
from aco_cli.commands.call import Call
from aco_cli.commands.log import Log, busy
from aco_cli.commands.options import Messages, Output, Strict
from aco_cli.errors import ExitCode, UsageError
from aco_cli.inputs.parts import read_part
from aco_cli.outputs.columns import OutputColumn, output_columns, roster_column
from aco_cli.outputs.emit import OutputOptions, emit
from aco_cli.outputs.write import write_output

if TYPE_CHECKING:
    from aco_cli.commands.manifest import FileFacts

# Work on less is over before anyone wonders.
MANY_ROWS = 200_000
MANY_BYTES = 20_000_000


@dataclass
class Session(Run):
    """One run: its messages, whether warnings end it with an exit code of their own, and what its manifest will say."""

    messages: Messages
    call: Call | None = None
    output: FileFacts | None = field(default=None, init=False)
    _read: list[tuple[str, bytes, str]] = field(default_factory=list, init=False)

    @cached_property
    def log(self) -> Log:
        """Standard error."""
        return Log(self.messages.log_format, self.messages.quiet)

    @property
    def keeps_manifest(self) -> bool:
        """Whether the run is asked for a manifest."""
        return self.call is not None and bool(self.call.values.get("manifest"))

    @property
    def warnings(self) -> list[Notice]:
        """What `--strict` turns into an exit code."""
        return [notice for notice in self.notices if notice.level is Level.WARNING]

    def told(self, notice: Notice) -> None:
        """Write a notice to standard error."""
        self.log.tell(notice)

    def refuse(self, options: Sequence[str], where: str) -> None:
        """Raise UsageError for one of some options that the command line has, as it does not apply there."""
        for name in options:
            if self.call and name in self.call.flags:
                raise UsageError(f"--{name.replace('_', '-')} does not apply {where}")

    def busy(self, what: str, *, rows: int = 0, files: Sequence[str] = ()) -> AbstractContextManager[Advance | None]:
        """Show what is going on while the block runs, if it is on so much that it takes a while."""
        is_long = sum(map(_size, files)) > MANY_BYTES if files else rows > MANY_ROWS
        return busy(what, rows) if is_long and not self.messages.quiet else nullcontext()

    def reading(self, files: Sequence[str], family: str) -> None:
        """Keep for a manifest what inputs hold before they are read: if one changes meanwhile, `aco verify` says so."""
        if not self.keeps_manifest or self.call is None:
            return
        from aco_cli.commands.manifest import refuse_what_cannot_be_verified

        refuse_what_cannot_be_verified(self.call.values["output"], files)
        self._read += [(file, Path(file).read_bytes(), family) for file in files if Path(file).exists()]

    def write(
        self,
        frame: pd.DataFrame,
        columns: str | Sequence[OutputColumn],
        output: Output,
        extras: Sequence[OutputColumn] = (),
        also: Sequence[str] = (),
    ) -> None:
        """Write the result, in the columns of a table by its name, or in some of its own.

        `extras` and, of the roster, those of the names `also` may be asked for too. A reader that goes away (`| head`)
        ends the run without a word.
        """
        columns = output_columns(columns) if isinstance(columns, str) else columns
        known = {column.name for column in (*columns, *extras)}
        extras = [*extras, *(roster_column(name) for name in also if name in frame and name not in known)]
        given = {each.name: getattr(output, each.name) for each in fields(OutputOptions) if hasattr(output, each.name)}
        options = OutputOptions(**given, no_color=self.messages.no_color)
        with _reader_may_leave(), self.busy("writing", rows=len(frame)):
            data, notes = emit(frame, columns, options, extras=extras, about=self._provenance)
        rows = len(frame) if options.limit is None else min(options.limit, len(frame))
        self.made(output.output or "", data, rows)
        where = "standard output" if output.output in (None, "-") else output.output
        self.step("wrote", f"wrote {rows:,} rows to {where}", rows=rows, file=where)
        for note in notes:
            self.note("hidden", note)

    def _provenance(self) -> Mapping[str, str]:
        from aco_cli.commands.manifest import rules_now
        from aco_cli.outputs.provenance import provenance

        return provenance(rules_now(self.call.values if self.call else {}))

    def made(self, file: str, data: bytes, rows: int) -> None:
        """Keep for a manifest, if asked, what was written."""
        if self.keeps_manifest:
            from aco_cli.commands.manifest import facts

            self.output = facts(file, data, rows)

    def print(self, lines: Iterable[object], output: str | None = None) -> None:
        """Write lines of text to a file, or to standard output, as `write` does rows."""
        with _reader_may_leave():
            write_output("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"), output)

    def finish(self, *, findings: bool = False) -> None:
        """Write the manifest if asked, then end with code 1 for findings, or with 4 for warnings under `--strict`."""
        if self.call and self.output:
            from aco_cli.commands.manifest import SUFFIX, Manifest

            settled = [notice.data["outcomes"] for notice in self.notices if notice.code == "settled"]
            counts = settled[0] if settled else {}
            manifest = Manifest.of(self.call, self._inputs(), self.output, counts, map(str, self.warnings))
            write_output(manifest.to_json(), self.output.file + SUFFIX)
            self.step("wrote", f"wrote {self.output.file}{SUFFIX}", file=self.output.file + SUFFIX)
        if findings:
            raise SystemExit(ExitCode.FINDINGS)
        if isinstance(self.messages, Strict) and self.messages.strict and self.warnings:
            raise SystemExit(ExitCode.WARNINGS)

    def _inputs(self) -> list[FileFacts]:
        from aco_cli.api.scenario_files import read_scenarios
        from aco_cli.commands.manifest import facts

        def rows(file: str, family: str) -> int:
            return len(read_scenarios(Path(file)) if family == "scenario" else read_part(file, family).rows)

        return [facts(str(file), data, rows(file, family)) for file, data, family in self._read]


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(ExitCode.BROKEN_PIPE) from None


def _size(file: str) -> int:
    """The bytes of a file; a folder or a pattern may be any size."""
    path = Path(file)
    if path.is_dir() or "*" in file:
        return MANY_BYTES + 1
    return path.stat().st_size if path.is_file() else 0
