"""Steps of one column: `COLUMN=-10%..+10%:1%`, as values to set one after the other."""

import re
from dataclasses import dataclass
from decimal import Decimal

from aco_cli.api.scenario_files import NUMBER
from aco_cli.errors import UsageError

MOST_STEPS = 1_000
_NUMBER = rf"[-+]?\$?{NUMBER}%?"
_FORM = re.compile(
    rf"\s*(?P<column>\w+)\s*=\s*(?P<first>{_NUMBER})\s*\.\.\s*(?P<last>{_NUMBER})\s*:\s*(?P<step>{_NUMBER})\s*"
)
_EXPECTED = "expected COLUMN=FIRST..LAST:STEP such as expenditure_total=-10%..+10%:1% or quality_score=0.5..1:0.05"


@dataclass(frozen=True)
class Vary:
    """A column and the values that it is set to, as texts of `--set`."""

    column: str
    values: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Vary":
        """Steps from a text. Raises UsageError where it has another form, mixes percent with others, or is too long."""
        found = _FORM.fullmatch(text)
        if not found:
            raise UsageError(f"--vary {text}: {_EXPECTED}")
        is_relative = any(found[name][0] in "+-" for name in ("first", "last"))
        sign = "%" if "%" in found["step"] else ""
        if any(("%" in found[name]) != bool(sign) for name in ("first", "last")):
            raise UsageError(f"--vary {text}: give FIRST, LAST and STEP all in percent or all without")
        first, last, step = (Decimal(re.sub("[%$+,]", "", found[name])) for name in ("first", "last", "step"))
        if step <= 0 or last < first or (last - first) / step >= MOST_STEPS:
            raise UsageError(f"--vary {text}: at most {MOST_STEPS:,} steps upward from FIRST to LAST")
        count = int((last - first) / step) + 1
        values = [first + number * step for number in range(count)]
        shown = [f"{value.normalize():{'+' if is_relative else ''}f}{sign}" for value in values]
        return cls(found["column"], tuple(shown))
