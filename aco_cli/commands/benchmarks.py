"""What commands do alike with benchmarks: read expenditure and reference files, compute, bring totals into a roster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from aco_cli.commands.manifest import facts, refuse_what_cannot_be_verified
from aco_cli.commands.session import Request, Session
from aco_cli.engine.benchmark.compute import benchmark, guarded
from aco_cli.errors import UsageError
from aco_cli.inputs.benchmark import load_table
from aco_cli.inputs.parts import read_part
from aco_cli.inputs.totals import TOTALS, unmatched
from aco_cli.inputs.years import Years
from aco_cli.rules.book import RuleBook


def read_with_benchmark(session: Session, request: Request, reference: Sequence[str], book: RuleBook) -> pd.DataFrame:
    """The roster with computed `benchmark_total`, `expenditure_total` and `benchmark_notes`. Raises UsageError.

    What is computed wins over totals of the roster; where nothing can be computed, there is no total.
    """
    roster, computed = read_and_compute(session, request, reference, book)
    notes = computed["notes"].str.cat(_totals_not_used(roster, computed))
    return guarded(roster, computed.assign(notes=notes), book)


def compute_again(
    roster: pd.DataFrame, evidence: tuple[pd.DataFrame, pd.DataFrame], book: RuleBook, settled_by: RuleBook
) -> pd.DataFrame:
    """A roster with benchmarks, after changes of its rows, with the benchmarks of these.

    `evidence` are the tables of expenditures and of national figures; a case may be settled by changed rules.
    """
    return guarded(roster, benchmark(roster, *evidence, book), settled_by)


def _totals_not_used(roster: pd.DataFrame, computed: pd.DataFrame) -> pd.Series:
    given = roster.reindex(columns=TOTALS).notna().any(axis=1) & computed["benchmark_total"].isna()
    return given.map({True: "; totals of the roster do not count with --reference", False: ""})


def read_and_compute(
    session: Session, request: Request, reference: Sequence[str], book: RuleBook
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The roster of a request and, row by row, its benchmark from the files of `--expenditures` and `--reference`."""
    expenditures = request.rows.expenditures
    if not expenditures or not reference:
        raise UsageError("a benchmark needs both --expenditures FILE (by enrollment type) and --reference FILE")
    alone = type(request.rows)(**{**vars(request.rows), "expenditures": None})
    roster = session.read(replace(request, rows=alone), totals_follow=True)
    spent, national = _table(session, expenditures, "expenditures"), _table(session, reference, "reference")
    if not (alone.aco or alone.track or alone.program):
        for warning in unmatched(_acos(roster), _acos(spent, request.years), ", ".join(expenditures), "expenditures"):
            session.warn(warning)
    with session.busy("computing benchmarks", rows=len(spent)):
        return roster, benchmark(roster, spent, national, book)


def _acos(rows: pd.DataFrame, years: str = "all") -> pd.Index:
    asked = Years.parse(years)
    wanted = [year for year in rows["performance_year"].unique() if int(year) in asked]
    acos = rows.loc[rows["performance_year"].isin(wanted), ["aco_id", "performance_year"]].drop_duplicates()
    return pd.MultiIndex.from_frame(acos.astype({"performance_year": "int64"}))


def _table(session: Session, files: Sequence[str], family: str) -> pd.DataFrame:
    if session.keeps_manifest and session.call:
        refuse_what_cannot_be_verified(session.call.values["output"], files)
    data = {file: Path(file).read_bytes() for file in files if session.keeps_manifest and Path(file).exists()}
    with session.busy("reading", size=sum(Path(file).stat().st_size for file in files if Path(file).is_file())):
        table = load_table(files, family)
    for file, held in data.items():
        session.inputs.append(facts(file, held, len(read_part(file, family).rows)))
    return table
