"""The engine of a run on claims, and how far the run has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from aco_cli.api.run import Advance, Run
from aco_cli.inputs.claims.tables import Tables

_WHOLE = 1_000_000
# Where each stage ends, as a share of the time of a long run.
_ENDS = {"checking the files": 0.2, "counting months": 0.35, "adding up claims": 0.95, "adding up beneficiaries": 1.0}


class Stages:
    """Moves a bar that may be none: `next` names what comes, `part` says how much of the running statement is done."""

    def __init__(self, run: Run, advance: Advance | None) -> None:
        self._run, self._advance = run, advance
        self._start = self._end = 0.0
        self._done = 0
        self.part: Callable[[float], None] | None = self._part if advance else None

    def next(self, stage: str) -> None:
        """Tell what comes next."""
        self._start, self._end = self._end, _ENDS[stage]
        self._part(0.0)
        self._run.step("stage", stage)

    def _part(self, share: float) -> None:
        done = int(_WHOLE * (self._start + (self._end - self._start) * min(share, 1.0)))
        if self._advance and done > self._done:  # a statement that starts within a stage does not move it back
            self._advance(done - self._done)
            self._done = done


@contextmanager
def stages(run: Run, names: Sequence[str]) -> Iterator[Stages]:
    """A bar for a run on these files, shown on a terminal where they are so large that it takes a while."""
    with run.busy("working on claims", rows=_WHOLE, files=names) as advance:
        yield Stages(run, advance)


def open_tables(
    engine: str, master: str, memory: str, temp: str | None, progress: Stages
) -> AbstractContextManager[Tables]:
    """The tables of the engine asked for. Raises UsageError where it is not installed."""
    if engine == "spark":
        from aco_cli.inputs.claims.spark_tables import open_spark

        return open_spark(master, memory, temp)
    from aco_cli.inputs.claims.duckdb_tables import open_duckdb

    return open_duckdb(memory, temp, progress.part)
