"""`aco explain` on a terminal: the answer first, then what applies to the ACO, whoever it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import aco_cli as aco
from aco_cli.api.explain import worksheet_table
from aco_cli.api.roster import read_roster
from aco_cli.api.run import Run
from aco_cli.api.selection import requested
from aco_cli.engine.answer import answers
from aco_cli.engine.settle import settle
from aco_cli.outputs.worksheet_text import worksheet_text

YEARS = {2014: "", 2015: "", 2017: "", 2018: "", 2020: "_lowercase", 2021: "", 2022: "", 2023: "", 2024: ""}
NOT_FOR_READERS = re.compile(r"not part of|\b(?:IF|AND|OR|NOT|MAX|MIN|NA)\(|nan|unknown", re.IGNORECASE)
ONE_SIDED_ONLY = {"mlr", "mlr_amount", "shared_loss_rate", "loss_limit", "shared_losses", "owed_repayment"}


@pytest.fixture(scope="module")
def years(shared_data: Path) -> dict[int, Path]:
    return {year: shared_data / f"mssp_puf_{year}{suffix}.csv" for year, suffix in YEARS.items()}


@pytest.mark.parametrize("year", YEARS)
def test_any_aco_fits_a_screen_with_its_answer_first(year: int, years: dict[int, Path]) -> None:
    """One of each outcome and track, and the longest known: at most 40 lines of 80 columns, nothing of other tracks."""
    request = requested(years[year], year, {})
    frame = read_roster(Run(), request).reset_index(drop=True)
    ends = settle(frame, request.book, ("outcome", "track"))
    chosen = ends[
        ~ends.duplicated("outcome") | ~ends.duplicated("track") | frame["aco_id"].isin(["A3151", "A4588", "A2084"])
    ]
    told = answers(frame, request.book)
    for place, outcome, track in chosen.itertuples():
        aco_id = frame["aco_id"][place]
        table = worksheet_table(Run(), request, frame.loc[[place]].reset_index(drop=True), ())
        text = worksheet_text(table, [told[place]], 80)
        assert len(text) <= 40, (aco_id, len(text))
        assert max(map(len, text)) <= 80
        sentence = told[place].split(". ")[0].removesuffix(".")
        assert sentence in " ".join(text[:3]), aco_id
        assert not NOT_FOR_READERS.search("\n".join(text)), (aco_id, outcome)
        applies = set(table.loc[table["applies"], "line"])
        if track in ("track-1", "basic-a", "basic-b"):
            assert not applies & ONE_SIDED_ONLY, aco_id
        else:
            assert "The most it could owe is" in told[place], aco_id


def test_answer_and_branches_of_an_aco_that_earned(years: dict[int, Path]) -> None:
    found = aco.explain(years[2022], "A1540", 2022)
    text = worksheet_text(found.table, found.answers, 80)
    assert text[:2] == [
        "A1540 earned $2,883,145.50 for 2022: it saved 7.43% where 3.36% was needed; 40%",
        "of $7,354,963, less 2% sequestration.",
    ]
    assert "V  Shared savings               $2,941,985.20  $7,354,963 x 40%" in text
    assert "P  Savings meet the minimum               yes  $7,354,963 >= $3,323,206.94" in text
    assert "Above the minimum savings rate: $4,031,756.06 (4.07 points); falling below it" in text
    lines = [line for line in text if line[:1].isupper() and line[1:3] == "  "]
    assert [line[0] for line in lines] == list("AHGILNPQSTVWXY")
    assert not any("K" in line[:2] or "GG" in line[:2] for line in text)
    everything = worksheet_text(found.table, found.answers, 80, everything=True)
    assert any(line.startswith("GG") for line in everything)
    assert not any("--all" in line for line in everything)


def test_years_stand_side_by_side_as_wide_as_the_screen(years: dict[int, Path]) -> None:
    found = aco.explain([years[2021], years[2022], years[2023]], "A1540", "2021-2023")
    text = worksheet_text(found.table, found.answers, 80)
    assert sum(line.startswith("A1540 earned") for line in text) == 3
    assert any(line.split() == ["2021", "2022", "2023"] for line in text)
    settlement = next(line.split() for line in text if line.strip().startswith("Settlement"))
    assert settlement == ["Settlement", "$0", "$2,883,145", "$1,738,781"]
    narrow = worksheet_text(found.table, found.answers, 60)
    assert max(map(len, narrow)) <= 60
    assert sum(line.strip().startswith("Settlement") for line in narrow) == 2


def test_what_is_changed_stands_beside_what_is(years: dict[int, Path]) -> None:
    found = aco.explain(years[2022], "A1540", 2022, change={"expenditure_total": 96_000_000})
    assert list(found.table["scenario"].unique()) == ["unchanged", "changed"]
    text = worksheet_text(found.table, found.answers, 80)
    assert text[0].startswith("2022 unchanged: A1540 earned $2,883,145.50")
    assert "2022 changed: A1540 earned nothing for 2022: it saved 2.98% where 3.36% was" in text
