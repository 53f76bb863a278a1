"""The same ACOs under changed inputs, rules or scenarios, as a call of the library."""

from collections.abc import Sequence
from typing import Unpack

import pandas as pd

from aco_cli.api.benchmarks import read_evidence
from aco_cli.api.roster import read_roster, warn_of_unpublished, with_benchmark_notes
from aco_cli.api.run import Result, Run
from aco_cli.api.scenarios import CHANGES, ChangedSelection, make_cases, tell_unmatched, varied_cases, with_benchmark
from aco_cli.api.selection import Names, Tables, YearsLike, names, requested
from aco_cli.api.vary import Vary
from aco_cli.api.whatif_words import idle, missing, over, sentences
from aco_cli.engine.summary import grouping_columns
from aco_cli.engine.whatif import compare, totals
from aco_cli.errors import UsageError
from aco_cli.rules.book import RuleBook


def whatif(
    data: Tables,
    years: YearsLike = None,
    *,
    vary: str | None = None,
    by: Names = None,
    columns: Sequence[str] = (),
    run: Run | None = None,
    **options: Unpack[ChangedSelection],
) -> Result:
    """The same ACOs as they are and as they would be: a row per ACO and scenario; `totals` sums up, by `by` too.

    `change` gives roster columns other values, or relative ones (`"+0.02"`, `"-5%"`, `"*1.1"`), `rule` rule values
    (`{"mssp.sequestration": 0}`), `rules_year` the rules of another year; `scenario` names packaged scenarios or files.
    `vary` sets one column step by step (`"expenditure_total=-10%..+10%:1%"`), on top of these. `columns` may ask for
    settlement columns as `NAME_before` and `NAME_after`. `answers` are sentences.
    """
    run = run or Run()
    request = requested(data, years, options, names(by), known=CHANGES)
    book = request.book
    steps = Vary.parse(vary) if vary else None
    cases = varied_cases(run, book, options, steps) if steps else make_cases(run, book, options)
    frame = read_roster(run, request)
    tell_unmatched(run, frame, cases)
    frame, evidence = frame.assign(**grouping_columns(frame)), read_evidence(run, request)

    with run.busy("settling", rows=len(frame) * len(cases)):
        prepare = with_benchmark(evidence)
        wanted = ("track", *columns)
        compared = compare(frame, book, cases, wanted, prepare, steps.column if steps else "", answered=len(frame) == 1)
    compared["notes"] = with_benchmark_notes(compared["notes"], compared)
    groups = list(dict.fromkeys(name.strip() for name in names(by)))
    if unknown := [name for name in groups if name not in compared]:
        raise UsageError(f"--by {unknown[0]}: no such column; there are {', '.join(compared.columns)}")
    run.settled(compared["outcome_after"])
    _tell(run, compared, book)
    warn_of_unpublished(run, compared.pop("is_warned"), compared, "notes say which")
    summed = totals(compared, groups)
    told = over(compared, steps.column) if steps else sentences(compared, summed)
    statuses = {case.name: case.status for case in cases}
    summed = summed.assign(scenario_status=summed["scenario"].map(statuses))
    return Result(compared, run.notices, summed, answers=list(told))


def _tell(run: Run, compared: pd.DataFrame, book: RuleBook) -> None:
    """Warn of rows that cannot be settled, with what they lack, and note the changes that have no effect."""
    unsettled = compared[compared["difference"].isna()]
    if len(unsettled):
        lacking = missing(unsettled, book)
        told = f"{len(unsettled):,} of {len(compared):,} rows are not-calculable before or after"
        run.warn("not_calculable", f"{told}: {lacking or 'notes of the rows say why'}", rows=len(unsettled))
    if "answer" in compared:
        return  # which says it of the one ACO
    for text in idle(compared):
        run.note("no_effect", text)
