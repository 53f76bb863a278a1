"""A performance year projected from CMS's in-year reports, as a call of the library."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from aco_cli.api.next_year import backtested, project_next_year
from aco_cli.api.run import Result, Run
from aco_cli.api.scenario_files import relative_values
from aco_cli.api.scenarios import Assignments, assignments
from aco_cli.api.selection import Tables, rules_of, tables
from aco_cli.api.settle import settle
from aco_cli.api.simulate import only_known, simulate
from aco_cli.engine.benchmark.compute import eras
from aco_cli.engine.members import TYPES
from aco_cli.engine.project import Growth, guarded_benchmark
from aco_cli.errors import UsageError
from aco_cli.inputs.load import load
from aco_cli.inputs.reports.in_year import Benchmark, Utilization, read_in_year
from aco_cli.rules.book import RuleBook
from aco_cli.rules.parameters import Entry

# Columns that reports lack and a roster or `change` may bring, and that may be other ones next year.
_BROUGHT = ("track", "msr_election", "quality_score", "quality_standard_met", "quality_reported", "participant_revenue")
_ABOUT = (
    "quarterly reports are not risk adjusted and cover the trailing 12 months with a short run-out; growth is a ratio "
    "of figures on one footing, the savings rate is of levels before completion"
)
_SAME = 1e-6
_ROSTER = (
    *("aco_id", "aco_name", "performance_year", "program", "track", "agreement_start", "agreement_period"),
    *("assigned_beneficiaries", "benchmark_total", "expenditure_total", *_BROUGHT[1:]),
)
_DRAWN = (
    *("outcome", "settlement", "probability_earn", "probability_owe"),
    *("settlement_p05", "settlement_p95", "msr", "mlr"),
)


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
    With `year`, `data` are public use files, and each ACO is projected from the year before, with what `change` says
    for its track, election or quality of that year; `backtest` shows how the model of that held on the years in the
    files.
    """
    run, book = run or Run(), rules_of(rules)
    if not tables(data):
        raise UsageError("name the files to project from")
    changed = assignments("--set", change)
    if (backtest or year is not None) and roster is not None:
        raise UsageError("--roster applies to in-year reports only; public use files are complete")
    if backtest and changed:
        raise UsageError("--set does not apply to --backtest, which is of what happened")
    if strange := [name for name in changed if name not in _BROUGHT]:
        raise UsageError(f"--set {strange[0]}: expected one of {', '.join(_BROUGHT)}")
    if backtest:
        return backtested(data, book, run)
    if year is not None:
        return project_next_year(data, year, book, run, changed, draws=draws, seed=seed)
    benchmarks, others = read_in_year(tables(data))
    rows = list(_rows(benchmarks, others, book, _brought(roster, run), _absolute(changed), run))
    if not rows:
        raise UsageError("a projection needs a benchmark report (BNMRK) and a quarterly report (QEXPU) of one ACO")
    table = _settled(pd.DataFrame(rows), book, draws=draws, seed=seed)
    run.note("projection", _ABOUT)
    order = ["aco_id", "performance_year", "quarter", "benchmark_delivery"]
    return Result(table.sort_values(order, kind="stable", ignore_index=True), run.notices)


def _absolute(change: Mapping[str, object]) -> Mapping[str, object]:
    given, moves = relative_values(change)
    if moves:
        raise UsageError(f"--set {min(moves)}: give the value itself; a relative one needs public use files")
    return given


def _brought(roster: Tables | None, run: Run) -> pd.DataFrame:
    if roster is None:
        return pd.DataFrame()
    loaded = load(tables(roster), None, totals_follow=True)
    run.remarks(loaded.remarks)
    return loaded.frame


def _settled(table: pd.DataFrame, book: RuleBook, *, draws: int, seed: int) -> pd.DataFrame:
    """The rows with their settlement and its chances; those without a benchmark are not calculable."""
    known = table["updated_benchmark"].notna()
    if known.any():
        own = [name for name in table if name in _ROSTER]
        # Quarters of one year are rows of their own, under numbers for ids.
        each = table.loc[known, own].assign(aco_id=[f"{number:06}" for number in range(int(known.sum()))])
        drawn = only_known(simulate(each, draws=draws, seed=seed, rules=book).table)
        drawn[["msr", "mlr"]] = settle(each, rules=book).table[["msr", "mlr"]]
        for name in _DRAWN:
            table.loc[known, name] = drawn[name].to_numpy()
        notes = table.loc[known, "notes"].str.cat(drawn["notes"].to_numpy(), sep="; ").str.strip("; ")
        table.loc[known, "notes"] = notes
    return table.assign(outcome=table["outcome"].fillna("not-calculable"))


def _rows(
    benchmarks: Sequence[Benchmark],
    others: Sequence[Utilization],
    book: RuleBook,
    brought: pd.DataFrame,
    change: Mapping[str, Any],
    run: Run,
) -> Iterator[dict[str, Any]]:
    """Each quarter beside each delivery of the benchmark report of its ACO and year; tells which have no other."""
    groups: dict[tuple[str, int], list[Benchmark]] = {}
    for each in benchmarks:
        groups.setdefault((each.aco_id, each.performance_year), []).append(each)
    alone = {each.file for each in others if each.quarter}
    for (aco_id, year), deliveries in groups.items():
        own = [each for each in others if _is_of(each, aco_id, year, groups)]
        quarters = [each for each in own if each.quarter]
        alone -= {each.file for each in quarters}
        alone |= set() if quarters else {each.file for each in deliveries}
        latest = _latest(deliveries)
        for benchmark in deliveries:
            for quarter in quarters:
                row = {**_row(benchmark, quarter, own, book), "is_latest": benchmark is latest}
                yield {**row, **_known_of(brought, benchmark), **change}
    for file in sorted(alone):
        run.warn("unpaired", f"{file}: left out: no report of the same ACO and performance year to project with")


def _is_of(report: Utilization, aco_id: str, year: int, known: Collection[tuple[str, int]]) -> bool:
    """Whether a report is of an ACO and year: what its file name does not say is so if there is only one."""
    ids = {each for each, _ in known}
    years = {each for of, each in known if of == aco_id}
    is_id = report.aco_id == aco_id if report.aco_id else len(ids) == 1
    is_year = report.performance_year == year if report.performance_year else not report.quarter or len(years) == 1
    return is_id and is_year


def _latest(deliveries: Sequence[Benchmark]) -> Benchmark | None:
    """The one delivered last; None where several have no day of delivery in their names."""
    dated = [each for each in deliveries if each.is_dated]
    only = deliveries[0] if len(deliveries) == 1 else None
    return max(dated, key=lambda each: each.delivery, default=only)


def _known_of(brought: pd.DataFrame, benchmark: Benchmark) -> dict[str, Any]:
    if brought.empty:
        return {}
    own = brought[(brought["aco_id"] == benchmark.aco_id) & (brought["performance_year"] == benchmark.performance_year)]
    held = own[[name for name in _BROUGHT if name in own]].iloc[:1].dropna(axis="columns")
    return {str(name): value for row in held.to_dict("records") for name, value in row.items()}


def _row(benchmark: Benchmark, quarter: Utilization, own: Sequence[Utilization], book: RuleBook) -> dict[str, Any]:
    people = sum(quarter.person_years[kind] for kind in TYPES)
    row: dict[str, Any] = {
        "aco_id": benchmark.aco_id,
        "aco_name": benchmark.aco_name,
        "performance_year": benchmark.performance_year,
        "program": "mssp",
        "track": benchmark.track,
        "agreement_start": benchmark.start.date().isoformat(),
        "agreement_period": benchmark.agreement_period,
        "quarter": quarter.quarter,
        "benchmark_delivery": benchmark.delivery,
        "assigned_beneficiaries": quarter.assigned,
        "person_years": people,
        "expenditure_per_capita": quarter.total,
        "outcome": None,
        "notes": "",
    }
    base = next((each for each in own if not each.quarter and _is_same(each.spent, benchmark.spent)), None)
    rules = _rules(benchmark, book)
    weight = rules.get("prospective_trend")
    number = benchmark.performance_year - benchmark.start.year + 1
    trend = benchmark.trends.get(f"PY{number}")
    lacks = {
        "the annual report (AEXPU) of benchmark year 3": base is None,
        f"rules of benchmarks for agreements from {row['agreement_start']}": not rules,
        f"ACPT (table 6 of the benchmark report, PY{number})": weight and trend is None,
    }
    if base is None or any(lacks.values()):
        notes = f"not-calculable: {' and '.join(name for name, is_so in lacks.items() if is_so)}"
        return {**row, "notes": notes, "updated_benchmark": None}
    growth = Growth(
        benchmark.adjusted,
        (base.national, quarter.national),
        (quarter.regional_before, quarter.regional),
        quarter.national_weight,
        quarter.person_years,
        trend if weight else None,
        float(weight.value) if weight else 0.0,
    )
    updated, with_trend, without = guarded_benchmark(growth)
    spent = quarter.total * people
    if weight:
        row["notes"] = (
            f"${with_trend:,.2f} with the prospective trend, ${without:,.2f} without it (guardrail); "
            f"weight of the trend {growth.trend_weight:.4f} ({weight.status}, {weight.cite})"
        )
    return {
        **row,
        "updated_benchmark": updated,
        "savings_rate": (updated - quarter.total) / updated,
        "benchmark_total": updated * people,
        "expenditure_total": spent,
        "savings": updated * people - spent,
    }


def _is_same(spent: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether an annual report is that of benchmark year 3: it repeats the ACO's dollars per capita."""
    return all(abs(spent[kind] - other.get(kind, 0.0)) <= _SAME * spent[kind] for kind in TYPES)


def _rules(benchmark: Benchmark, book: RuleBook) -> Mapping[str, Entry]:
    """The rules of the benchmark in the era of the agreement; none where there is no such era."""
    frame = pd.DataFrame(
        {
            "performance_year": [benchmark.performance_year],
            "agreement_start": [benchmark.start],
            "agreement_period": [benchmark.agreement_period],
        }
    )
    situations, known = eras(frame, book)
    return book.in_force(situations.found[int(situations.codes[0])]) if known.any() else {}
