"""What was published about programs as a whole, for years whose ACOs are not all at hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aco_cli.rules.parameters import PACKAGED
from aco_cli.rules.validated_yaml import Number, Whole, YesNo, form, read_yaml, validated

NATIONAL = "medicare"
FILE = PACKAGED / "published_totals.yaml"
DOLLARS = frozenset({"savings", "savings_above_msr", "earned_payment", "owed_repayment"})


@dataclass(frozen=True)
class Total:
    """A published figure of a program (or `medicare`, the nation) in a performance year; named as in `summary`.

    With `track` it is of the program's ACOs in that track or arrangement alone.
    The true figure lies `within` of the value, in its own unit; with `more_than` it is above the value.
    """

    program: str
    year: Whole
    figure: str
    value: Number
    cite: str
    track: str = ""
    within: Number = 0.0
    more_than: YesNo = False

    __pydantic_config__ = form()

    def agrees(self, computed: float) -> bool:
        """Whether a computed figure fits the published one."""
        return computed > self.value if self.more_than else abs(computed - self.value) <= self.within

    @property
    def released(self) -> str:
        """The figure as it was released: 333, 87.2%, $806 million, more than $422 million, $91,516,864."""
        if self.figure.startswith("mean_"):
            return f"{100 * self.value:g}%"
        if self.figure not in DOLLARS:
            return f"{self.value:,.0f}"
        millions = f"{self.value / 1e6:g}"
        shown = f"{millions} million" if abs(float(millions) * 1e6 - self.value) < 0.5 else f"{self.value:,.0f}"
        return f"{'more than ' if self.more_than else ''}${shown}"


@dataclass(frozen=True)
class ChangedPayment:
    """A settlement that a later release of the public use file gives otherwise, in US dollars."""

    program: str
    year: Whole
    aco_id: str
    earlier: Number
    later: Number
    cite: str

    __pydantic_config__ = form()


def changed_payments(path: Path = PACKAGED / "changed_payments.yaml") -> Sequence[ChangedPayment]:
    """All payments that changed between releases. Raises RulesError for an entry that is not complete."""
    return validated(path, tuple[ChangedPayment, ...], read_yaml(path))


def published_totals(path: Path = FILE) -> Sequence[Total]:
    """All published totals. Raises RulesError for an entry that is not complete."""
    return validated(path, tuple[Total, ...], read_yaml(path))


def by_program(totals: Sequence[Total], year: int) -> Mapping[str, Mapping[str, Total]]:
    """The totals of a year by program and figure, of all tracks together."""
    found: dict[str, dict[str, Total]] = {}
    for total in totals:
        if total.year == year and not total.track:
            found.setdefault(total.program, {})[total.figure] = total
    return found
