"""CCLF text against Parquet of equal content plus DuckDB's reading of the text: time as a ratio, and peak memory.

Usage: python benchmarks/feeds.py [MILLIONS_OF_LINES ...]   (default: 2; about 0.5 GB of disk per million)

A twentieth of the lines is delivered twice, another is adjusted (three lines), one in a hundred people has claims under
an old identifier. Each contender is a process of its own. Ends with code 1 where `aco expenditures --cclf` takes more
processor seconds than 1.5 times those of the same query over Parquet and of reading the text together, more than 2.5 GB
of memory, or where the two come to different figures.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
from claims import ASSIGNMENT, ENROLLMENT, LINES_PER_PERSON, THRESHOLDS, aco, run, sql

from aco_cli.inputs.claims.cclf import CCLF_KINDS

MOST, MOST_GB = 1.5, 2.5
LINES_PER_CLAIM = 1.155  # of what is made below
A_FILE = 1_000_000  # claims, about, of all kinds
# Kinds of claims: shares in hundredths, from and to, and claim types.
KINDS = {"1": (0, 25, "['10','20','40','60']"), "5": (25, 90, "['71','72']"), "6": (90, 100, "['81','82']")}
# Records as both layouts tell them: each version of a claim, some of them twice.
RECORDS = """
WITH claims AS (
  SELECT i, hash(i * 7) % {people} AS person, hash(i * 31) % 20 = 0 AS adjusted, hash(i * 37) % 20 = 0 AS repeated,
    DATE '2018-01-01' + CAST(hash(i * 5) % 365 AS INTEGER) AS through, hash(i * 23) % 40 = 0 AS denied,
    CAST(round(exp((hash(i * 11) % 1000) / 140.0) * 3000) AS BIGINT) AS cents,
    {types}[CAST(1 + i % len({types}) AS BIGINT)] AS type
  FROM range({first}, {last}) t(i) WHERE hash(i * 41) % 100 >= {low} AND hash(i * 41) % 100 < {high}
)
SELECT through, denied, type, person, version, lpad(CAST(i * 10 + version AS VARCHAR), 13, '0') AS number,
  CASE WHEN person % 100 = 7 AND month(through) < 6 THEN '1TT' ELSE '1EG' END || lpad(CAST(person AS VARCHAR), 8, '0')
    AS bene,
  CAST((CASE WHEN adjusted AND version < 2 THEN cents + 777 ELSE cents END) / 100 AS DECIMAL(12, 2)) AS paid,
  CAST(CASE WHEN type = '60' THEN cents // 2000 ELSE 0 END AS DECIMAL(12, 2)) AS ime
FROM claims, range(0, 3) u(version), range(0, 2) r(again)
WHERE (version = 0 OR adjusted) AND (again = 0 OR repeated)"""
CLAIM = {
    "CUR_CLM_UNIQ_ID": "number",
    "BENE_MBI_ID": "bene",
    "CLM_TYPE_CD": "type",
    "CLM_FROM_DT": "through - 2",
    "CLM_THRU_DT": "through",
    "CLM_ADJSMT_TYPE_CD": "version",
    "CLM_CNTL_NUM": "number[1:12]",
}
HEADER = {
    **CLAIM,
    "PRVDR_OSCAR_NUM": "'100001'",
    "CLM_MDCR_NPMT_RSN_CD": "CASE WHEN denied THEN 'N' ELSE '' END",
    "CLM_PMT_AMT": "paid",
    "CLM_OPRTNL_IME_AMT": "ime",
}
LINE = {
    **CLAIM,
    "CLM_LINE_NUM": "1",
    "CLM_LINE_FROM_DT": "through",
    "CLM_LINE_THRU_DT": "through",
    "CLM_LINE_HCPCS_CD": "'99213'",
    "CLM_LINE_CVRD_PD_AMT": "paid",
    "CLM_CARR_PMT_DNL_CD": "CASE WHEN denied THEN '0' ELSE '1' END",
    "CLM_PRCSG_IND_CD": "'A'",
}
REFERENCES = {"HICN_MBI_XREF_IND": "'M'", "CRNT_NUM": "'1EG' || b", "PRVS_NUM": "'1TT' || b"}
# 2 % of what would have been paid: in 2018 the sequestration that CCLF does not print.
PLAIN = """
SELECT bene AS bene_id, number AS claim_id, '1' AS line_number, CAST(version AS INTEGER) AS adjustment_type,
  type AS claim_type, through AS through_date, paid AS paid_amount, ime AS ime_amount,
  CAST(round(paid * 100 / 49) / 100 AS DECIMAL(12, 2)) AS sequestration_amount, denied FROM ({records})"""
READ = """
SELECT max(length(line)), count(*) FROM read_csv('{folder}/cclf/*', columns = {{line: 'VARCHAR'}}, header = false,
  auto_detect = false, delim = '\x01', quote = '', escape = '', comment = '')"""


def text(kind: str, cells: dict[str, str]) -> str:
    """SQL of a record as text; what has no cell is blank."""
    parts = [
        f"rpad(CAST({cells[field.name]} AS VARCHAR), {field.width}, ' ')"
        if field.name in cells
        else f"'{'':{field.width}}'"
        for field in CCLF_KINDS[kind].fields
    ]
    return " || ".join(parts)


def make(folder: Path, claims: int) -> int:
    """Write both layouts; returns the number of claim lines."""
    people, lines = int(claims * LINES_PER_CLAIM) // LINES_PER_PERSON, 0
    (folder / "cclf").mkdir()
    form = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder)}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        for number, first in enumerate(range(0, claims, A_FILE)):
            for kind, (low, high, types) in KINDS.items():
                last = min(first + A_FILE, claims)
                words = {"people": people, "first": first, "last": last, "low": low, "high": high, "types": types}
                connection.execute(f"CREATE OR REPLACE TEMP TABLE records AS {RECORDS.format(**words)}")
                cells = HEADER if kind == "1" else LINE
                name = f"P.A1234.ACO.ZC{kind}Y18.D190215.T{number:07}"
                connection.execute(f"COPY (SELECT {text(kind, cells)} FROM records) TO '{folder}/cclf/{name}' {form}")
                plain = PLAIN.format(records="FROM records")
                target = f"{folder}/claims/{kind}-{number}.parquet"
                (folder / "claims").mkdir(exist_ok=True)
                connection.execute(f"COPY ({plain}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
                lines += connection.execute("SELECT count(*) FROM records").fetchall()[0][0]
        for name, query in (("enrollment", ENROLLMENT), ("assignment", ASSIGNMENT)):
            statement = query.format(people=people)
            connection.execute(f"COPY ({statement}) TO '{folder}/{name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
        renamed = f"(SELECT lpad(CAST(i AS VARCHAR), 8, '0') AS b FROM range(7, {people}, 100) t(i))"
        connection.execute(
            f"COPY (SELECT '1TT' || b AS old, '1EG' || b AS new FROM {renamed}) TO '{folder}/crosswalk.csv'"
        )
        name = "P.A1234.ACO.ZC9Y18.D190215.T0000000"
        connection.execute(f"COPY (SELECT {text('9', REFERENCES)} FROM {renamed}) TO '{folder}/cclf/{name}' {form}")
    rows = [f"2018,2018,{kind},{threshold},1" for kind, threshold in THRESHOLDS.items()]
    header = "performance_year,calendar_year,enrollment_type,truncation_threshold,mean_risk_score"
    (folder / "reference.csv").write_text("\n".join([header, *rows, ""]))
    return lines


def compare(claims: int) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="aco-bench-"))
    try:
        lines = make(folder, claims)
        size = sum(path.stat().st_size for path in (folder / "cclf").iterdir()) / 1e9
        print(f"{lines / 1e6:.1f} million claim lines, {size:.2f} GB of CCLF text, {os.cpu_count()} cores")
        plain = [word.replace("claims.parquet", "claims") for word in aco(folder)]
        feed = [word.replace(f"--claims={folder}/claims", f"--cclf={folder}/cclf") for word in plain]
        feed[feed.index(f"{folder}/aco.csv")] = f"{folder}/feed.csv"
        ours = run(feed)
        parquet = run([*plain, "--repeats=once", f"--crosswalk={folder}/crosswalk.csv"])
        reading = run(sql(folder, READ))
        agree = (folder / "aco.csv").read_bytes() == (folder / "feed.csv").read_bytes()
    finally:
        shutil.rmtree(folder)
    processor = ours.processor / (parquet.processor + reading.processor)
    clock = ours.seconds / (parquet.seconds + reading.seconds)
    for name, cost in (("CCLF text", ours), ("Parquet of equal content", parquet), ("DuckDB reads the text", reading)):
        print(f"  {name:26} {cost}")
    print(f"  CCLF takes {processor:.2f}x of the other two together, {clock:.2f}x by the clock; results agree: {agree}")
    return agree and processor <= MOST and ours.gigabytes < MOST_GB


if __name__ == "__main__":
    sizes = [int(float(word) * 1e6 / LINES_PER_CLAIM) for word in sys.argv[1:]] or [int(2e6 / LINES_PER_CLAIM)]
    sys.exit(0 if all(list(map(compare, sizes))) else 1)
