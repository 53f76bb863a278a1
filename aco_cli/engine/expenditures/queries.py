"""The steps from claims to sums, in the SQL that DuckDB and Apache Spark both read as it stands.

Tables `claims`, `enrollment` and `assignment` have the columns of the interface, money as DECIMAL(12, 2) with blank
amounts 0, risk scores in whole millionths, `enrollment` also `calendar_year` and `month_number` (1-12). Sums are of
decimals and whole numbers, so that they do not depend on order, threads or engine.
"""

# ruff: noqa: S608 (the words in the statements are the rules')
from __future__ import annotations

from aco_cli.rules.expenditures import ExpenditureRules

NOT_ELIGIBLE = -1
_ACO = "a.aco_id, a.performance_year, a.period, a.calendar_year"

MEMBERS = "SELECT bene_id, calendar_year FROM assignment GROUP BY bene_id, calendar_year"
MEMBERS_AND_POPULATION = (
    "SELECT bene_id, calendar_year FROM assignment UNION SELECT bene_id, calendar_year FROM population"
)

HEADS = f"""
SELECT {_ACO}, COUNT(*) AS assigned_beneficiaries
FROM assignment a GROUP BY {_ACO}"""


def spells(rules: ExpenditureRules, *, by_county: bool) -> str:
    """Months of each member (table `members`) and calendar year by enrollment type, and by county if asked.

    `month_set` has bit m - 1 for month m. Months that do not count (v11 3.2: not alive on the first day, without Part A
    or Part B, or in a health plan) have type NOT_ELIGIBLE.
    """
    keys = "e.bene_id, e.calendar_year, e.type_order" + (", e.county" if by_county else "")
    return f"""
WITH months AS (
  SELECT e.*, CASE
    WHEN NOT (e.alive AND e.part_a AND e.part_b AND NOT e.health_plan) THEN {NOT_ELIGIBLE}
    WHEN e.esrd THEN 0
    WHEN e.age < {rules.aged_from} THEN 1
    WHEN e.dual_status IN ({_words(rules.dual_status)}) THEN 2
    ELSE 3 END AS type_order
  FROM enrollment e
)
SELECT {keys}, CAST(COUNT(*) AS INTEGER) AS months, CAST(SUM(e.risk_score) AS BIGINT) AS risk,
       BIT_OR(CAST(1 << (e.month_number - 1) AS INTEGER)) AS month_set
FROM months e JOIN members m ON e.bene_id = m.bene_id AND e.calendar_year = m.calendar_year
GROUP BY {keys}"""


REPEATED_MONTHS = """
SELECT COUNT(*) AS people FROM (
  SELECT bene_id FROM spells GROUP BY bene_id, calendar_year HAVING SUM(months) <> BIT_COUNT(BIT_OR(month_set))
) t"""

PAID = "SELECT COUNT(*) AS people FROM paid"

WITHOUT_MONTHS = """
SELECT COUNT(*) AS people
FROM members m ANTI JOIN spells s ON m.bene_id = s.bene_id AND m.calendar_year = s.calendar_year"""


def paid(rules: ExpenditureRules) -> str:
    """Dollars of each member by calendar year and enrollment type (v11 3.1, 3.3).

    A claim belongs to the spell with the month of its through date; in a month that does not count it counts nowhere.
    """
    return f"""
SELECT s.bene_id, s.calendar_year, s.type_order, CAST(SUM(CAST(
    c.paid_amount + c.pbp_reduction_amount
    + CASE WHEN c.through_date >= DATE '{rules.sequestration_from}' THEN c.sequestration_amount ELSE 0 END
    - CASE WHEN c.claim_type IN ({_words(rules.inpatient_claim_types)})
      THEN c.ime_amount + c.dsh_amount + c.uncompensated_care_amount + c.other_excluded_amount ELSE 0 END
  AS DECIMAL(18, 2))) AS DECIMAL(18, 2)) AS paid
FROM claims c JOIN spells s ON c.bene_id = s.bene_id AND YEAR(c.through_date) = s.calendar_year
  AND ((s.month_set >> (MONTH(c.through_date) - 1)) & 1) = 1
WHERE NOT c.denied AND s.type_order <> {NOT_ELIGIBLE}
GROUP BY s.bene_id, s.calendar_year, s.type_order"""


# `dollar_months` is 12 x dollars paid = annualised expenditures x months: a whole number of cents.
PERSONS = f"""
WITH own AS (
  SELECT bene_id, calendar_year, type_order, CAST(SUM(months) AS INTEGER) AS months, CAST(SUM(risk) AS BIGINT) AS risk
  FROM spells WHERE type_order <> {NOT_ELIGIBLE} GROUP BY bene_id, calendar_year, type_order
)
SELECT o.bene_id, o.calendar_year, o.type_order, o.months, o.risk,
       CAST(12 * CAST(COALESCE(p.paid, 0) AS DECIMAL(24, 2)) AS DECIMAL(24, 2)) AS dollar_months
FROM own o LEFT JOIN paid p
  ON o.bene_id = p.bene_id AND o.calendar_year = p.calendar_year AND o.type_order = p.type_order"""

# Annualised expenditures held within +- the threshold, times months: 12 x dollars within +- threshold x months.
SUMS = f"""
WITH held AS (
  SELECT {_ACO}, p.type_order, p.months, p.risk, p.dollar_months,
         CAST(CAST(t.truncation_threshold AS DECIMAL(24, 6)) * p.months AS DECIMAL(28, 6)) AS most
  FROM assignment a
  JOIN persons p ON a.bene_id = p.bene_id AND a.calendar_year = p.calendar_year
  JOIN thresholds t ON a.performance_year = t.performance_year AND a.calendar_year = t.calendar_year
    AND p.type_order = t.type_order
)
SELECT {_ACO}, a.type_order, CAST(SUM(a.months) AS BIGINT) AS months, CAST(SUM(a.risk) AS BIGINT) AS risk,
       SUM(CAST(LEAST(GREATEST(CAST(a.dollar_months AS DECIMAL(28, 6)), -a.most), a.most) AS DECIMAL(28, 6)))
         AS dollar_months
FROM held a GROUP BY {_ACO}, a.type_order"""

COUNTIES = f"""
SELECT {_ACO}, s.type_order, s.county, CAST(SUM(s.months) AS BIGINT) AS months
FROM assignment a JOIN spells s ON a.bene_id = s.bene_id AND a.calendar_year = s.calendar_year
WHERE s.type_order <> {NOT_ELIGIBLE}
GROUP BY {_ACO}, s.type_order, s.county"""

POPULATION_MEANS = """
SELECT p.calendar_year, p.type_order, COUNT(*) AS people, CAST(SUM(p.months) AS BIGINT) AS months,
       CAST(SUM(p.risk) AS BIGINT) AS risk
FROM persons p SEMI JOIN population m ON p.bene_id = m.bene_id AND p.calendar_year = m.calendar_year
GROUP BY p.calendar_year, p.type_order"""


def order_statistics(rules: ExpenditureRules) -> str:
    """The one or two people of the population between whom a percentile lies, in each calendar year and type.

    `annualised` is in 27720ths of a dollar (1 to 12 all divide 27720), so that it is a whole number of cents. `place`
    counts from 1; see `percentile` for what is made of it.
    """
    return f"""
WITH annualised AS (
  SELECT p.calendar_year, p.type_order,
         CAST(p.dollar_months * CAST(27720 / p.months AS INTEGER) AS DECIMAL(28, 2)) AS annualised
  FROM persons p SEMI JOIN population m ON p.bene_id = m.bene_id AND p.calendar_year = m.calendar_year
),
ranked AS (
  SELECT calendar_year, type_order, annualised,
         ROW_NUMBER() OVER (PARTITION BY calendar_year, type_order ORDER BY annualised) AS place,
         COUNT(*) OVER (PARTITION BY calendar_year, type_order) AS people
  FROM annualised
)
SELECT calendar_year, type_order, place, people, annualised FROM ranked
WHERE 100 * (place - 2) < {rules.truncation_percent} * (people - 1)
  AND {rules.truncation_percent} * (people - 1) < 100 * place"""


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
