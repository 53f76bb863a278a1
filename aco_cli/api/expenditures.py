"""Expenditures from claims, as a call of the library."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from pathlib import Path

from aco_cli.api.claims import Sought, from_claims
from aco_cli.api.run import Advance, Result, Run
from aco_cli.api.selection import YearsLike, rules_of, tables, years_of
from aco_cli.errors import UsageError
from aco_cli.inputs.claims.tables import Tables
from aco_cli.outputs.columns import column_names
from aco_cli.rules.book import RuleBook

Paths = str | Path | Sequence[str | Path]
_WHOLE = 1_000_000
# Where each stage ends, as a share of the time of a long run.
_ENDS = {"checking the files": 0.2, "counting months": 0.35, "adding up claims": 0.95, "adding up beneficiaries": 1.0}


def expenditures(
    years: YearsLike,
    *,
    claims: Paths,
    enrollment: Paths,
    assignment: Paths,
    reference: Paths | None = None,
    county_ffs: Paths | None = None,
    national: Paths | None = None,
    rules: RuleBook | str | Path | Sequence[str | Path] | None = None,
    engine: str = "duckdb",
    master: str = "local[*]",
    memory: str = "4GB",
    temp: str | None = None,
    run: Run | None = None,
) -> Result:
    """Person years, per capita expenditure and risk score by ACO, period and enrollment type, from claims files.

    Thresholds and mean risk scores come from `reference` or else the assignable beneficiaries of `national`; with
    `county_ffs` there are regional figures. `engine` is `duckdb` or `spark` (on `master`). US dollars per person year.
    """
    if not reference and not national:
        raise UsageError("thresholds and mean risk scores are needed: give --reference FILE, --national FILE, or both")
    run = run or Run()
    given = {"claims": claims, "enrollment": enrollment, "assignment": assignment, "population": national}
    files = {name: tables(paths) for name, paths in given.items()}
    sought = Sought(files, years_of(years), tables(reference), tables(county_ffs))
    with run.busy("working on claims", rows=_WHOLE, files=list(chain(*files.values()))) as advance:
        progress = _Progress(run, advance)
        with _open(engine, master, memory, temp, progress.part if advance else None) as held:
            found = from_claims(held, sought, rules_of(rules), run, progress.next)
    return Result(found.rows.reindex(columns=list(column_names("expenditures"))), run.notices)


class _Progress:
    """Moves a bar that may be none: `next` names what comes, `part` says how much of the running statement is done."""

    def __init__(self, run: Run, advance: Advance | None) -> None:
        self._run, self._advance = run, advance
        self._start = self._end = 0.0
        self._done = 0

    def next(self, stage: str) -> None:
        self._start, self._end = self._end, _ENDS[stage]
        self.part(0.0)
        self._run.step("stage", stage)

    def part(self, share: float) -> None:
        done = int(_WHOLE * (self._start + (self._end - self._start) * min(share, 1.0)))
        if self._advance and done > self._done:  # a statement that starts within a stage does not move it back
            self._advance(done - self._done)
            self._done = done


def _open(
    engine: str, master: str, memory: str, temp: str | None, progress: Callable[[float], None] | None
) -> AbstractContextManager[Tables]:
    """The tables of the engine asked for. Raises UsageError where it is not installed."""
    if engine == "spark":
        from aco_cli.inputs.claims.spark_session import open_spark

        return open_spark(master, memory, temp)
    from aco_cli.inputs.claims.duckdb_tables import open_duckdb

    return open_duckdb(memory, temp, progress)
