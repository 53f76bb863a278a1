"""The rules of quality scoring as they are listed: nothing is left out, everything has a source."""

from __future__ import annotations

import pytest

from aco_cli.rules.book import RuleBook
from aco_cli.rules.parameters import Status
from aco_cli.rules.quality import QualityRules
from aco_cli.rules.quality_listing import MEASURES, quality_entries, quality_values

RULES = QualityRules()


@pytest.mark.parametrize("each_measure", [True, False])
def test_every_value_names_a_source(each_measure: bool) -> None:
    book = RuleBook()
    values = list(quality_values(RULES, each_measure=each_measure))
    assert [entry.cite for _, entry in values if not book.sources_of(entry)] == []


@pytest.mark.parametrize("year", RULES.years)
def test_a_year_lists_all_its_measures_or_their_number(year: int) -> None:
    found = RULES.measures(year)
    assert found is not None
    assert found.measures.keys() <= quality_entries(RULES, year, each_measure=True).keys()
    together = quality_entries(RULES, year, each_measure=False)[MEASURES]
    assert together.value["measures"] == len(found.measures)
    assert sum(together.value.get(status.value, 0) for status in Status) == len(found.measures)


def test_a_measure_with_an_assumed_cut_is_no_surer_than_that() -> None:
    entry = quality_entries(RULES, 2014, each_measure=True)["ACO-10"]
    assert (entry.status, entry.note) == (Status.ASSUMED, "only cuts p80, p90 are assumed; the others are derived")
    assert quality_entries(RULES, 2014, each_measure=True)["ACO-12"].status is Status.DERIVED
