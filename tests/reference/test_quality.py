"""The quality score written a second time, in plain Python from 42 CFR 425.502 and 425.512, on random points and rates.

None is what is not known. Figures are drawn from few values each, so that they stand on thresholds often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

import numpy as np
import pandas as pd

import aco_cli as aco
from aco_cli.engine.quality.columns import score_lines

# Of the national mean to 2020, then the percentile of MIPS scores that is the standard as well.
LEAST = dict(zip((2017, 2018), (0.9206, 0.9268), strict=True))
LEAST |= dict(zip(range(2021, 2027), (0.6169, 0.7063, 0.6576, 0.7705, 0.7670, 0.7385), strict=True))
EVERYBODY_AFFECTED = (2021, 2022, 2023)
EXACT = 1e-12

Given = dict[str, Any]
Answer = dict[str, Any]


def known(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def app_score(row: Given, year: int) -> Answer:
    """From 2021: points of the better route, bonus, improvement, equity, the least score, and both standards."""
    most_bonus, survey, most_improvement = (10.0, 2.0, 0.0) if year == 2021 else (0.0, 0.0, 0.1)
    bonus = min(known(row["given_bonus"], most_bonus), most_bonus)
    routes = [
        (points, number)
        for points, number in (
            (row["web_points"], row["web_measures"]),
            (row["other_points"], row["other_measures"]),
        )
        if points is not None
    ]
    underserved, scaler = (
        max(known(row["adi_85_share"], 0), known(row["lis_or_dual_share"], 0)),
        row["performance_scaler"],
    )
    adjusts = 2023 <= year <= 2025 and row["reports_all"] == 1 and scaler is not None and underserved >= 0.2
    equity = min(scaler * underserved / 100, 0.1) if adjusts else 0.0
    own = year_score = achievement = None
    improvement = complexity = 0.0
    if routes:
        points, number = max(routes, key=lambda each: (each[0] + bonus + survey) / (10 * each[1]))
        achievement, before = points / (10 * number), row["prior_achievement"]
        if before == 0:
            improvement = most_improvement if achievement > 0 else 0.0
        elif before is not None:
            improvement = min(max(most_improvement * (achievement - before) / before, 0), most_improvement)
        complexity = min(known(row["ecqms"], 0), number) if year >= 2025 else 0.0
        year_score = achievement + (bonus + survey + complexity) / (10 * number)
        own = min(min(year_score + improvement, 1) + equity, 1)
    affected = known(row["disaster_affected"], year in EVERYBODY_AFFECTED) == 1
    lifted = year >= 2025 and row["lacks_benchmark"] == 1 and row["reports_in_full"] == 1
    score = own
    if own is None and row["reported"] == 1:
        score = None
    elif affected or lifted:
        score = max(known(own, 0), LEAST[year])
    scored = score is not None and score >= LEAST[year]
    reporting = row["year_number"] == 1 and row["reports_in_full"] == 1
    measures = (
        year >= 2022
        and row["reports_all_cqms"] == 1
        and (row["cqm_outcomes_reached"] >= 1 and row["cqm_others_reached"] >= 1 and row["cqms_reached"] >= 2)
    )
    met = reporting or scored or measures
    sure = met or row["reported"] == 0 or (score is not None and row["lacks_cqms"] != 1)
    alternative = None
    if year >= 2023 and sure and not met:
        alternative = row["reported"] == 1 and row["outcomes_reached"] >= 1
    unseen = row["prior_achievement"] is None or row["prior_lacks_claims"] == 1
    equity_counts, shares = 2023 <= year <= 2025, (row["adi_85_share"], row["lis_or_dual_share"])
    within = year_score is not None and year_score + most_improvement >= LEAST[year]
    return {
        "achievement": achievement,
        "improvement": improvement,
        "year_score": year_score,
        "mips_score": None if year_score is None else min(year_score + improvement, 1),
        "equity_adjustment": equity,
        "own_score": own,
        "quality_score": score,
        "quality_standard_met": met if sure else None,
        "quality_alternative_met": alternative,
        "standard_in_doubt": (in_doubt := sure and not met and year >= 2022 and unseen and within),
        "improvement_in_doubt:when": in_doubt,
        "prior_incomplete:when": year >= 2022
        and row["prior_achievement"] is not None
        and row["prior_lacks_claims"] == 1,
        "cqms_lacking:when": not sure and score is not None,
        "equity_unknown:when": (
            equity_counts
            and (row["reports_all"] == 1 or row["lacks_cqms"] == 1)
            and score is not None
            and shares == (None, None)
        ),
        "thirds_unknown:when": equity_counts and row["reports_all"] == 1 and scaler is None and underserved >= 0.2,
        "complex_adjusted:when": complexity > 0,
        "percentile_used:when": sure,
        "nothing_scored:when": not routes,
        "least_score_used:when": affected and score == LEAST[year],
        "benchmark_missing:when": lifted and not affected and score == LEAST[year],
        "no_prior_year:when": year >= 2022 and row["prior_achievement"] is None and bool(routes),
    }


def app_row(random: Random, year: int) -> Given:
    """Scores near the percentile, on it where nothing but the least score is there, and everything about the ACO."""

    def points(number: int) -> float | None:
        near = random.choice((0.0, 3.0, LEAST[year] * 10, random.uniform(5, 9), random.uniform(3, 10)))
        return random.choice((None, *[near * number] * 2))

    web, other = random.randint(3, 12), random.randint(3, 9)
    web_points, other_points = points(web), points(other)
    yes = (1, 1, 0)
    return {
        **{"web_points": web_points, "web_measures": None if web_points is None else web},
        **{"other_points": other_points, "other_measures": None if other_points is None else other},
        "given_bonus": random.choice((None, 0.0, 4.0, 10.0, 12.0)),
        "prior_achievement": random.choice((None, 0.0, 0.5, 0.68, random.uniform(0.4, 0.9))),
        "ecqms": random.choice((None, 0.0, 1.0, 3.0, 9.0, 15.0)),
        "performance_scaler": random.choice((None, 0.0, 10.0, 24.0, 48.0)),
        "adi_85_share": random.choice((None, 0.0, 0.1, 0.2, 0.3, 0.6)),
        "lis_or_dual_share": random.choice((None, 0.0, 0.15, 0.2, 0.35)),
        **{name: random.choice(yes) for name in ("reports_all", "reports_in_full", "reports_all_cqms")},
        **{name: random.choice((0, 0, 1)) for name in ("lacks_cqms", "lacks_benchmark", "prior_lacks_claims")},
        "year_number": random.choice((None, 1.0, 2.0, 3.0, 4.0)),
        **{
            name: random.choice((0, 1, 2))
            for name in ("outcomes_reached", "cqm_outcomes_reached", "cqm_others_reached")
        },
        "cqms_reached": random.choice((1, 2, 3)),
        "reported": random.choice((1, 1, 1, 0)),
        "disaster_affected": random.choice((None, 0, 0, 1)),
    }


def four_domains(row: Given, year: int) -> Answer:
    """2014-2018: the mean of four domains, with the reward for improvement, and minimum attainment in each."""
    rewarded = year >= 2015 and known(row["year_number"], 0) > 1
    rewards = [known(each, 0) if rewarded else 0.0 for each in row["reward"]]
    domains = [
        min(points + reward, most) / most
        for points, reward, most in zip(row["points"], rewards, row["maximum"], strict=True)
    ]
    nothing = year == 2014 and row["reported"] == 0
    own = 0.0 if nothing else sum(domains) / 4
    affected, least = row["disaster_affected"] == 1, LEAST.get(year)
    return {
        "own_score": own,
        "quality_score": max(own, known(least, 0)) if affected else own,
        "quality_standard_met": (
            (row["year_number"] == 1 and row["reported"] == 1)
            or (row["reported"] == 1 and all(points > 0 for points in row["points"]))
            or (affected and least is not None)
        ),
        "first_year:when": row["year_number"] == 1,
        "year_number_missing:when": row["year_number"] is None,
        "nothing_reported:when": nothing,
        "least_score_used:when": affected and least is not None and least > own,
    }


def domain_row(random: Random, year: int) -> Given:
    most = [random.choice((8.0, 14.0, 16.0)) for _ in range(4)]
    points = [random.choice((0.0, each, *[random.uniform(0, each)] * 4)) for each in most]
    at_least = [each * LEAST.get(year, 0.9) for each in most]
    return {
        "points": random.choice((points, points, points, at_least)),
        "maximum": most,
        "reward": [random.choice((None, 0.0, 1.36, 4.0)) for _ in most],
        "year_number": random.choice((None, 1.0, 2.0, 3.0)),
        "reported": random.choice((1, 1, 0)),
        "disaster_affected": random.choice((None, 0, 1)),
    }


def as_column(values: list[Any]) -> np.ndarray:
    """Values of rows, or of domains of rows with the rows last, as numbers."""
    return np.array(values, dtype=np.float64).T


def test_app_scores_are_those_of_the_plain_calculation() -> None:
    compare("quality_deciles", range(2021, 2027), app_row, app_score)


def test_scores_of_four_domains_are_those_of_the_plain_calculation() -> None:
    compare("quality_percentiles", range(2014, 2019), domain_row, four_domains)


def compare(
    table: str,
    years: Iterable[int],
    draw: Callable[[Random, int], Given],
    plainly: Callable[[Given, int], Mapping[str, Any]],
) -> None:
    values: defaultdict[str, set[float]] = defaultdict(set)
    for year in years:
        random = Random(year)
        rows = [draw(random, year) for _ in range(2_000)]
        figures = {name: as_column([row[name] for row in rows]) for name in rows[0]}
        package = score_lines(aco.Rules(), year, table, figures)
        for name, column in pd.DataFrame([plainly(row, year) for row in rows]).items():
            found, expected = package[str(name)].astype(np.float64), as_column(column.to_list())
            if str(name).endswith(":when"):  # an unknown condition is one that does not hold
                found = np.nan_to_num(found)
            wrong = ~np.isclose(found, expected, rtol=0, atol=EXACT, equal_nan=True)
            at = int(np.argmax(wrong))
            assert not wrong.any(), (
                f"{year} {name}: {found[at]}, plainly {expected[at]}, {wrong.sum()} times\n{rows[at]}"
            )
            values[str(name)] |= set(np.nan_to_num(expected, nan=-1).tolist())
    assert {name for name, found in values.items() if len(found) == 1} == set()
