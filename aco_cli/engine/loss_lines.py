"""Lines: the shared loss rate and the loss limit."""

from __future__ import annotations

import numpy as np

from aco_cli.engine.lines import Column, Sheet, Values, given_or
from aco_cli.rules.columns import RuleColumns

SHEET = Sheet()
line = SHEET.line


@line(
    "Quality share for losses",
    "fraction",
    formula=(
        "IF(AND(standard_decides,OR(quality_standard_met=1,quality_alternative_met=1)),quality_score,quality_share)"
    ),
    cite="42 CFR 425.606(f), 425.610(f)",
)
def loss_quality(v: Values, _r: RuleColumns) -> Column:
    """The quality score, also where the standard alone decides about savings; 0 where no standard is met."""
    met = (v.quality_standard_met == 1) | (v.quality_alternative_met == 1)
    return np.where(v.standard_decides & met, v.quality_score, v.quality_share)


@line(
    "Shared loss rate",
    "fraction",
    letter="U",
    formula=(
        'IF(is_two_sided,IF(ISNUMBER(loss_rate),loss_rate,IF(rules.loss_rate.basis="fixed",rules.loss_rate.rate,'
        "MIN(MAX(1-max_sharing_rate*loss_quality,rules.loss_rate.floor),rules.loss_rate.ceiling))),NA())"
    ),
    rule="loss_rate",
)
def shared_loss_rate(v: Values, r: RuleColumns) -> Column:
    """Fixed, or 1 - maximum sharing rate x quality within the track's floor and ceiling; the roster's rate wins."""
    by_quality = np.clip(
        1 - v.max_sharing_rate * v.loss_quality, r.number("loss_rate.floor"), r.number("loss_rate.ceiling")
    )
    by_track = np.where(r.flag("loss_rate.basis", "fixed"), r.number("loss_rate.rate"), by_quality)
    rate = given_or(v.loss_rate, by_track)
    return np.where(v.is_two_sided, rate, np.nan)


@line(
    "Benchmark share of the loss limit",
    "fraction",
    formula=(
        "IF(ISNUMBER(given_loss_limit),given_loss_limit,IF(AND(NOT(ISNUMBER(agreement_year)),"
        "-savings*shared_loss_rate<=NTH(rules.loss_limit.benchmark,1)*benchmark_total),"
        "NTH(rules.loss_limit.benchmark,1),NTH(rules.loss_limit.benchmark,agreement_year)))"
    ),
    rule="loss_limit",
)
def loss_limit_share(v: Values, r: RuleColumns) -> Column:
    """Limit as a fraction of the benchmark, by agreement year where the track has it so; the roster's wins.

    Where the agreement year is unknown, the lowest limit serves for losses inside it; beyond it the limit is unknown.
    """
    by_year = r.nth("loss_limit.benchmark", v.agreement_year)
    lowest = r.nth("loss_limit.benchmark", np.asarray(1.0))
    inside = -v.savings * v.shared_loss_rate <= lowest * v.benchmark_total
    by_track = np.where(np.isnan(by_year) & inside, lowest, by_year)
    return given_or(v.given_loss_limit, by_track)


@line(
    "Revenue-based loss limit applies",
    "condition",
    formula="AND(ISNUMBER(rules.loss_limit.revenue),NOT(ISNUMBER(given_loss_limit)),NOT(on_benchmark_limit))",
    rule="loss_limit",
)
def limited_by_revenue(v: Values, r: RuleColumns) -> Column:
    """The track has a limit on participants' revenue and the ACO is not on the benchmark-based one."""
    has = ~np.isnan(r.number("loss_limit.revenue")) & np.isnan(v.given_loss_limit)
    return has & ~v.on_benchmark_limit


@line(
    "Part of the year",
    "fraction",
    formula="IF(ISNUMBER(months),MIN(months,12)/12,1)",
    cite="42 CFR 425.609(b), (c)",
)
def part_of_year(v: Values, _r: RuleColumns) -> Column:
    """Half in the six-month performance years of 2019: of amounts that the roster gives for the calendar year."""
    return given_or(np.minimum(v.months, 12) / 12, np.asarray(1.0))


@line(
    "Loss limit",
    "USD",
    letter="BB",
    formula=(
        "IF(is_two_sided,IF(AND(limited_by_revenue,ISNUMBER(participant_revenue)),"
        "MIN(loss_limit_share*benchmark_total,rules.loss_limit.revenue*participant_revenue*part_of_year),"
        "loss_limit_share*benchmark_total),NA())"
    ),
    rule="loss_limit",
)
def loss_limit(v: Values, r: RuleColumns) -> Column:
    """The lesser of the benchmark share and, where revenue is known and counts, the revenue share."""
    by_benchmark = v.loss_limit_share * v.benchmark_total
    revenue = v.participant_revenue * v.part_of_year
    by_revenue = np.where(v.limited_by_revenue, r.number("loss_limit.revenue") * revenue, np.nan)
    return np.where(
        v.is_two_sided, np.where(np.isnan(by_revenue), by_benchmark, np.minimum(by_benchmark, by_revenue)), np.nan
    )
