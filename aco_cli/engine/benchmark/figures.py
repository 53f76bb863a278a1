"""What the benchmark starts from: figures of the roster, and of the files by period and enrollment type."""

from __future__ import annotations

from aco_cli.engine.benchmark.sheet import BENCHMARK_YEARS, PERIODS, TYPES
from aco_cli.engine.lines import Input

# Name, label, unit, CMS's letter in table 1, and the periods in which it may count.
_BY_TYPE = (
    ("person_years", "Person years", "years", "A2", PERIODS),
    ("per_capita", "Per capita expenditure", "USD", "B", PERIODS),
    ("risk_score", "Risk score", "score", "C", PERIODS),
    ("demographic_score", "Demographic risk score", "score", "", ("by3", "py")),
    ("national", "National expenditure", "USD", "", PERIODS),
    ("national_trend_factor", "Trend factor, as given", "ratio", "", ("by1", "by2")),
    ("national_update_factor", "Update factor, as given", "ratio", "", ("py",)),
    ("acpt_update_factor", "Accountable care prospective trend", "ratio", "", ("py",)),
    ("flat_dollar_update", "Flat-dollar update, as given", "USD", "", ("py",)),
    ("regional", "Risk-adjusted regional expenditure", "USD", "J", PERIODS),
    ("national_weight", "Weight of national growth", "fraction", "", ("by3", "py")),
    ("newly_share", "Share newly assigned", "fraction", "", ("py",)),
    ("newly_ratio", "Risk ratio of the newly assigned", "ratio", "", ("py",)),
    ("continuously_share", "Share continuously assigned", "fraction", "", ("py",)),
    ("continuously_ratio", "Risk ratio of the continuously assigned", "ratio", "", ("py",)),
    ("combined_risk_ratio", "Risk ratio, as given", "ratio", "", ("py",)),
)
FIGURES = tuple(name for name, *_ in _BY_TYPE)
ASSIGNED = "assigned_beneficiaries"
# The letters of figures of the performance year, which table 2 starts from.
_LETTERS_PY = {"risk_score": "B"}

ROSTER_INPUTS = (
    Input("agreement_period", "Agreement period", "number"),
    Input("regional_period", "Agreement periods subject to the regional adjustment", "number"),
    Input("prior_savings_per_capita", "Average prior savings per capita", "USD"),
    Input("months", "Months in the performance year", "number"),
)
# What a column of the roster says in other words.
DERIVED_INPUTS = (
    Input("starts_within_year", "Agreement starts within the performance year", "condition", is_choice=True),
)

_ASSIGNED_INPUTS = tuple(
    Input(f"{ASSIGNED}_{period}", f"Assigned beneficiaries, {period.upper()}", "persons", "A1")
    for period in BENCHMARK_YEARS
)


def _letter(name: str, letter: str, period: str) -> str:
    return letter if period in BENCHMARK_YEARS else _LETTERS_PY.get(name, "")


_TYPED_INPUTS = tuple(
    Input(f"{name}_{period}_{kind}", f"{label}, {period.upper()}, {told}", unit, _letter(name, letter, period))
    for name, label, unit, letter, periods in _BY_TYPE
    for period in periods
    for kind, told in TYPES.items()
)
INPUTS = (*ROSTER_INPUTS, *DERIVED_INPUTS, *_ASSIGNED_INPUTS, *_TYPED_INPUTS)
