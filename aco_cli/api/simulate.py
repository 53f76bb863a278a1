"""Settlements under chance, as a call of the library."""

from numbers import Integral, Real
from typing import Unpack

import numpy as np
import pandas as pd

from aco_cli.api.roster import read_roster, with_benchmark_notes
from aco_cli.api.run import Result, Run
from aco_cli.api.scenarios import CHANGES, ChangedSelection, one_case
from aco_cli.api.selection import Tables, YearsLike, requested
from aco_cli.engine.simulate import PERCENTILES
from aco_cli.engine.simulate import simulate as draw
from aco_cli.errors import UsageError
from aco_cli.outputs.phrases import dollars

DERIVED = "standard deviations are derived from the scale of the minimum savings rate, not published; --sd sets one"


def simulate(
    data: Tables,
    years: YearsLike = None,
    *,
    draws: int = 10_000,
    seed: int = 1,
    sd: float | None = None,
    run: Run | None = None,
    **options: Unpack[ChangedSelection],
) -> Result:
    """Monte Carlo simulation: each ACO's savings rate drawn around its value, a row per ACO; `totals` of them all.

    `sd` is the standard deviation of all savings rates (a fraction); without it that of the rules. `change`, `rule`,
    `rules_year` and `scenario` change what is simulated, as in `whatif`. Raises UsageError for what is out of range.
    """
    run = run or Run()
    if sd is not None and not (isinstance(sd, Real) and 0 <= sd <= 1):
        raise UsageError(f"sd: expected a fraction from 0 to 1, found {sd!r}")
    if not (isinstance(draws, Integral) and isinstance(seed, Integral) and seed >= 0):
        raise UsageError(f"expected whole numbers, seed not below 0; found draws {draws!r} and seed {seed!r}")
    request = requested(data, years, options, known=CHANGES)
    frame, book = one_case(run, read_roster(run, request), request, options)
    with run.busy("drawing", rows=len(frame) * draws) as progress:
        found = draw(frame, book, draws=draws, seed=seed, sd=sd, progress=progress)
    table = found.table.assign(notes=with_benchmark_notes(found.table["notes"], frame))
    run.settled(table["outcome"])
    if sd is None:
        run.note("derived_deviation", DERIVED)
    low, high = np.quantile(found.sums, [PERCENTILES[0] / 100, PERCENTILES[-1] / 100])
    totals = {"expected_settlement": found.sums.mean(), "settlement_p05": low, "settlement_p95": high}
    if unknown := int((table["probability_not_calculable"] > 0).sum()):
        told = f"{unknown:,} of {len(table):,} ACOs have draws that are not calculable; see column notes"
        run.warn("not_calculable", told, rows=unknown)
    else:
        expected, lowest, highest = map(dollars, totals.values())
        run.note("all_together", f"all ACOs: expected settlement {expected}, 5th-95th percentile {lowest} to {highest}")
    rows = pd.concat([frame.drop(columns=table.columns, errors="ignore"), table], axis=1)
    return Result(rows, run.notices, pd.DataFrame([totals]))


def only_known(table: pd.DataFrame) -> pd.DataFrame:
    """A simulated table for showing probabilities alone: empty where some draw cannot be calculated."""
    names = ["probability_earn", "probability_owe"]
    return table.assign(**{name: table[name].mask(table["probability_not_calculable"] > 0) for name in names})
