"""What Medicare called each person over time: CCLF names people as of a delivery; CCLF9 tells of earlier names."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aco_cli.synth.plan import Ints, Plan

_CHANGED, _CHANGED_TWICE = 0.06, 0.015  # of people
_EARLIER, _EQUITABLE, _STRANGER = (1, 2), 3, 4  # places in `_LETTERS`, from 1
_LETTERS = "GHEZ"
_NEVER = -1


@dataclass(frozen=True)
class Identifiers:
    """The names of some people, by place: current ones, which other files have, then others with the same digits.

    `ends` (people x earlier names, the latest first) has the month from which a name is no more; -1: never had.
    """

    ends: Ints
    names: Sequence[str]

    def as_of(self, who: Ints, month: Ints) -> Ints:
        """What each person was called in a month, counted from January of the first year."""
        return self._place(who, (self.ends[who] > month[:, None]).sum(axis=1))

    def equitable(self, who: Ints) -> Ints:
        """BENE_EQTBL_BIC_HICN_NUM, which never changes."""
        return self._place(who, _EQUITABLE)

    def stranger(self, who: Ints) -> Ints:
        """A name that is in no other file."""
        return self._place(who, _STRANGER)

    def earlier(self, who: Ints, month: Ints) -> tuple[Ints, Ints]:
        """Which of these people had an earlier name by a month (places in `who`), and that name; a pair for each."""
        ends = self.ends[who]
        row, name = np.nonzero((ends != _NEVER) & (ends <= month[:, None]))
        return row, self._place(who[row], name + 1)

    def _place(self, who: Ints, letter: Ints | int) -> Ints:
        return np.asarray(letter * len(self.ends) + who, dtype=np.int64)


def draw_identifiers(random: np.random.Generator, plan: Plan, names: Sequence[str]) -> Identifiers:
    """Draw who changes names, and when."""
    ends = np.sort(random.integers(1, plan.years * 12, (len(names), 2)), axis=1)[:, ::-1].copy()
    ends[ends[:, 0] == ends[:, 1], 1] = _NEVER
    draw = random.random(len(names))
    ends[draw >= _CHANGED] = _NEVER
    ends[draw >= _CHANGED_TWICE, 1] = _NEVER
    return Identifiers(ends, [*names, *(letter + name[1:] for letter in _LETTERS for name in names)])
