"""One entry of a table of the law, in one period."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aco_cli.engine.lines.tree import Node
from aco_cli.engine.members import AXES

PACKAGED = Path(__file__).parents[2] / "law"
# A line whose figure stands in the text of a note: `{other_items}`.
FIGURE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Step:
    """A figure of the law: an input or a line, in one period where it has periods.

    `label`, `unit`, CMS's `letter` and `words` say what it is, `table` and `appendix` in which of CMS's tables it
    stands. An input is `given` by the roster or by files, in `column` if that is not its name; a `choice` is a
    condition that a blank answers with no, an `override` stands in for what the rules give. A line has a `formula`, and
    a citation (`cite`) or the parameter that it takes (`rule`), whose citation then stands for its own. `by` names what
    it has members for. `later` are lines below it that it may name all the same, `after` the line that a new one stands
    behind.

    Tables of other kinds say more: notes their `text` (with figures in braces), `level` and when they stand (`when`),
    what would `give` what is missing, or the `parameter` that may not be published; distances the roster column to
    `change`, its value `to` the other side, what they are called when they are `reached`, and in words what `crossing`
    and `crossing_back` would do; the waterfall the `part` that a step is of.

    `trees` has the formulas by field, over the keys of figures; `file` and `place` say where it is written. `key` is
    the name by which formulas know it: `trend[by1]`.
    """

    name: str
    period: str = ""
    label: str = ""
    unit: str = ""
    letter: str = ""
    formula: str = ""
    when: str = ""
    to: str = ""
    cite: str = ""
    rule: str = ""
    words: str = ""
    table: str = ""
    appendix: str = ""
    given: str = ""
    column: str = ""
    choice: bool = False
    override: bool = False
    by: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    after: str = ""
    later: tuple[str, ...] = ()
    shares_letter: bool = False
    text: str = ""
    level: str = ""
    give: str = ""
    parameter: str = ""
    change: str = ""
    reached: str = ""
    crossing: str = ""
    crossing_back: str = ""
    part: str = ""
    trees: Mapping[str, Node] = field(default_factory=dict)
    file: Path = PACKAGED
    place: tuple[int | str, ...] = ()
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{self.name}[{self.period}]" if self.period else self.name)

    @property
    def axis(self) -> str:
        """What its members are: `type`, `domain`, or nothing for a figure that is one alone."""
        return next((axis for axis in self.by if axis in AXES), "")

    @property
    def is_outside(self) -> bool:
        """Whether a folder of rules or a scenario brings it."""
        return not self.file.is_relative_to(PACKAGED)

    @property
    def lacking(self) -> str:
        """The text of a note with what would bring what is missing."""
        return f"{self.text} ({self.give})" if self.give else self.text

    @property
    def is_line(self) -> bool:
        """Whether it is calculated, and not given."""
        return not self.given

    def named(self, member: str = "") -> str:
        """Its name in tables: `trend_by1_aged_dual`."""
        return "_".join(filter(None, [self.name, self.period, member.replace("-", "_")]))

    def labeled(self, member: str = "") -> str:
        """Its label with period and member, as people write them."""
        told = AXES[self.axis][member] if member else ""
        return ", ".join(filter(None, [self.label, self.period.upper(), told]))
