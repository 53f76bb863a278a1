"""What a run on claims tells: rules it rests on, what became of dollars, people and counties without figures."""

from collections.abc import Mapping, Sequence

import pandas as pd

from aco_cli.api.run import Run
from aco_cli.engine.expenditures.audit import Amount
from aco_cli.engine.members import TYPES
from aco_cli.inputs.claims.cclf_feed import CclfFeed
from aco_cli.inputs.claims.checks import ClaimsRows
from aco_cli.inputs.claims.final import Repeats, Unmatched
from aco_cli.rules.expenditures import (
    COVID,
    DENIED_LINES,
    FEED_CODES,
    PART_A,
    SEQUESTRATION,
    SUSPECT_BILLING,
    ExpenditureRules,
)

COVID_COLUMNS = frozenset({"admission_date", "diagnosis"})
_ROWS = "{count:,} rows with ${dollars:,.2f} "
# Lines of the audit that are told of where there is anything in them, and whether that is a warning.
_TOLD = {
    "cancelled": (False, "{count:,} rows are cancellations, which count negative: ${half:,.2f} are taken back"),
    "out_of_period": (False, _ROWS + "are of no calendar year of the assignment"),
    "other_types": (True, _ROWS + "are of claim types that are excluded"),
    "denied": (False, _ROWS + "are denied"),
    "no_enrollment": (True, _ROWS + "are of beneficiaries without enrollment records"),
    "no_month": (False, _ROWS + "are in months for which their beneficiaries have no enrollment"),
    "not_assigned": (False, _ROWS + "are of beneficiaries who are not assigned in the calendar year"),
    "excluded_billing": (False, _ROWS + "of suspect billing are left out (42 CFR 425.670)"),
    "covid": (False, _ROWS + "in months of COVID-19 episodes are left out (42 CFR 425.611)"),
    "covid_months": (False, "{count:,} months of COVID-19 episodes are left out (42 CFR 425.611)"),
    "assigned_without_claims": (False, "{count:,} assigned beneficiaries have no claim that counts"),
}


class ClaimsNotes:
    """Tells a run what its reader must know."""

    def __init__(self, run: Run, claims: ClaimsRows, rules: ExpenditureRules, years: Sequence[int]) -> None:
        self._run = run
        self._claims = claims
        self._rules = rules
        self._years = years

    def of_rules(self, computed: pd.DataFrame) -> None:
        """What is not published, and what is not taken out as no column tells it."""
        has, rules = self._claims.claims_columns, self._rules
        from_feed = "record" in has
        covid = rules.covid is not None and bool(set(self._years) & rules.covid.years)
        used = {
            "truncation_percentile": bool(len(computed)),
            SEQUESTRATION: from_feed,
            DENIED_LINES: from_feed,
            FEED_CODES: from_feed,
            PART_A: False,
            SUSPECT_BILLING: bool(rules.suspect_billing) and "hcpcs" in has,
            "quarterly_completion_factor": False,
            **dict.fromkeys(COVID, covid and has >= COVID_COLUMNS),
        }
        if uncertain := [name for name in rules.uncertain if used.get(name, True)]:
            self._run.note("unpublished", f"not published for all these years: {', '.join(uncertain)} (aco rules show)")
        if rules.covid and covid and not has >= COVID_COLUMNS:
            self._run.note(
                "covid_months",
                f"months of inpatient COVID-19 episodes ({rules.covid.first} to {rules.covid.last}, 42 CFR 425.611) "
                "are not taken out: no column tells them; give admission_date and diagnosis, or leave such months out "
                "of the enrollment file",
            )
        suspect = {year for each in rules.suspect_billing for year in range(each.first.year, each.last.year + 1)}
        if suspect & set(self._years) and "hcpcs" not in has:
            years = ", ".join(map(str, sorted(suspect & set(self._years))))
            self._run.note(
                "suspect_billing",
                f"suspect billing of {years} (42 CFR 425.670) is not taken out: claims have no column hcpcs",
            )

    def of_feed(self, feed: CclfFeed, codes: Mapping[str, str]) -> None:
        """What a feed has not, and what is made of it."""
        self._run.note(
            "sequestration",
            "what sequestration withheld is added back: as CCLFA and CCLFB print it, or else worked out as paid x rate "
            "/ (1 - rate) by through date",
        )
        if not self._claims.has_risk_scores:
            self._run.note(
                "cclf_enrollment",
                "CCLF8 has neither risk scores nor months in health plans: risk_score is blank, and such months count; "
                "give --enrollment for both",
            )
            months, held = [f"{year}-{month:02}" for year in self._years for month in range(1, 13)], feed.months()
            if missing := [month for month in months if month not in held]:
                more = f" and {len(missing) - 1:,} more months" if len(missing) > 1 else ""
                self._run.warn("cclf_months", f"no CCLF8 file of {missing[0]}{more}: nobody counts then")
        if self._rules.covid and set(self._years) & self._rules.covid.years and not feed.has("4"):
            told = "no CCLF4 in the feed: COVID-19 episodes (42 CFR 425.611) are told by principal diagnoses alone"
            self._run.note("cclf", told)
        for note in feed.notes():
            self._run.note("cclf", note)
        for warning in [*feed.stray_reductions(), *feed.unknown_payments(codes), *feed.blank_status()]:
            self._run.warn("cclf", warning)

    def of_amounts(self, audit: Mapping[str, Amount], repeats: Repeats) -> None:
        """What became of rows that do not count, or not as they are printed."""
        equal, unequal, each = repeats.equal, repeats.unequal, repeats.on_each_line
        if equal.rows:
            self._run.note("repeats", f"{equal.rows:,} rows with ${equal.sum:,.2f} are equal to others, and count once")
        if unequal.rows:
            other = "line_number" if "line_number" in self._claims.claims_columns else "paid_amount"
            self._run.warn(
                "unequal_repeats",
                f"{unequal.rows:,} rows with ${unequal.sum:,.2f} have the claim_id and {other} of another row, but "
                "are not equal to it: all count",
            )
        if each.rows:
            self._run.warn(
                "payment_on_each_line",
                f"${each.sum:,.2f} may count too often: claims of Part A have the same paid_amount on each of their "
                f"lines, {each.rows:,} times beyond the first; a payment of the claim belongs on one of them",
            )
        for name, (is_warning, words) in _TOLD.items():
            found = audit[name]
            if found.count:
                tell = self._run.warn if is_warning else self._run.note
                tell(name, words.format(count=found.count, dollars=found.dollars, half=found.dollars / 2))

    def of_versions(self, unmatched: Unmatched) -> None:
        """Versions of claims that are not all there."""
        if (alone := unmatched.cancelled).rows:
            self._run.warn(
                "cancelled_alone",
                f"{alone.rows:,} rows with ${alone.sum:,.2f} are cancellations of claims that are not there: no row "
                "has the beneficiary, claim type, line, through date and amount that they take back; they count "
                "negative all the same",
            )
        if (alone := unmatched.adjusted).rows:
            self._run.warn(
                "adjusted_alone",
                f"{alone.rows:,} rows with ${alone.sum:,.2f} are adjustments of more claims of a beneficiary, type and "
                "through date than were cancelled: what they adjust may count too",
            )

    def of_people(self, computed: pd.DataFrame, without_months: int) -> None:
        """Figures of the population in place of CMS's, and whom no figure counts."""
        for row in computed.itertuples():
            figures = f"threshold {row.truncation_threshold}, mean risk score {row.mean_risk_score!r}"
            told = f"{row.calendar_year} {row.enrollment_type}: {figures}, from {row.people:,} people of --national"
            self._run.note("population_figures", told)
        if without_months:
            told = f"{without_months:,} beneficiaries have no enrollment records in an assigned calendar year"
            self._run.warn("without_months", told)

    def of_counties(self, missing: pd.DataFrame, crowded: pd.DataFrame) -> None:
        """Counties and years without figures, and counties in which the weight of an ACO is above 1."""
        for (year, county), rows in missing.fillna({"county": ""}).groupby(["calendar_year", "county"]):
            kinds = ", ".join(TYPES[order] for order in sorted(set(rows["type_order"])))
            self._run.warn(
                "county_missing",
                f"county {county or '(blank)'} has no figures for {kinds} in the county files of {year}: "
                f"{rows['person_years'].sum():,.2f} person years excluded from regional expenditures",
            )
        for row in crowded.assign(kind=crowded["type_order"].map(dict(enumerate(TYPES)))).itertuples():
            self._run.warn(
                "county_crowded",
                f"county {row.county}: {row.aco_id}, {row.period} has {row.person_years:,.2f} person years of "
                f"{row.kind}, more than the {row.county_person_years:,.2f} of all in the county files of "
                f"{row.calendar_year}; its part of national_weight there is above 1",
            )
