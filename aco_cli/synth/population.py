"""The files of a synthetic population."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from aco_cli.engine.members import TYPES
from aco_cli.inputs.claims.contracts import CONTRACTS
from aco_cli.outputs.columns import output_columns
from aco_cli.outputs.parquet import ParquetStream
from aco_cli.outputs.text_formats import render_csv
from aco_cli.synth.deliveries import FOLDER, Deliveries
from aco_cli.synth.expected import Expected
from aco_cli.synth.plan import COMPLETION, Ints, Plan
from aco_cli.synth.tables import draw_blocks

_TYPES = {
    "text": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "integer": pa.int32(),
    "usd": pa.decimal128(18, 2),
    "number": pa.decimal128(9, 3),
}
_TABLES = ("claims", "enrollment", "assignment")
_NOT_DRAWN = ("line_number", "adjustment_type", "hcpcs", "admission_date", "diagnosis")
_SHARE_OF_REVENUE = 0.3  # participants' revenue relative to expenditures
_COUNTY_TYPES = ("ESRD", "DISABLED", "AGED/DUAL", "AGED/NON-DUAL")
FILES = (*(f"{name}.parquet" for name in _TABLES), "roster.csv", "reference.csv", "county_ffs.csv", "expected.csv")
DELIVERIES = f"{FOLDER}/P.*.ACO.ZC*"  # in place of the claims file


def write_population(
    plan: Plan, folder: Path, *, cclf: bool = False, expected: bool = True, advance: Callable[[int], None] | None = None
) -> Counter[str]:
    """Write `FILES` into a folder, a block of people in memory at a time; `advance` hears of claims written.

    With `cclf`, claims come as `DELIVERIES`. Returns the rows of each table.
    """
    sums, counts = Expected(plan), Counter[str]()
    with ExitStack() as stack:
        streams = {
            name: stack.enter_context(closing(ParquetStream(folder / f"{name}.parquet", _schema(name))))
            for name in _TABLES[cclf:]
        }
        deliveries = stack.enter_context(Deliveries(plan, folder)) if cclf else None
        for block in draw_blocks(plan, sums):
            rows = {name: len(columns["bene_id"].codes) for name, columns in block.items()}
            for name, stream in streams.items():
                stream.write(block[name])
            if deliveries:
                deliveries.write(block)
            counts.update(rows)
            if advance:
                advance(rows["claims"])
    _write(roster(plan, sums.assigned[:, -1]), folder / "roster.csv")
    _write(reference(plan), folder / "reference.csv")
    _write(counties(plan), folder / "county_ffs.csv")
    if expected:
        columns = output_columns("expenditures")  # as `aco expenditures` writes them
        (folder / "expected.csv").write_bytes(render_csv(sums.table(), columns, exact=False, excel_safe=False))
    return counts


def _schema(table: str) -> pa.Schema:
    """The contract's columns, but for those of feeds and codes."""
    columns = CONTRACTS[table].columns
    return pa.schema([(name, _TYPES[held.kind.name]) for name, held in columns.items() if name not in _NOT_DRAWN])


def _write(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\n")


def roster(plan: Plan, assigned: Ints) -> pd.DataFrame:
    """The ACOs of the performance year, without dollars; `assigned` beneficiaries of each."""
    start = pd.Series(plan.starts)
    profiles = plan.profiles
    revenue = assigned * plan.national[-1, -1] / 100 * _SHARE_OF_REVENUE
    return pd.DataFrame(
        {
            "aco_id": plan.ids,
            "aco_name": [f"Synthetic ACO {number + 1}" for number in range(plan.acos)],
            "performance_year": plan.year,
            "program": "mssp",
            "track": profiles["track"],
            "agreement_start": start,
            "agreement_period": profiles["agreement_period"],
            "agreement_year": plan.year - start.str[:4].astype(int) + 1,
            "regional_period": profiles["agreement_period"],
            "msr_election": profiles["msr_election"],
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


def counties(plan: Plan) -> pd.DataFrame:
    """County expenditures of all years, headed as CMS heads its yearly files (2018: spaces, capitals and all)."""
    county, year = (places.ravel() for places in np.indices((plan.counties, plan.years)))
    columns = {
        "Year": year + plan.first_year,
        "State Name": np.array([f"Synthetic State {int(code[:2])}" for code in plan.county_codes])[county],
        "County Name": np.array([f"County {int(code[2:])}" for code in plan.county_codes])[county],
        "State ID": np.array([int(code[:2]) for code in plan.county_codes])[county],
        "County ID": np.array([int(code[2:]) for code in plan.county_codes])[county],
    }
    for number, name in enumerate(_COUNTY_TYPES):
        columns[f"Per capita {name} expenditures"] = plan.county_expenditures[county, year, number] / 100
        columns[f"Average {name} HCC risk score"] = plan.county_scores[county, year, number]
        columns[f"{name} person-years "] = plan.county_person_years[county, year, number] / 100
    return pd.DataFrame(columns).sort_values(["Year", "State ID", "County ID"], ignore_index=True)
