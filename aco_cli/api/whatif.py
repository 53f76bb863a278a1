"""The same ACOs under changed inputs, rules or scenarios, as a call of the library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from aco_cli.api.benchmarks import read_evidence
from aco_cli.api.roster import read_roster, warn_of_unpublished, with_benchmark_notes
from aco_cli.api.run import Result, Run
from aco_cli.api.scenarios import Assignments, make_cases, with_benchmark
from aco_cli.api.selection import Names, Selection, Tables, YearsLike, names, requested
from aco_cli.engine.summary import grouping_columns
from aco_cli.engine.whatif import compare, totals
from aco_cli.errors import UsageError


def whatif(
    data: Tables,
    years: YearsLike = None,
    *,
    change: Assignments = (),
    rule: Assignments = (),
    rules_year: int | None = None,
    scenario: Names = None,
    by: Names = None,
    columns: Sequence[str] = (),
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """The same ACOs as they are and as they would be: a row per ACO and scenario; `totals` sums up, by `by` too.

    `change` gives roster columns other values, `rule` rule values (`{"mssp.sequestration": 0}`), `rules_year` the rules
    of another year; `scenario` names packaged scenarios or files. `columns` may ask for settlement columns as
    `NAME_before` and `NAME_after`.
    """
    run = run or Run()
    request = requested(data, years, selection, names(by))
    book = request.book
    cases = make_cases(run, book, names(scenario), change, rule, rules_year)
    frame = read_roster(run, request)
    frame, evidence = frame.assign(**grouping_columns(frame)), read_evidence(run, request)

    with run.busy("settling", rows=len(frame) * len(cases)):
        compared = compare(frame, book, cases, ("track", *columns), with_benchmark(evidence, book))
    compared["notes"] = with_benchmark_notes(compared["notes"], compared)
    groups = list(dict.fromkeys(name.strip() for name in names(by)))
    if unknown := [name for name in groups if name not in compared]:
        raise UsageError(f"--by {unknown[0]}: no such column; there are {', '.join(compared.columns)}")
    run.settled(compared["outcome_after"])
    if unsettled := int(compared["difference"].isna().sum()):
        told = f"{unsettled:,} of {len(compared):,} rows are not-calculable before or after; notes of the rows say why"
        run.warn("not_calculable", told, rows=unsettled)
    warn_of_unpublished(run, compared.pop("is_warned"), compared, "notes say which")
    return Result(compared, run.notices, totals(compared, groups))
