"""Every cut point of the packaged quality measures, against the benchmark files that they were taken from."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from aco_cli.rules.book import RuleBook
from aco_cli.rules.quality import DECILES, PERCENTILES, Measure

RULES = RuleBook()
DOMAINS = {
    "Patient/Caregiver Experience": "patient_experience",
    "Care Coordination/Patient Safety": "care_coordination",
    "Preventive Health": "preventive_health",
    "At-Risk Population": "at_risk",
}
PAID = ("pay_for_py1", "pay_for_py2", "pay_for_py3plus")
SUFFIXES = {
    "cmsWebInterface": "WI",
    "electronicHealthRecord": "eCQM",
    "registry": "MIPSCQM",
    "medicareCQM": "MedicareCQM",
}
# Of a cut point that scores do not tell, between which rates they place it.
_ASSUMED = re.compile(r"(p\d0) assumed, scores only place it in [\[(]([\w.]+), ([\w.]+)[\])]")
# Files of deciles and measures in them that are not in the measure set of ACOs of that year.
FILES = {
    "app_deciles_2021": (2021, ()),
    "app_deciles_2022": (2022, ()),
    "app_deciles_2023": (2023, ()),
    "app_deciles_2024": (2024, ()),
    "medicare_cqm_deciles_2024": (2024, ()),
    "app_plus_deciles_2025": (2025, ("QualityID_113_eCQM", "QualityID_113_MIPSCQM", "Measure_484")),
    "app_plus_deciles_2026": (2026, ()),
}


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "quality" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def measures_of(year: int) -> dict[str, Measure]:
    found = RULES.measures(year)
    assert found is not None
    return dict(found.measures)


def numbers(row: dict[str, str], names: Iterable[str]) -> list[float]:
    return [float(row[name]) for name in names if row[name]]


@pytest.mark.parametrize("year", [2014, 2016, 2017, 2018])
def test_every_percentile_cut_is_that_of_the_file(shared_data: Path, year: int) -> None:
    measures = measures_of(year)
    rows = {row["measure"]: row for row in rows_of(shared_data, f"measure_benchmarks_{year}")}
    assert rows.keys() == measures.keys()
    for name, row in rows.items():
        measure, paid = measures[name], [row[column] for column in PAID if row[column]]
        performs = "P" in paid
        assert (name, list(measure.cuts)) == (name, numbers(row, PERCENTILES) if performs else [])
        assert (name, measure.reporting_through) == (name, paid.index("P") if performs else 0)
        assert (name, measure.max_points) == (name, float(row["max_points"]))
        assert (name, measure.reversed) == (name, row["reversed"] == "1")
        assert (name, measure.domain) == (name, DOMAINS[row["domain"]])
        held = _ASSUMED.findall(row["note"])
        ends = {cut: tuple(None if end == "nan" else float(end) for end in ends) for cut, *ends in held}
        assert (name, dict(measure.assumed)) == (name, ends)


@pytest.mark.parametrize("file", FILES)
def test_every_decile_is_that_of_the_file(shared_data: Path, file: str) -> None:
    year, others = FILES[file]
    measures = measures_of(year)
    columns = ["p1", *(f"p{percent}" for percent in range(10, 100, 10))]
    for row in rows_of(shared_data, file):
        name = row["measure"].removesuffix("SSP")
        if row["collection"] in SUFFIXES:
            name = f"QualityID_{name}_{SUFFIXES[row['collection']]}"
        elif row["collection"] == "administrativeClaims":
            name = f"Measure_{name}"
        if name in others:
            assert name not in measures
            continue
        deciles = numbers(row, columns)
        assert (name, list(measures[name].deciles)) == (name, deciles)
        assert len(deciles) in (0, DECILES - 1, DECILES)
        assert (name, measures[name].reversed) == (name, row["reversed"] == "1")
        # As a note of the file says, one measure's first value starts decile 1, and decile 2 as prior year.
        as_prior = deciles[:-1] if row["note"].startswith("file lists 10 values") else []
        assert (name, list(measures[name].as_prior_year)) == (name, as_prior)
