"""CMS's county files: both styles of headings, hidden figures, and cells that are no figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.benchmark import read_counties

KINDS_2014 = ("ESRD", "Disabled", "Aged/Dual", "Aged/Non-Dual")


def write(path: Path, kinds: tuple[str, ...], row: str) -> str:
    names = [f"Per capita {k} expenditures,Average {k} HCC risk score,{k} person-years " for k in kinds]
    path.write_text("Year,State Name,County Name,State ID,County ID," + ",".join(names) + f"\n{row}\n")
    return str(path)


def test_both_styles_of_headings_are_read(tmp_path: Path) -> None:
    rest = ",1,1,1" * 3
    first = write(tmp_path / "a.csv", KINDS_2014, f"2014,Alabama,Autauga,01,000,$62899.22,0.98702,43.17{rest}")
    kinds_2018 = tuple(kind.upper() for kind in KINDS_2014)
    second = write(tmp_path / "b.csv", kinds_2018, f'2018,Alabama,Autauga,1,0,"64,732.8",0.93872,55.92{rest}')
    frame = read_counties([first, second])
    assert frame.index.tolist() == list(range(8))
    assert frame["type_order"].tolist() == [0, 1, 2, 3] * 2
    esrd = frame[frame["type_order"] == 0]
    assert esrd["calendar_year"].tolist() == [2014, 2018]
    assert esrd["county"].tolist() == ["01000", "01000"]
    assert set(frame["county"].str.len()) == {5}
    assert esrd["per_capita"].tolist() == [62899.22, 64732.8]
    assert esrd["county_person_years"].tolist() == [43.17, 55.92]


@pytest.mark.parametrize("mark", ["*", ".", "", " "])
def test_hidden_figures_are_blank(tmp_path: Path, mark: str) -> None:
    file = write(tmp_path / "a.csv", KINDS_2014, f"2014,Alaska,Bethel,02,050,{mark},{mark},{mark}" + ",1,1,1" * 3)
    assert read_counties([file])["per_capita"].isna().tolist() == [True, False, False, False]


def test_cells_that_are_no_figures_are_told_by_row(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", KINDS_2014, "2014,Alaska,Bethel,02,050,n/a,1,1" + ",1,1,1" * 3)
    column = "row 2, column Per capita ESRD expenditures"
    with pytest.raises(InputError, match=f"{column}: expected US dollars as a number, found 'n/a'") as caught:
        read_counties([file])
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("place", [",{},02,050", "2014,{},,050", "2014,{},02,*"])
def test_a_row_needs_its_year_and_county(tmp_path: Path, place: str) -> None:
    file = write(tmp_path / "a.csv", KINDS_2014, place.format("Alaska,Bethel") + ",1,1,1" * 4)
    with pytest.raises(InputError, match=r"row 2, column .*: expected a (whole )?number") as caught:
        read_counties([file])
    assert len(caught.value.problems) == 1


def test_a_county_twice_and_a_missing_column_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", KINDS_2014, "2014,Alaska,Bethel,02,050" + ",1,1,1" * 4)
    with pytest.raises(InputError, match="each county and year once"):
        read_counties([file, file])
    (tmp_path / "b.csv").write_text("Year,State ID\n2014,1\n")
    with pytest.raises(InputError, match="missing: County ID, Per capita ESRD expenditures"):
        read_counties([str(tmp_path / "b.csv")])


@pytest.mark.parametrize("year", [2014, 2018])
def test_the_scores_of_cms_files_are_renormalized(shared_data: Path, year: int) -> None:
    frame = read_counties([str(shared_data / f"county_ffs_{year}.csv")]).dropna()
    weighted = (frame["score"] * frame["county_person_years"]).groupby(frame["type_order"]).sum()
    means = weighted / frame.groupby("type_order")["county_person_years"].sum()
    assert means.tolist() == pytest.approx([1.0] * 4, abs=5e-4)
