"""A performance year projected from CMS's in-year reports: the updated benchmark as it stands in a quarter."""

from collections.abc import Mapping
from dataclasses import dataclass

# Enrollment types in CMS's order, in which they are added.
TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")

ByType = Mapping[str, float]


@dataclass(frozen=True)
class Growth:
    """What the benchmark of a quarter rests on, by enrollment type: dollars per capita, weights, person years.

    `national` and `regional` are pairs of benchmark year 3 and now; `trend` is the prospective trend (ACPT) or None.
    """

    adjusted: ByType
    national: tuple[ByType, ByType]
    regional: tuple[ByType, ByType]
    national_weight: ByType
    person_years: ByType
    trend: ByType | None = None


def updated_benchmark(growth: Growth, trend_weight: float = 0.0) -> float:
    """The updated benchmark per capita (42 CFR 425.652), without change of risk; `trend_weight` is that of the ACPT."""
    people = sum(growth.person_years[kind] for kind in TYPES)
    total = 0.0
    for kind in TYPES:
        national = growth.national[1][kind] / growth.national[0][kind]
        regional = growth.regional[1][kind] / growth.regional[0][kind]
        weight = growth.national_weight[kind]
        update = weight * national + (1 - weight) * regional
        if trend_weight and growth.trend is not None:
            update = (1 - trend_weight) * update + trend_weight * growth.trend[kind]
        total += growth.person_years[kind] / people * update * growth.adjusted[kind]
    return total


def guarded_benchmark(growth: Growth, trend_weight: float) -> tuple[float, float]:
    """The benchmarks with and without the prospective trend; the guardrail never lets it be the lower (425.652(b))."""
    return updated_benchmark(growth, trend_weight), updated_benchmark(growth)
