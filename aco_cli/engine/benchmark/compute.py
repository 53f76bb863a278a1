"""The updated benchmark of every ACO-year of a roster, from expenditures by type and national figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from aco_cli.engine.benchmark.figures import ROSTER_INPUTS
from aco_cli.engine.benchmark.frames import calendar_fits, wide_expenditures, wide_reference
from aco_cli.engine.benchmark.lines import LINES
from aco_cli.engine.benchmark.missing import lacks_region_of_factor, missing
from aco_cli.engine.lines import Column, Values, evaluate
from aco_cli.engine.remarks import Remark
from aco_cli.rules.book import RuleBook
from aco_cli.rules.columns import RuleColumns, RuleTable

PROGRAM = "mssp-benchmark"
RESULTS = (
    *("historical_benchmark", "regional_adjustment", "adjusted_benchmark", "updated_benchmark"),
    *("person_years", "benchmark_total", "expenditure_total", "two_way_total"),
)
_COLUMNS = {"person_years": "all_person_years_py"}
_NO_ERA = -1
# Rows computed at a time: few enough that their columns stay in the processor's cache.
_BLOCK = 32_768


def benchmark(
    roster: pd.DataFrame, expenditures: pd.DataFrame, reference: pd.DataFrame, book: RuleBook
) -> pd.DataFrame:
    """`RESULTS` and `notes` for every row of a roster, in its order; per capita and total US dollars, unrounded.

    What cannot be calculated is NaN, and `notes` names what it lacks, by period and enrollment type; a benchmark that
    cannot be updated still has its historical part. Frames have the columns of the interface's roster, expenditure
    file and reference file.
    """
    figures, rules, known = _columns(roster, expenditures, reference, book)
    starts = range(0, max(len(roster), 1), _BLOCK)
    blocks = [_block(figures, rules, known, slice(start, start + _BLOCK)) for start in starts]
    return pd.concat(blocks, ignore_index=True).set_index(roster.index)


def evaluate_benchmark(
    roster: pd.DataFrame, expenditures: pd.DataFrame, reference: pd.DataFrame, book: RuleBook
) -> tuple[Values, RuleColumns, Column]:
    """Every line of the benchmark, the rules it went by, and for which rows there are such rules."""
    figures, rules, known = _columns(roster, expenditures, reference, book)
    return evaluate(LINES, Values(figures), rules), rules, known


def _columns(
    roster: pd.DataFrame, expenditures: pd.DataFrame, reference: pd.DataFrame, book: RuleBook
) -> tuple[dict[str, Column], RuleColumns, Column]:
    figures, years = wide_expenditures(roster, expenditures)
    figures |= wide_reference(roster, years, reference)
    for each in ROSTER_INPUTS:
        if each.name in roster:
            figures[each.name] = roster[each.name].to_numpy(dtype=np.float64)
    figures["starts_within_year"] = _starts_within_year(roster)
    figures["calendar_fits"] = calendar_fits(roster, years)
    return figures, *benchmark_rules(roster, book)


def _starts_within_year(roster: pd.DataFrame) -> Column:
    if "agreement_start" not in roster:
        return np.zeros(len(roster))
    start = roster["agreement_start"].dt
    within: pd.Series = (start.year == roster["performance_year"]) & (start.month > 1)
    return np.asarray(within, dtype=np.float64)


def _block(figures: Mapping[str, Column], rules: RuleColumns, known: Column, rows: slice) -> pd.DataFrame:
    part, known = RuleColumns(rules.table, rules.codes[rows]), known[rows]
    values = evaluate(LINES, Values({name: column[rows] for name, column in figures.items()}), part)
    usable = known & values.calendar_fits
    found = {name: np.where(usable, getattr(values, _COLUMNS.get(name, name)), np.nan) for name in RESULTS}
    complete = np.logical_and.reduce([~np.isnan(found[name]) for name in RESULTS if name != "two_way_total"])
    return pd.DataFrame({**found, "notes": _notes(values, part, known, complete)})


def benchmark_rules(roster: pd.DataFrame, book: RuleBook) -> tuple[RuleColumns, Column]:
    """Each row's rules by its era and the year of its agreement start, and whether it has an era."""
    situations = [each for each in book.situations() if each.program == PROGRAM]
    codes = np.full(len(roster), _NO_ERA, dtype=np.intp)
    if {"agreement_start", "agreement_period"} <= set(roster.columns):
        start = roster["agreement_start"].to_numpy(dtype="datetime64[D]")
        year, period = start.astype("datetime64[Y]"), roster["agreement_period"].to_numpy(dtype=np.float64)
        for code, situation in enumerate(situations):
            if (entry := book.entry(situation, "era")) is not None:
                within = (start >= np.datetime64(entry.value["from"])) & (
                    start <= np.datetime64(entry.value["through"])
                )
                numbered = (period >= entry.value["first_period"]) & (period <= entry.value["last_period"])
                codes[within & numbered & (year == np.datetime64(str(situation.year)))] = code
    known = codes != _NO_ERA
    return RuleColumns(RuleTable(book, situations), np.where(known, codes, 0)), known


def _notes(v: Values, rules: RuleColumns, known: Column, complete: Column) -> list[str]:
    notes = np.full(len(known), "", dtype=object)
    if (known & ~complete).any():
        _name_missing(notes, v, known & v.calendar_fits & ~complete)
    for text, rows in _remarks(v, rules, known, complete):
        at = np.broadcast_to(rows, known.shape)
        notes[at] += np.where(notes[at] == "", text, f"; {text}").astype(object)
    return list(notes)


def _remarks(v: Values, rules: RuleColumns, known: Column, complete: Column) -> Iterator[Remark]:
    """Why there is no benchmark, or what one rests on."""
    yield "no benchmark rules for this agreement_start and agreement_period", ~known
    out_of_order = "calendar_year must run from BY1 up to PY, and that of PY be performance_year"
    yield out_of_order, known & ~v.calendar_fits
    for parameter in rules.table.book.parameters(PROGRAM):
        for code, entry in rules.table.uncertain(parameter):
            text = f"rests on {entry.status.value_of_it}: {parameter} ({entry.cite})"
            yield text, complete & (rules.codes == code)
    whole = rules.flag("trend", "blend") & v.unweighted_by3 | rules.flag("update", "blend") & v.unweighted_py
    yield "no national_weight given: trend_factor and update_factor count whole, as blended ones", complete & whole
    hint = "leave national_weight blank if trend_factor and update_factor are blended already"
    yield hint, known & ~complete & lacks_region_of_factor(v)


def _name_missing(notes: Column, v: Values, rows: Column) -> None:
    for text, lacking in missing(v):
        at = np.broadcast_to(lacking, rows.shape) & rows
        notes[at] += np.where(notes[at] == "", f"missing: {text}", f", {text}").astype(object)
