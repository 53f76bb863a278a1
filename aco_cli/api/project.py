"""A performance year projected from CMS's in-year reports, as a call of the library."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from aco_cli.api.next_year import backtested, project_next_year
from aco_cli.api.run import Result, Run
from aco_cli.api.scenarios import Assignments, assignments
from aco_cli.api.selection import Tables, rules_of, tables
from aco_cli.api.settle import settle
from aco_cli.api.simulate import simulate
from aco_cli.engine.benchmark.compute import eras
from aco_cli.engine.project import TYPES, Growth, guarded_benchmark
from aco_cli.errors import UsageError
from aco_cli.inputs.load import load
from aco_cli.inputs.reports.in_year import Benchmark, Utilization, read_in_year
from aco_cli.rules.book import RuleBook

# Columns that reports lack and a roster or `change` may bring.
_BROUGHT = ("track", "msr_election", "quality_score", "quality_standard_met", "quality_reported", "participant_revenue")
_ABOUT = (
    "quarterly reports are not risk adjusted and cover the trailing 12 months with a short run-out; growth is a ratio "
    "of figures on one footing, the savings rate is of levels before completion"
)
_SAME = 1e-6


def project(
    data: Tables,
    year: int | None = None,
    *,
    backtest: bool = False,
    roster: Tables | None = None,
    change: Assignments = (),
    draws: int = 10_000,
    seed: int = 1,
    run: Run | None = None,
    rules: RuleBook | str | Path | Sequence[str | Path] | None = None,
) -> Result:
    """The year's settlement as it stands in each quarter and by each delivery of the benchmark report.

    `data` are benchmark, annual and quarterly reports (BNMRK, AEXPU, QEXPU); `roster` and `change` bring what they lack
    (track, msr_election, quality_score, quality_standard_met). What cannot be projected says in `notes` what it lacks.
    With `year`, `data` are public use files, and each ACO is projected from the year before; `backtest` shows how the
    model of that held on the years in the files.
    """
    run, book = run or Run(), rules_of(rules)
    if not tables(data):
        raise UsageError("name the files to project from")
    if backtest:
        return backtested(data, run)
    if year is not None:
        return project_next_year(data, year, book, run, draws=draws, seed=seed)
    benchmarks, others = read_in_year(tables(data))
    brought = load(tables(roster), None, totals_follow=True).frame if roster is not None else pd.DataFrame()
    rows = list(_rows(benchmarks, others, book, brought, assignments("--set", change)))
    if not rows:
        raise UsageError("a projection needs a benchmark report (BNMRK) and a quarterly report (QEXPU) of one ACO")
    table = pd.DataFrame(rows)
    known = table["updated_benchmark"].notna()
    if known.any():
        own = [name for name in table if name in _ROSTER]
        # Quarters of one year are rows of their own, under numbers for ids.
        each = table.loc[known, own].assign(aco_id=[f"{number:06}" for number in range(int(known.sum()))])
        drawn = simulate(each, draws=draws, seed=seed, rules=book).table.assign(
            msr=settle(each, rules=book).table["msr"]
        )
        for name in _DRAWN:
            table.loc[known, name] = drawn[name].to_numpy()
        notes = table.loc[known, "notes"].str.cat(drawn["notes"].to_numpy(), sep="; ").str.strip("; ")
        table.loc[known, "notes"] = notes
    table["outcome"] = table["outcome"].fillna("not-calculable")
    run.note("projection", _ABOUT)
    order = ["aco_id", "performance_year", "quarter", "benchmark_delivery"]
    return Result(table.sort_values(order, kind="stable", ignore_index=True), run.notices)


_ROSTER = (
    *("aco_id", "aco_name", "performance_year", "program", "track", "agreement_start", "assigned_beneficiaries"),
    *("benchmark_total", "expenditure_total", *_BROUGHT[1:]),
)
_DRAWN = ("outcome", "settlement", "probability_earn", "probability_owe", "settlement_p05", "settlement_p95", "msr")


def _rows(
    benchmarks: Sequence[Benchmark],
    others: Sequence[Utilization],
    book: RuleBook,
    brought: pd.DataFrame,
    change: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    acos = {each.aco_id for each in benchmarks}
    alone = next(iter(acos)) if len(acos) == 1 else ""
    for benchmark in benchmarks:
        own = [each for each in others if (each.aco_id or alone) == benchmark.aco_id]
        latest = max(each.delivery for each in benchmarks if each.aco_id == benchmark.aco_id)
        for quarter in (each for each in own if each.quarter):
            yield {
                **_row(benchmark, quarter, own, book),
                "is_latest": benchmark.delivery == latest,
                **_known_of(brought, benchmark),
                **change,
            }


def _known_of(brought: pd.DataFrame, benchmark: Benchmark) -> dict[str, Any]:
    if brought.empty:
        return {}
    own = brought[brought["aco_id"] == benchmark.aco_id]
    return {name: own.iloc[0][name] for name in _BROUGHT if name in own and len(own)}


def _row(benchmark: Benchmark, quarter: Utilization, own: Sequence[Utilization], book: RuleBook) -> dict[str, Any]:
    row: dict[str, Any] = {
        "aco_id": benchmark.aco_id,
        "aco_name": benchmark.aco_name,
        "performance_year": benchmark.performance_year,
        "program": "mssp",
        "track": benchmark.track,
        "agreement_start": pd.Timestamp(benchmark.start).date().isoformat(),
        "quarter": quarter.quarter,
        "benchmark_delivery": benchmark.delivery,
        "assigned_beneficiaries": quarter.assigned,
        "person_years": sum(quarter.person_years[kind] for kind in TYPES),
        "expenditure_per_capita": quarter.total,
        "outcome": None,
        "notes": "",
    }
    base = next((each for each in own if not each.quarter and _is_same(each.spent, benchmark.spent)), None)
    weight = _trend_weight(benchmark, book)
    number = benchmark.performance_year - pd.Timestamp(benchmark.start).year + 1
    trend = benchmark.trends.get(f"PY{number}")
    lacks = [
        "the annual report (AEXPU) of benchmark year 3" if base is None else "",
        f"ACPT (table 6 of the benchmark report, PY{number})" if weight and trend is None else "",
    ]
    if base is None or any(lacks):
        return {**row, "notes": f"not-calculable: {' and '.join(filter(None, lacks))}", "updated_benchmark": None}
    growth = Growth(
        benchmark.adjusted,
        (base.national, quarter.national),
        (quarter.regional_before, quarter.regional),
        quarter.national_weight,
        quarter.person_years,
        trend,
    )
    with_trend, without = guarded_benchmark(growth, weight)
    updated = max(with_trend, without) if weight else without
    notes = f"${with_trend:,.2f} with the prospective trend, ${without:,.2f} without it (guardrail)" if weight else ""
    total, spent = updated * row["person_years"], quarter.total * row["person_years"]
    return {
        **row,
        "updated_benchmark": updated,
        "savings_rate": (updated - quarter.total) / updated,
        "benchmark_total": total,
        "expenditure_total": spent,
        "savings": total - spent,
        "notes": notes,
    }


def _is_same(spent: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether an annual report is that of benchmark year 3: it repeats the ACO's dollars per capita."""
    return all(abs(spent[kind] - other.get(kind, 0.0)) <= _SAME * spent[kind] for kind in TYPES)


def _trend_weight(benchmark: Benchmark, book: RuleBook) -> float:
    """The weight of the prospective trend in the era of the agreement; 0 in one without."""
    frame = pd.DataFrame(
        {
            "performance_year": [benchmark.performance_year],
            "agreement_start": [pd.Timestamp(benchmark.start)],
            "agreement_period": [1.0],
        }
    )
    situations, known = eras(frame, book)
    if not known.any():
        return 0.0
    found = book.in_force(situations.found[int(situations.codes[0])]).get("prospective_trend")
    return float(found.value) if found else 0.0
