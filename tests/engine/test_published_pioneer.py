"""The published points of the Pioneer model come out within the rounding of what was published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.reconcile import reconcile
from aco_cli.engine.settle import settle
from aco_cli.inputs.load import load
from aco_cli.inputs.years import Years
from aco_cli.rules.book import RuleBook

SAMPLE = Path(__file__).parents[2] / "sample_data" / "pioneer_published.csv"
BOOK = RuleBook()


@pytest.fixture(scope="module")
def roster() -> pd.DataFrame:
    """The published points; savings and payments are known within half a unit of their last published digit."""
    frame = load([str(SAMPLE)], Years.parse("all")).frame
    within = {"published_settlement_half_unit": "published_within", "benchmark_total_half_unit": "savings_within"}
    return frame.assign(**{name: frame[column].astype(np.float64) for name, column in within.items()})


def test_every_published_point_is_met_within_its_rounding(roster: pd.DataFrame) -> None:
    compared = reconcile(roster, BOOK)
    assert set(compared["class"]) <= {"exact", "rounding"}, compared.to_string()
    assert len(compared) == 13


def test_only_three_quarters_pay_montefiore_in_its_third_year(roster: pd.DataFrame) -> None:
    """Saved $13 million, paid $8.4 million at a quality of 86.21 %: 70 % of as much as $13.5 million is too little."""
    own = roster[(roster["aco_id"] == "montefiore") & (roster["performance_year"] == 2014)]
    found = [reconcile(own.assign(sharing_rate=rate), BOOK)["class"].item() for rate in (0.70, 0.75)]
    assert found == ["unexplained", "rounding"]


def test_the_tolerances_could_fail(roster: pd.DataFrame) -> None:
    """With a tenth more of sharing, payments leave their intervals."""
    compared = reconcile(roster.assign(sharing_rate=0.55), BOOK)
    assert (compared["class"] == "unexplained").sum() >= 5


def test_settlements_on_derived_or_assumed_values_say_so(roster: pd.DataFrame) -> None:
    table = settle(roster, BOOK, ("aco_id", "performance_year", "outcome", "notes"))
    notes = table.set_index(["aco_id", "performance_year"])["notes"]
    assert "depends on a derived parameter: Sequestration" in notes["montefiore", 2012]
    assert "Maximum sharing rate" not in notes["montefiore", 2012]  # 60 % in PY1 is published
    for point in (("montefiore", 2014), ("banner", 2015)):
        assert "depends on a derived parameter: Maximum sharing rate" in notes[point]
    assert "depends on an assumed parameter: Minimum savings and loss rate" in notes["partners", 2016]
    assert notes["atrius", 2012] == ""  # the 1 % corridor of PY1 is published, and nothing else decides


def test_what_the_roster_gives_wins_and_is_not_noted(roster: pd.DataFrame) -> None:
    given = roster.assign(sharing_rate=0.5, minimum_rate=0.02, payment_limit=0.01, loss_limit=0.01, loss_rate=0.25)
    table = settle(given, BOOK, ("settlement", "max_sharing_rate", "msr", "loss_limit", "shared_loss_rate", "notes"))
    assert (table["max_sharing_rate"] == 0.5).all()
    assert (table["msr"] == 0.02).all()
    assert (table["settlement"].abs() <= 0.01 * given["benchmark_total"]).all()
    assert not table["notes"].str.contains("sharing rate|payment limit \\(|Loss limit|loss rate", regex=True).any()
