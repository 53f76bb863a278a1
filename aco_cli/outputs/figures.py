"""The charts there are. Imports nothing heavy: commands name them in options."""

from __future__ import annotations

from enum import StrEnum


class Figure(StrEnum):
    """What `--chart` accepts."""

    SAVINGS_RATE = "savings-rate"
    WATERFALL = "waterfall"
    DISTRIBUTION = "distribution"
    QUALITY = "quality"
