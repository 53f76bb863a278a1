"""A small population as tables, as a reader of its files would see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from aco_cli.outputs.parquet import StreamColumn
from aco_cli.synth.expected import Expected
from aco_cli.synth.plan import Plan
from aco_cli.synth.tables import Block, draw_blocks


@dataclass(frozen=True)
class Population:
    plan: Plan
    claims: pd.DataFrame
    enrollment: pd.DataFrame
    assignment: pd.DataFrame
    expected: pd.DataFrame

    @property
    def codes(self) -> list[str]:
        return self.plan.county_codes


def table(parts: Sequence[Mapping[str, StreamColumn]]) -> pd.DataFrame:
    return pd.concat(
        [
            pd.DataFrame(
                {
                    name: np.array(column[1], dtype=object)[column[0]] if isinstance(column, tuple) else column
                    for name, column in part.items()
                }
            )
            for part in parts
        ],
        ignore_index=True,
    )


def draw(plan: Plan) -> Population:
    expected = Expected(plan)
    blocks: list[Block] = list(draw_blocks(plan, expected))
    names = ("claims", "enrollment", "assignment")
    frames = {name: table([block[name] for block in blocks]) for name in names}
    claims, enrollment = frames["claims"], frames["enrollment"]
    claims["month"] = claims["through_date"].to_numpy().astype("datetime64[D]").astype("datetime64[M]").astype(str)
    enrollment["year"] = enrollment["month"].str[:4].astype(int)
    return Population(plan, expected=expected.table(), **frames)


@pytest.fixture(scope="session")
def draw_population() -> Callable[[Plan], Population]:
    return draw


@pytest.fixture(scope="session")
def population() -> Population:
    return draw(Plan(acos=4, beneficiaries=1_800, year=2023, seed=5, claims_per_month=0.9))
