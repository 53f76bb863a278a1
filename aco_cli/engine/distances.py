"""How far a settlement is from its thresholds, and what it is worth to get there: by settling the ACO again."""

import numpy as np
import pandas as pd

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.step import Step
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook


def distances(frame: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """The distances of every row of a roster frame: `row` (its place), `line`, `by`, `figure`, `there`, `worth`.

    `by` is in US dollars or, for quality, in points of a hundredth; `there` is the value of the roster column `figure`
    across the threshold; `worth` is what the settlement then gains (negative: loses), in US dollars. Limits have
    what they leave as `by` and what they cost or save as `worth`. What makes no difference to quality is left out.
    """
    steps = {
        step.key: step for program in frame["program"].unique() for step in law_of(book, program, "distances").steps
    }
    parts = ("", ":when", ":to")
    settled = settle(frame, book, ["settlement", *(key + part for key in steps for part in parts)], table="distances")
    cases = pd.concat([_listed(settled, step) for step in steps.values()], ignore_index=True)
    rows = frame.iloc[cases["row"].to_numpy()].reset_index(drop=True)
    for figure in cases["figure"].unique():
        own = rows[figure] if figure in rows else pd.Series(np.nan, index=rows.index)
        rows[figure] = own.where(cases["figure"] != figure, cases["there"])
    before = settled["settlement"].to_numpy()[cases["row"].to_numpy()]
    cases["worth"] = settle(rows, book, ("settlement",))["settlement"].to_numpy() - before
    idle = cases["figure"].str.startswith("quality") & ~(cases["worth"].abs() > 0)
    return cases[~idle].sort_values("row", kind="stable", ignore_index=True)


def _listed(settled: pd.DataFrame, step: Step) -> pd.DataFrame:
    places = np.flatnonzero(settled[f"{step.key}:when"] == 1)
    by, there = (settled[f"{step.key}{part}"].to_numpy()[places] for part in ("", ":to"))
    return pd.DataFrame({"row": places, "line": step.key, "by": by, "figure": step.change, "there": there})
