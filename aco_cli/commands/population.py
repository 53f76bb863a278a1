"""The files of a synthetic population."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pyarrow as pa

from aco_cli.engine.synth import frames
from aco_cli.engine.synth.expected import Expected
from aco_cli.engine.synth.plan import Plan
from aco_cli.engine.synth.tables import aco_ids, county_codes, draw_blocks
from aco_cli.outputs.parquet import ParquetStream

_TYPES = {
    **dict.fromkeys(("denied", "esrd", "part_a", "part_b", "health_plan", "alive"), pa.bool_()),
    **dict.fromkeys(("age", "performance_year", "calendar_year"), pa.int32()),
    "through_date": pa.date32(),
    "risk_score": pa.decimal128(9, 3),
}
_COLUMNS = {
    "claims": "bene_id claim_id claim_type through_date paid_amount ime_amount dsh_amount uncompensated_care_amount "
    "other_excluded_amount sequestration_amount pbp_reduction_amount denied",
    "enrollment": "bene_id month esrd age dual_status part_a part_b health_plan alive risk_score county",
    "assignment": "aco_id performance_year period calendar_year bene_id",
}


def _type(column: str) -> pa.DataType:
    return _TYPES.get(column, pa.decimal128(18, 2) if column.endswith("_amount") else pa.string())


SCHEMAS = {file: pa.schema([(name, _type(name)) for name in names.split()]) for file, names in _COLUMNS.items()}
FILES = (*(f"{name}.parquet" for name in SCHEMAS), "roster.csv", "reference.csv", "county_ffs.csv", "expected.csv")


def write_population(
    plan: Plan, folder: Path, *, expected: bool = True, advance: Callable[[int], None] | None = None
) -> Counter[str]:
    """Write `FILES` into a folder, a block of people in memory at a time, and return the rows of the large ones.

    `advance` hears of claims written.
    """
    sums, counts = Expected(plan), Counter[str]()
    with ExitStack() as stack:
        streams = {
            name: stack.enter_context(closing(ParquetStream(folder / f"{name}.parquet", schema)))
            for name, schema in SCHEMAS.items()
        }
        for block in draw_blocks(plan, sums):
            rows = {name: stream.write(getattr(block, name)) for name, stream in streams.items()}
            counts.update(rows)
            if advance:
                advance(rows["claims"])
    ids = aco_ids(plan)
    tables = {
        "roster": frames.roster(plan, ids, sums.assigned[:, -1]),
        "reference": frames.reference(plan),
        "county_ffs": frames.counties(plan, county_codes(plan)),
        **({"expected": sums.table(ids)} if expected else {}),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    return counts
