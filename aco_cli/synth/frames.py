"""The small files: ACO roster, CMS's national figures and county expenditures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from aco_cli.engine.members import TYPES
from aco_cli.synth.plan import COMPLETION, Ints, Plan

_SHARE_OF_REVENUE = 0.3  # participants' revenue relative to expenditures
_COUNTY_TYPES = ("ESRD", "DISABLED", "AGED/DUAL", "AGED/NON-DUAL")


def roster(plan: Plan, ids: Sequence[str], assigned: Ints) -> pd.DataFrame:
    """The ACOs of the performance year, without dollars; `assigned` beneficiaries of each."""
    start = pd.Series(plan.starts)
    period = [profile.agreement_period for profile in plan.profiles]
    revenue = assigned * plan.national[-1, -1] / 100 * _SHARE_OF_REVENUE
    return pd.DataFrame(
        {
            "aco_id": ids,
            "aco_name": [f"Synthetic ACO {number + 1}" for number in range(plan.acos)],
            "performance_year": plan.year,
            "program": "mssp",
            "track": [profile.track for profile in plan.profiles],
            "agreement_start": start,
            "agreement_period": period,
            "agreement_year": plan.year - start.str[:4].astype(int) + 1,
            "regional_period": period,
            "msr_election": [profile.msr_election for profile in plan.profiles],
            "assigned_beneficiaries": assigned,
            "quality_score": 0.9,
            "quality_reported": "true",
            "quality_standard_met": "true",
            "participant_revenue": np.round(revenue, -3),
        }
    )


def reference(plan: Plan) -> pd.DataFrame:
    """National figures by calendar year and enrollment type."""
    year, kind = (places.ravel() for places in np.indices((plan.years, len(TYPES))))
    return pd.DataFrame(
        {
            "performance_year": plan.year,
            "calendar_year": year + plan.first_year,
            "enrollment_type": np.array(TYPES)[kind],
            "national_expenditure": plan.national.ravel() / 100,
            "truncation_threshold": plan.thresholds.ravel() / 100,
            "mean_risk_score": plan.mean_scores.ravel(),
            "completion_factor": COMPLETION,
        }
    )


def counties(plan: Plan, codes: Sequence[str]) -> pd.DataFrame:
    """County expenditures of all years, headed as CMS heads its yearly files (2018: spaces, capitals and all)."""
    county, year = (places.ravel() for places in np.indices((plan.counties, plan.years)))
    columns = {
        "Year": year + plan.first_year,
        "State Name": np.array([f"Synthetic State {int(code[:2])}" for code in codes])[county],
        "County Name": np.array([f"County {int(code[2:])}" for code in codes])[county],
        "State ID": np.array([int(code[:2]) for code in codes])[county],
        "County ID": np.array([int(code[2:]) for code in codes])[county],
    }
    for number, name in enumerate(_COUNTY_TYPES):
        columns[f"Per capita {name} expenditures"] = plan.county_expenditures[county, year, number] / 100
        columns[f"Average {name} HCC risk score"] = plan.county_scores[county, year, number]
        columns[f"{name} person-years "] = plan.county_person_years[county, year, number] / 100
    return pd.DataFrame(columns).sort_values(["Year", "State ID", "County ID"], ignore_index=True)
