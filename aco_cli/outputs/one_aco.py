"""What a page or a printed sheet of one ACO says, ready to be laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from aco_cli.engine.waterfall import Waterfall
from aco_cli.outputs.worksheet_text import Cells


@dataclass(frozen=True)
class Check:
    """A figure as recomputed and as CMS published it, and whether both are the same amount."""

    label: str
    ours: str
    published: str
    agrees: bool


@dataclass(frozen=True)
class OneAco:
    """One ACO: its last year in words and lines, how it compares, and its years.

    `keys` name the `lines` that are shown. `rates` are the savings rates of the other ACOs of its track and year,
    `rate` its own, `comparison` says how they compare; `years` has a row per year with `performance_year`,
    `savings_rate`, `msr`, `settlement`, `outcome`; `steps` is the waterfall of the last year.
    """

    title: str
    about: str
    answer: str
    lines: Sequence[Cells]
    keys: Sequence[str]
    distances: Sequence[str]
    checks: Sequence[Check]
    rates: pd.Series
    rate: float
    comparison: str
    years: pd.DataFrame
    steps: Waterfall
    settlement: float
    notes: str
    made_of: str
    what_if: str = ""

    @property
    def settled_years(self) -> pd.DataFrame:
        """The years that have a settlement."""
        return self.years[self.years["settlement"].notna()]
