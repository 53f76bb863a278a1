"""The updated benchmark of every ACO-year of a roster, from expenditures by type and national figures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from aco_cli.engine.benchmark.figures import ROSTER_INPUTS
from aco_cli.engine.benchmark.frames import wide_expenditures, wide_reference
from aco_cli.engine.benchmark.lines import LINES
from aco_cli.engine.benchmark.missing import missing
from aco_cli.engine.lines import Column, Values, evaluate
from aco_cli.rules.book import RuleBook
from aco_cli.rules.columns import RuleColumns, RuleTable
from aco_cli.rules.parameters import Status

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

    What cannot be calculated is NaN, and `notes` names what it lacks, by period and enrollment type. Frames have the
    columns of the interface's roster, expenditure file and reference file.
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
    return figures, *benchmark_rules(roster, book)


def _block(figures: Mapping[str, Column], rules: RuleColumns, known: Column, rows: slice) -> pd.DataFrame:
    part, known = RuleColumns(rules.table, rules.codes[rows]), known[rows]
    values = evaluate(LINES, Values({name: column[rows] for name, column in figures.items()}), part)
    found = {name: np.broadcast_to(getattr(values, _COLUMNS.get(name, name)), known.shape) for name in RESULTS}
    complete = known & np.logical_and.reduce([~np.isnan(found[name]) for name in RESULTS if name != "two_way_total"])
    columns = {name: np.where(complete, column, np.nan) for name, column in found.items()}
    return pd.DataFrame({**columns, "notes": _notes(values, part, known, complete)})


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
    notes[~known] = "no benchmark rules for this agreement_start and agreement_period"
    if not (known & ~complete).any():
        return _uncertain(notes, rules, complete)
    for text, rows in missing(v):
        at = np.broadcast_to(rows, known.shape) & known & ~complete
        notes[at] += np.where(notes[at] == "", f"missing: {text}", f", {text}").astype(object)
    return _uncertain(notes, rules, complete)


def _uncertain(notes: Column, rules: RuleColumns, complete: Column) -> list[str]:
    """Adds which values of an ACO's era are not published ones."""
    names: dict[int, list[str]] = {}
    for parameter in rules.table.book.parameters(PROGRAM):
        for code, entry in rules.table.uncertain(parameter):
            article = "a" if entry.status is Status.DERIVED else "an"
            names.setdefault(code, []).append(f"rests on {article} {entry.status} value: {parameter} ({entry.cite})")
    for code, texts in names.items():
        notes[complete & (rules.codes == code)] = "; ".join(texts)
    return list(notes)
