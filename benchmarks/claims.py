"""`aco expenditures` against hand-written DuckDB SQL for the same result: time as a ratio, peak memory, growth.

Usage: python benchmarks/claims.py [MILLIONS_OF_CLAIM_LINES ...]   (default: 20 100; about 1 GB of disk per 100)

Everything is made with DuckDB in a temporary folder first. Each contender is a process of its own; on a machine with
other work the processor seconds tell more than the clock. Ends with code 1 where `aco` takes more than 1.3 times the
processor seconds of SQL that checks the same, or more than 2.5 GB of memory.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

MOST, MOST_GB = 1.3, 2.5
LINES_PER_PERSON = 33
THRESHOLDS = {"esrd": 200000, "disabled": 100000, "aged-dual": 120000, "aged-nondual": 90000}

CLAIMS = """
SELECT '1EG' || lpad(CAST(hash(i * 7) % {people} AS VARCHAR), 8, '0') AS bene_id, 'C' || i AS claim_id,
  (['10','20','30','40','50','60','71','72','81','82'])[CAST(1 + hash(i * 3) % 10 AS BIGINT)] AS claim_type,
  DATE '2018-01-01' + CAST(hash(i * 5) % 365 AS INTEGER) AS through_date,
  CAST(round(exp((hash(i * 11) % 1000) / 140.0) * 30, 2) - 20 AS DECIMAL(12,2)) AS paid_amount,
  CAST((hash(i * 13) % 500) / 100 AS DECIMAL(12,2)) AS ime_amount,
  CAST((hash(i * 17) % 500) / 100 AS DECIMAL(12,2)) AS dsh_amount,
  CAST(0 AS DECIMAL(12,2)) AS uncompensated_care_amount, CAST(0 AS DECIMAL(12,2)) AS other_excluded_amount,
  CAST((hash(i * 19) % 300) / 100 AS DECIMAL(12,2)) AS sequestration_amount,
  CAST(0 AS DECIMAL(12,2)) AS pbp_reduction_amount, hash(i * 23) % 40 = 0 AS denied
FROM range({lines}) t(i)"""
ENROLLMENT = """
SELECT '1EG' || lpad(CAST(b AS VARCHAR), 8, '0') AS bene_id, '2018-' || lpad(CAST(m AS VARCHAR), 2, '0') AS month,
  hash(b) % 50 = 0 AS esrd, CAST(50 + hash(b * 3) % 45 AS INTEGER) AS age,
  (['NA','01','02','03','08'])[CAST(1 + hash(b * 5 + m // 7) % 5 AS BIGINT)] AS dual_status,
  hash(b * 7) % 30 <> 0 AS part_a, hash(b * 9) % 30 <> 0 AS part_b, hash(b * 11 + m) % 20 = 0 AS health_plan,
  NOT (hash(b * 13) % 30 = 0 AND m > 6) AS alive,
  CAST(0.4 + (hash(b * 15) % 3000) / 1000 AS DECIMAL(8,3)) AS risk_score,
  lpad(CAST((hash(b * 17) % 50) * 1000 + (hash(b * 19) % 20) * 10 AS VARCHAR), 5, '0') AS county
FROM range({people}) t(b), range(1, 13) u(m)"""
ASSIGNMENT = """
SELECT 'A' || lpad(CAST(b % 500 AS VARCHAR), 4, '0') AS aco_id, 2018 AS performance_year, 'PY' AS period,
  2018 AS calendar_year, '1EG' || lpad(CAST(b AS VARCHAR), 8, '0') AS bene_id
FROM range({people}) t(b) WHERE hash(b * 29) % 3 > 0"""

# By hand: months of a person and type as bits, so that claims need no table of months.
CHECKS = """
SELECT count(*) FROM '{folder}/assignment.parquet' WHERE aco_id IS NULL OR bene_id IS NULL OR calendar_year IS NULL
  OR performance_year IS NULL OR period IS NULL OR period NOT IN ('BY1','BY2','BY3','PY');
SELECT count(*) FROM (SELECT 1 FROM '{folder}/assignment.parquet' GROUP BY performance_year, period, bene_id
  HAVING count(*) > 1);
SELECT count(*) FROM '{folder}/enrollment.parquet' WHERE bene_id IS NULL OR month IS NULL OR esrd IS NULL
  OR part_a IS NULL OR part_b IS NULL OR health_plan IS NULL OR alive IS NULL OR age NOT BETWEEN 0 AND 130
  OR risk_score NOT BETWEEN 0 AND 1000 OR length(dual_status) <> 2 OR month NOT BETWEEN '2018-01' AND '2018-12'
  OR (alive AND part_a AND part_b AND NOT health_plan AND (age IS NULL OR risk_score IS NULL));
SELECT count(*) FROM '{folder}/claims.parquet' WHERE bene_id IS NULL OR claim_type IS NULL OR through_date IS NULL
  OR paid_amount IS NULL OR denied IS NULL OR through_date NOT BETWEEN DATE '2018-01-01' AND DATE '2018-12-31'
  OR claim_type NOT IN ('10','20','30','40','50','60','71','72','81','82');
SELECT count(*), sum(paid_amount), count(DISTINCT hash(claim_id, paid_amount)) FROM '{folder}/claims.parquet';
SELECT count(*), sum(paid_amount) FROM '{folder}/claims.parquet' c ANTI JOIN '{folder}/enrollment.parquet' e
  ON c.bene_id = e.bene_id;
SELECT count(*), sum(paid_amount) FROM '{folder}/claims.parquet' c ANTI JOIN '{folder}/assignment.parquet' a
  ON c.bene_id = a.bene_id;"""
BY_HAND = """
CREATE TEMP TABLE spells AS
SELECT e.bene_id, a.calendar_year, CASE WHEN NOT (alive AND part_a AND part_b AND NOT health_plan) THEN -1
  WHEN esrd THEN 0 WHEN age < 65 THEN 1 WHEN dual_status IN ('01','02','04','08') THEN 2 ELSE 3 END AS kind,
  count(*) AS n, sum(risk_score) AS risk, bit_or(1 << (CAST(month[6:7] AS INTEGER) - 1)) AS bits
FROM '{folder}/enrollment.parquet' e
JOIN (SELECT DISTINCT bene_id, calendar_year FROM '{folder}/assignment.parquet') a
  ON e.bene_id = a.bene_id AND CAST(month[1:4] AS INTEGER) = a.calendar_year
GROUP BY ALL;
CREATE TEMP TABLE paid AS
SELECT s.bene_id, s.calendar_year, s.kind, sum(paid_amount + sequestration_amount + pbp_reduction_amount
  - CASE WHEN claim_type = '60' THEN ime_amount + dsh_amount + uncompensated_care_amount + other_excluded_amount
    ELSE 0 END) AS paid
FROM '{folder}/claims.parquet' c JOIN spells s ON c.bene_id = s.bene_id AND year(through_date) = s.calendar_year
  AND (bits >> (month(through_date) - 1)) & 1 = 1
WHERE NOT denied AND kind >= 0 GROUP BY ALL;
COPY (
  SELECT a.aco_id, p.kind, sum(n) / 12 AS person_years, sum(p.risk) / sum(n) AS risk,
    sum(least(greatest(12 * CAST(coalesce(paid, 0) AS DECIMAL(28,2)), -t.threshold * n), t.threshold * n)) / sum(n)
      * 1.013 AS per_capita
  FROM '{folder}/assignment.parquet' a
  JOIN (SELECT bene_id, calendar_year, kind, sum(n) AS n, sum(risk) AS risk FROM spells WHERE kind >= 0 GROUP BY ALL) p
    ON a.bene_id = p.bene_id AND a.calendar_year = p.calendar_year
  LEFT JOIN paid ON p.bene_id = paid.bene_id AND p.calendar_year = paid.calendar_year AND p.kind = paid.kind
  JOIN (VALUES (0, 200000.00), (1, 100000.00), (2, 120000.00), (3, 90000.00)) t(kind, threshold) ON t.kind = p.kind
  GROUP BY ALL ORDER BY ALL
) TO '{folder}/by_hand.csv'"""
# The way the rules are written: dollars by month, joined to the months.
BY_MONTH = """
CREATE TEMP TABLE persons AS
WITH members AS (SELECT DISTINCT bene_id, calendar_year FROM '{folder}/assignment.parquet'),
dollars AS (
  SELECT bene_id, year(through_date) AS y, month(through_date) AS m,
    sum(paid_amount + sequestration_amount + pbp_reduction_amount - CASE WHEN claim_type = '60'
      THEN ime_amount + dsh_amount + uncompensated_care_amount + other_excluded_amount ELSE 0 END) AS paid
  FROM '{folder}/claims.parquet' SEMI JOIN members USING (bene_id) WHERE NOT denied GROUP BY ALL
)
SELECT e.bene_id, a.calendar_year, CASE WHEN esrd THEN 0 WHEN age < 65 THEN 1
  WHEN dual_status IN ('01','02','04','08') THEN 2 ELSE 3 END AS kind,
  count(*) AS n, sum(risk_score) AS risk, CAST(sum(coalesce(paid, 0)) AS DECIMAL(18,2)) AS paid
FROM '{folder}/enrollment.parquet' e
JOIN members a ON e.bene_id = a.bene_id AND CAST(month[1:4] AS INTEGER) = a.calendar_year
LEFT JOIN dollars d ON e.bene_id = d.bene_id AND a.calendar_year = d.y AND CAST(month[6:7] AS INTEGER) = d.m
WHERE alive AND part_a AND part_b AND NOT health_plan GROUP BY ALL;
COPY (
  SELECT a.aco_id, p.kind, sum(n) / 12 AS person_years, sum(p.risk) / sum(n) AS risk,
    sum(least(greatest(12 * CAST(paid AS DECIMAL(28,2)), -t.threshold * n), t.threshold * n)) / sum(n)
      * 1.013 AS per_capita
  FROM '{folder}/assignment.parquet' a JOIN persons p ON a.bene_id = p.bene_id AND a.calendar_year = p.calendar_year
  JOIN (VALUES (0, 200000.00), (1, 100000.00), (2, 120000.00), (3, 90000.00)) t(kind, threshold) ON t.kind = p.kind
  GROUP BY ALL ORDER BY ALL
) TO '{folder}/by_month.csv'"""


@dataclass(frozen=True)
class Cost:
    seconds: float
    processor: float
    gigabytes: float

    def __str__(self) -> str:
        return f"{self.seconds:7.1f} s {self.processor:7.1f} s of processor {self.gigabytes:5.2f} GB"


def make(folder: Path, lines: int) -> None:
    people = lines // LINES_PER_PERSON
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder)}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        for name, sql in (("claims", CLAIMS), ("enrollment", ENROLLMENT), ("assignment", ASSIGNMENT)):
            query = sql.format(lines=lines, people=people)
            connection.execute(f"COPY ({query}) TO '{folder}/{name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    rows = [f"2018,2018,{kind},{threshold},1" for kind, threshold in THRESHOLDS.items()]
    header = "performance_year,calendar_year,enrollment_type,truncation_threshold,mean_risk_score"
    (folder / "reference.csv").write_text("\n".join([header, *rows, ""]))


def run(command: list[str]) -> Cost:
    start = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    messages = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} failed: {messages}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6)


def sql(folder: Path, statements: str) -> list[str]:
    """A process that does nothing but run statements with the default memory of `aco`."""
    script = "import duckdb, sys\nc = duckdb.connect(config={'memory_limit': '4GB', 'temp_directory': sys.argv[1]})\n"
    script += "c.execute('SET enable_progress_bar = false')\n"
    script += "for s in sys.argv[2].split(';'):\n    c.execute(s).fetchall() if s.strip() else None\n"
    return [sys.executable, "-c", script, str(folder), statements.format(folder=folder)]


def aco(folder: Path) -> list[str]:
    files = [f"--{name}={folder}/{name}.parquet" for name in ("claims", "enrollment", "assignment")]
    program = str(Path(sys.executable).parent / "aco")
    return [program, "expenditures", "2018", *files, f"--reference={folder}/reference.csv", f"--temp={folder}",
            "-o", f"{folder}/aco.csv", "--quiet"]  # fmt: skip


def same(folder: Path) -> bool:
    """Whether all three came to the same figures, to the cent and to a billionth of a score.

    SQL by hand has no rows of types without people, which small populations have.
    """
    kinds = " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(THRESHOLDS))
    others = " OR ".join(
        f"{name}.aco_id IS NULL OR abs(a.per_capita_expenditure - {name}.per_capita) >= 0.005"
        f" OR abs(a.risk_score - {name}.risk) > 1e-9 OR abs(a.person_years - {name}.person_years) > 1e-9"
        for name in ("h", "m")
    )
    (found,) = duckdb.sql(
        f"SELECT count(*) FILTER (WHERE {others}), count(*) FROM (FROM '{folder}/aco.csv' WHERE person_years > 0) a "
        f"LEFT JOIN '{folder}/by_hand.csv' h ON a.aco_id = h.aco_id AND CASE a.enrollment_type {kinds} END = h.kind "
        f"LEFT JOIN '{folder}/by_month.csv' m ON a.aco_id = m.aco_id AND m.kind = h.kind"
    ).fetchall()
    return found[0] == 0 and found[1] > 0


def compare(lines: int) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="aco-bench-"))
    try:
        make(folder, lines)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e9
        print(f"{lines / 1e6:.0f} million claim lines, {size:.1f} GB of Parquet, {os.cpu_count()} cores")
        ours = run(aco(folder))
        checked = run(sql(folder, CHECKS + BY_HAND))
        alone = run(sql(folder, BY_HAND))
        by_month = run(sql(folder, BY_MONTH))
        agree = same(folder)
    finally:
        shutil.rmtree(folder)
    for name, cost in (
        ("aco expenditures", ours),
        ("SQL by hand, with the same checks", checked),
        ("SQL by hand, without checks", alone),
        ("SQL by month, without checks", by_month),
    ):
        print(
            f"  {name:34} {cost}   aco takes {ours.processor / cost.processor:.2f}x, {ours.seconds / cost.seconds:.2f}x"
        )
    print(f"  aco: {ours.processor / lines * 1e6:.3f} s of processor per million lines; results agree: {agree}")
    return agree and ours.processor <= MOST * checked.processor and ours.gigabytes < MOST_GB


if __name__ == "__main__":
    sizes = [int(float(word) * 1e6) for word in sys.argv[1:]] or [20_000_000, 100_000_000]
    sys.exit(0 if all(list(map(compare, sizes))) else 1)
