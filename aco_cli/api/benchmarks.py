"""Benchmarks: computed from expenditures and national figures, and brought into a roster."""

from collections.abc import Sequence
from typing import Unpack

import pandas as pd

from aco_cli.api.reading import read_rows
from aco_cli.api.run import Result, Run
from aco_cli.api.selection import Request, Selection, Tables, YearsLike, requested
from aco_cli.engine.benchmark.compute import benchmark as compute
from aco_cli.engine.benchmark.compute import guarded
from aco_cli.engine.benchmark.prior_years import with_prior_years
from aco_cli.errors import UsageError
from aco_cli.inputs.benchmark import load_table
from aco_cli.inputs.load import load
from aco_cli.inputs.plausible import implausible_totals
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.totals import TOTALS, unmatched
from aco_cli.inputs.years import Years

Evidence = tuple[pd.DataFrame, pd.DataFrame]


def benchmark(
    data: Tables, years: YearsLike = None, *, run: Run | None = None, **selection: Unpack[Selection]
) -> Result:
    """Historical and updated benchmarks of every ACO, from `expenditures` by enrollment type and `reference` figures.

    Per capita and total US dollars; `notes` says what a benchmark lacks or rests on.
    """
    run = run or Run()
    roster, computed = read_and_compute(run, requested(data, years, selection))
    identity = [name for name in ("aco_id", "aco_name", "performance_year") if name in roster]
    table = pd.concat([roster[identity], computed], axis=1)
    if unknown := int(table["benchmark_total"].isna().sum()):
        told = f"{unknown:,} of {len(table):,} benchmarks are not calculable; column notes says what is missing"
        run.warn("not_calculable", told, rows=unknown)
    return Result(table, run.notices)


def read_with_benchmark(run: Run, request: Request) -> pd.DataFrame:
    """The roster with computed `benchmark_total`, `expenditure_total` and `benchmark_notes`. Raises UsageError.

    What is computed wins over totals of the roster; where nothing can be computed, there is no total.
    """
    roster, computed = read_and_compute(run, request)
    unused = roster.reindex(columns=TOTALS).notna().any(axis=1) & computed["benchmark_total"].isna()
    told = unused.map({True: "; totals of the roster do not count with --reference", False: ""})
    notes = computed["notes"].str.cat(told)
    return guarded(roster, computed.assign(notes=notes), request.book)


def read_and_compute(run: Run, request: Request) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The roster of a request and, row by row, its benchmark from the files of `expenditures` and `reference`."""
    if not request.expenditures or not request.reference:
        raise UsageError("a benchmark needs both --expenditures FILE (by enrollment type) and --reference FILE")
    roster = _with_prior_savings(run, request, read_rows(run, request, totals_follow=True))
    (spent, national), told = _evidence(run, request)
    if not request.is_part:
        files = ", ".join(request.expenditures)
        for warning in unmatched(_acos(roster), _acos(spent, request.years), files, "expenditures"):
            run.warn("unmatched", warning)
    with run.busy("computing benchmarks", rows=len(spent)):
        computed = compute(roster, spent, national, request.book)
    run.remarks([*told, *implausible_totals(roster.assign(**computed[[*TOTALS, "person_years"]]))])
    return roster, computed


def _with_prior_savings(run: Run, request: Request, roster: pd.DataFrame) -> pd.DataFrame:
    """The roster with savings of the years before each agreement, if files of these are given."""
    if not request.prior:
        return roster
    if not {"agreement_start", "agreement_period"} <= set(roster.columns):
        raise UsageError("--prior needs agreement_start and agreement_period in the roster")
    run.reading(request.prior, "auto")
    loaded = load(request.prior, None)
    run.remarks(loaded.remarks)
    lacking = [name for name in ("benchmark_total", "expenditure_total", "person_years") if name not in loaded.frame]
    if lacking:
        raise UsageError(f"--prior: missing column {lacking[0]}, which prior savings are computed from")
    return with_prior_years(roster, loaded.frame)


def _acos(rows: pd.DataFrame, years: Years | None = None) -> pd.Index:
    wanted = [year for year in rows["performance_year"].unique() if years is None or int(year) in years]
    acos = rows.loc[rows["performance_year"].isin(wanted), ["aco_id", "performance_year"]].drop_duplicates()
    return pd.MultiIndex.from_frame(acos.astype({"performance_year": "int64"}))


def read_evidence(run: Run, request: Request) -> Evidence | None:
    """Expenditures by type and national figures, where a benchmark was computed from them, which told what is odd."""
    return _evidence(run, request)[0] if request.reference else None


def _evidence(run: Run, request: Request) -> tuple[Evidence, list[Remark]]:
    spent, remarks = _table(run, request.expenditures, "expenditures")
    national, more = _table(run, request.reference, "reference")
    return (spent, national), [*remarks, *more]


def _table(run: Run, files: Sequence[str], family: str) -> tuple[pd.DataFrame, list[Remark]]:
    run.reading(files, family)
    with run.busy("reading", files=files):
        return load_table(files, family)
