"""Expenditures from claims, as a call of the library."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from itertools import chain
from pathlib import Path

from aco_cli.api.claims import ONCE, REFUSE, Sought, from_claims
from aco_cli.api.run import Advance, Result, Run
from aco_cli.api.selection import YearsLike, rules_of, tables, years_of
from aco_cli.engine.expenditures.audit import audit_table
from aco_cli.errors import InputError, UsageError
from aco_cli.inputs.claims.cclf_files import find_cclf
from aco_cli.inputs.claims.limits import scratch_folder
from aco_cli.inputs.claims.mapping import read_mapping
from aco_cli.inputs.claims.tables import Tables
from aco_cli.inputs.unpack import allow
from aco_cli.outputs.columns import column_names
from aco_cli.rules.book import RuleBook
from aco_cli.rules.validated_yaml import given_yaml

Paths = str | Path | Sequence[str | Path]
_WHOLE = 1_000_000
# Where each stage ends, as a share of the time of a long run.
_ENDS = {"checking the files": 0.2, "counting months": 0.35, "adding up claims": 0.95, "adding up beneficiaries": 1.0}


def expenditures(
    years: YearsLike,
    *,
    assignment: Paths,
    claims: Paths | None = None,
    enrollment: Paths | None = None,
    cclf: Paths | None = None,
    crosswalk: Paths | None = None,
    mapping: str | Path | None = None,
    repeats: str = REFUSE,
    reference: Paths | None = None,
    county_ffs: Paths | None = None,
    national: Paths | None = None,
    rules: RuleBook | str | Path | Sequence[str | Path] | None = None,
    engine: str = "duckdb",
    master: str = "local[*]",
    memory: str = "4GB",
    temp: str | None = None,
    max_unpacked: str | None = None,
    run: Run | None = None,
) -> Result:
    """Person years, per capita expenditure and risk score by ACO, period and enrollment type, from claims files.

    Claims and enrollment are tables, or a CCLF feed (`cclf`: files, folders, archives, patterns), which has both.
    `crosswalk` has old and new identifiers; `mapping` tells how tables with columns of their own are read;
    `repeats` is `refuse` or `once`. Thresholds and mean risk scores come from `reference` or else the assignable
    beneficiaries of `national`; with `county_ffs` there are regional figures. `engine` is `duckdb` or `spark` (on
    `master`), `max_unpacked` how much an archive may hold (`4GB`). US dollars per person year; the result's `totals` is
    the audit: what became of every row of claims.
    """
    _refuse_what_does_not_fit(claims, enrollment, cclf, county_ffs, repeats)
    if not reference and not national:
        raise UsageError("thresholds and mean risk scores are needed: give --reference FILE, --national FILE, or both")
    allow(max_unpacked)
    run = run or Run()
    given = {
        "claims": claims,
        "enrollment": enrollment,
        "assignment": assignment,
        "population": national,
        "crosswalk": crosswalk,
    }
    files = {name: tables(paths) for name, paths in given.items()}
    feed = [str(path) for path in ([cclf] if isinstance(cclf, str | Path) else cclf or ())]
    with (
        ExitStack() as stack,
        run.busy("working on claims", rows=_WHOLE, files=[*chain(*files.values()), *feed]) as advance,
    ):
        found_cclf = None
        if feed:
            found_cclf = find_cclf(feed, lambda: stack.enter_context(scratch_folder(temp)))
            problems = found_cclf.problems or found_cclf.lacking(feed, with_enrollment=bool(files["enrollment"]))
            if problems:
                raise InputError(problems)
        sought = Sought(
            files,
            years_of(years),
            tables(reference),
            tables(county_ffs),
            found_cclf,
            read_mapping(str(mapping), given_yaml) if mapping else {},
            repeats,
        )
        progress = _Progress(run, advance)
        with _open(engine, master, memory, temp, progress.part if advance else None) as held:
            found = from_claims(held, sought, rules_of(rules), run, progress.next)
    rows = found.rows.reindex(columns=list(column_names("expenditures")))
    return Result(rows, run.notices, audit_table(found.audit))


def _refuse_what_does_not_fit(
    claims: Paths | None, enrollment: Paths | None, cclf: Paths | None, county_ffs: Paths | None, repeats: str
) -> None:
    """Raises UsageError for inputs that are there twice or not at all."""
    if repeats not in (REFUSE, ONCE):
        raise UsageError(f"repeats are refused or count once: expected {REFUSE} or {ONCE}, found {repeats}")
    if (claims is None) == (cclf is None):
        raise UsageError("claims are needed once: give --claims FILE, or --cclf PATH")
    if enrollment is None and cclf is None:
        raise UsageError("months of enrollment are needed: give --enrollment FILE")
    if enrollment is None and county_ffs is not None:
        raise UsageError(
            "--county-ffs goes by SSA county codes, and CCLF8 has none; give --enrollment FILE with a column county"
        )


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
