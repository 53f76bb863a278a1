"""One ACO's report: its answer, its lines, CMS's figures beside ours, its place among others, and its years."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from aco_cli.api.explain import worksheet_table
from aco_cli.api.roster import read_roster
from aco_cli.api.run import Run
from aco_cli.api.selection import Request
from aco_cli.engine.answer import answers
from aco_cli.engine.lines.law import Law, law_of
from aco_cli.engine.lines.text import show
from aco_cli.engine.reconcile import EXACT
from aco_cli.engine.settle import settle
from aco_cli.engine.waterfall import waterfall
from aco_cli.inputs.source import STDIN
from aco_cli.outputs.one_aco import Check, OneAco
from aco_cli.outputs.phrases import acos
from aco_cli.outputs.worksheet_text import Cells, line_cells, told_lines
from aco_cli.rules.book import RuleBook

_FEWEST = 5  # others, below which a place among them says little
_FIGURES = ("performance_year", "savings_rate", "msr", "settlement", "outcome", "notes")
_SAME_RATE = 0.00005  # what CMS prints of a rate


def one_aco(run: Run, frame: pd.DataFrame, request: Request, made_of: str) -> OneAco:
    """What is to be said of the one ACO of a frame, beside the others of the files of its request."""
    frame = frame.sort_values("performance_year", kind="stable").reset_index(drop=True)
    years = settle(frame, request.book, _FIGURES)
    last = frame.tail(1).reset_index(drop=True)
    row, figures = last.iloc[0], years.iloc[-1]
    program = request.book.programs[row["program"]]
    track = program.tracks[row["track"]].label
    table = worksheet_table(run, request, last, ())
    shown = told_lines(table[~table["is_distance"]])
    rates = _rates(_peers(frame, request), row, request)
    told = table.loc[table["is_distance"], ["label", "shown", "words"]].to_numpy().tolist()
    return OneAco(
        title=" ".join(filter(None, [row["aco_id"], row.get("aco_name", "")])),
        about=f"{program.label}, {track}, performance year {row['performance_year']}",
        answer=answers(last, request.book)[0],
        lines=[_cells(each, law_of(request.book, row["program"])) for each in shown.to_dict("records")],
        keys=shown["line"].tolist(),
        distances=[f"{label}: {distance}; {words}" for label, distance, words in told],
        checks=[] if request.what_if else _checks(row, figures, request.book),
        rates=rates,
        rate=float(figures["savings_rate"]),
        comparison=_comparison(rates, float(figures["savings_rate"]), track, int(row["performance_year"])),
        years=years,
        steps=waterfall(last, request.book),
        settlement=float(figures["settlement"]),
        notes=str(figures["notes"]),
        made_of=made_of,
        what_if=request.what_if,
    )


def _cells(line: Mapping[Hashable, Any], law: Law) -> Cells:
    """What is told of a line; of one from outside its formula and where that stands, too."""
    letter, label, value, how = line_cells(line)
    step = law.known.get(str(line["line"]))
    if step is not None and step.is_outside:
        how = f"{how} ({step.cite}: {' '.join(step.formula.split())})"
    return letter, label, value, how


def _checks(row: pd.Series, figures: pd.Series, book: RuleBook) -> list[Check]:
    """The published figures of a row beside the recomputed ones."""
    found = []
    published, ours = float(row.get("published_settlement", math.nan)), float(figures["settlement"])
    if not math.isnan(published + ours):
        agrees = abs(ours - published) <= EXACT
        found.append(Check("Settlement", show(ours, "USD"), show(published, "USD"), agrees))
    # Where the published rate is all there is to go by, it says nothing about itself.
    alone = settle(pd.DataFrame([row]).drop(columns="published_msr", errors="ignore"), book, ("msr",))
    published, ours = float(row.get("published_msr", math.nan)), float(alone["msr"].iloc[0])
    if not math.isnan(published + ours):
        agrees = abs(ours - published) <= _SAME_RATE + 1e-9
        found.append(Check("Minimum savings rate", show(ours, "fraction"), show(published, "fraction"), agrees))
    return found


def _peers(frame: pd.DataFrame, request: Request) -> pd.DataFrame:
    """All rows of the files; those of the ACO alone where standard input was read, which is there only once."""
    if not request.aco or STDIN in request.files:
        return frame
    return read_roster(Run(), replace(request, aco=(), where=None, expect_rows=None))


def _rates(peers: pd.DataFrame, row: pd.Series, request: Request) -> pd.Series:
    """The savings rates of the others of its track and year, if there are enough of them."""
    others = peers["aco_id"] != row["aco_id"]
    same = others & (peers["track"] == row["track"]) & (peers["program"] == row["program"])
    same &= peers["performance_year"] == row["performance_year"]
    rows = peers[same].reset_index(drop=True)
    rates = settle(rows, request.book, ("savings_rate",))["savings_rate"].dropna()
    return rates if len(rates) >= _FEWEST else rates.iloc[:0]


def _comparison(rates: pd.Series, rate: float, track: str, year: int) -> str:
    if rates.empty or math.isnan(rate):
        return ""
    below = (rates < rate).mean()
    others = f"the other {acos(len(rates))} on {track} in {year}"
    told = f"Its savings rate of {rate:.2%} is higher than that of {below:.0%} of {others}"
    return f"{told}; their median is {rates.median():.2%}."
