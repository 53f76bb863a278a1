"""What an output column holds and how much it matters: the vocabulary every renderer shares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What the numbers or words of a column mean, which decides how each format writes them."""

    TEXT = "text"
    INTEGER = "integer"
    USD = "usd"
    FRACTION = "fraction"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


@dataclass(frozen=True)
class OutputColumn:
    """A column of an output.

    `name` is the column of the frame and the heading in files; `label` is the short heading on a terminal.
    A narrow terminal keeps the columns with the smallest `priority`; `total` columns are summed in its last row. Text
    wider than `folds_over` may fold over several lines; everything else stays on one. Of a text column with `numbers`,
    texts that are numbers are written as numbers where a format tells the two apart cell by cell (JSON, XLSX).
    """

    name: str
    unit: Unit
    label: str
    priority: int
    total: bool = False
    folds_over: int = 24
    numbers: bool = False

    @property
    def numeric(self) -> bool:
        """Whether the column lines up on the right, as amounts do."""
        return self.unit in {Unit.INTEGER, Unit.USD, Unit.FRACTION, Unit.NUMBER}

    @property
    def year(self) -> bool:
        """Whether the integers are calendar years, which take no thousands separator."""
        return self.name.endswith("_year") or self.name == "deferred_to"
