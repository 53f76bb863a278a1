"""Lines: from the points of measures to the quality score. Scores are fractions; nothing is rounded.

What rules give (maximum points, the least score) comes as columns of the values.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from aco_cli.engine.lines import Column, Function, Sheet, Values, evaluate, given_or
from aco_cli.rules.columns import RuleColumns
from aco_cli.rules.quality import DOMAINS

_CITE = "42 CFR 425.502"
_APP = "42 CFR 425.512"
_LABELS = dict(zip(DOMAINS, ("Patient experience", "Care coordination", "Preventive health", "At-risk"), strict=True))

_APP_OWN = "MIN(1,achievement+(survey_bonus+end_to_end_bonus)/(10*measures)+improvement)"

PERCENTILES = Sheet()
DECILES = Sheet()


def _domain(name: str) -> Function:
    def share(v: Values, _r: RuleColumns) -> Column:
        """Points and improvement reward, at most the domain's maximum, as a share of it."""
        points = getattr(v, f"{name}_points") + getattr(v, f"{name}_improvement")
        maximum = getattr(v, f"{name}_maximum")
        return np.asarray(np.minimum(points, maximum) / maximum)

    share.__name__ = name
    return share


for _name in DOMAINS:
    PERCENTILES.line(
        f"{_LABELS[_name]} domain",
        "fraction",
        formula=f"MIN({_name}_points+{_name}_improvement,{_name}_maximum)/{_name}_maximum",
        cite=_CITE,
    )(_domain(_name))


@PERCENTILES.line(
    "Score of its own",
    "fraction",
    formula="IF(AND(incomplete_is_zero,NOT(reported)),0,AVERAGE(patient_experience,care_coordination,preventive_health,at_risk))",
    cite=_CITE,
)
def own_score(v: Values, _r: RuleColumns) -> Column:
    """Mean of the four domains; nothing where incomplete reporting takes it all."""
    mean = (v.patient_experience + v.care_coordination + v.preventive_health + v.at_risk) / len(DOMAINS)
    return np.where(v.incomplete_is_zero & (v.reported == 0), 0.0, mean)


@DECILES.line("Achievement", "fraction", formula="measure_points/(10*measures)", cite=_APP)
def achievement(v: Values, _r: RuleColumns) -> Column:
    """Points of the measures scored, of 10 each."""
    return np.asarray(v.measure_points / (10 * v.measures))


@DECILES.line(
    "Improvement",
    "fraction",
    formula="MAX(0,MIN(most_improvement,most_improvement*(achievement-prior_achievement)/prior_achievement))",
    cite=_APP,
)
def improvement(v: Values, _r: RuleColumns) -> Column:
    """The relative rise of achievement over the prior year, of the most there is; none where that is unknown."""
    rise = (v.achievement - v.prior_achievement) / v.prior_achievement
    return np.nan_to_num(np.clip(v.most_improvement * rise, 0.0, v.most_improvement))


def app_own_score(v: Values, _r: RuleColumns) -> Column:
    """Achievement, bonus points and improvement, at most all."""
    bonus = (v.survey_bonus + v.end_to_end_bonus) / (10 * v.measures)
    return np.asarray(np.minimum(v.achievement + bonus + v.improvement, 1.0))


@PERCENTILES.line(
    "Quality score",
    "fraction",
    letter="R",
    formula="IF(affected,MAX(own_score,least_score),own_score)",
    cite=_CITE,
)
def quality_score(v: Values, _r: RuleColumns) -> Column:
    """The ACO's own score; where it is affected by circumstances, at least that of the year for these."""
    return np.where(v.affected == 1, np.maximum(v.own_score, given_or(v.least_score, v.own_score)), v.own_score)


def app_quality_score(v: Values, _r: RuleColumns) -> Column:
    """The ACO's own score; where it is affected by circumstances, also without report, at least that for these."""
    least = np.where(v.affected == 1, v.least_score, np.nan)
    return np.where(np.isnan(v.own_score) & (v.reported == 1), np.nan, np.fmax(v.own_score, least))


app_own_score.__name__, app_quality_score.__name__ = "own_score", "quality_score"
DECILES.line("Score of its own", "fraction", formula=_APP_OWN, cite=_APP)(app_own_score)
DECILES.line(
    "Quality score",
    "fraction",
    letter="R",
    formula="IF(affected,MAX(own_score,least_score),own_score)",
    cite=_APP,
)(app_quality_score)


def run(sheet: Sheet, values: Values) -> Values:
    """Compute the lines of a sheet in order. They take rules from columns, not from a table of rules."""
    return evaluate(sheet.lines, values, cast(RuleColumns, None))
