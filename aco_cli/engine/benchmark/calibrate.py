"""National trend factors, which CMS did not publish, from the historical benchmarks that it did.

A historical benchmark is linear in the trend factors of its two earlier benchmark years and four enrollment types:
every ACO of an agreement start is one equation with the same eight unknowns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from aco_cli.engine.benchmark.compute import RULES, eras
from aco_cli.engine.benchmark.equations import HALF_DOLLAR, KINDS, Equations, Floats, Model, spread
from aco_cli.engine.lines.situations import Situations
from aco_cli.engine.members import BENCHMARK_YEARS, EARLIER, TYPES
from aco_cli.rules.book import RuleBook

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)

_PRIOR_SAVINGS = "prior_savings_per_capita"
# CMS prints dollars and person years whole and risk scores to 0.001: each is within half a unit of what it used.
HISTORICAL = Model(
    line="adjusted_benchmark",
    published="published_benchmark",
    unknowns=tuple(f"national_trend_factor_{period}_{kind}" for period in EARLIER for kind in KINDS),
    rounded={
        f"{figure}_{period}_{kind}": half
        for figure, half in (("per_capita", HALF_DOLLAR), ("risk_score", 0.0005))
        for period in BENCHMARK_YEARS
        for kind in KINDS
    }
    | {f"person_years_by3_{kind}": 0.5 for kind in KINDS}
    | {_PRIOR_SAVINGS: HALF_DOLLAR},
)
FACTORS = len(HISTORICAL.unknowns)
_IDENTITY = ("aco_id", "aco_name", "performance_year", "agreement_start", "agreement_period", "published_benchmark")


@dataclass(frozen=True)
class Fit:
    """How well the ACOs of one agreement start fit; US dollars per capita.

    `acos` have all figures, `first` of them are in their first agreement, `within` are within their bound. `sd` is the
    standard deviation of their residuals, `rounding_sd` what rounding alone leads to; `quantiles` are those of
    QUANTILES. Where there are no factors, `refusal` says why and the rest is empty.
    """

    start: pd.Timestamp
    acos: int
    first: int
    within: int = 0
    sd: float = np.nan
    rounding_sd: float = np.nan
    quantiles: tuple[float, ...] = ()
    refusal: str = ""


@dataclass(frozen=True)
class Calibration:
    """Factors as rows of a reference file, a residual per ACO, and a Fit per agreement start.

    `others` counts the ACOs that say nothing of a national trend, as theirs is another.
    """

    reference: pd.DataFrame
    residuals: pd.DataFrame
    fits: tuple[Fit, ...]
    others: int


def calibrate(published: pd.DataFrame, book: RuleBook) -> Calibration:
    """National trend factors of each agreement start by least squares on the published historical benchmarks.

    `published` has one row per ACO of a performance year: `agreement_start`, `published_benchmark` (USD per capita) and
    the inputs of the benchmark by name (`risk_score_by1_esrd`). Standard errors are those that rounding leads to.
    """
    starts = list(national_starts(published, book))
    results = [_calibrate_start(Equations(HISTORICAL, frame, rules)) for frame, rules in starts]
    references, residuals, fits = zip(*results, strict=True) if results else ((), (), ())
    others = len(published) - sum(len(frame) for frame, _ in starts)
    return Calibration(together(references), together(residuals), fits, others)


def national_starts(published: pd.DataFrame, book: RuleBook) -> Iterator[tuple[pd.DataFrame, Situations]]:
    """The ACOs whose benchmark years are trended nationally, with their rules, by agreement start."""
    frame = _with_period(published, book)
    rules, known = eras(frame, book)
    trends = [entry.value if entry else None for entry in rules.entries("trend")]
    national = np.array([trend == "national" for trend in trends])[rules.codes]
    frame, rules = frame[known][national], rules.only(national)
    for rows in frame.groupby("agreement_start").indices.values():
        yield frame.iloc[rows].reset_index(drop=True), rules.only(rows)


def together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all frames that have some."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _with_period(frame: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """Agreement periods where the file has none: before the first renewals there were only first agreements."""
    found = [book.in_force(each)["era"].value for each in book.situations() if each.program == RULES]
    renewals = min(pd.Timestamp(era["from"]) for era in found if era["last_period"] > 1)
    first = (frame["agreement_start"] < renewals).map({True: 1.0, False: np.nan})
    return frame.assign(agreement_period=frame.get("agreement_period", first).fillna(first))


def _calibrate_start(equations: Equations) -> tuple[pd.DataFrame, pd.DataFrame, Fit]:
    """Reference rows, residuals and fit."""
    frame, usable = equations.frame, equations.usable
    slopes = equations.slopes[usable]
    first = int((frame["agreement_period"][usable] == 1).sum())
    fit = Fit(frame["agreement_start"].iloc[0], len(slopes), first, refusal=_refusal(slopes))
    if fit.refusal:
        return pd.DataFrame(), _residuals(equations, np.full(FACTORS, np.nan), fit.refusal), fit
    factors = np.linalg.lstsq(slopes, equations.target[usable])[0]
    residuals = _residuals(equations, factors)
    noise = residuals["rounding_sd"].to_numpy()[usable]
    inverse = np.linalg.pinv(slopes)
    # What is left of the roundings after a fit has followed them as far as eight factors can.
    left = np.eye(len(slopes)) - slopes @ inverse
    misses = residuals["residual"][usable]
    fit = replace(
        fit,
        within=int(residuals["within_bound"].sum()),
        sd=float(misses.std(ddof=0)),
        rounding_sd=float(np.sqrt(np.mean(spread(left * noise) ** 2))),
        quantiles=tuple(misses.quantile(list(QUANTILES))),
    )
    residuals["factor_error"] = spread(equations.slopes @ inverse * noise)
    itself = np.ones(len(TYPES))  # the trend of BY3 to itself
    values, errors = np.append(factors, itself), np.append(spread(inverse * noise), itself - 1)
    # The benchmark years are the three before the agreement (42 CFR 425.602(a), 425.603).
    years = np.repeat(np.arange(fit.start.year - len(BENCHMARK_YEARS), fit.start.year), len(TYPES))
    return reference_rows(frame, "trend_factor", values, errors, years, fit.acos), residuals, fit


def _refusal(slopes: Floats) -> str:
    if len(slopes) <= FACTORS:
        return f"{len(slopes)} ACOs with all figures, where {FACTORS} factors need more than {FACTORS}"
    if np.linalg.matrix_rank(slopes) < FACTORS:
        return f"{len(slopes)} ACOs that are too similar to estimate {FACTORS} factors apart"
    return ""


def _residuals(equations: Equations, factors: Floats, refusal: str = "") -> pd.DataFrame:
    """One row per ACO, in the order given; blank where its figures or the factors are unknown, with a note."""
    frame = equations.frame
    recomputed = equations.recompute(factors)
    residual = frame["published_benchmark"] - recomputed
    bound, noise = equations.rounding(factors)
    return frame[[name for name in _IDENTITY if name in frame]].assign(
        recomputed_benchmark=recomputed,
        residual=residual,
        bound=bound,
        rounding_sd=noise,
        factor_error=np.nan,
        within_bound=(residual.abs() <= bound).astype("float64").where(residual.notna()),
        notes=_blanks(equations).mask(equations.usable, refusal),
    )


def _blanks(equations: Equations) -> pd.Series:
    """The figures that each ACO lacks, in words."""
    names = [name for name in equations.rounded if name != _PRIOR_SAVINGS] + ["published_benchmark"]
    words = np.array([f", {name}" for name in names], dtype=object)
    lacks = equations.frame[names].isna().to_numpy().astype(object) @ words
    return "blank: " + pd.Series(lacks, dtype="str").str[2:].replace("", _PRIOR_SAVINGS)


def reference_rows(
    frame: pd.DataFrame, figure: str, values: Floats, errors: Floats, calendar_year: Any, acos: int
) -> pd.DataFrame:
    """Rows of a reference file by enrollment type, with a figure that fits so many ACOs of the frame."""
    return pd.DataFrame(
        {
            "performance_year": frame["performance_year"].iloc[0],
            "agreement_start": frame["agreement_start"].iloc[0],
            "calendar_year": calendar_year,
            "enrollment_type": [*TYPES] * (len(values) // len(TYPES)),
            figure: values,
            "standard_error": errors,
            "acos": acos,
        }
    )
