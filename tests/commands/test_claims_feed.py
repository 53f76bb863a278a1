"""Claims as people hold them: repeats, cancellations, old identifiers, feeds and other people's tables."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aco_cli.inputs.claims.cclf import CCLF_KINDS

Runner = Callable[..., Any]

FILES = {
    "claims.csv": "bene_id,claim_id,line_number,claim_type,through_date,paid_amount,denied\n"
    "SECRET1,c1,1,71,2018-02-10,100.00,0\nSECRET1,c1,2,71,2018-02-10,50.00,0\nSECRET2,c2,1,40,2018-03-01,1000.00,0\n",
    "assignment.csv": "aco_id,performance_year,period,calendar_year,bene_id\n"
    "A1,2018,PY,2018,SECRET1\nA1,2018,PY,2018,SECRET2\n",
    "reference.csv": "performance_year,calendar_year,enrollment_type,truncation_threshold,mean_risk_score\n"
    + "".join(f"2018,2018,{kind},200000,1\n" for kind in ("esrd", "disabled", "aged-dual", "aged-nondual")),
}
MONTHS = "bene_id,month,esrd,age,dual_status,part_a,part_b,health_plan,alive,risk_score\n" + "".join(
    f"{bene},2018-{month:02},0,70,NA,1,1,0,1,1.0\n" for bene in ("SECRET1", "SECRET2") for month in range(1, 13)
)
BESIDE = ("--assignment", "assignment.csv", "--reference", "reference.csv", "--audit", "audit.csv")
PLAIN = ("--claims", "claims.csv", "--enrollment", "enrollment.csv", *BESIDE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "enrollment.csv").write_text(MONTHS)
    return tmp_path


@pytest.fixture
def run(aco: Runner, folder: Path) -> Callable[..., Any]:
    """Run the command in the folder; no message may name a beneficiary or a claim."""

    def call(*arguments: str) -> Any:
        done = aco("expenditures", "2018", *arguments, cwd=folder)
        assert "SECRET" not in done.stderr + done.stdout
        if done.returncode == 0:
            assert "SECRET" not in (folder / "audit.csv").read_text()
        return done

    return call


def spent(done: Any) -> Decimal:
    """Dollars of the people of the file, all aged and not dual, before completion."""
    (row,) = (row for row in csv.DictReader(io.StringIO(done.stdout)) if row["enrollment_type"] == "aged-nondual")
    per_capita, years = Decimal(row["per_capita_expenditure"]), Decimal(row["person_years"])
    return (per_capita * years / Decimal("1.013")).quantize(Decimal("0.01"))


def audit(folder: Path) -> dict[str, tuple[int, Decimal]]:
    """Lines of the audit that are not empty; rows and dollars add up to what was read."""
    rows = list(csv.DictReader((folder / "audit.csv").open(encoding="utf-8")))
    of_rows = {row["line"]: (int(row["count"]), Decimal(row["dollars"])) for row in rows if row["unit"] == "rows"}
    count, dollars = of_rows["read"]
    assert sum(each for each, _ in of_rows.values()) == 2 * count
    assert sum(each for _, each in of_rows.values()) == 2 * dollars
    found = {row["line"]: (int(row["count"]), Decimal(row["dollars"] or 0)) for row in rows}
    return {name: each for name, each in found.items() if each != (0, 0)}


def claims(folder: Path, header: str, *rows: str) -> None:
    (folder / "claims.csv").write_text("\n".join([header, *rows, ""]))


HEADER = FILES["claims.csv"].splitlines()[0]
TWO = FILES["claims.csv"].splitlines()[1:3]


def test_claims_that_are_each_there_once_have_an_audit_too(run: Runner, folder: Path) -> None:
    done = run(*PLAIN)
    assert spent(done) == Decimal("1150.00")
    assert audit(folder) == {"read": (3, Decimal("1150.00")), "counted": (3, Decimal("1150.00"))}


def test_repeats_are_refused_unless_they_are_to_count_once(run: Runner, folder: Path) -> None:
    claims(folder, HEADER, *TWO, *TWO, TWO[0])
    done = run(*PLAIN)
    assert done.returncode == 3
    assert (
        "claims.csv, row 4: expected each claim line once, found such a row, and 2 more rows (5, 6); --repeats once "
        "counts them once; they are $250.00" in done.stderr
    )
    done = run(*PLAIN, "--repeats", "once")
    assert spent(done) == Decimal("150.00")
    assert "3 rows with $250.00 are equal to others, and count once" in done.stderr
    assert audit(folder)["repeats"] == (3, Decimal("250.00"))


@pytest.mark.parametrize(
    ("header", "rows", "told", "dollars"),
    [
        pytest.param(
            HEADER,
            ["SECRET1,c1,1,71,2018-02-10,100.00,0", "SECRET1,c1,1,71,2018-02-10,30.00,0"],
            "1 rows with $100.00 have the claim_id and line_number of another row, but are not equal to it: all count",
            "130.00",
            id="the same line with another amount",
        ),
        pytest.param(
            HEADER.replace("line_number,", ""),
            ["SECRET1,c1,71,2018-02-10,100.00,0", "SECRET1,c1,71,2018-02-11,100.00,0"],
            "1 rows with $100.00 have the claim_id and paid_amount of another row, but are not equal to it: all count",
            "200.00",
            id="the same amount on another day",
        ),
        pytest.param(
            HEADER,
            [f"SECRET1,c1,{line},60,2018-02-10,100.00,0" for line in (1, 2, 3)],
            "$200.00 may count too often: claims of Part A have the same paid_amount on each of their lines, 2 times",
            "300.00",
            id="the payment of a claim on each of its lines",
        ),
    ],
)
def test_what_is_like_a_repeat_is_a_warning(
    run: Runner, folder: Path, header: str, rows: list[str], told: str, dollars: str
) -> None:
    claims(folder, header, *rows)
    done = run(*PLAIN)
    assert f"warning: {told}" in done.stderr
    assert spent(done) == Decimal(dollars)


def test_a_claim_of_several_lines_needs_no_line_numbers(run: Runner, folder: Path) -> None:
    claims(
        folder, HEADER.replace("line_number,", ""), *(row.replace("c1,1", "c1").replace("c1,2", "c1") for row in TWO)
    )
    done = run(*PLAIN)
    assert (done.returncode, spent(done)) == (0, Decimal("150.00"))
    assert "another row" not in done.stderr


def test_a_byte_that_is_no_text_is_found_in_any_column(run: Runner, folder: Path) -> None:
    """Also in one that is only read when claims are found to be there twice."""
    for name in ("claim_id", "line_number"):
        rows = [dict(zip(HEADER.split(","), row.split(","), strict=True)) for row in TWO]
        rows[1][name] = "\udcbd"
        text = "\n".join([HEADER, *(",".join(row.values()) for row in rows), ""])
        (folder / "claims.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
        done = run(*PLAIN)
        assert done.returncode == 3
        assert "claims.csv, row 3: expected as many cells as the header has, in UTF-8" in done.stderr


def test_an_assignment_of_nobody_is_told(run: Runner, folder: Path) -> None:
    (folder / "assignment.csv").write_text(FILES["assignment.csv"].splitlines()[0] + "\n")
    done = run(*PLAIN)
    assert done.returncode == 3
    assert "assignment.csv: expected a row of data below the header, found a header only" in done.stderr


def test_a_header_payment_on_each_line_counts_once_if_asked(run: Runner, folder: Path) -> None:
    """Whatever code each line has."""
    header = HEADER.replace("line_number,", "") + ",hcpcs"
    claims(folder, header, *(f"SECRET1,c1,40,2018-02-10,100.00,0,{code}" for code in ("99213", "", "A4352")))
    assert run(*PLAIN).returncode == 3
    assert spent(run(*PLAIN, "--repeats", "once")) == Decimal("100.00")


@pytest.mark.parametrize("name", ["adjustment_type", "CLM_ADJSMT_TYPE_CD"])
def test_cancellations_count_negative(run: Runner, folder: Path, name: str) -> None:
    header = HEADER.replace("line_number,", "") + f",{name}"
    rows = [f"SECRET1,c1,71,2018-02-10,{paid},0,{code}" for paid, code in (("100.00", 0), ("100.00", 1), ("80.00", 2))]
    claims(folder, header, *rows)
    done = run(*PLAIN)
    assert spent(done) == Decimal("80.00")
    assert "1 rows are cancellations, which count negative: $100.00 are taken back" in done.stderr
    assert audit(folder)["cancelled"] == (1, Decimal("200.00"))
    claims(folder, header, *(row.replace("100.00,0,1", "-100.00,0,1") for row in rows))
    done = run(*PLAIN)
    assert done.returncode == 3
    assert "column adjustment_type: expected amounts of cancellations as they were paid, above 0" in done.stderr
    claims(folder, header, *(row.replace("0,2", "0,3") for row in rows))
    assert "row 4, column " in run(*PLAIN).stderr


@pytest.mark.parametrize("identifier", ["c1", "c1v{code}", None])
@pytest.mark.parametrize(
    ("versions", "told", "dollars"),
    [
        (("100.00,0", "900.00,1"), "1 rows with $900.00 are cancellations of claims that are not there", "-800.00"),
        (("900.00,0", "900.00,1", "850.00,2"), "", "850.00"),
        (("900.00,0", "850.00,2"), "1 rows with $850.00 are adjustments of more claims", "1750.00"),
        (("900.00,1", "850.00,2"), "1 rows with $900.00 are cancellations of claims that are not there", "-50.00"),
    ],
)
def test_versions_that_lack_another_are_a_warning(
    run: Runner, folder: Path, identifier: str | None, versions: tuple[str, ...], told: str, dollars: str
) -> None:
    """Whether versions of a claim have one identifier, each its own, or none."""
    header = "bene_id,claim_type,through_date,denied,paid_amount,adjustment_type" + (",claim_id" if identifier else "")
    named = (f",{identifier.format(code=each[-1])}" if identifier else "" for each in versions)
    claims(folder, header, *(f"SECRET1,40,2018-03-01,0,{row}{name}" for row, name in zip(versions, named, strict=True)))
    done = run(*PLAIN)
    said = [line for line in done.stderr.splitlines() if "not there" in line or "adjustments of" in line]
    assert [line.startswith(f"warning: {told}") for line in said] == [True] * bool(told)
    assert spent(done) == Decimal(dollars)
    assert run(*PLAIN, "--strict").returncode == (4 if told else 0)


def test_a_cancellation_takes_back_the_same_line_of_the_same_person_and_day(run: Runner, folder: Path) -> None:
    rows = ["SECRET1,c1,1,71,2018-02-10,9.00,0,0", "SECRET1,c1,2,71,2018-02-10,9.00,0,1"]
    rows += ["SECRET1,c2,1,71,2018-02-10,5.00,0,0", "SECRET2,c3,1,71,2018-02-10,5.00,0,1"]
    rows += ["SECRET1,c4,1,71,2018-02-11,7.00,0,0", "SECRET1,c4,1,71,2018-02-12,7.00,0,1"]
    claims(folder, HEADER + ",adjustment_type", *rows)
    assert "3 rows with $21.00 are cancellations of claims that are not there" in run(*PLAIN).stderr


def test_a_column_that_seems_to_tell_cancellations_is_not_passed_over(run: Runner, folder: Path) -> None:
    claims(folder, HEADER + ",claim_adj_code", *(row + ",V" for row in TWO))
    done = run(*PLAIN)
    assert "warning: column claim_adj_code of claims seems to tell cancellations or adjustments" in done.stderr


def test_claims_of_nobody_are_counted_with_dollars(run: Runner, folder: Path) -> None:
    claims(folder, HEADER, *TWO, "SECRET9,c2,1,40,2018-03-01,1000.00,0")
    done = run(*PLAIN)
    assert "warning: 1 rows with $1,000.00 are of beneficiaries without enrollment records" in done.stderr
    assert "1 assigned beneficiaries have no claim that counts" in done.stderr
    assert audit(folder)["no_enrollment"] == (1, Decimal("1000.00"))
    assert audit(folder)["assigned_without_claims"] == (1, 0)


@pytest.mark.parametrize(
    ("lines", "dollars", "refused"),
    [
        pytest.param(["SECRET9,SECRET2"], "1150.00", "", id="an identifier that was changed"),
        pytest.param(["SECRET8,SECRET2", "SECRET9,SECRET8"], "1150.00", "", id="changed twice"),
        pytest.param(["SECRET7,SECRET2", "SECRET8,SECRET7", "SECRET9,SECRET8"], "1150.00", "", id="three times"),
        pytest.param(["SECRET9,SECRET8", "SECRET9,SECRET2", "SECRET8,SECRET2"], "1150.00", "", id="told twice"),
        pytest.param(["SECRET9,SECRET9", "SECRET9,SECRET2"], "1150.00", "", id="told of itself"),
        pytest.param(["SECRET9,SECRET8", "SECRET8,SECRET9"], "", "chains of identifiers that end", id="a loop of two"),
        pytest.param(["SECRET9,SECRET8", "SECRET8,SECRET7", "SECRET7,SECRET9"], "", "chains of", id="a loop of three"),
        pytest.param(
            ["SECRET9,SECRET1", "SECRET9,SECRET2"], "", "one present identifier for each old", id="two people"
        ),
        pytest.param(["SECRET9,"], "", "crosswalk.csv, row 2, column new: expected a value", id="a blank"),
    ],
)
def test_people_are_found_under_identifiers_that_they_had(
    run: Runner, folder: Path, lines: list[str], dollars: str, refused: str
) -> None:
    claims(folder, HEADER, *TWO, "SECRET9,c2,1,40,2018-03-01,1000.00,0")
    (folder / "crosswalk.csv").write_text("\n".join(["old,new", *lines, ""]))
    done = run(*PLAIN, "--crosswalk", "crosswalk.csv")
    if refused:
        assert done.returncode == 3
        assert refused in done.stderr
    else:
        assert spent(done) == Decimal(dollars)


def test_a_month_under_two_identifiers_is_refused(run: Runner, folder: Path) -> None:
    (folder / "crosswalk.csv").write_text("old,new\nSECRET1,SECRET2\n")
    (folder / "assignment.csv").write_text("\n".join([*FILES["assignment.csv"].splitlines()[:2], ""]))
    done = run(*PLAIN, "--crosswalk", "crosswalk.csv")
    assert done.returncode == 3
    assert "enrollment.csv: expected one row for a beneficiary and month, found several that differ" in done.stderr


def test_a_person_assigned_under_two_identifiers_is_refused(run: Runner, folder: Path) -> None:
    (folder / "crosswalk.csv").write_text("old,new\nSECRET1,SECRET2\n")
    done = run(*PLAIN, "--crosswalk", "crosswalk.csv")
    assert "1 assigned under several identifiers" in done.stderr


@pytest.mark.parametrize(
    ("day", "code", "counts"),
    [
        ("2022-12-31", "A4352", True),
        ("2023-01-01", "A4352", False),
        ("2023-12-31", "A4353", False),
        ("2023-06-01", "A5057", True),
        ("2023-06-01", "", True),
        ("2023-06-01", " a4352", False),
    ],
)
def test_suspect_billing_is_left_out_by_day_and_code(
    aco: Runner, folder: Path, day: str, code: str, counts: bool
) -> None:
    """42 CFR 425.670; 89 FR 79152."""
    of_year(folder, day[:4])
    claims(folder, HEADER + ",hcpcs", f"SECRET1,c1,1,82,{day},100.00,0,{code}")
    done = aco("expenditures", "2023", *PLAIN, cwd=folder)
    assert spent(done) == (Decimal("100.00") if counts else 0)
    assert ("excluded_billing" in audit(folder)) is not counts


def of_year(folder: Path, year: str) -> None:
    """Let the files be of another calendar year, of performance year 2023."""
    for name in ("enrollment.csv", "assignment.csv", "reference.csv"):
        content = (folder / name).read_text().replace("2018,PY,2018", f"2023,PY,{year}")
        (folder / name).write_text(content.replace("2018,2018", f"2023,{year}").replace("2018-", f"{year}-"))


@pytest.mark.parametrize(
    ("stay", "months"),
    [
        (("2021-03-30", "2021-04-02", "J189 U07.1"), 3),  # from admission through the month after discharge
        (("2021-11-30", "2021-12-02", "U071"), 2),
        (("2021-03-30", "2021-04-02", "J189"), 0),
        (("2021-03-30", "2021-04-02", "B9729"), 0),  # stood for COVID-19 through March 2020
    ],
)
def test_months_of_covid_episodes_are_left_out(
    aco: Runner, folder: Path, stay: tuple[str, str, str], months: int
) -> None:
    """42 CFR 425.611(b)."""
    of_year(folder, "2021")
    header = "bene_id,claim_id,adjustment_type,claim_type,admission_date,through_date,diagnosis,paid_amount,denied"
    other = "SECRET1,c2,0,71,,2021-12-01,,60.00,0"
    rows = [f"SECRET1,c1,0,60,{','.join(stay)},1000.00,0", other]
    claims(folder, header, *rows)
    done = aco("expenditures", "2023", *PLAIN, cwd=folder)
    assert audit(folder).get("covid_months", (0, 0))[0] == months
    (row,) = (row for row in csv.DictReader(io.StringIO(done.stdout)) if row["enrollment_type"] == "aged-nondual")
    assert float(row["person_years"]) == (24 - months) / 12
    claims(folder, header, *rows, rows[0].replace("c1,0", "c1,1"))  # taken back: no stay, no episode
    done = aco("expenditures", "2023", *PLAIN, cwd=folder)
    assert "covid_months" not in audit(folder)
    assert spent(done) == Decimal("60.00")


# --- CCLF ---------------------------------------------------------------------------------------------------------

LINE = {"CUR_CLM_UNIQ_ID": "7", "CLM_LINE_NUM": "1", "BENE_MBI_ID": "SECRET1", "CLM_TYPE_CD": "71"}
LINE |= {"CLM_LINE_THRU_DT": "2018-02-10", "CLM_LINE_CVRD_PD_AMT": "49.00", "CLM_CARR_PMT_DNL_CD": "1"}
LINE |= {"CLM_PRCSG_IND_CD": "A", "CLM_ADJSMT_TYPE_CD": "0", "CLM_LINE_HCPCS_CD": "99213"}
STAY = {"CUR_CLM_UNIQ_ID": "8", "BENE_MBI_ID": "SECRET2", "CLM_TYPE_CD": "60", "CLM_FROM_DT": "2018-03-01"}
STAY |= {"CLM_THRU_DT": "2018-03-04", "CLM_PMT_AMT": "980.00", "CLM_ADJSMT_TYPE_CD": "0"}
PERSON = {"BENE_MBI_ID": "SECRET1", "BENE_AGE": "70", "BENE_MDCR_STUS_CD": "10", "BENE_DUAL_STUS_CD": "NA"}
PERSON |= {"BENE_ENTLMT_BUYIN_IND": "3"}


def record(kind: str, fields: dict[str, str]) -> str:
    assert fields.keys() <= {each.name for each in CCLF_KINDS[kind].fields}
    return "".join(fields.get(each.name, "").ljust(each.width) for each in CCLF_KINDS[kind].fields) + "\n"


def called(kind: str, day: str = "190115") -> str:
    return f"P.A1234.ACO.ZC{kind}Y18.D{day}.T1234567"


def write(folder: Path, kind: str, *records: dict[str, str], day: str = "190115") -> Path:
    place = folder / "cclf" / called(kind, day)
    place.parent.mkdir(exist_ok=True)
    place.write_text("".join(record(kind, each) for each in records))
    return place


FEED = ("--cclf", "cclf", "--enrollment", "enrollment.csv", *BESIDE)


@pytest.fixture
def feed(folder: Path) -> Path:
    (folder / "claims.csv").unlink()
    write(folder, "1", STAY)
    write(folder, "5", LINE)
    return folder


def test_a_feed_is_read_by_its_layout_and_sequestration_added_back(run: Runner, feed: Path) -> None:
    done = run(*FEED)
    assert spent(done) == Decimal("1050.00")  # 49 + 1 and 980 + 20 withheld at 2 %
    assert "no CCLF6 in the feed: DMEPOS lines are not in it" in done.stderr
    assert audit(feed)["read"] == (2, Decimal("1029.00"))


@pytest.mark.parametrize("form", ["gz", "zip", "folder", "csv", "tsv", "pipe", "parquet", "another name"])
def test_a_feed_comes_in_any_form(run: Runner, feed: Path, form: str) -> None:
    place = feed / "cclf" / called("5")
    text = place.read_text()
    place.unlink()
    table = [list(LINE), list(LINE.values())]
    if form == "gz":
        place.with_name(place.name + ".gz").write_bytes(gzip.compress(text.encode()))
    elif form == "zip":
        with zipfile.ZipFile(feed / "cclf" / "delivery.zip", "w") as archive:
            archive.writestr(place.name, text)
    elif form == "folder":
        (feed / "cclf" / "2018" / "more").mkdir(parents=True)
        (feed / "cclf" / "2018" / "more" / place.name).write_text(text)
    elif form == "another name":
        (feed / "cclf" / "part_b").write_text(text)
    elif form == "parquet":
        import pandas as pd

        pd.DataFrame([LINE]).to_parquet(place.with_name("lines.parquet"))
    else:
        mark = {"csv": ",", "tsv": "\t", "pipe": "|"}[form]
        place.with_name("lines.txt").write_text("".join(mark.join(row) + "\n" for row in table))
    assert spent(run(*FEED)) == Decimal("1050.00")


def test_a_delivery_given_again_counts_once(run: Runner, feed: Path) -> None:
    write(feed, "5", LINE, LINE, day="190215")
    done = run(*FEED)
    assert spent(done) == Decimal("1050.00")
    assert "2 rows with $98.00 are equal to others, and count once" in done.stderr


def test_the_same_line_under_another_identifier_counts_once(run: Runner, feed: Path) -> None:
    write(feed, "5", LINE | {"BENE_MBI_ID": "SECRET9"}, day="180215")
    write(feed, "9", {"CRNT_NUM": "SECRET1", "PRVS_NUM": "SECRET9"})
    done = run(*FEED)
    assert spent(done) == Decimal("1050.00")
    assert audit(feed)["repeats"] == (1, Decimal("49.00"))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"CLM_CARR_PMT_DNL_CD": "0"}, "denied"),
        ({"CLM_CARR_PMT_DNL_CD": "D"}, "denied"),
        ({"CLM_PRCSG_IND_CD": "C"}, "denied"),
        ({"CLM_LINE_THRU_DT": "2017-12-31"}, "out_of_period"),
        ({"CLM_TYPE_CD": "61"}, "other_types"),
        ({"BENE_MBI_ID": "SECRET9"}, "no_enrollment"),
    ],
)
def test_what_does_not_count_is_set_aside_with_dollars(
    run: Runner, feed: Path, change: dict[str, str], name: str
) -> None:
    write(feed, "5", LINE | change)
    done = run(*FEED)
    assert audit(feed)[name] == (1, Decimal("49.00"))
    assert "1 rows with $49.00 are" in done.stderr
    assert spent(done) == Decimal("1000.00")


def test_reductions_of_population_based_payments_are_added_back(run: Runner, feed: Path) -> None:
    write(feed, "A", {"CUR_CLM_UNIQ_ID": "8", "CLM_PBP_RDCTN_AMT": "10.50"})
    both = {"CUR_CLM_UNIQ_ID": "7", "CLM_LINE_NUM": "1", "CLM_PBP_RDCTN_AMT": "2.25"}
    write(feed, "B", both, both)
    assert spent(run(*FEED)) == Decimal("1062.75")
    write(feed, "B", both, both | {"CLM_PBP_RDCTN_AMT": "3.00"})
    assert "expected one reduction for a claim or line, however often it comes" in run(*FEED).stderr


@pytest.mark.parametrize(
    ("person", "kind"),
    [
        ({}, "aged-nondual"),
        ({"BENE_DUAL_STUS_CD": "02"}, "aged-dual"),
        ({"BENE_MDCR_STUS_CD": "20", "BENE_AGE": "64"}, "disabled"),
        ({"BENE_MDCR_STUS_CD": "31", "BENE_AGE": ""}, "esrd"),
        ({"BENE_ENTLMT_BUYIN_IND": "C"}, "aged-nondual"),
        ({"BENE_DEATH_DT": "2018-02-01"}, "aged-nondual"),
        ({"BENE_DEATH_DT": "2018-01-31"}, ""),
        ({"BENE_ENTLMT_BUYIN_IND": "1"}, ""),
        ({"BENE_ENTLMT_BUYIN_IND": "B"}, ""),
    ],
)
def test_cclf8_says_who_is_enrolled_how_in_the_month_of_its_delivery(
    run: Runner, feed: Path, person: dict[str, str], kind: str
) -> None:
    write(feed, "8", PERSON | person, day="180220")
    done = run("--cclf", "cclf", *BESIDE)
    rows = {row["enrollment_type"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert {name: row["person_years"] for name, row in rows.items() if row["person_years"] != "0"} == (
        {kind: "0.08333333333333333"} if kind else {}
    )
    assert all(row["risk_score"] == "" for row in rows.values())
    assert "CCLF8 has neither risk scores nor months in health plans" in done.stderr


@pytest.mark.parametrize(
    ("person", "told"),
    [
        *(({"BENE_MDCR_STUS_CD": code}, "column bene_mdcr_stus_cd: expected one of 10, 11") for code in ("ZZ", "1.")),
        *(({"BENE_DUAL_STUS_CD": code}, "column bene_dual_stus_cd: expected one of 00, 01") for code in ("2", "na")),
        ({"BENE_MDCR_STUS_CD": "00", "BENE_DUAL_STUS_CD": "99", "BENE_ENTLMT_BUYIN_IND": "1"}, ""),  # counts nowhere
        *(({"BENE_DUAL_STUS_CD": code}, "") for code in ("", "99")),  # 99: not known, which is not dual
        ({"BENE_MDCR_STUS_CD": "10", "BENE_AGE": ""}, "column bene_age: expected a value, as the status is not ESRD"),
    ],
)
def test_a_month_that_counts_has_codes_that_are_known(
    run: Runner, feed: Path, person: dict[str, str], told: str
) -> None:
    """Others were taken for those without ESRD, and not dual."""
    write(feed, "8", PERSON | person, day="180220")
    done = run("--cclf", "cclf", *BESIDE)
    assert done.returncode == (3 if told else 0)
    assert told in done.stderr


@pytest.mark.parametrize(("buy_in", "told"), [("3", 1), ("1", 0)])
def test_a_month_that_counts_without_a_status_is_a_warning(run: Runner, feed: Path, buy_in: str, told: int) -> None:
    write(feed, "8", PERSON | {"BENE_MDCR_STUS_CD": "", "BENE_ENTLMT_BUYIN_IND": buy_in}, day="180220")
    done = run("--cclf", "cclf", *BESIDE)
    assert done.returncode == 0
    warning = "warning: CCLF8: 1 months have no BENE_MDCR_STUS_CD; they count as without ESRD"
    assert done.stderr.count(warning) == told


@pytest.mark.parametrize(("codes", "months"), [(("A000", "u07.1", "Z999"), 2), (("B97.29",), 0), ((), 0)])
def test_diagnoses_of_cclf4_tell_episodes_however_they_are_written(
    aco: Runner, feed: Path, codes: Sequence[str], months: int
) -> None:
    of_year(feed, "2021")
    write(feed, "1", STAY | {"CLM_FROM_DT": "2021-03-01", "CLM_THRU_DT": "2021-03-04"})
    write(feed, "4", *({"CUR_CLM_UNIQ_ID": "08", "CLM_DGNS_CD": code} for code in ("J189", *codes)))
    assert aco("expenditures", "2023", *FEED, cwd=feed).returncode == 0
    assert audit(feed).get("covid_months", (0, 0))[0] == months


@pytest.mark.parametrize(("code", "counts"), [("d", 1), ("?", 1), ("12", 1), ("1", 0), ("B", 0), ("D", 0), ("", 0)])
def test_a_payment_code_that_is_not_known_is_a_warning(run: Runner, feed: Path, code: str, counts: int) -> None:
    write(feed, "5", LINE | {"CLM_CARR_PMT_DNL_CD": code})
    told = "warning: CCLF5: 1 rows with $49.00 have a CLM_CARR_PMT_DNL_CD that is not known; they count as paid"
    assert run(*FEED).stderr.count(told) == counts


def test_records_are_as_long_as_the_layout_says(run: Runner, feed: Path) -> None:
    place = feed / "cclf" / called("5")
    text = place.read_text().rstrip("\n")
    place.write_text(f"{text}\n{text[:387]}\n")
    done = run(*FEED)
    assert done.returncode == 3
    assert f"{called('5')}, row 2: expected a record of 388 characters (CCLF5), found '387'" in done.stderr
    place.write_text(f"{text}NEW FIELD\n")
    done = run(*FEED)
    assert spent(done) == Decimal("1050.00")
    assert "CCLF5: 1 records are longer than 388 characters; what follows is not read" in done.stderr


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"CLM_LINE_CVRD_PD_AMT": "SECRET"}, "column clm_line_cvrd_pd_amt: expected US dollars in whole cents"),
        ({"CLM_LINE_THRU_DT": "02/10/2018"}, "column clm_line_thru_dt: expected a date such as 2018-03-31"),
        ({"CLM_ADJSMT_TYPE_CD": "3"}, "column clm_adjsmt_type_cd: expected 0, 1 or 2"),
        ({"BENE_MBI_ID": ""}, "column bene_mbi_id: expected a value, found a blank cell"),
    ],
)
def test_a_bad_record_is_found_by_its_row(aco: Runner, feed: Path, change: dict[str, str], told: str) -> None:
    write(feed, "5", LINE, LINE | change)
    done = aco("expenditures", "2018", *FEED, cwd=feed)
    assert done.returncode == 3
    assert f"{called('5')}, row 2, {told}" in done.stderr


def test_files_that_are_no_feed_are_told(run: Runner, feed: Path) -> None:
    (feed / "cclf" / "readme.txt").write_text("Hello\n")
    assert "warning: not CCLF files, left out: cclf/readme.txt" in run(*FEED).stderr
    done = run("--cclf", "cclf/readme.txt", *FEED)
    assert done.returncode == 3
    assert "cclf/readme.txt: expected a CCLF file: by CMS's name" in done.stderr
    assert "nowhere: file not found" in run("--cclf", "nowhere", *FEED[2:]).stderr


def test_an_archive_that_is_cut_off_is_refused(run: Runner, feed: Path) -> None:
    """Left out as something else, its claims would be missing."""
    (feed / "cclf" / "bad.zip").write_bytes(b"PK\3\4")
    done = run(*FEED)
    assert done.returncode == 3
    assert "bad.zip: expected a whole zip file" in done.stderr


def test_an_archive_made_to_fill_a_disk_is_refused(run: Runner, feed: Path) -> None:
    """60 MB of zeros in 60 KB: no claims are packed so well."""
    with zipfile.ZipFile(feed / "cclf" / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("P.A1234.ACO.ZC5Y19.D190115.T0000001", bytes(60_000_000))
    done = run(*FEED)
    assert done.returncode == 3
    assert "expected data packed to no less than 1/200 of its size" in done.stderr


def test_members_of_an_archive_count_together(run: Runner, feed: Path) -> None:
    """Each of the two would be let through by itself."""
    with zipfile.ZipFile(feed / "cclf" / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in (1, 2):
            archive.writestr(f"P.A1234.ACO.ZC5Y19.D190115.T000000{number}", bytes(30_000_000))
    done = run(*FEED)
    assert done.returncode == 3
    assert "expected data packed to no less than 1/200 of its size" in done.stderr
    assert "--max-unpacked SIZE" in done.stderr
    assert "expected at most 59 MB once unpacked" in run(*FEED, "--max-unpacked", "59MB").stderr
    assert "once unpacked" not in run(*FEED, "--max-unpacked", "61MB").stderr
    assert run(*FEED, "--max-unpacked", "much").returncode == 2


def test_a_pattern_may_meet_a_folder(run: Runner, feed: Path) -> None:
    (feed / "cclf" / "more").mkdir()
    (feed / "cclf" / called("5")).rename(feed / "cclf" / "more" / called("5"))
    assert spent(run("--cclf", "cclf/*", *FEED[2:])) == Decimal("1050.00")


@pytest.mark.parametrize("content", ["", "\n", " \r\n"])
@pytest.mark.parametrize("name", ["cclf6.csv", called("6")])
def test_an_empty_file_is_refused(run: Runner, feed: Path, name: str, content: str) -> None:
    """It may be what is left of one that was cut off."""
    (feed / "cclf" / name).write_text(content)
    done = run(*FEED)
    assert done.returncode == 3
    assert f"cclf/{name}: expected records, or a header, found an empty file; leave it out if" in done.stderr


@pytest.mark.parametrize(
    ("kind", "name", "fields"),
    [
        ("5", "CLM_LINE_CVRD_PD_AMT", LINE),
        ("1", "CLM_PMT_AMT", STAY),
        ("1", "CLM_OPRTNL_IME_AMT", STAY),
        ("A", "CLM_PBP_RDCTN_AMT", {"CUR_CLM_UNIQ_ID": "8"}),
    ],
)
def test_an_amount_without_a_point_is_refused_in_any_row(
    run: Runner, feed: Path, kind: str, name: str, fields: dict[str, str]
) -> None:
    """Cents would count as dollars; 0 is 0."""
    write(feed, kind, fields | {name: "0000000000000"}, fields | {name: "0000000009800"})
    done = run(*FEED)
    assert done.returncode == 3
    assert f"{called(kind)}, row 2: expected amounts with a decimal point, such as 12.50, found '999" in done.stderr


def test_a_damaged_archive_is_refused(run: Runner, feed: Path) -> None:
    """Bytes changed in what is packed, not in the list of members."""
    place = feed / "cclf" / "bad.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("P.A1234.ACO.ZC5Y19.D190115.T0000001", "".join(map(str, range(5_000))))
    data = bytearray(place.read_bytes())
    data[200:240] = bytes(40)
    place.write_bytes(data)
    done = run(*FEED)
    assert done.returncode == 3
    assert "bad.zip: expected a whole zip file" in done.stderr


def test_one_kind_in_two_forms_is_refused(run: Runner, feed: Path) -> None:
    """Repeats could not be told."""
    (feed / "cclf" / "cclf5.csv").write_text(",".join(LINE) + "\n" + ",".join(LINE.values()) + "\n")
    done = run(*FEED)
    assert done.returncode == 3
    assert "expected all files of CCLF5 in one form, with the same columns" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--claims", "claims.csv", "--cclf", "cclf"), "claims are needed once: give --claims FILE, or --cclf PATH"),
        ((), "claims are needed once"),
        (("--claims", "claims.csv"), "months of enrollment are needed: give --enrollment FILE"),
        (("--cclf", "cclf", "--county-ffs", "c.csv"), "--county-ffs goes by SSA county codes, and CCLF8 has none"),
    ],
)
def test_inputs_that_do_not_fit_are_wrong_usage(run: Runner, arguments: tuple[str, ...], told: str) -> None:
    done = run(*arguments, *BESIDE)
    assert (done.returncode, told in done.stderr) == (2, True)


# --- Other people's tables ----------------------------------------------------------------------------------------

SYNPUF = {
    "DE1_0_2008_to_2010_Inpatient_Claims_Sample_1.csv": "DESYNPUF_ID,CLM_ID,SEGMENT,CLM_FROM_DT,CLM_THRU_DT,"
    "CLM_PMT_AMT,CLM_ADMSN_DT,ICD9_DGNS_CD_1\nSECRET2,196661176988405,1,20180312,20180313,4000.00,20180312,4580\n",
    "DE1_0_2008_to_2010_Outpatient_Claims_Sample_1.csv": "DESYNPUF_ID,CLM_ID,SEGMENT,CLM_FROM_DT,CLM_THRU_DT,"
    "CLM_PMT_AMT\nSECRET2,542192281063886,1,20180904,20180904,50.00\nSECRET2,542192281063887,1,20090101,20090101,9.00\n",
    "DE1_0_2008_to_2010_Carrier_Claims_Sample_1A.csv": ",".join(
        ["DESYNPUF_ID", "CLM_ID", "CLM_THRU_DT"]
        + [f"{name}_{n}" for name in ("HCPCS_CD", "LINE_NCH_PMT_AMT", "LINE_PRCSG_IND_CD") for n in range(1, 14)]
    )
    + "\nSECRET1,887793387139206,20180102,"
    + ",".join(["99213", "36415"] + [""] * 11 + ["30.00", "10.00", "0.00"] + [""] * 10 + ["A", "O", "A"] + [""] * 10)
    + "\n",
}


def test_synthetic_public_use_files_are_read_by_a_mapping(run: Runner, folder: Path) -> None:
    """Columns of CMS's DE-SynPUF; 13 lines stand side by side in a carrier claim."""
    (folder / "synpuf").mkdir()
    for name, content in SYNPUF.items():
        (folder / "synpuf" / name).write_text(content)
    done = run("--claims", "synpuf", *PLAIN[2:], "--mapping", "de-synpuf")
    assert spent(done) == Decimal("4080.00")
    found = audit(folder)
    assert (found["denied"], found["out_of_period"]) == ((1, Decimal("10.00")), (1, Decimal("9.00")))
    (folder / "synpuf" / "other.csv").write_text("a,b\n1,2\n")
    assert (
        "a file of *Inpatient*, *Outpatient*, *Carrier*, as de-synpuf says"
        in run("--claims", "synpuf", *PLAIN[2:], "--mapping", "de-synpuf").stderr
    )


TUVA = "person_id,claim_id,claim_line_number,claim_type,bill_type_code,claim_end_date,admission_date,paid_amount"
TUVA += ",hcpcs_code" + "".join(f",diagnosis_code_{n}" for n in range(1, 6))


def test_tuva_medical_claims_are_read_by_a_mapping(run: Runner, folder: Path) -> None:
    claims(
        folder,
        TUVA,
        "SECRET1,a,1,professional,,2018-02-01,,100.0,99213,E119,,,,",
        "SECRET2,b,1,institutional,111,2018-03-04,2018-03-01,1000.5,,I509,E119,,,",
    )
    done = run(*PLAIN, "--mapping", "tuva")
    assert spent(done) == Decimal("1100.50")
    claims(folder, TUVA, "SECRET2,b,1,institutional,999,2018-03-04,2018-03-01,1000.5,,I509,E119,,,")
    assert "1 rows with $1,000.50 are of claim types that are excluded" in run(*PLAIN, "--mapping", "tuva").stderr


def test_an_assignment_list_says_who_is_assigned_and_enrolled(aco: Runner, folder: Path) -> None:
    of_year(folder, "2023")
    flags = [f"EnrollFlag{n}" for n in range(1, 13)] + [f"BENE_RSK_R_SCRE_{n:02}" for n in range(1, 13)]
    header = ",".join(["BENE_MBI_ID", "STATE_COUNTY_CD", *flags])
    row = ",".join(["SECRET1", "01000", *"444433332210", *["1.5"] * 11, ""])
    (folder / "alr.csv").write_text(f"{header}\n{row}\n")
    claims(folder, HEADER, "SECRET1,c1,1,71,2023-02-10,100.00,0")
    arguments = ("--claims", "claims.csv", "--assignment", "alr.csv", "--enrollment", "alr.csv")
    done = aco("expenditures", "2023", *arguments, *BESIDE[2:], "--mapping", "alr", cwd=folder)
    rows = {row["enrollment_type"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert {name: round(float(row["person_years"]) * 12) for name, row in rows.items()} == {
        "esrd": 1,
        "disabled": 2,
        "aged-dual": 4,
        "aged-nondual": 4,
    }
    assert rows["aged-nondual"]["risk_score"] == "1.5"
    (folder / "alr.csv").write_text(f"{header}\n{row.replace('01000,4', '01000,5')}\n")
    done = aco("expenditures", "2023", *arguments, *BESIDE[2:], "--mapping", "alr", cwd=folder)
    assert done.returncode == 3
    assert "alr.csv, row 2, column esrd: expected true, false, 1 or 0, found '5'" in done.stderr


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ("claims: {bene_id: who}", "claims.csv, row 1, column who: missing required column, as m.yaml says"),
        ("claim: {bene_id: bene_id}", "m.yaml: expected one of claims, enrollment"),
        ("claims: {bene: bene_id}", "m.yaml: expected a column of claims, found 'bene'"),
        (
            "claims: {bene_id: {colum: bene_id}}",
            "m.yaml, column claims.bene_id: expected one of column, columns, constant",
        ),
        ("claims: {bene_id: 3}", "m.yaml, column claims.bene_id: expected the name of a column"),
        ("claims: []", "m.yaml: expected tables such as claims"),
        ("claims: {bene: x}", "m.yaml: expected a column of claims, found 'bene'; did you mean bene_id?"),
        ("claims: {bene_id: {column: a, first: x}}", "column claims.bene_id.first: expected how many characters"),
        ("claims: {bene_id: {column: a, first: 0}}", "column claims.bene_id.first: expected how many characters"),
        ("claims: {bene_id: {column: a, codes: [1, 2]}}", "column claims.bene_id.codes: expected codes and what they"),
        ("claims: {bene_id: {column: a, codes: {}}}", "column claims.bene_id.codes: expected codes and what they are"),
        ("claims: {bene_id: 'p{foo}'}", "column claims.bene_id: expected the name of a column; braces stand around"),
        ("claims: {bene_id: {column: 'p{'}}", "column claims.bene_id.column: expected the name of a column; braces"),
        ("claims: {bene_id: {constant: '{}'}}", "column claims.bene_id.constant: expected a value; braces"),
        (
            "claims: {through_date: {column: a, date: hello}}",
            "column claims.through_date.date: expected a form with YYYY",
        ),
        ("claims: {bene_id: {columns: paid_amount}}", "column claims.bene_id.columns: expected a list of names"),
        ("claims: {bene_id: {columns: []}}", "column claims.bene_id.columns: expected a list of names"),
        ("claims: {bene_id: {column: a, other: b}}", "column claims.bene_id: missing codes, where there is other"),
        ("claims: {bene_id: {column: a, blank: [b]}}", "column claims.bene_id.blank: expected a value"),
        ("claims: {files: 3, bene_id: a}", "column claims.files: expected a pattern"),
        ("claims: {each: 3, bene_id: bene_id}", "m.yaml, column claims.each: expected a list"),
        ("3", "m.yaml: expected tables such as claims"),
        ("a: [", "m.yaml: expected a mapping file (YAML), or one of alr, de-synpuf, tuva"),
        ("{}: {}", "m.yaml: expected a mapping file (YAML), or one of alr, de-synpuf, tuva, found a key is not text"),
        ("claims: {claim_type: {column: x, codes: {011: '60'}}}", "found a key is not text"),
        ("claims: {claim_type: !!timestamp x}", "found tags are not allowed"),
    ],
)
def test_a_mapping_that_does_not_fit_is_told(run: Runner, folder: Path, mapping: str, told: str) -> None:
    (folder / "m.yaml").write_text(mapping)
    done = run(*PLAIN, "--mapping", "m.yaml")
    assert (done.returncode, told in done.stderr) == (3, True)


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("claim_adj_code", "column claim_adj_code of claims seems to tell cancellations or adjustments"),
        ("hpcs", "column hpcs: unknown column, ignored; did you mean hcpcs?"),
    ],
)
def test_a_column_that_no_mapping_reads_is_told_of_once(run: Runner, folder: Path, column: str, told: str) -> None:
    claims(folder, HEADER + f",{column}", *(row + ",V" for row in TWO))
    own = "".join(f"  {name}: {name}\n" for name in HEADER.split(",") if name != "line_number")
    (folder / "m.yaml").write_text(
        "claims:\n  each: [1, 2]\n" + own + "  line_number: {columns: [line_number, claim_type]}\n"
    )
    done = run(*PLAIN, "--mapping", "m.yaml", "--repeats", "once")
    assert done.stderr.count(told) == 1


def test_dates_and_codes_are_read_as_a_mapping_says(run: Runner, folder: Path) -> None:
    claims(folder, "who,id,day,paid,status", "SECRET1,a,02/10/2018,100.00,Paid", "SECRET1,b,02/11/2018,50.00,Rejected")
    (folder / "m.yaml").write_text(
        "claims:\n  bene_id: who\n  claim_id: id\n  claim_type: {constant: '71'}\n  paid_amount: paid\n"
        "  through_date: {column: day, date: MM/DD/YYYY}\n  denied: {column: status, codes: {Paid: 0, Rejected: 1}}\n"
    )
    assert spent(run(*PLAIN, "--mapping", "m.yaml")) == Decimal("100.00")
    claims(folder, "who,id,day,paid,status", "SECRET1,a,2/10/2018,100.00,Paid", "SECRET1,b,02/11/2018,50.00,Unknown")
    done = run(*PLAIN, "--mapping", "m.yaml")
    assert done.returncode == 3
    assert "row 2, column through_date: expected a date such as 2018-03-31" in done.stderr
    assert "row 3, column denied: expected true, false, 1 or 0" in done.stderr
