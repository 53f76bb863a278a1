"""A performance year projected from CMS's in-year reports: the updated benchmark as it stands in a quarter."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aco_cli.engine.members import TYPES

ByType = Mapping[str, float]


@dataclass(frozen=True)
class Growth:
    """What the benchmark of a quarter rests on, by enrollment type: dollars per capita, weights, person years.

    `national` and `regional` are pairs of benchmark year 3 and now; `trend` is the prospective trend (ACPT), which
    counts with `trend_weight`, or None where that is 0.
    """

    adjusted: ByType
    national: tuple[ByType, ByType]
    regional: tuple[ByType, ByType]
    national_weight: ByType
    person_years: ByType
    trend: ByType | None
    trend_weight: float


def updated_benchmark(growth: Growth) -> float:
    """The updated benchmark per capita (42 CFR 425.652), without change of risk and guardrail."""
    people = sum(growth.person_years[kind] for kind in TYPES)
    total = 0.0
    for kind in TYPES:
        national = growth.national[1][kind] / growth.national[0][kind]
        regional = growth.regional[1][kind] / growth.regional[0][kind]
        weight = growth.national_weight[kind]
        update = weight * national + (1 - weight) * regional
        if growth.trend is not None:
            update = (1 - growth.trend_weight) * update + growth.trend_weight * growth.trend[kind]
        total += growth.person_years[kind] / people * update * growth.adjusted[kind]
    return total


def guarded_benchmark(growth: Growth) -> tuple[float, float, float]:
    """The benchmark that counts, that with and that without the prospective trend.

    The guardrail never lets the prospective trend lower the benchmark (42 CFR 425.652(b)).
    """
    both = updated_benchmark(growth), updated_benchmark(replace(growth, trend=None))
    return max(both), *both
