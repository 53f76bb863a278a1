"""Steps of one column: `COLUMN=-10%..+10%:1%`, as values to set one after the other."""

import re
from dataclasses import dataclass
from decimal import Decimal

from aco_cli.errors import UsageError

MOST_STEPS = 1_000
_NUMBER = r"[-+]?\$?\d[\d,]*(?:\.\d*)?%?|[-+]?\.\d+%?"
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
        ends = [found["first"], found["last"]]
        is_relative = any(end[0] in "+-" for end in ends)
        sign = "%" if is_relative and any("%" in end for end in ends) else ""
        first, last, step = (_number(found[name], sign) for name in ("first", "last", "step"))
        if step <= 0 or last < first or (last - first) / step >= MOST_STEPS:
            raise UsageError(f"--vary {text}: at most {MOST_STEPS:,} steps upward from FIRST to LAST")
        count = int((last - first) / step) + 1
        values = [first + number * step for number in range(count)]
        shown = [f"{value.normalize():{'+' if is_relative else ''}f}{sign}" for value in values]
        return cls(found["column"], tuple(shown))


def _number(text: str, sign: str) -> Decimal:
    number = Decimal(text.strip("%$+").replace(",", "").replace("$", ""))
    return number / 100 if "%" in text and not sign else number
