"""The files of a synthetic population."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pandas as pd
import pyarrow as pa

from aco_cli.inputs.claims.contracts import CONTRACTS
from aco_cli.outputs.parquet import ParquetStream
from aco_cli.synth import frames
from aco_cli.synth.expected import Expected
from aco_cli.synth.plan import Plan
from aco_cli.synth.tables import aco_ids, county_codes, draw_blocks

_TYPES = {
    "text": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "integer": pa.int32(),
    "usd": pa.decimal128(18, 2),
    "number": pa.decimal128(9, 3),
}
_TABLES = ("claims", "enrollment", "assignment")
FILES = (*(f"{name}.parquet" for name in _TABLES), "roster.csv", "reference.csv", "county_ffs.csv", "expected.csv")


def write_population(
    plan: Plan, folder: Path, *, expected: bool = True, advance: Callable[[int], None] | None = None
) -> Counter[str]:
    """Write `FILES` into a folder, a block of people in memory at a time; `advance` hears of claims written.

    Returns the rows of each Parquet file, by its table.
    """
    sums, counts = Expected(plan), Counter[str]()
    with ExitStack() as stack:
        streams = {
            name: stack.enter_context(closing(ParquetStream(folder / f"{name}.parquet", _schema(name))))
            for name in _TABLES
        }
        for block in draw_blocks(plan, sums):
            rows = {name: len(columns["bene_id"].codes) for name, columns in block.items()}
            for name, stream in streams.items():
                stream.write(block[name])
            counts.update(rows)
            if advance:
                advance(rows["claims"])
    ids = aco_ids(plan)
    _write(frames.roster(plan, ids, sums.assigned[:, -1]), folder / "roster.csv")
    _write(frames.reference(plan), folder / "reference.csv")
    _write(frames.counties(plan, county_codes(plan)), folder / "county_ffs.csv")
    if expected:
        _write(sums.table(ids), folder / "expected.csv")
    return counts


def _schema(table: str) -> pa.Schema:
    """The contract's columns; claims have an id too, which nothing is computed from."""
    schema = pa.schema([(name, _TYPES[held.kind.name]) for name, held in CONTRACTS[table].columns.items()])
    return schema.insert(1, pa.field("claim_id", pa.string())) if table == "claims" else schema


def _write(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\n")
