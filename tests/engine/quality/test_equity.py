"""The health equity adjustment: points of thirds times the underserved share, for whom it counts, and its most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.score import score
from aco_cli.engine.quality.thirds import with_thirds
from aco_cli.rules.book import RuleBook

RULES = RuleBook()
MakeRates = Callable[..., pd.DataFrame]

SUBJECTS = ("001", "134", "236", "CAHPS", "479", "484")
# A report by MIPS CQMs with 4 points for each of two measures: 46 of 60 points.
LOW = {"QualityID_001_MIPSCQM": 5.0, "QualityID_134_MIPSCQM": 100.0, "QualityID_236_MIPSCQM": 30.0}
NO_WEB = {f"QualityID_{each}_WI": None for each in ("001", "110", "112", "113", "134", "226", "236", "318")}


def thirds(*numbers: float | None) -> dict[str, Any]:
    return {f"third_{name}": number for name, number in zip(SUBJECTS, numbers, strict=True)}


@pytest.fixture
def adjusted(make_rates: MakeRates) -> Callable[..., pd.Series]:
    """The score with shares and thirds, less that without them: `adjusted(2023, {...})`."""

    def of(year: int, given: dict[str, Any]) -> float:
        base = NO_WEB | LOW if year < 2025 else LOW
        frames = [make_rates(year, **(base | extra)) for extra in (given, {})]
        with_equity, without = (score(frame, RULES)["quality_score"].iloc[0] for frame in frames)
        return float(with_equity - without)

    return of


TOP, MIDDLE, BOTTOM = (6 * [number] for number in (1.0, 2.0, 3.0))


@pytest.mark.parametrize(
    ("third", "shares", "points"),
    [
        # All six measures in the top third are worth 24 points, in the middle 12, in the bottom none.
        pytest.param(TOP, (0.30, 0.10), 7.2, id="the deprived areas' share is the higher"),
        pytest.param(TOP, (0.10, 0.30), 7.2, id="the share of low income is the higher"),
        pytest.param(MIDDLE, (0.50, None), 6.0, id="one share is enough"),
        pytest.param([1.0, 1.0, 2.0, 2.0, 3.0, 3.0], (0.25, 0.25), 3.0, id="mixed: 12 points"),
        pytest.param(BOTTOM, (0.90, 0.90), 0.0, id="the bottom third earns nothing"),
        pytest.param(TOP, (0.20, 0.0), 4.8, id="at the least share"),
        pytest.param(TOP, (0.1999, 0.0), 0.0, id="below the least share"),
        pytest.param(TOP, (0.2001, 0.0), 4.8024, id="above the least share"),
        pytest.param([1.0, 1.0, 1.0, 1.0, 1.0, 3.0], (0.50, 0.0), 10.0, id="exactly the most"),
        pytest.param(TOP, (0.50, 0.0), 10.0, id="more than the most"),
        pytest.param(TOP, (0.40, 0.0), 9.6, id="less than the most"),
    ],
)
def test_thirds_times_the_underserved_share(
    adjusted: Callable[..., float], third: list[float], shares: tuple[float, float | None], points: float
) -> None:
    """42 CFR 425.512(b)(3); CMS methodology v11, appendix G: 4, 2 or 0 points a measure, at most 10 together."""
    given = thirds(*third) | dict(zip(("adi_85_share", "lis_or_dual_share"), shares, strict=True))
    for year in (2023, 2024):
        assert adjusted(year, given) == pytest.approx(points / 100)


def test_the_adjusted_score_is_at_most_all(make_rates: MakeRates) -> None:
    best = {"QualityID_001_MIPSCQM": 5.0, "QualityID_134_MIPSCQM": 100.0, "QualityID_236_MIPSCQM": 90.0}
    rates = make_rates(2023, **NO_WEB, **best, **thirds(*TOP), adi_85_share=0.5)
    assert score(rates, RULES)["quality_score"].tolist() == [1.0]


def test_only_a_full_report_is_adjusted(make_rates: MakeRates) -> None:
    part = NO_WEB | LOW | {"QualityID_134_MIPSCQM": None}
    scores = [
        score(make_rates(2023, **part, **thirds(*TOP), **more), RULES)["quality_score"].iloc[0]
        for more in ({"adi_85_share": 0.4}, {})
    ]
    assert scores[0] == scores[1]


@pytest.mark.parametrize(("year", "points"), [(2024, 0.096), (2025, 0.096), (2026, 0.0)])
def test_medicare_cqms_count_from_2024_and_the_adjustment_ends_with_2025(
    year: int, points: float, make_rates: MakeRates
) -> None:
    """All in the top third: six measures in each year."""
    low = {"QualityID_001_MedicareCQM": 99.0, "QualityID_134_MedicareCQM": 1.0, "QualityID_236_MedicareCQM": 1.0}
    given = make_rates(year, **(NO_WEB if year < 2025 else {}), **low, **thirds(*TOP), third_112=1.0, adi_85_share=0.4)
    with_equity, without = (
        score(each, RULES)["quality_score"].iloc[0] for each in (given, given.drop(columns="adi_85_share"))
    )
    assert with_equity - without == pytest.approx(points)


def test_thirds_not_given_are_those_of_the_acos_in_the_files(make_rates: MakeRates) -> None:
    """Nine ACOs, of which the best three of a measure are the top third; a reversed measure the other way round."""
    rates = make_rates(
        2023,
        9,
        **NO_WEB,
        QualityID_236_MIPSCQM=[float(each) for each in range(10, 100, 10)],
        QualityID_001_MIPSCQM=[float(each) for each in range(10, 100, 10)],
    )
    found = with_thirds(rates, RULES)
    assert found["third_236"].tolist() == [3.0, 3.0, 3.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0]
    assert found["third_001"].tolist() == [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0]
    assert found["third_134"].isna().all()
    given = with_thirds(rates.assign(third_236=[1.0, *[np.nan] * 8]), RULES)
    assert given["third_236"].tolist() == [1.0, 3.0, 3.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0]


def test_one_aco_alone_has_the_same_score_as_among_all(make_rates: MakeRates) -> None:
    values = [30.0, 40.0, 50.0, 60.0, 70.0, 80.0]
    low = LOW | {"QualityID_236_MIPSCQM": values}
    filled = with_thirds(make_rates(2023, 6, **NO_WEB, **low, adi_85_share=0.3), RULES)
    whole = score(filled, RULES)
    assert whole["notes"].str.contains("thirds of the ACOs in the files").all()
    alone = [score(filled.iloc[[row]].reset_index(drop=True), RULES)["quality_score"].iloc[0] for row in range(6)]
    assert alone == whole["quality_score"].tolist()


def test_what_is_missing_is_told(make_rates: MakeRates) -> None:
    notes = score(make_rates(2023, **NO_WEB, **LOW), RULES)["notes"].iloc[0]
    assert "without health equity adjustment: adi_85_share and lis_or_dual_share are not given" in notes
    notes = score(make_rates(2023, **NO_WEB, **LOW, adi_85_share=0.3), RULES)["notes"].iloc[0]
    assert "without health equity adjustment: the third of a measure is not given" in notes
    assert "equity" not in score(make_rates(2026, adi_85_share=0.3), RULES)["notes"].iloc[0]
