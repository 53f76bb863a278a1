"""The updated benchmark of every ACO-year of a roster, from expenditures by type and national figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.engine.benchmark.frames import calendar_fits, wide_expenditures, wide_reference
from aco_cli.engine.lines.functions import Column
from aco_cli.engine.lines.law import Law, law_of
from aco_cli.engine.lines.row import Row, evaluated
from aco_cli.engine.lines.situations import Evaluator, Situations, Taken, in_situation, places
from aco_cli.engine.lines.step import Step
from aco_cli.engine.members import ENROLLMENT_TYPES, PERIODS
from aco_cli.engine.notes import unpublished
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import Status

PROGRAM, RULES = "mssp", "mssp-benchmark"
RESULTS = (
    *("historical_benchmark", "regional_adjustment", "adjusted_benchmark", "updated_benchmark"),
    *("person_years", "benchmark_total", "expenditure_total", "two_way_total"),
)
# Of the published years before an agreement (`with_prior_years`).
PRIOR_YEARS = ("prior_average", "prior_person_years")
_LINES = {"person_years": "all_person_years[py]"}
# Rows computed at a time: few enough that their columns stay in the processor's cache.
_BLOCK = 65_536
_NO_ERA = "no benchmark rules for this agreement_start and agreement_period"
_OUT_OF_ORDER = "calendar_year must run from BY1 up to PY, and that of PY be performance_year"


def benchmark(
    roster: pd.DataFrame, expenditures: pd.DataFrame, reference: pd.DataFrame, book: RuleBook
) -> pd.DataFrame:
    """`RESULTS`, `notes` and `is_warned` for every row of a roster, in its order; US dollars, unrounded.

    What cannot be calculated is NaN, and `notes` names what it lacks, by period and enrollment type; a benchmark that
    cannot be updated still has its historical part. `is_warned` says whether one rests on values that are not
    published. Frames have the columns of the interface's roster, expenditure file and reference file.
    """
    figures = _figures(roster, expenditures, reference, law_of(book, PROGRAM, "benchmark_notes"))
    situations, known = eras(roster, book)
    found = {name: np.full(len(roster), np.nan) for name in RESULTS}
    notes = np.full(len(roster), "", dtype=object)
    notes[~known] = _NO_ERA
    warned = np.zeros(len(roster), dtype=np.bool_)
    own = np.flatnonzero(known)
    wanted = [_LINES.get(name, name) for name in RESULTS]
    laws = (law_of(book, PROGRAM, "benchmark"),)
    evaluator = Evaluator(lambda _: laws, situations, Taken(figures, places(known)), lambda _: wanted)
    for situation, rows, computed in evaluator.blocks(len(own), _BLOCK):
        here = rows if len(own) == len(roster) else own[rows]
        fits = figures["calendar_fits"][here]
        for name in RESULTS:
            found[name][here] = np.where(fits, computed[_LINES.get(name, name)], np.nan)
        complete = np.logical_and.reduce([~np.isnan(found[name][here]) for name in RESULTS if name != "two_way_total"])
        held = book.in_force(situation).items()
        rests_on = [unpublished(name, entry).text for name, entry in held if entry.status is not Status.PUBLISHED]
        warned[here] = complete & bool(rests_on)
        first = np.full(len(complete), "", dtype=object)
        first[~complete & ~fits], first[complete] = _OUT_OF_ORDER, "; ".join(rests_on)
        notes[here] = _noted(situation, first, complete, Taken(figures, here), book)
    return pd.DataFrame({**found, "notes": pd.array(notes, dtype="str"), "is_warned": warned}, index=roster.index)


def benchmark_rows(
    roster: pd.DataFrame, expenditures: pd.DataFrame, reference: pd.DataFrame, book: RuleBook
) -> list[Row | None]:
    """Every figure of the benchmark of a few roster rows; None for a row without benchmark rules."""
    law = law_of(book, PROGRAM, "benchmark")
    figures = _figures(roster, expenditures, reference, law)
    situations, known = eras(roster, book)
    rows = iter(evaluated(law, situations, Taken(figures, places(known))))
    return [next(rows) if has_era else None for has_era in known.tolist()]


def guarded(roster: pd.DataFrame, computed: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """The roster with the totals of computed benchmarks, where the guardrail holds the one under it (42 CFR 425.652).

    `guardrail` is set where it holds. What the roster says of guardrails itself is kept as `given_guardrail`, for when
    the same rows are asked again.
    """
    totals = ("benchmark_total", "expenditure_total")
    brought = roster.assign(**{name: computed[name] for name in totals}, benchmark_notes=computed["notes"])
    brought["benchmark_is_warned"] = computed["is_warned"].to_numpy()
    asked = computed["two_way_total"].notna().to_numpy()
    if not asked.any():
        return brought
    more = {f"benchmark.{name}": computed[name].to_numpy()[asked] for name in (*totals, "two_way_total")}
    wanted = ("guardrail_holds", "benchmark_total")
    found = settle(brought[asked], book, wanted, table="settlement_from_benchmark", more=more)
    given = roster.get("given_guardrail", roster.get("guardrail", pd.Series(np.nan, index=roster.index)))
    holds = np.zeros(len(roster), dtype=np.bool_)
    holds[asked] = found["guardrail_holds"].to_numpy() == 1
    brought.loc[asked, "benchmark_total"] = found["benchmark_total"].to_numpy()
    return brought.assign(guardrail=given.mask(holds, 1.0), given_guardrail=given)


def _figures(roster: pd.DataFrame, expenditures: pd.DataFrame, reference: pd.DataFrame, law: Law) -> dict[str, Column]:
    figures, years = wide_expenditures(roster, expenditures)
    figures |= wide_reference(roster, years, reference)
    for step in law.inputs:
        if (step.given == "roster" or step.key in PRIOR_YEARS) and step.key in roster:
            figures[step.key] = roster[step.key].to_numpy(dtype=np.float64)
    within = np.zeros(len(roster), dtype=np.bool_)
    if "agreement_start" in roster:
        start = roster["agreement_start"].dt
        within = ((start.year == roster["performance_year"]) & (start.month > 1)).to_numpy(dtype=np.bool_)
    enhanced = (roster["track"] == "enhanced").to_numpy() if "track" in roster else np.asarray(False)
    choices = {"starts_within_year": within, "is_enhanced": enhanced}
    return {**figures, **choices, "calendar_fits": calendar_fits(roster, years)}


def eras(roster: pd.DataFrame, book: RuleBook) -> tuple[Situations, NDArray[np.bool_]]:
    """The rows that have benchmark rules, by their era and the year of their agreement start; and which rows have.

    Where rules of an era go by performance year, rows of different ones stand apart.
    """
    found = [each for each in book.situations() if each.program == RULES]
    codes = np.full(len(roster), -1, dtype=np.intp)
    if {"agreement_start", "agreement_period"} <= set(roster.columns):
        start = roster["agreement_start"].to_numpy(dtype="datetime64[D]")
        year, period = start.astype("datetime64[Y]"), roster["agreement_period"].to_numpy(dtype=np.float64)
        for code, situation in enumerate(found):
            if (entry := book.in_force(situation).get("era")) is not None:
                first, last = (np.datetime64(entry.value[end]) for end in ("from", "through"))
                within = (start >= first) & (start <= last)
                numbered = (period >= entry.value["first_period"]) & (period <= entry.value["last_period"])
                codes[within & numbered & (year == np.datetime64(str(situation.year)))] = code
    if "program" in roster:
        codes[roster["program"].to_numpy() != PROGRAM] = -1
    if "performance_year" in roster:
        years = roster["performance_year"].to_numpy(dtype=np.float64)
        codes[years > book.programs[RULES].verified_through] = -1
        found, codes = _by_performance_year(found, codes, years, book)
    known = codes >= 0
    return Situations(book, found, codes[known]), known


def _by_performance_year(
    found: Sequence[Situation], codes: NDArray[np.intp], years: Column, book: RuleBook
) -> tuple[list[Situation], NDArray[np.intp]]:
    """Situations and codes with those of a dated era split by performance year; none before the agreement starts."""
    dated = {
        track
        for parameter in book.parameters(RULES).values()
        if parameter.by_performance_year
        for entry in parameter.entries
        for track in entry.tracks
    }
    split, new = list(found), codes.copy()
    for code, each in enumerate(found):
        if each.track in dated:
            new[codes == code] = -1
            for year in np.unique(years[(codes == code) & (years >= each.year)]).tolist():
                new[(codes == code) & (years == year)] = len(split)
                split.append(replace(each, performance_year=int(year)))
    return split, new


def _noted(
    situation: Situation, notes: Column, complete: Column, figures: Mapping[str, Column], book: RuleBook
) -> Column:
    """Notes with what is missing, or what a reader must know, of some rows of one situation."""
    law = law_of(book, PROGRAM, "benchmark_notes")
    for level, some in (("missing", figures["calendar_fits"] & ~complete), ("note", complete), ("hint", ~complete)):
        if some.any():
            rows = places(some)
            steps = [step for step in law.notes if step.level == level]
            wanted = [f"{step.key}:when" for step in steps]
            held = in_situation(situation, book, law, wanted, Taken(figures, rows), int(some.sum()))
            notes[rows] = _joined(level, _ordered(steps, held), notes[rows])
    return notes


def _ordered(steps: Sequence[Step], held: Mapping[str, Column]) -> Iterator[tuple[str, Column]]:
    """Texts with the rows that they are of: those of all types, then those by period, by type, each in its order."""
    for step in steps:
        if not step.axis:
            yield step.text, held[f"{step.key}:when"]
    for period in PERIODS:
        for at, kind in enumerate(ENROLLMENT_TYPES):
            for step in steps:
                if step.axis and step.period == period:
                    column = np.asarray(held[f"{step.key}:when"])
                    yield f"{period.upper()} {kind} {step.text}", column[at] if column.ndim else column


def _joined(level: str, texts: Iterator[tuple[str, Column]], notes: Column) -> Column:
    """Notes with texts behind them; what is missing is named in one sentence."""
    lists = np.full(len(notes), "", dtype=object)
    for text, rows in texts:
        held = np.broadcast_to(np.asarray(rows, dtype=np.bool_), lists.shape)
        lists[held] += np.where(lists[held] == "", text, ", " + text).astype(object)
    told = lists != ""
    before, behind = notes[told], ("missing: " if level == "missing" else "") + lists[told]
    notes[told] = np.where(before == "", behind, before + "; " + behind)
    return notes
