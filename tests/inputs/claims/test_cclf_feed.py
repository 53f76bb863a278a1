"""A CCLF feed by itself: which records are alike, what is read of fields, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from aco_cli.errors import Problem
from aco_cli.inputs.claims.cclf import CCLF_KINDS
from aco_cli.inputs.claims.cclf_feed import CclfFeed, StatusCodes
from aco_cli.inputs.claims.cclf_files import find_cclf
from aco_cli.inputs.claims.duckdb_tables import DuckdbTables

Fields = Mapping[str, str]
# Fields in which a repeat may differ: who it is about, and when it was processed and loaded.
FREE = {"BENE_MBI_ID", "BENE_HIC_NUM", "BENE_EQTBL_BIC_HICN_NUM", "CLM_EFCTV_DT", "CLM_IDR_LD_DT"}
LINE = {"CUR_CLM_UNIQ_ID": "7", "CLM_LINE_NUM": "1", "BENE_MBI_ID": "P1", "CLM_TYPE_CD": "71"}
LINE |= {"CLM_LINE_THRU_DT": "2018-02-10", "CLM_LINE_CVRD_PD_AMT": "49.00", "CLM_CARR_PMT_DNL_CD": "1"}
LINE |= {"CLM_PRCSG_IND_CD": "A", "CLM_ADJSMT_TYPE_CD": "0", "CLM_LINE_HCPCS_CD": "99213"}
STAY = {"CUR_CLM_UNIQ_ID": "8", "BENE_MBI_ID": "P2", "CLM_TYPE_CD": "60", "CLM_FROM_DT": "2018-03-01"}
STAY |= {"CLM_THRU_DT": "2018-03-04", "CLM_PMT_AMT": "980.00", "CLM_ADJSMT_TYPE_CD": "0"}
STAY |= {"CLM_MDCR_NPMT_RSN_CD": "", "PRNCPL_DGNS_CD": "I509"}
PERSON = {"BENE_MBI_ID": "P1", "BENE_AGE": "70", "BENE_MDCR_STUS_CD": "10", "BENE_DUAL_STUS_CD": "NA"}
PERSON |= {"BENE_ENTLMT_BUYIN_IND": "3", "BENE_DEATH_DT": ""}
REDUCED = {"CUR_CLM_UNIQ_ID": "8", "CLM_PBP_RDCTN_AMT": "10.50", "CLM_SQSTRTN_RDCTN_AMT": "0.25"}
CODES = {"payment_denied": "'0', 'D'", "processing_allowed": "'A', 'R'", "paid": "'1'", "esrd": "'11', '31'"}
STATUS = StatusCodes(("31", "11"), ("20", "10"), ("NA", "02"))


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def called(kind: str, day: str = "180220") -> str:
    return f"P.A1234.ACO.ZC{kind}Y18.D{day}.T1234567"


def records(kind: str, *rows: Fields, day: str = "180220") -> str:
    """A file of fixed width."""
    fields = CCLF_KINDS[kind].fields
    assert {name for each in rows for name in each} <= {each.name for each in fields}
    lines = ("".join(row.get(each.name, "").ljust(each.width) for each in fields) for row in rows)
    Path(called(kind, day)).write_text("".join(f"{line}\n" for line in lines))
    return called(kind, day)


def table(kind: str, *rows: Fields, name: str = "cclf{}.csv") -> str:
    """A delimited file, with the columns of the first row."""
    name = name.format(kind)
    lines = [",".join(rows[0]), *(",".join(row[each] for each in rows[0]) for row in rows)]
    Path(name).write_text("".join(f"{line}\n" for line in lines))
    return name


def feed(tables: DuckdbTables, *paths: str, unused: str = "") -> CclfFeed:
    found = find_cclf(paths or ["."], lambda: Path("scratch"))
    assert found.problems == []
    return CclfFeed(tables, found, unused)


def told(tables: DuckdbTables, kind: str, codes: StatusCodes | None = None) -> list[Problem]:
    """What is wrong with all files here of a kind."""
    return feed(tables).check([kind], codes)


@pytest.mark.parametrize("kind", ["1", "5"])
@pytest.mark.parametrize("form", ["records", "table"])
def test_repeats_are_alike_in_all_fields_but_whose_and_when_they_are(
    kind: str, form: str, tables: DuckdbTables
) -> None:
    """Each field changed by itself; and of records, each moved by a blank, and content in one field or another."""
    widths = {each.name: each.width for each in CCLF_KINDS[kind].fields}
    base = dict.fromkeys(widths, "1")
    compared = [name for name in widths if name not in FREE]
    alone = [dict.fromkeys(widths, "") | {name: "1"} for name in compared]
    moved = [base | {name: " 1"} for name in compared if widths[name] > 1] if form == "records" else []
    rows = [base, *(base | {name: "2"} for name in widths), base, *moved, *alone]
    write = records if form == "records" else table
    write(kind, *rows)
    feed(tables).check([kind])
    first, *others = tables.query(f"SELECT record FROM cclf{kind}")["record"]
    assert [each == first for each in others[: -len(alone)]] == [
        *(name in FREE for name in widths), True, *[False] * len(moved)
    ]  # fmt: skip
    assert len({first, *others[-len(alone) :]}) == len(alone) + 1


def test_kinds_that_are_there_and_used(tables: DuckdbTables) -> None:
    for kind in ("1", "2", "5", "8", "9", "A"):
        Path(f"cclf{kind}.csv").write_text("x,y\n1,2\n")
    own = feed(tables)
    assert [kind for kind in "123456789AB" if own.has(kind)] == ["1", "5", "8", "9", "A"]
    assert [kind for kind in "123456789AB" if feed(tables, unused="8").has(kind)] == ["1", "5", "9", "A"]
    assert own.files == ["cclf1.csv", "cclf5.csv"]


@pytest.mark.parametrize(
    ("names", "left_out"),
    [
        ([], []),
        (["a.txt"], ["not CCLF files, left out: a.txt"]),
        (["a.txt", "b.txt"], ["not CCLF files, left out: a.txt and 1 more"]),
        (["a.txt", "b.txt", "c.txt"], ["not CCLF files, left out: a.txt and 2 more"]),
    ],
)
def test_kinds_that_are_absent_and_files_that_are_none_are_told(
    names: list[str], left_out: list[str], tables: DuckdbTables
) -> None:
    for name in ["cclf5.csv", *names]:
        Path(name).write_text("x\n")
    absent = ["no CCLF1 in the feed: Part A claims are not in it", "no CCLF6 in the feed: DMEPOS lines are not in it"]
    assert feed(tables).warnings == [*absent, *left_out]
    Path("cclf5.csv").rename("cclf1.csv")
    assert feed(tables).warnings[:2] == ["no CCLF5 in the feed: Part B professional lines are not in it", absent[1]]


# --- Months -------------------------------------------------------------------------------------------------------


def test_months_are_those_of_delivery_or_of_the_column_that_says_them(tables: DuckdbTables) -> None:
    records("8", PERSON)
    records("8", PERSON, PERSON, day="181231")
    assert told(tables, "8") == []
    assert feed(tables).months() == {"2018-02", "2018-12"}
    for name in (called("8"), called("8", "181231")):
        Path(name).unlink()
    rows = [PERSON | {"BENE_MEMBER_MONTH": month} for month in ("2018-03-01", "2018-04-01")]
    table("8", *rows)
    table("8", *rows[:1], name=called("8") + ".csv")
    assert told(tables, "8") == []
    assert feed(tables).months() == {"2018-03", "2018-04"}
    assert feed(tables, unused="8").check(["8"]) == []


def test_months_that_nothing_tells_are_asked_for(tables: DuckdbTables) -> None:
    records("8", PERSON)
    table("8", PERSON, name="my_cclf8.csv")
    expected = "CMS's name, which has the day of delivery (D<yymmdd>), or a column bene_member_month"
    assert told(tables, "8") == [Problem("my_cclf8.csv", expected, "another name")]
    Path(called("8")).unlink()
    assert told(tables, "8") == [Problem("my_cclf8.csv", expected, "another name")]
    table("5", LINE)
    assert told(tables, "5") == []
    table("8", PERSON | {"BENE_MEMBER_MONTH": "2018-13-01"}, name="my_cclf8.csv")
    found = Problem("my_cclf8.csv", "a month such as 2023-01", "'2018-13'", 2, "delivery_month")
    assert told(tables, "8") == [found]


@pytest.mark.parametrize(
    ("person", "column", "expected", "found"),
    [
        ({}, "", "", ""),
        ({"BENE_AGE": "131"}, "bene_age", "an age of 0 to 130", "'131'"),
        ({"BENE_AGE": "~"}, "bene_age", "a value, as the status is not ESRD", "a blank cell"),
        ({"BENE_AGE": "", "BENE_MDCR_STUS_CD": "~"}, "bene_age", "a value, as the status is not ESRD", "a blank cell"),
        ({"BENE_AGE": "", "BENE_MDCR_STUS_CD": "11"}, "", "", ""),
        ({"BENE_MDCR_STUS_CD": "12"}, "bene_mdcr_stus_cd", "one of 10, 11, 20, 31, as the month counts", "'12'"),
        ({"BENE_MDCR_STUS_CD": "12", "BENE_ENTLMT_BUYIN_IND": "2"}, "", "", ""),
        ({"BENE_DUAL_STUS_CD": "03"}, "bene_dual_stus_cd", "one of 02, NA, or a blank", "'03'"),
        ({"BENE_DUAL_STUS_CD": "", "BENE_ENTLMT_BUYIN_IND": "C"}, "", "", ""),
        ({"BENE_ENTLMT_BUYIN_IND": "4"}, "bene_entlmt_buyin_ind", "one of 0, 1, 2, 3, A, B, C", "'4'"),
        ({"BENE_DEATH_DT": "0000-00-00"}, "", "", ""),
        ({"BENE_DEATH_DT": "~"}, "", "", ""),
        ({"BENE_DEATH_DT": "none"}, "bene_death_dt", "a date such as 2018-03-31", "'none'"),
    ],
)
def test_a_month_that_counts_has_codes_that_are_known(
    person: Fields, column: str, expected: str, found: str, tables: DuckdbTables
) -> None:
    records("8", PERSON, PERSON | person)
    problems = [Problem(called("8"), expected, found, 2, column)] if column else []
    assert told(tables, "8", STATUS) == problems
    if "STUS" in column.upper() or "status" in expected:
        assert told(tables, "8") == []


# --- What is wrong with records -----------------------------------------------------------------------------------


def test_files_of_a_kind_have_one_form_and_the_same_columns(tables: DuckdbTables) -> None:
    records("5", LINE)
    records("5", LINE, day="180320")
    assert told(tables, "5") == []
    table("5", LINE)
    expected = "all files of CCLF5 in one form, with the same columns"
    found = "fixed-width text and tables, or several headers"
    problem = Problem("cclf5.csv", expected, found, fix="repeats could not be told; give one form")
    assert told(tables, "5") == [problem]
    for name in (called("5"), called("5", "180320")):
        Path(name).unlink()
    table("5", LINE, name="a_cclf5.csv")
    assert told(tables, "5") == []
    table("5", LINE | {"CLM_CNTL_NUM": "1"})
    assert told(tables, "5") == [problem]


def test_a_record_that_is_too_short_is_all_that_is_told_of_its_file(tables: DuckdbTables) -> None:
    """Nothing else is where it should be; other files are told of as ever."""
    records("8", PERSON, PERSON | {"BENE_AGE": "x"}, day="180320")
    cut = Path(records("8", PERSON, PERSON | {"BENE_AGE": "x"}))
    first, second, _ = cut.read_text().split("\n")
    cut.write_text(f"{first}\n{second[:500]}\n")
    assert told(tables, "8") == [
        Problem(called("8"), "a record of 549 characters (CCLF8)", "'500'", 2),
        Problem(called("8", "180320"), "a whole number", "'x'", 2, "bene_age"),
    ]


@pytest.mark.parametrize(
    ("amount", "is_refused"),
    [("4900", True), ("-0012", True), ("1", True), ("0", False), ("+000", False), ("-", False), ("12.", False)],
)
def test_an_amount_of_digits_alone_is_refused_unless_it_is_zero(
    amount: str, is_refused: bool, tables: DuckdbTables
) -> None:
    """Cents would count as dollars."""
    records("A", REDUCED, REDUCED | {"CLM_SQSTRTN_RDCTN_AMT": amount})
    found = [each for each in told(tables, "A") if each.column is None]
    digits = amount if len(amount) < 5 else "-9999"
    expected = Problem(called("A"), "amounts with a decimal point, such as 12.50", f"'{digits}'", 2)
    assert found == ([expected] if is_refused else [])


def test_kinds_without_amounts_may_have_numbers_of_digits_alone(tables: DuckdbTables) -> None:
    records("9", {"CRNT_NUM": "12", "PRVS_NUM": "34"})
    records("4", {"CUR_CLM_UNIQ_ID": "12", "CLM_DGNS_CD": "34"})
    assert feed(tables).check("49") == []
    assert tables.query(feed(tables).crosswalk()).to_dict("list") == {"old": ["34"], "new": ["12"]}


def test_records_longer_than_declared_are_counted_of_the_kinds_that_were_read(tables: DuckdbTables) -> None:
    for kind, base in (("1", STAY), ("5", LINE)):
        place = Path(records(kind, base, base, base))
        first, second, third, _ = place.read_text().split("\n")
        place.write_text(f"{first}+\n{second}\n{third} \n")
    own = feed(tables)
    assert own.check(["5"]) == []
    assert own.notes() == ["CCLF5: 2 records are longer than 388 characters; what follows is not read"]
    assert own.check(["1"]) == []
    assert len(own.notes()) == 2


# --- What records come to -----------------------------------------------------------------------------------------


def claims(tables: DuckdbTables, own: CclfFeed, columns: str, diagnoses: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Columns of the claims as text, in order, with 20 per mille withheld where no record says what was."""
    assert own.check("1456AB") == []
    sql = own.claims("20", CODES, diagnoses, "UPPER({})")
    cells = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in columns.split())
    frame = tables.query(f"SELECT {cells} FROM ({sql}) t ORDER BY claim_id, line_number, paid_amount").fillna("-")
    return list(frame.itertuples(index=False, name=None))


def test_claims_are_what_records_say(tables: DuckdbTables) -> None:
    amounts = ("CLM_MDCR_IP_PPS_CPTL_IME_AMT", "CLM_OPRTNL_IME_AMT", "CLM_MDCR_IP_PPS_DSPRPRTNT_AMT")
    amounts += ("CLM_OPRTNL_DSPRPRTNT_AMT", "CLM_HIPPS_UNCOMPD_CARE_AMT")
    table("1", {**STAY, **{name: f"{2**n}.00" for n, name in enumerate(amounts)}})
    table("5", LINE, LINE | {"CLM_LINE_NUM": "2", "CLM_CARR_PMT_DNL_CD": "D", "CLM_ADJSMT_TYPE_CD": "~"})
    table("6", LINE | {"CLM_LINE_NUM": "3", "CLM_PRCSG_IND_CD": "C", "CLM_LINE_HCPCS_CD": "~"})
    own = feed(tables)
    columns = "bene_id claim_id line_number adjustment_type claim_type through_date paid_amount ime_amount dsh_amount "
    columns += "uncompensated_care_amount sequestration_amount denied hcpcs admission_date diagnosis"
    lines = ("7", "{}", "0", "71", "2018-02-10", "49.00", "0.00", "0.00", "0.00", "1.00")
    stay = ("8", "-", "0", "60", "2018-03-04", "980.00", "3.00", "12.00", "16.00", "20.00")
    assert claims(tables, own, columns) == [
        ("P1", *(each.format(1) for each in lines), "false", "99213", "-", "-"),
        ("P1", *(each.format(2) for each in lines), "true", "99213", "-", "-"),
        ("P1", *(each.format(3) for each in lines), "true", "-", "-", "-"),
        ("P2", *stay, "false", "-", "2018-03-01", "I509"),
    ]
    assert own.totals == (4, Decimal("1127.00"))


def test_a_feed_without_part_a_or_without_lines_has_the_claims_of_the_other(tables: DuckdbTables) -> None:
    table("1", STAY)
    assert claims(tables, feed(tables), "claim_id") == [("8",)]
    Path("cclf1.csv").unlink()
    table("6", LINE)
    assert claims(tables, feed(tables), "claim_id") == [("7",)]


def test_reductions_are_of_the_claim_or_line_that_has_their_number(tables: DuckdbTables) -> None:
    table("1", STAY, STAY | {"CUR_CLM_UNIQ_ID": "80"})
    table("5", LINE, LINE | {"CLM_LINE_NUM": "02"})
    table("A", REDUCED | {"CUR_CLM_UNIQ_ID": "0008"}, REDUCED)
    line = {"CLM_LINE_NUM": "2", **REDUCED, "CUR_CLM_UNIQ_ID": "07", "CLM_SQSTRTN_RDCTN_AMT": "0.00"}
    table("B", line, line | {"CLM_LINE_NUM": "9"})
    own = feed(tables)
    assert claims(tables, own, "claim_id line_number pbp_reduction_amount sequestration_amount") == [
        ("7", "02", "10.50", "1.00"),
        ("7", "1", "0.00", "1.00"),
        ("8", "-", "10.50", "0.25"),
        ("80", "-", "0.00", "20.00"),
    ]
    assert own.stray_reductions() == ["1 reductions of CCLFB with $10.50 are of no claim in the feed"]
    assert own.unlike_reductions() == []


def test_reductions_of_no_claim_are_counted_by_kind_with_dollars(tables: DuckdbTables) -> None:
    table("1", STAY)
    lines = [REDUCED | {"CUR_CLM_UNIQ_ID": number, "CLM_LINE_NUM": "1"} for number in ("8", "7", "5", "4", "3")]
    table("A", *lines, lines[-1] | {"CUR_CLM_UNIQ_ID": "2", "CLM_PBP_RDCTN_AMT": "0.00"})
    own = feed(tables)
    claims(tables, own, "claim_id")
    assert own.stray_reductions() == ["4 reductions of CCLFA with $42.00 are of no claim in the feed"]
    table("5", LINE)
    table("6", LINE | {"CUR_CLM_UNIQ_ID": "5"})
    table("B", *lines)
    own = feed(tables)
    claims(tables, own, "claim_id")
    assert own.stray_reductions()[1:] == ["3 reductions of CCLFB with $31.50 are of no claim in the feed"]


def test_reductions_of_a_claim_or_line_that_differ_are_refused(tables: DuckdbTables) -> None:
    table("1", STAY)
    table("A", REDUCED, REDUCED | {"CLM_PBP_RDCTN_AMT": "10.51"}, REDUCED | {"CUR_CLM_UNIQ_ID": "9"})
    line = {"CLM_LINE_NUM": "1", **REDUCED}
    table(
        "B", line, line | {"CLM_LINE_NUM": "2"}, line | {"CLM_SQSTRTN_RDCTN_AMT": "1.00"}, line | {"CLM_LINE_NUM": "01"}
    )
    own = feed(tables)
    assert own.check("1AB") == []
    expected = "one reduction for a claim or line, however often it comes"
    assert own.unlike_reductions() == [
        Problem(f"cclf{kind}.csv", expected, "others for 1 of them") for kind in ("A", "B")
    ]


@pytest.mark.parametrize(
    ("diagnoses", "found"),
    [((), ["I509 ", "~"]), (("U071", "B9729"), ["I509 B9729 U071", " U071"]), (("J189",), ["I509 ", " J189"])],
)
def test_diagnoses_that_are_sought_stand_beside_the_principal_one(
    diagnoses: tuple[str, ...], found: list[str], tables: DuckdbTables
) -> None:
    records("1", STAY, STAY | {"CUR_CLM_UNIQ_ID": "9", "PRNCPL_DGNS_CD": "~"})
    codes = (("08", "u071"), ("8", "B9729"), ("9", "U071"), ("9", "J189"), ("9", "~"))
    records("4", *({"CUR_CLM_UNIQ_ID": number, "CLM_DGNS_CD": code} for number, code in codes))
    rows = claims(tables, feed(tables), "diagnosis", diagnoses)
    assert [set(each.split()) for (each,) in rows] == [set(each.replace("~", "").split()) for each in found]


def test_payment_codes_and_statuses_that_say_nothing_are_counted(tables: DuckdbTables) -> None:
    line = LINE | {"CLM_CARR_PMT_DNL_CD": "?"}
    table("5", line, line | {"CLM_LINE_CVRD_PD_AMT": "1200.50"}, line | {"CLM_PRCSG_IND_CD": "C"}, LINE)
    table("6", LINE)
    blank = PERSON | {"BENE_MDCR_STUS_CD": "~"}
    records("8", blank, blank, PERSON, blank | {"BENE_ENTLMT_BUYIN_IND": "1"})
    own = feed(tables)
    assert own.check("568") == []
    told = "have a CLM_CARR_PMT_DNL_CD that is not known; they count as paid"
    assert own.unknown_payments(CODES) == [f"CCLF5: 2 rows with $1,249.50 {told}"]
    assert own.blank_status() == ["CCLF8: 2 months have no BENE_MDCR_STUS_CD; they count as without ESRD"]
    Path(called("8")).unlink()
    assert feed(tables).blank_status() == []
    records("8", PERSON)
    own = feed(tables)
    assert (own.check("8"), own.blank_status()) == ([], [])


@pytest.mark.parametrize("write", [records, table])
def test_fields_are_without_blanks_around_and_what_fills_them_is_none(
    write: Callable[..., str], tables: DuckdbTables
) -> None:
    filled = {"CLM_FROM_DT": "0000-00-00", "CLM_MDCR_NPMT_RSN_CD": "~", "PRNCPL_DGNS_CD": "~"}
    filled |= {"CLM_MDCR_IP_PPS_CPTL_IME_AMT": "~", "CLM_OPRTNL_IME_AMT": " 1.00"}
    usual = dict.fromkeys(filled, "")
    write(
        "1", usual | STAY | filled, usual | STAY | {"BENE_MBI_ID": " P3", "CLM_TYPE_CD": "9 ", "CUR_CLM_UNIQ_ID": " 9"}
    )
    columns = "bene_id claim_id claim_type admission_date ime_amount denied diagnosis"
    assert claims(tables, feed(tables), columns) == [
        ("P2", "8", "60", "-", "1.00", "false", "-"),
        ("P3", "9", "9", "2018-03-01", "0.00", "false", "I509"),
    ]
    write("1", usual | STAY | {"BENE_MBI_ID": "~", "CLM_THRU_DT": "0000-00-00", "CLM_PMT_AMT": "~"})
    row = 1 if write is records else 2
    file = called("1") if write is records else "cclf1.csv"
    assert told(tables, "1") == [
        Problem(file, "a value", "a blank cell", row, "bene_mbi_id"),
        Problem(file, "a date such as 2018-03-31", "'0000-00-00'", row, "clm_thru_dt"),
        Problem(file, "US dollars in whole cents, below 10 billion", "'~'", row, "clm_pmt_amt"),
    ]
