"""Flat-dollar updates, which CMS did not publish, from the updated benchmarks that it did.

An updated benchmark is linear in the four dollar updates, one per enrollment type, once the risk ratios are known. CMS
does not publish those either, but the law fixes them for many ACOs: newly assigned beneficiaries count at the growth of
their risk scores, continuously assigned ones at demographic growth, or at that of their risk scores if it is lower (42
CFR 425.604(a)). Where it is, the ratio of a type is the growth of its published risk scores. Those ACOs agree on the
updates to within rounding, and the others, whose ratio is another, do not: the fit looks for the former.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from aco_cli.engine.benchmark.calibrate import HISTORICAL, Calibration, national_starts, reference_rows, together
from aco_cli.engine.benchmark.equations import KINDS, Equations, Figures, Floats, Model, spread
from aco_cli.rules.book import RuleBook

# Errors of some thirty independent roundings are normal: 99.7 % are within this many standard deviations.
LIMIT = 3.0
_DRAWS = 4000
_REFINED = 40
_ROUNDS = 30


def _growth_of_scores(figures: Figures) -> Figures:
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            f"combined_risk_ratio_py_{kind}": figures[f"risk_score_py_{kind}"] / figures[f"risk_score_by3_{kind}"]
            for kind in KINDS
        }


UPDATED = Model(
    line="updated_benchmark",
    published="published_update",
    unknowns=tuple(f"flat_dollar_update_py_{kind}" for kind in KINDS),
    rounded={
        **HISTORICAL.rounded,
        **{f"risk_score_py_{kind}": 0.0005 for kind in KINDS},
        **{f"person_years_py_{kind}": 0.5 for kind in KINDS},
    },
    derive=_growth_of_scores,
)
UPDATES = len(UPDATED.unknowns)


@dataclass(frozen=True)
class UpdateFit:
    """How the ACOs of one agreement start agree on the updates; US dollars per capita.

    Of `acos` in their first agreement with all figures, `agree` are within LIMIT standard deviations of rounding,
    `below` have less than recomputed and `above` more; `sd` and `rounding_sd` are those of the ACOs that agree. Where
    there are no updates, `refusal` says why.
    """

    start: pd.Timestamp
    acos: int
    agree: int = 0
    below: int = 0
    above: int = 0
    sd: float = np.nan
    rounding_sd: float = np.nan
    refusal: str = ""


def calibrate_updates(
    published: pd.DataFrame, trends: Calibration, book: RuleBook
) -> tuple[pd.DataFrame, tuple[UpdateFit, ...]]:
    """Flat-dollar updates as rows of a reference file, and a fit per agreement start that has trend factors.

    `published` has `published_update` (USD per capita) and the figures of the performance year beside those that
    `calibrate` takes. Standard errors are those that rounding leads to in the ACOs that agree.
    """
    rows, fits = [], []
    for frame, rules in national_starts(published, book):
        known = trends.reference[trends.reference["agreement_start"] == frame["agreement_start"].iloc[0]]
        if known.empty:
            continue
        first = (frame["agreement_period"] == 1).to_numpy()
        factors = dict(zip(HISTORICAL.unknowns, known["trend_factor"], strict=False))
        ours = frame[first].assign(**factors).reset_index(drop=True)
        reference, fit = _calibrate_start(Equations(UPDATED, ours, rules.only(first)))
        rows.append(reference)
        fits.append(fit)
    return together(rows), tuple(fits)


def _calibrate_start(equations: Equations) -> tuple[pd.DataFrame, UpdateFit]:
    usable, start = equations.usable, equations.frame["agreement_start"].iloc[0]
    fit = UpdateFit(start, int(usable.sum()))
    few = f"where {UPDATES} updates need more than {2 * UPDATES}"
    if fit.acos <= 2 * UPDATES:
        return pd.DataFrame(), replace(fit, refusal=f"{fit.acos} ACOs in a first agreement with all figures, {few}")
    # Rounding of person years moves the benchmark by cents for any update in sight: none will do.
    noise = equations.rounding(np.zeros(UPDATES))[1][usable]
    slopes, target = equations.slopes[usable] / noise[:, None], equations.target[usable] / noise
    updates = truncated_least_squares(slopes, target)
    residuals = target - slopes @ updates
    agree = np.abs(residuals) <= LIMIT
    if agree.sum() <= 2 * UPDATES:
        return pd.DataFrame(), replace(fit, refusal=f"{agree.sum()} ACOs that agree, {few}")
    fit = replace(
        fit,
        agree=int(agree.sum()),
        below=int((residuals < -LIMIT).sum()),
        above=int((residuals > LIMIT).sum()),
        sd=float(np.std((residuals * noise)[agree])),
        rounding_sd=float(np.sqrt(np.mean(noise[agree] ** 2))),
    )
    year, errors = equations.frame["performance_year"].iloc[0], spread(np.linalg.pinv(slopes[agree]))
    return reference_rows(equations.frame, "flat_dollar_update", updates, errors, year, fit.agree), fit


def truncated_least_squares(slopes: Floats, target: Floats) -> Floats:
    """The unknowns with the least sum of squared residuals, of which none counts for more than LIMIT squared.

    Equations are in units of their standard deviation. Exact solutions of a few equations each, drawn at random but the
    same for the same equations, are the starts; the best of them are refined by least squares on what is within LIMIT.
    """
    draws = np.random.default_rng(0).random((_DRAWS, len(target)))
    few = np.argsort(draws, axis=1)[:, : slopes.shape[1]]
    tried = (np.linalg.pinv(slopes[few]) @ target[few][..., None])[..., 0]
    best = tried[np.argsort(_cost(slopes, target, tried), kind="stable")[:_REFINED]]
    refined = np.stack([_refined(slopes, target, each) for each in best])
    return np.asarray(refined[np.argmin(_cost(slopes, target, refined))])


def _cost(slopes: Floats, target: Floats, unknowns: Floats) -> Floats:
    return np.asarray(np.minimum((target - unknowns @ slopes.T) ** 2, LIMIT**2).sum(axis=-1))


def _refined(slopes: Floats, target: Floats, unknowns: Floats) -> Floats:
    """Least squares on the equations within LIMIT, until they stay the same."""
    within = np.abs(target - slopes @ unknowns) <= LIMIT
    for _ in range(_ROUNDS):
        unknowns = np.asarray(np.linalg.lstsq(slopes[within], target[within])[0], dtype=np.float64)
        now = np.abs(target - slopes @ unknowns) <= LIMIT
        if np.array_equal(now, within):
            break
        within = now
    return unknowns
