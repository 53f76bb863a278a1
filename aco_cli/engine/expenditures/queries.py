"""The statements of `queries.yaml` with the values of the rules in them."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from aco_cli.data_files import load_yaml
from aco_cli.rules.expenditures import ExpenditureRules

# A diagnosis code as rules write it, however claims do.
PLAIN_DIAGNOSIS = "UPPER(REPLACE({}, '.', ''))"
# What is below zero where a type of enrollment (0 to 3) stands for months and claims that count.
PLACES = {
    "not_eligible": -1,
    "covid": -2,
    "not_assigned": -3,
    "no_month": -4,
    "denied": -5,
    "out_of_period": -6,
    "other_types": -7,
    "excluded_billing": -8,
}
_CANCELLATIONS = {
    "lines": "COUNT(CASE WHEN NOT c.cancels THEN 1 END)",
    "cancellations": "COUNT(CASE WHEN c.cancels THEN 1 END)",
    "cancelled": "SUM(CASE WHEN c.cancels THEN -c.paid_amount ELSE 0 END)",
}
_NO_CANCELLATIONS = {"lines": "COUNT(*)", "cancellations": "CAST(0 AS BIGINT)", "cancelled": "0"}


def queries(
    rules: ExpenditureRules, *, by_county: bool, years: Sequence[int], aside: bool, has: Collection[str], episodes: bool
) -> dict[str, str]:
    """Every statement by its name; `by_county`: months are told apart by county too.

    `years`: the calendar years; `aside`: claims of other years and types may be there, and are set aside; `has`: the
    columns of claims; `episodes`: months of COVID-19 episodes, in the table `covid_months`, are taken out.
    """
    words = {
        "aged_from": str(rules.aged_from),
        "dual_status": _listed(rules.dual_status),
        "inpatient_claim_types": _listed(rules.inpatient_claim_types),
        "sequestration_from": str(rules.sequestration_from),
        "truncation_percent": str(rules.truncation_percent),
        "aco": "a.aco_id, a.performance_year, a.period, a.calendar_year",
        "of_county": ", e.county" if by_county else "",
        "own_county": ", CASE WHEN m.bene_id IS NOT NULL THEN e.county END AS county" if by_county else "",
        **{name: str(number) for name, number in PLACES.items()},
        **_covid_words(rules, years, episodes),
        **(_CANCELLATIONS if "adjustment_type" in has else _NO_CANCELLATIONS),
        "aside": "",
        "suspect": "",
    }
    if aside:
        year = f"WHEN YEAR(c.through_date) NOT IN ({', '.join(map(str, years))}) THEN {PLACES['out_of_period']}"
        types = f"WHEN c.claim_type NOT IN ({_listed(rules.claim_types)}) THEN {PLACES['other_types']}"
        words["aside"] = f"{year} {types}"
    if rules.suspect_billing and "hcpcs" in has:
        excluded = " OR ".join(
            f"(c.claim_type IN ({_listed(each.claim_types)}) AND UPPER(TRIM(c.hcpcs)) IN ({_listed(each.hcpcs)}) AND "
            f"c.through_date BETWEEN DATE '{each.first}' AND DATE '{each.last}')"
            for each in rules.suspect_billing
        )
        words["suspect"] = f"WHEN s.type_order >= 0 AND ({excluded}) THEN {PLACES['excluded_billing']}"
    statements = load_yaml(Path(__file__).with_name("queries.yaml").read_text("utf-8"))
    return {name: sql.format(**words) for name, sql in statements.items()}


def _covid_words(rules: ExpenditureRules, years: Sequence[int], episodes: bool) -> dict[str, str]:
    months = ", ".join(f"({year}, {month})" for year in years for month in range(1, 13))
    of_episode = f"WHEN v.bene_id IS NOT NULL THEN {PLACES['covid']}" if episodes else ""
    join = "LEFT JOIN covid_months v ON e.bene_id = v.bene_id AND e.calendar_year = v.calendar_year"
    words = {
        "of_episode": of_episode,
        "episodes": f"{join} AND e.month_number = v.month_number" if episodes else "",
        "months": months,
    }
    covid = rules.covid
    if covid is None:
        return words | dict.fromkeys(("covid_from", "covid_through", "covid_diagnosis", "covid_months_after"), "")
    codes = f"CONCAT(' ', TRANSLATE({PLAIN_DIAGNOSIS.format('c.diagnosis')}, ',;|', '   '), ' ')"
    found = " OR ".join(
        f"({codes} LIKE '% {code} %' AND c.through_date BETWEEN DATE '{first}' AND DATE '{last}')"
        for code, first, last in covid.diagnoses
    )
    return words | {
        "covid_from": str(covid.first),
        "covid_through": str(covid.last),
        "covid_diagnosis": found,
        "covid_months_after": str(covid.months_after),
    }


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
