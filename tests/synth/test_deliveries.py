"""CCLF deliveries hold the population's final amounts under everything that a feed does to them, and nothing else."""

from __future__ import annotations

import gzip
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from aco_cli.inputs.claims.cclf import CCLF_KINDS, cclf_name
from aco_cli.synth.plan import Plan
from aco_cli.synth.population import write_population

PLAN = Plan(acos=2, beneficiaries=400, year=2023, seed=3, claims_per_month=0.6)
EXCLUDED = ("CPTL_IME_AMT", "OPRTNL_IME_AMT", "DSPRPRTNT_AMT", "UNCOMPD_CARE_AMT")
Record = dict[str, str]


def texts(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file, out of its archive."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                yield from ((name, archive.read(name)) for name in archive.namelist())
        else:
            yield path.name, gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same population as plain claims and as deliveries."""
    made = {name: tmp_path_factory.mktemp(name) for name in ("plain", "cclf")}
    for name, folder in made.items():
        write_population(PLAN, folder, cclf=name == "cclf")
    return made


@pytest.fixture(scope="module")
def feed(folders: dict[str, Path]) -> dict[str, list[Record]]:
    """Every record by kind, with the number of its delivery, read as the packet says."""
    found: dict[str, list[Record]] = defaultdict(list)
    for name, text in texts(folders["cclf"] / "cclf"):
        told = cclf_name(name)
        assert told, name
        kind = CCLF_KINDS[told.kind]
        lines = text.decode("ascii").splitlines()
        assert {len(line) for line in lines} == {kind.length}, name
        for line in lines:
            record = {each.name: line[each.start - 1 :][: each.width].strip() for each in kind.fields}
            found[kind.name].append(record | {"delivery": str(told.date)})
    return found


def once(rows: list[Record]) -> list[Record]:
    return list({tuple(v for k, v in row.items() if k != "delivery"): row for row in rows}.values())


def cents(text: str) -> int:
    return int(text.replace(".", "").replace(" ", "")) if text else 0


def denied(row: Record) -> bool:
    if "CLM_PRCSG_IND_CD" not in row:
        return bool(row["CLM_MDCR_NPMT_RSN_CD"])
    return row["CLM_CARR_PMT_DNL_CD"] in ("0", "D") or row["CLM_PRCSG_IND_CD"] not in ("A", "R", "S")


def final(feed: dict[str, list[Record]]) -> Counter[tuple[str, str, str, str]]:
    """Cents paid, and by which population-based payments, excluded amounts reduce or add, by person, month and type."""
    renamed = {row["PRVS_NUM"]: row["CRNT_NUM"] for row in sorted(feed["9"], key=lambda row: row["delivery"])}
    reduced = {(row["CUR_CLM_UNIQ_ID"], row.get("CLM_LINE_NUM")): row for kind in "AB" for row in feed[kind]}
    total: Counter[tuple[str, str, str, str]] = Counter()
    for row in [*once(feed["1"]), *once(feed["5"]), *once(feed["6"])]:
        if denied(row):
            continue
        bene = row["BENE_MBI_ID"]
        while bene in renamed:
            bene = renamed[bene]
        sign = -1 if row["CLM_ADJSMT_TYPE_CD"] == "1" else 1
        date = row.get("CLM_LINE_THRU_DT", row["CLM_THRU_DT"])
        off = reduced.get((row["CUR_CLM_UNIQ_ID"], row.get("CLM_LINE_NUM")), {}).get("CLM_PBP_RDCTN_AMT", "")
        amounts = {
            "paid_amount": cents(row.get("CLM_LINE_CVRD_PD_AMT") or row["CLM_PMT_AMT"]),
            "pbp_reduction_amount": cents(off),
            "excluded": sum(cents(amount) for name, amount in row.items() if name.endswith(EXCLUDED)),
        }
        for name, amount in amounts.items():
            total[bene, date[:7], row["CLM_TYPE_CD"], name] += sign * amount
    return total


def test_final_amounts_are_those_of_the_plain_claims(folders: dict[str, Path], feed: dict[str, list[Record]]) -> None:
    claims = pq.read_table(folders["plain"] / "claims.parquet").to_pylist()
    expected: Counter[tuple[str, str, str, str]] = Counter()
    for row in (row for row in claims if not row["denied"]):
        key = row["bene_id"], row["through_date"].strftime("%Y-%m"), row["claim_type"]
        for name in ("paid_amount", "pbp_reduction_amount"):
            expected[(*key, name)] += int(row[name] * 100)
        names = ("ime_amount", "dsh_amount", "uncompensated_care_amount", "other_excluded_amount")
        expected[(*key, "excluded")] += int(100 * sum(row[name] for name in names))
    found = final(feed)
    people = {row["bene_id"] for row in claims}
    counts = {key: value for key, value in found.items() if key[0] in people and int(key[1][:4]) >= PLAN.first_year}
    assert {key: value for key, value in counts.items() if value} == {k: v for k, v in expected.items() if v}
    assert len(found) > len(counts), "claims of others and of other years"


def test_the_other_files_are_the_same(folders: dict[str, Path]) -> None:
    for name in ("enrollment.parquet", "assignment.parquet", "roster.csv", "reference.csv", "expected.csv"):
        assert (folders["cclf"] / name).read_bytes() == (folders["plain"] / name).read_bytes(), name
    assert not (folders["cclf"] / "claims.parquet").exists()


@pytest.mark.parametrize("kind", ["1", "5", "6"])
def test_every_disturbance_is_there(feed: dict[str, list[Record]], kind: str) -> None:
    rows = feed[kind]
    assert len(once(rows)) < len(rows), "repeats"
    assert {row["CLM_ADJSMT_TYPE_CD"] for row in rows} == {"0", "1", "2"}
    amount = "CLM_PMT_AMT" if kind == "1" else "CLM_LINE_CVRD_PD_AMT"
    assert any(row["CLM_ADJSMT_TYPE_CD"] == "1" and cents(row[amount]) > 0 for row in rows)
    assert any(map(denied, rows))
    assert {row["BENE_MBI_ID"][0] for row in rows} == set("BGHZ"), "earlier names and strangers"
    assert min(row["CLM_THRU_DT"] for row in rows) < str(PLAN.first_year)


def test_lines_of_a_claim_are_numbered_and_may_end_before_it(feed: dict[str, list[Record]]) -> None:
    keys = Counter((row["CUR_CLM_UNIQ_ID"], row["CLM_LINE_NUM"]) for row in once(feed["5"]))
    assert set(keys.values()) == {1}
    assert any(row["CLM_LINE_THRU_DT"] < row["CLM_THRU_DT"] for row in feed["5"])


def test_months_of_enrollment_are_rows_of_the_month_delivered(
    folders: dict[str, Path], feed: dict[str, list[Record]]
) -> None:
    """All that CCLF8 says; of changed identifiers, CCLF9 has each before the last."""
    renamed = {row["PRVS_NUM"]: row["CRNT_NUM"] for row in sorted(feed["9"], key=lambda row: row["delivery"])}
    told = {}
    for row in feed["8"]:
        bene = row["BENE_MBI_ID"]
        while bene in renamed:
            bene = renamed[bene]
        told[bene, row["delivery"][:7]] = row
    months = pq.read_table(folders["cclf"] / "enrollment.parquet").to_pylist()
    assert len(told) == len(feed["8"]) == len(months)
    for month in months:
        row = told[month["bene_id"], month["month"]]
        assert (row["BENE_MDCR_STUS_CD"] in ("11", "21", "31")) == month["esrd"]
        assert (int(row["BENE_AGE"]), row["BENE_DUAL_STUS_CD"]) == (month["age"], month["dual_status"])
        assert row["BENE_ENTLMT_BUYIN_IND"] == str(month["part_a"] + 2 * month["part_b"])
        assert (row["BENE_DEATH_DT"] == "") == month["alive"]
        assert row["BENE_FIPS_STATE_CD"] + row["BENE_FIPS_CNTY_CD"] == month["county"]
        year, of_year = map(int, month["month"].split("-"))
        born = list(map(int, row["BENE_DOB"].split("-")))
        assert (year * 12 + of_year - born[0] * 12 - born[1]) // 12 == month["age"]
    assert {row["BENE_MBI_ID"][0] for row in feed["8"]} == set("BGH")


def test_deliveries_come_as_archives_compressed_and_as_text(folders: dict[str, Path]) -> None:
    names = [path.name for path in (folders["cclf"] / "cclf").iterdir()]
    assert {Path(name).suffix for name in names if Path(name).suffix in (".zip", ".gz")} == {".zip", ".gz"}
    assert any(name.endswith(".T0100000") for name in names)
    assert {name.split(".")[1] for name in names} == {"A0001", "A0002"}


def test_the_same_seed_gives_the_same_bytes(folders: dict[str, Path], tmp_path: Path) -> None:
    write_population(PLAN, tmp_path, cclf=True)
    assert held(tmp_path) == held(folders["cclf"])


def held(folder: Path) -> dict[str, Any]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
