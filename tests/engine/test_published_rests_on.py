"""No settlement of a published year rests on a value that is not published."""

from __future__ import annotations

from pathlib import Path

import pytest

from aco_cli.engine.settle import settle
from aco_cli.inputs.load import load
from aco_cli.rules.book import RuleBook

YEARS = ("2014", "2015", "2017", "2018", "2020_lowercase", "2021", "2022", "2023", "2024")


@pytest.mark.parametrize("year", YEARS)
def test_published_settlements_rest_on_published_values(shared_data: Path, year: str) -> None:
    frame = load([str(shared_data / f"mssp_puf_{year}.csv")], None).frame
    found = settle(frame, RuleBook(), ("settlement", "notes", "is_warned"))
    assert len(found) > 300
    assert found["settlement"].notna().all()
    assert not found["is_warned"].any(), found["notes"][found["is_warned"]].tolist()
