"""A published benchmark as an equation in national figures that nobody published, and what rounding does to it.

Equations, recomputed benchmarks and the effect of rounding all come from evaluating the lines of the benchmark.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.engine.benchmark.compute import PROGRAM
from aco_cli.engine.lines.functions import Column
from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.row import members
from aco_cli.engine.lines.situations import Evaluator, Situations
from aco_cli.engine.members import TYPES

Floats = NDArray[np.float64]
Figures = Mapping[str, Column]

HALF_DOLLAR = 0.5
# Enrollment types as the names of figures end.
KINDS = tuple(kind.replace("-", "_") for kind in TYPES)


@dataclass(frozen=True)
class Model:
    """A line of the benchmark that is linear in `unknowns` and that CMS publishes (column `published`, in dollars).

    `rounded` has half a unit of print of each figure that goes in; `derive` makes figures out of others.
    """

    line: str
    published: str
    unknowns: tuple[str, ...]
    rounded: Mapping[str, float]
    derive: Callable[[Figures], Figures] = lambda _: {}


class Equations:
    """ACOs that share the unknowns of a model, as equations: slopes x unknowns = target."""

    def __init__(self, model: Model, frame: pd.DataFrame, rules: Situations) -> None:
        self.model = model
        self.frame = frame
        self.rules = rules
        self.rounded = [name for name in model.rounded if name in frame]
        self.laws = (law_of(rules.book, PROGRAM, "benchmark"),)
        # The inputs of the benchmark, each by its key with the names of its members.
        self.inputs = {step.key: [step.named(each) for each in members(step)] for step in self.laws[0].inputs}
        named = [name for names in self.inputs.values() for name in names if name in frame]
        self.figures = {name: frame[name].to_numpy(dtype=np.float64) for name in named}
        self.published = frame[model.published].to_numpy(dtype=np.float64)
        unknowns = len(model.unknowns)
        base, *units = self.recompute(np.vstack([np.zeros(unknowns), np.eye(unknowns)]))
        self.slopes: Floats = np.column_stack(units) - base[:, None]
        self.target = self.published - base
        self.usable = np.isfinite(self.slopes).all(axis=1) & np.isfinite(self.target)

    def recompute(self, unknowns: Floats, moved: Figures | None = None) -> Column:
        """The line for each ACO (last axis) with these values of the unknowns, some figures perhaps moved.

        Several sets of unknowns (rows) or of moved figures (first axis) give as many rows of results.
        """
        figures = {**self.figures, **(moved or {})}
        given = {name: np.asarray(unknowns[..., at, None]) for at, name in enumerate(self.model.unknowns)}
        values = dict(self._stacked({**figures, **self.model.derive(figures), **given}))
        rows = len(self.frame)
        sets = max(value.shape[-2] for value in values.values())
        found = np.full((sets, rows), np.nan)
        evaluator = Evaluator(lambda _: self.laws, self.rules, values, lambda _: (self.model.line,))
        for _, part, computed in evaluator.blocks(rows, rows):
            found[:, part] = computed[self.model.line]
        return found if unknowns.ndim > 1 or moved else found[0]

    def _stacked(self, figures: Figures) -> Iterator[tuple[str, Column]]:
        """Figures as one array each: types (one for a figure that is not by type), sets of values, ACOs."""
        shape = 1, len(self.frame)
        for key, names in self.inputs.items():
            if any(name in figures for name in names):
                each = (figures.get(name, np.asarray(np.nan)) for name in names)
                yield key, np.stack(np.broadcast_arrays(np.empty(shape), *each)[1:])

    @cached_property
    def half_units(self) -> dict[str, Column]:
        """How far each printed figure may be from the one CMS used; a printed 0 is nobody, thus exact."""
        return {name: np.where(self.figures[name] == 0, 0.0, self.model.rounded[name]) for name in self.rounded}

    def rounding(self, unknowns: Floats) -> tuple[Column, Column]:
        """By how much rounding can move published minus recomputed at most, and its standard deviation; per ACO.

        The most is reached with each figure at that end of its interval which moves the line the same way. The
        standard deviation is that of errors that are independent and uniform over their intervals.
        """
        center = self.recompute(unknowns)
        alone = np.eye(len(self.rounded))[:, :, None]
        effects = self.recompute(unknowns, self._moved(alone)) - center
        ends = np.stack([np.sign(effects), -np.sign(effects)])
        most = np.abs(self.recompute(unknowns, self._moved(ends)) - center).max(axis=0)
        published = np.full((1, len(center)), HALF_DOLLAR)
        return most + HALF_DOLLAR, spread(np.vstack([effects, published]).T) / np.sqrt(3)

    def _moved(self, half_units: Column) -> dict[str, Column]:
        """Figures moved by so many of their half units: sets of moves x figures x ACOs."""
        return {
            name: self.figures[name] + half_units[:, at] * self.half_units[name] for at, name in enumerate(self.rounded)
        }


def spread(errors: Floats) -> Floats:
    """The standard deviation of each row's sum of independent errors with these standard deviations."""
    return np.asarray(np.sqrt((errors**2).sum(axis=1)))
