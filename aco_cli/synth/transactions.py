"""Claims as CMS feeds them: repeated, adjusted, cancelled, denied, under identifiers that changed.

Final amounts stay what they are: what comes on top nets to nothing or counts nowhere.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from aco_cli.synth.identifiers import Identifiers
from aco_cli.synth.plan import Plan

ORIGINAL, CANCELLATION, ADJUSTMENT = range(3)  # CLM_ADJSMT_TYPE_CD
RUN_OUT = 3  # months with deliveries after the performance year

_PART_A = "1"
_KINDS = {"71": "5", "72": "5", "81": "6", "82": "6"}  # of claim types; all others are of Part A
_CANCELLED, _EARLY, _STRANGE, _ADJUSTED, _REPEATED = 0.02, 0.005, 0.005, 0.04, 0.05
_LAGS = np.array([1, 1, 1, 2, 3])  # months from service to delivery
_LONGEST_STAY = 6  # days
_DAYS_BEFORE = 300  # of the year before the first


def draw_transactions(
    random: np.random.Generator, plan: Plan, claims: Mapping[str, Any], called: Identifiers, first: int
) -> pd.DataFrame:
    """A row per claim (Part A) or line (Part B, DMEPOS), version and delivery, from the `claims` of a block.

    Claims are numbered from `first`; money is in cents, dates in days since 1970, deliveries in months from January of
    the first year; `name` is a place in the names of `called`.
    """
    rows = _delivered(plan, _versions(random, plan, _lines(random, claims)))
    known = called.as_of(rows["who"].to_numpy(), rows["delivery"].to_numpy())
    rows["name"] = np.where(rows["strange"], called.stranger(rows["who"].to_numpy()), known)
    rows["claim"] += first
    again = rows[random.random(len(rows)) < _REPEATED]
    again = again.assign(delivery=_within(plan, again["delivery"] + random.integers(1, 4, len(again))))
    return pd.concat([rows, again], ignore_index=True)


def _lines(random: np.random.Generator, claims: Mapping[str, Any]) -> pd.DataFrame:
    """Claims as they are in the end; what a person has of a type of Part B or DMEPOS in a month is one claim."""
    types = pd.Series(claims["claim_type"].words)[claims["claim_type"].codes].to_numpy()
    date = claims["through_date"]
    lines = pd.DataFrame(
        {
            "who": claims["bene_id"].codes,
            "type": types,
            "kind": pd.Series(types).map(_KINDS).fillna(_PART_A),
            "date": date,
            "paid": claims["paid_amount"],
            # CCLF1 has no field for supplements of the Indian Health Service or Puerto Rico.
            "ime": claims["ime_amount"] + claims["other_excluded_amount"],
            "dsh": claims["dsh_amount"],
            "uncompensated": claims["uncompensated_care_amount"],
            "reduction": claims["pbp_reduction_amount"],
            "denied": claims["denied"],
            "version": ORIGINAL,
            "strange": False,
        }
    )
    month = date.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    of_part_a = np.where(lines["kind"] == _PART_A, np.arange(1, len(lines) + 1), 0)
    lines["claim"] = lines.groupby(["who", month, "type", of_part_a], sort=False).ngroup()
    dates = lines.groupby("claim")["date"]
    stay = np.where(lines["kind"] == _PART_A, random.integers(0, _LONGEST_STAY, len(lines)), 0)
    return lines.assign(
        line=dates.cumcount() + 1, through=dates.transform("max"), **{"from": dates.transform("min") - stay}
    )


def _versions(random: np.random.Generator, plan: Plan, lines: pd.DataFrame) -> pd.DataFrame:
    """With wrong amounts taken back and put right, claims taken back, and claims that count nowhere."""
    draw = random.random(lines["claim"].max() + 1 if len(lines) else 0)[lines["claim"]]
    bounds = np.cumsum([0, _CANCELLED, _EARLY, _STRANGE, _ADJUSTED])
    chosen = [lines[(draw >= low) & (draw < high)] for low, high in pairwise(bounds)]
    copies = lines["claim"].max() + 1
    cancelled, early, strange = (
        each.assign(claim=each["claim"] + number * copies) for number, each in enumerate(chosen[:3], start=1)
    )
    start = np.datetime64(f"{plan.first_year}-01-01", "D").astype(np.int64)
    before = start - 1 - early["through"] % _DAYS_BEFORE
    adjusted = chosen[3]
    wrong = adjusted.assign(paid=np.rint(adjusted["paid"] * random.uniform(0.5, 1.5, len(adjusted))).astype(np.int64))
    taken_back = pd.concat([wrong, cancelled])
    rows: pd.DataFrame = pd.concat(
        [
            lines.drop(adjusted.index),
            taken_back,
            early.assign(**dict.fromkeys(("from", "date", "through"), before)),
            strange.assign(strange=True),
            taken_back.assign(version=CANCELLATION),
            adjusted.assign(version=ADJUSTMENT),
        ],
        ignore_index=True,
    )
    return rows


def _delivered(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """With the month of delivery: some time after the service, a version after the one before."""
    through = rows["through"].to_numpy().astype("datetime64[D]").astype("datetime64[M]")
    month = (through - np.datetime64(f"{plan.first_year}-01", "M")).astype(np.int64)
    return rows.assign(delivery=_within(plan, month + _LAGS[rows["claim"] % len(_LAGS)] + rows["version"]))


def _within(plan: Plan, month: "pd.Series[int]") -> "pd.Series[int]":
    """The first or last delivery, where there are none before or after."""
    return month.clip(0, plan.years * 12 + RUN_OUT - 1)
