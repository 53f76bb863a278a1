"""Shapes in which people hold feeds: read as they are meant, refused, or told of; never silently something else."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import aco_cli as aco
from aco_cli.errors import AcoError
from aco_cli.inputs.claims.cclf import CCLF_KINDS

ANN, BOB, OLD = "1S01E00AA11", "1S02E00AA22", "1T02E00AA22"
DOLLARS = (
    10_000 + 250 + 100 + 50 + 70 + 40
)  # in no year of sequestration; Bob's 300 are taken back, and put right to 250
Records = dict[str, list[dict[str, str]]]


def header(number: int, bene: str, kind: str, day: str, paid: str, code: str = "0") -> dict[str, str]:
    claim = {"CUR_CLM_UNIQ_ID": f"{number:013}", "BENE_MBI_ID": bene, "CLM_TYPE_CD": kind, "CLM_ADJSMT_TYPE_CD": code}
    return {**claim, "PRVDR_OSCAR_NUM": "100001", "CLM_FROM_DT": day, "CLM_THRU_DT": day, "CLM_PMT_AMT": paid}


def line(number: int, place: str, bene: str, kind: str, day: str, paid: str) -> dict[str, str]:
    claim = {"CUR_CLM_UNIQ_ID": f"{number:013}", "BENE_MBI_ID": bene, "CLM_TYPE_CD": kind, "CLM_ADJSMT_TYPE_CD": "0"}
    codes = {"CLM_CARR_PMT_DNL_CD": "1", "CLM_PRCSG_IND_CD": "A", "CLM_LINE_HCPCS_CD": "99213"}
    return {**claim, **codes, "CLM_LINE_NUM": place, "CLM_LINE_THRU_DT": day, "CLM_LINE_CVRD_PD_AMT": paid}


def records() -> Records:
    return {
        "1": [
            header(1, ANN, "60", "2021-03-10", "10000.00"),
            header(2, BOB, "40", "2021-06-10", "300.00"),
            header(3, BOB, "40", "2021-06-10", "300.00", "1"),
            header(4, BOB, "40", "2021-06-10", "250.00", "2"),
        ],
        "5": [
            line(5, "1", ANN, "71", "2021-02-02", "100.00"),
            line(5, "2", ANN, "71", "2021-02-02", "50.00"),
            line(6, "1", OLD, "72", "2021-07-02", "70.00"),
        ],
        "6": [line(7, "1", BOB, "81", "2021-08-02", "40.00")],
        "9": [renamed(OLD, BOB)],
    }


def renamed(old: str, new: str) -> dict[str, str]:
    return {"HICN_MBI_XREF_IND": "M", "CRNT_NUM": new, "PRVS_NUM": old}


def members(**changed: str) -> list[dict[str, str]]:
    usual = {"BENE_AGE": "70", "BENE_MDCR_STUS_CD": "10", "BENE_DUAL_STUS_CD": "NA", "BENE_ENTLMT_BUYIN_IND": "3"}
    return [{"BENE_MBI_ID": bene, **usual, **changed} for bene in (ANN, BOB)]


def text(kind: str, rows: list[dict[str, str]], end: str = "\n", fill: str = "") -> str:
    fields = CCLF_KINDS[kind].fields
    return "".join("".join(row.get(each.name, fill).ljust(each.width) for each in fields) + end for row in rows)


def table(kind: str, rows: list[dict[str, str]], mark: str = ",", names: list[str] | None = None) -> str:
    names = names or [each.name for each in CCLF_KINDS[kind].fields]
    return "\n".join([mark.join(names), *(mark.join(row.get(name, "") for name in names) for row in rows), ""])


def name(kind: str, day: str = "D220215", time: str = "T0000001") -> str:
    return f"P.A1234.ACO.ZC{kind}Y21.{day}.{time}"


def put(folder: Path, made: Records, write: Callable[[str, list[dict[str, str]]], str] = text) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in made.items():
        (folder / name(kind)).write_text(write(kind, rows), newline="")


def changed(kind: str, at: int = 0, **fields: str) -> Records:
    made = records()
    made[kind][at] |= fields
    return made


def also(kind: str, *rows: dict[str, str]) -> Records:
    return {**records(), kind: [*records().get(kind, []), *rows]}


def without(kind: str) -> Records:
    return {each: rows for each, rows in records().items() if each != kind}


def named(folder: Path, form: str, write: Callable[[str, list[dict[str, str]]], str | bytes]) -> None:
    folder.mkdir()
    for kind, rows in records().items():
        written = write(kind, rows)
        (folder / form.format(kind=kind)).write_bytes(written if isinstance(written, bytes) else written.encode())


def archive(folder: Path) -> None:
    folder.mkdir()
    with zipfile.ZipFile(folder / "P.A1234.ACO.ZCY21.D220215.T0000001", "w") as file:
        for kind, rows in records().items():
            file.writestr(f"2022/{name(kind).lower()}", text(kind, rows))
        file.writestr("__MACOSX/._readme", "x")


def twice(folder: Path, other: Callable[[str], str]) -> None:
    put(folder, records())
    for kind, rows in records().items():
        (folder / other(kind)).parent.mkdir(exist_ok=True)
        (folder / other(kind)).write_text(text(kind, rows))


def monthly(folder: Path, months: range, **changed: str) -> None:
    put(folder, records())
    for month in months:
        (folder / name("8", f"D21{month:02}15")).write_text(text("8", members(**changed)))


def demonstration(**fields: str) -> Records:
    row = {"CUR_CLM_UNIQ_ID": f"{5:013}", "CLM_LINE_NUM": "1", "CLM_TYPE_CD": "71", "CLM_PBP_RDCTN_AMT": "7.00"}
    return also("B", row | fields)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[float | None, str]]:
    """Dollars that count, and all that is told; None for what is refused."""
    lines = [f"{bene},2021-{m:02},0,70,NA,1,1,0,1,1.0" for bene in (ANN, BOB) for m in range(1, 13)]
    columns = "bene_id,month,esrd,age,dual_status,part_a,part_b,health_plan,alive,risk_score"
    (tmp_path / "enrollment.csv").write_text("\n".join([columns, *lines, ""]))
    lines = [f"A1,2021,PY,2021,{bene}" for bene in (ANN, BOB)]
    (tmp_path / "assignment.csv").write_text(
        "\n".join(["aco_id,performance_year,period,calendar_year,bene_id", *lines, ""])
    )
    lines = [f"2021,2021,{kind},900000,1" for kind in ("esrd", "disabled", "aged-dual", "aged-nondual")]
    columns = "performance_year,calendar_year,enrollment_type,truncation_threshold,mean_risk_score"
    (tmp_path / "reference.csv").write_text("\n".join([columns, *lines, ""]))

    def compute(make: Callable[[Path], Any], *, enrollment: bool = True) -> tuple[float | None, str]:
        make(tmp_path / "feed")
        files: dict[str, Any] = {each: tmp_path / f"{each}.csv" for each in ("assignment", "reference")}
        if enrollment:
            files["enrollment"] = tmp_path / "enrollment.csv"
        try:
            found = aco.expenditures(2021, cclf=tmp_path / "feed", **files)
        except AcoError as error:
            return None, str(error)
        per_capita = found.table["per_capita_expenditure"].fillna(0)
        dollars = (per_capita * found.table["person_years"]).sum() / 1.013
        return round(dollars, 2), "\n".join(map(str, found.notices))

    return compute


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda at: put(at, records(), lambda k, r: text(k, r, "\r\n")), id="line ends of Windows"),
        pytest.param(lambda at: put(at, records(), lambda k, r: text(k, r)[:-1]), id="no line end at the end"),
        pytest.param(lambda at: put(at, records(), lambda k, r: text(k, r, "XYZ12\n")), id="fields of a later version"),
        pytest.param(lambda at: put(at, records(), lambda k, r: text(k, r, fill="~")), id="~ in fields without value"),
        pytest.param(archive, id="an archive without ending, folders in it, names in lower case"),
        pytest.param(lambda at: twice(at, lambda k: name(k, "D220315")), id="all again in the next delivery"),
        pytest.param(lambda at: twice(at, lambda k: name(k).replace("A1234", "A9999")), id="in two ACOs' feeds"),
        pytest.param(lambda at: twice(at, lambda k: f"copy/{name(k)}.txt"), id="a copy in a folder below"),
        pytest.param(lambda at: named(at, "cclf{kind}.csv", table), id="tables named by kind"),
        pytest.param(lambda at: named(at, "{kind}.txt", lambda k, r: table(k, r, "|")), id="tables known by columns"),
        pytest.param(
            lambda at: named(at, name("{kind}") + ".gz", lambda k, r: gzip.compress(text(k, r).encode())),
            id="compressed",
        ),
        pytest.param(lambda at: put(at, changed("5", CLM_PRCSG_IND_CD="~", CLM_CARR_PMT_DNL_CD="~")), id="~ for codes"),
        pytest.param(lambda at: put(at, changed("1", CLM_MDCR_NPMT_RSN_CD="~")), id="~ is no reason of non-payment"),
        pytest.param(
            lambda at: put(at, also("5", records()["5"][0] | {"CLM_IDR_LD_DT": "2021-09-01"})),
            id="a line loaded once more",
        ),
        pytest.param(lambda at: put(at, also("7", {"CLM_LINE_BENE_PMT_AMT": "9.00"})), id="with Part D"),
        pytest.param(
            lambda at: put(at, also("9", renamed(OLD, "1U"), renamed("1U", BOB))),
            id="a chain of identifiers, and its end",
        ),
    ],
)  # fmt: skip
def test_what_is_meant_is_read(run: Any, make: Callable[[Path], Any]) -> None:
    assert run(make)[0] == DOLLARS


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(lambda at: put(at, records(), lambda k, r: text(k, r)[1:]), "row 1: expected a record", id="cut"),
        pytest.param(lambda at: put(at, records(), lambda k, r: f"A\n{text(k, r)}"), "expected a record", id="title"),
        pytest.param(lambda at: put(at, changed("1", CLM_PMT_AMT="1000000")), "decimal point", id="whole cents"),
        pytest.param(lambda at: put(at, changed("1", 2, CLM_PMT_AMT="-300.00")), "mostly negative", id="signed"),
        pytest.param(lambda at: put(at, changed("1", CLM_PMT_AMT="0000000001000{")), "US dollars", id="overpunched"),
        pytest.param(lambda at: put(at, changed("1", CLM_PMT_AMT="100.00-")), "US dollars", id="a sign behind"),
        pytest.param(lambda at: put(at, changed("1", CLM_PMT_AMT="")), "expected a value", id="no amount"),
        pytest.param(lambda at: put(at, changed("1", CLM_THRU_DT="0000-00-00")), "a date", id="no date"),
        pytest.param(lambda at: put(at, changed("1", CLM_ADJSMT_TYPE_CD="9")), "0, 1 or 2", id="another adjustment"),
        pytest.param(lambda at: put(at, {"9": records()["9"]}), "CCLF1, CCLF5 or CCLF6", id="no claims"),
        pytest.param(lambda at: put(at, also("9", renamed(BOB, OLD))), "lead back", id="a loop of identifiers"),
        pytest.param(
            lambda at: put(at, also("A", *({"CUR_CLM_UNIQ_ID": "1", "CLM_PBP_RDCTN_AMT": n} for n in ("1.0", "2.0")))),
            "one reduction", id="two reductions of a claim",
        ),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_refused(run: Any, make: Callable[[Path], Any], told: str) -> None:
    dollars, messages = run(make)
    assert dollars is None
    assert told in messages
    assert "cannot be worked on" not in messages


@pytest.mark.parametrize(
    ("make", "dollars", "told"),
    [
        pytest.param(lambda at: put(at, without("9")), DOLLARS - 70,
                     "1 rows with $70.00 are of beneficiaries without enrollment records", id="no CCLF9"),
        pytest.param(lambda at: put(at, without("5")), DOLLARS - 220,
                     "no CCLF5 in the feed", id="no CCLF5"),
        pytest.param(lambda at: put(at, demonstration()), DOLLARS + 7, "", id="a reduction"),
        pytest.param(lambda at: put(at, demonstration(CUR_CLM_UNIQ_ID="5", CLM_LINE_NUM="0000000001")), DOLLARS + 7, "",
                     id="a reduction, numbers with other zeros"),
        pytest.param(lambda at: put(at, demonstration(CUR_CLM_UNIQ_ID="99")), DOLLARS,
                     "1 reductions of CCLFB with $7.00 are of no claim in the feed", id="a reduction of no claim"),
        pytest.param(lambda at: put(at, changed("5", CLM_LINE_THRU_DT="9999-12-31")), DOLLARS - 100,
                     "1 rows with $100.00 are of no calendar year", id="a date that stands for none"),
        pytest.param(lambda at: put(at, also("5", records()["5"][0] | {"CLM_LINE_CVRD_PD_AMT": "1.00"})),
                     DOLLARS + 1, "not equal to it: all count", id="a line with two amounts"),
    ],
)  # fmt: skip
def test_what_may_be_wrong_is_told(run: Any, make: Callable[[Path], Any], dollars: float, told: str) -> None:
    found, messages = run(make)
    assert found == dollars
    assert told in messages


def test_months_come_from_cclf8(run: Any) -> None:
    assert run(lambda at: monthly(at, range(1, 13)), enrollment=False)[0] == DOLLARS


@pytest.mark.parametrize("fill", ["~", "0000-00-00", "9999-12-31", "1000-01-01"])
def test_a_date_of_death_that_stands_for_none_is_none(run: Any, fill: str) -> None:
    assert run(lambda at: monthly(at, range(1, 13), BENE_DEATH_DT=fill), enrollment=False)[0] == DOLLARS


def test_a_month_without_cclf8_is_told(run: Any) -> None:
    dollars, messages = run(lambda at: monthly(at, range(2, 13)), enrollment=False)
    assert dollars == DOLLARS
    assert "no CCLF8 file of 2021-01: nobody counts then" in messages


def test_a_feed_without_cclf8_needs_enrollment(run: Any) -> None:
    assert "or give --enrollment FILE" in run(lambda at: put(at, records()), enrollment=False)[1]
