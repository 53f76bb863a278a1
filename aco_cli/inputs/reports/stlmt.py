"""A settlement report as inputs: a roster row, expenditures by enrollment type, and national figures."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.layout import STLMT
from aco_cli.inputs.reports.figures import Report, kind_of_report, other_report, read_report

_START = re.compile(r"(\w+ \d{1,2}, \d{4}) Agreement Start Date", re.IGNORECASE)
_DAY = re.compile(r"\d{2}/\d{2}/(\d{4})")
# Elections of two-sided ACOs, 42 CFR 425.610(b) and 425.605(b)(2); any other rate comes from the table by size.
_ELECTIONS = (0.0, 0.005, 0.01, 0.015, 0.02)


class ReportInputs(NamedTuple):
    """What a settlement report says, in the columns of a roster, an expenditure file and a reference file."""

    report: Report
    roster: pd.DataFrame
    expenditures: pd.DataFrame
    reference: pd.DataFrame


def no_report(file: str) -> Problem:
    """The problem of a file that is to be a settlement report and is none."""
    return Problem(file, "a settlement report (STLMT) of CMS", "another file", unread=True)


def read_stlmt(file: str) -> ReportInputs | None:
    """The inputs of a settlement report; None for a file that is no report.

    Raises InputError for what is missing, and for a report of CMS that is no settlement.
    """
    kind = kind_of_report(file) if file.lower().endswith(".xlsx") else ""
    if not kind:
        return None
    if kind != STLMT:
        raise InputError(other_report(file, "a roster, a public use file or a settlement report (STLMT) of CMS"))
    report = read_report(file, kind)
    aco_id, name = report.aco
    start = report.on_cover(_START, "the agreement start date")
    parameters = report.layout["parameters"]
    _refuse_gaps(report)
    year = _year(report, report.parameter(parameters["performance_period"]))
    ids = {"aco_id": aco_id, "performance_year": str(year)}
    by_period = {
        period: _by_type(report, report.layout["benchmark_years"], period) for period in ("BY1", "BY2", "BY3")
    } | {"PY": _by_type(report, report.layout["performance_year"], "PY")}
    # Of the expenditures of a period: assignment windows, of other dates, have the same labels.
    labels, heading = report.layout["labels"], parameters["calendar_years"]
    years = {period: _year(report, report.parameter(labels[period], heading)) for period in by_period}
    rows = [
        {**ids, "period": period, "calendar_year": str(years[period]), "enrollment_type": kind, **figures}
        for period, types in by_period.items()
        for kind, figures in types.items()
    ]
    expenditures = pd.DataFrame(rows)
    reference = expenditures[["performance_year", "calendar_year", "enrollment_type", "national_expenditure"]]
    roster = {
        **ids,
        "aco_name": name,
        "program": "mssp",
        "track": report.parameter(parameters["track"]),
        "agreement_start": start[1],
        "agreement_period": report.parameter(parameters["agreement_period"]),
        "regional_period": report.parameter(parameters["regional_period"]),
        **_roster_figures(report),
    }
    return ReportInputs(report, pd.DataFrame([roster]), expenditures.drop(columns="national_expenditure"), reference)


def _refuse_gaps(report: Report) -> None:
    """Raise InputError with every figure that is needed and is not there, for no enrollment type and period."""
    layout = report.layout
    needed = {*layout["benchmark_years"].values(), *layout["performance_year"].values()}
    needed |= {layout["roster"][name] for name in ("assigned_beneficiaries", "minimum_savings_rate")}
    held = {f"{place.table} {place.letter}" for place, printed in report.figures.items() if printed.value is not None}
    if missing := sorted(needed - held):
        found = f"no {', '.join(missing)} (table and letter)"
        raise InputError([Problem(report.file, f"the inputs of a {layout['label']}", found, fix="get it again")])


def _year(report: Report, period: str) -> int:
    years = set(_DAY.findall(period))
    if len(years) != 1:
        raise InputError([Problem(report.file, "a period of one calendar year in Parameters", repr(period))])
    return int(years.pop())


def _by_type(report: Report, names: Mapping[str, str], period: str) -> dict[str, dict[str, Any]]:
    """The figures of a period by enrollment type; person years by type are all of them times the type's share."""
    found: dict[str, dict[str, Any]] = {}
    for kind in report.layout["types"]:
        held = {name: _figure(report, place, period, kind) for name, place in names.items()}
        total, share = held["person_years"], held.pop("share")
        share = _figure(report, names["share"], "BY3", kind) if share is None else share
        held["person_years"] = total * share if isinstance(total, float) and isinstance(share, float) else None
        found[kind] = held
    return found


def _figure(report: Report, place: str, period: str, kind: str) -> Any:
    """A figure of a type, or of all of them."""
    value = report.number(place, period, kind)
    return report.number(place, period) if value is None else value


def _roster_figures(report: Report) -> dict[str, Any]:
    held = {name: report.number(place, "PY") for name, place in report.layout["roster"].items()}
    rate = held.pop("minimum_savings_rate")
    affected = [held.pop(name) for name in ("affected_share", "affected_time")]
    is_elected = isinstance(rate, float) and any(abs(rate - each) < 1e-9 for each in _ELECTIONS)
    shares = [each for each in affected if isinstance(each, float)]
    return {
        **held,
        "msr_election": str(rate) if is_elected else "sliding",
        "euc_share": shares[0] * shares[1] if len(shares) == len(affected) else None,
    }
