"""CCLF record layouts: as CMS's information packet has them, without gaps, and known by the names of files."""

import csv
from datetime import date
from itertools import groupby
from pathlib import Path

import pytest

from aco_cli.inputs.claims.cclf import CCLF_KINDS, cclf_name

PACKET = Path(__file__).parents[4] / "shared" / "data" / "cclf" / "layout_v36.csv"


@pytest.mark.parametrize("kind", CCLF_KINDS.values(), ids=lambda kind: f"CCLF{kind.name}")
def test_fields_follow_one_another_to_the_end_of_the_record(kind) -> None:
    ends = [field.start + field.width for field in kind.fields]
    assert [field.start for field in kind.fields] == [1, *ends[:-1]]
    assert ends[-1] - 1 == kind.length
    assert all(field.width == 10 for field in kind.fields if field.type == "date")


@pytest.mark.skipif(not PACKET.exists(), reason="the transcription of CMS's information packet is not there")
def test_layouts_are_those_of_the_information_packet() -> None:
    rows = list(csv.DictReader(PACKET.open(encoding="utf-8")))
    packet = {
        kind.removeprefix("CCLF"): [(row["field"].strip("…"), int(row["start"]), int(row["end"])) for row in of_kind]
        for kind, of_kind in groupby(rows, lambda row: row["file"])
        if kind != "CCLF0"  # cells with labels, not records
    }
    declared = {
        name: [(field.name, field.start, field.start + field.width - 1) for field in kind.fields]
        for name, kind in CCLF_KINDS.items()
    }
    assert declared == packet


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("P.A1234.ACO.ZC1Y23.D230215.T1234567", ("1", date(2023, 2, 15))),
        ("feed/P.A1234.ACO.ZCAR22.D230415.T0000000.gz", ("A", date(2023, 4, 15))),
        ("p.a1234.aco.zc8y23.d230215.t1234567.txt", ("8", date(2023, 2, 15))),
        ("P.A1234.ACO.ZC1Y23.D231315.T1234567", None),
        ("P.A1234.ACO.ZCXY23.D230215.T1234567", None),
        ("claims.csv", None),
    ],
)
def test_a_name_tells_kind_and_delivery(name: str, expected: tuple | None) -> None:
    assert cclf_name(name) == expected
