"""The files of a synthetic population."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from aco_cli.engine.synth import frames
from aco_cli.engine.synth.expected import Expected
from aco_cli.engine.synth.plan import Plan
from aco_cli.engine.synth.tables import Block, aco_ids, county_codes, draw_blocks
from aco_cli.outputs.parquet import ParquetStream

_TEXT, _YES, _MONEY = pa.string(), pa.bool_(), pa.decimal128(18, 2)
_AMOUNTS = (
    "paid_amount",
    "ime_amount",
    "dsh_amount",
    "uncompensated_care_amount",
    "other_excluded_amount",
    "sequestration_amount",
    "pbp_reduction_amount",
)
SCHEMAS = {
    "claims": pa.schema(
        [
            *((name, _TEXT) for name in ("bene_id", "claim_id", "claim_type")),
            ("through_date", pa.date32()),
            *((name, _MONEY) for name in _AMOUNTS),
            ("denied", _YES),
        ]
    ),
    "enrollment": pa.schema(
        [
            *(("bene_id", _TEXT), ("month", _TEXT), ("esrd", _YES), ("age", pa.int32()), ("dual_status", _TEXT)),
            *((name, _YES) for name in ("part_a", "part_b", "health_plan", "alive")),
            *(("risk_score", pa.decimal128(9, 3)), ("county", _TEXT)),
        ]
    ),
    "assignment": pa.schema(
        [
            *(("aco_id", _TEXT), ("performance_year", pa.int32()), ("period", _TEXT)),
            *(("calendar_year", pa.int32()), ("bene_id", _TEXT)),
        ]
    ),
}
FILES = (*(f"{name}.parquet" for name in SCHEMAS), "roster.csv", "reference.csv", "county_ffs.csv", "expected.csv")


@dataclass
class Counts:
    """Rows of the large files."""

    claims: int = 0
    enrollment: int = 0
    assignment: int = 0

    def add(self, block: Block) -> int:
        """Count a block; returns its claims."""
        claims = len(block.claims["denied"])
        self.claims += claims
        self.enrollment += len(block.enrollment["esrd"])
        self.assignment += len(block.assignment["performance_year"])
        return claims


def write_population(
    plan: Plan, folder: Path, *, expected: bool = True, advance: Callable[[int], None] | None = None
) -> Counts:
    """Write `FILES` into a folder, a block of people in memory at a time; `advance` hears of claims written."""
    sums, counts = Expected(plan), Counts()
    with ExitStack() as stack:
        streams = {
            name: stack.enter_context(closing(ParquetStream(folder / f"{name}.parquet", schema)))
            for name, schema in SCHEMAS.items()
        }
        for block in draw_blocks(plan, sums):
            for name, stream in streams.items():
                stream.write(getattr(block, name))
            claims = counts.add(block)
            if advance:
                advance(claims)
    ids = aco_ids(plan)
    _write(frames.roster(plan, ids, sums.assigned[:, -1]), folder / "roster.csv")
    _write(frames.reference(plan), folder / "reference.csv")
    _write(frames.counties(plan, county_codes(plan)), folder / "county_ffs.csv")
    if expected:
        _write(sums.table(ids), folder / "expected.csv")
    return counts


def _write(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\n")
