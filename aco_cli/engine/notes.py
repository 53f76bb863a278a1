"""Notes on rows: what a reader of one settlement, benchmark or score must know, each with a code and a level.

While rows are computed a number stands for each combination of notes; their texts come at the end.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.engine.lines.functions import Column
from aco_cli.engine.lines.law import Law
from aco_cli.engine.lines.step import FIGURE
from aco_cli.engine.lines.text import show
from aco_cli.rules.parameters import VALUE_OF, Entry, Parameter, Status

Rows = NDArray[np.bool_]
Numbers = NDArray[np.int64]

REASON, WARNING, NOTE = "reason", "warning", "note"
# So many notes fit into the bits of a whole number.
_BITS = 63


@dataclass(frozen=True, order=True)
class Note:
    """A note: text, code, level (reason: why something cannot be calculated; warning; note), and what it names."""

    text: str
    code: str
    level: str = NOTE
    data: str = ""


# A note and the rows it stands on; a single truth value holds for all rows.
Remark = tuple[Note, Rows]


def notes_in_force(law: Law, entries: Mapping[str, Entry], parameters: Mapping[str, Parameter]) -> dict[str, Note]:
    """The notes that rows of a situation may get, by the key of the condition for it."""
    found = {}
    for step in law.notes:
        if not step.parameter:
            found[f"{step.key}:when"] = Note(step.text, step.name, step.level)
        elif (entry := entries.get(step.parameter)) and entry.status is not Status.PUBLISHED:
            found[f"{step.key}:when"] = unpublished(parameters[step.parameter].label, entry)
    return found


def unpublished(label: str, entry: Entry) -> Note:
    """That something rests on a rule value that is not published."""
    return Note(f"depends on {VALUE_OF[entry.status]}: {label} ({entry.cite})", "unpublished", WARNING)


def figures_told(notes: Iterable[Note]) -> frozenset[str]:
    """The figures that the texts of notes name in braces."""
    return frozenset(name for note in notes for name in FIGURE.findall(note.text))


def with_figures(texts: pd.Series, figures: Mapping[str, NDArray[np.float64]], units: Mapping[str, str]) -> pd.Series:
    """The texts of rows with their figures in place of the names in braces."""
    rows = np.flatnonzero(texts.str.contains("{", regex=False)) if figures else np.array([], dtype=np.intp)
    shown = {name: [show(number, units[name]) for number in column[rows].tolist()] for name, column in figures.items()}
    told = [
        FIGURE.sub(lambda found, at=at: shown[found[1]][at], text)  # type: ignore[misc]
        for at, text in enumerate(texts.iloc[rows])
    ]
    return texts.mask(texts.index.isin(rows), pd.Series(told, index=rows, dtype="str")) if told else texts


class Notebook:
    """The combinations of notes that a run has met, each with its number; 0 is to have none."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Note, ...], int] = {(): 0}

    def number(self, remarks: Iterable[Remark], rows: int) -> Numbers:
        """For each of so many rows the number of its combination of notes."""
        bits, masks = _marked(remarks, rows)
        found = np.zeros(rows, dtype=np.int64)
        if masks:
            noted = np.flatnonzero(masks[0] if len(masks) == 1 else np.bitwise_or.reduce(masks))
            places, combinations = _combined([mask[noted] for mask in masks])
            held = [
                tuple(sorted(note for note, bit in bits.items() if each[bit // _BITS] >> bit % _BITS & 1))
                for each in combinations
            ]
            found[noted] = np.array([self._numbers.setdefault(each, len(self._numbers)) for each in held])[places]
        return found

    def text(self, numbers: Numbers) -> pd.Series:
        """The notes behind each number in alphabetical order, joined by "; "; empty for none."""
        joined = ["; ".join(note.text for note in notes) for notes in self._numbers]
        return pd.Series(pd.array(joined, dtype="str").take(numbers))

    def has(self, level: str, numbers: Numbers) -> Rows:
        """Which numbers have a note of a level."""
        held = np.array([any(note.level == level for note in notes) for notes in self._numbers])
        found: Rows = held[numbers]
        return found

    def data(self, code: str, numbers: Numbers) -> pd.Series:
        """What the notes of a code behind each number name, joined by ", "."""
        joined = [", ".join(note.data for note in notes if note.code == code) for notes in self._numbers]
        return pd.Series(pd.array(joined, dtype="str").take(numbers))


def remarks(notes: Mapping[str, Note], figures: Mapping[str, Column]) -> Iterator[Remark]:
    """Notes with the rows on which their conditions hold."""
    for key, note in notes.items():
        yield note, np.asarray(figures[key], dtype=np.bool_)


def _marked(remarks: Iterable[Remark], rows: int) -> tuple[dict[Note, int], list[Numbers]]:
    """The place of each note among the bits of all masks together, and the masks; notes on no row have none."""
    bits: dict[Note, int] = {}
    masks: list[Numbers] = []
    for note, where in remarks:
        # What concerns no row is passed over early: notes are for few, and a run may have millions.
        if not where.any():
            continue
        mask, bit = divmod(bits.setdefault(note, len(bits)), _BITS)
        if mask == len(masks):
            masks.append(np.zeros(rows, dtype=np.int64))
        masks[mask] |= np.left_shift(where, bit, dtype=np.int64)
    return bits, masks


def _combined(masks: Sequence[Numbers]) -> tuple[NDArray[np.intp], list[tuple[int, ...]]]:
    """For each row its place among the distinct combinations of masks, and these."""
    places, first = pd.factorize(masks[0])
    combinations: list[tuple[int, ...]] = [(mask,) for mask in first.tolist()]
    for each in masks[1:]:
        others, distinct = pd.factorize(each)
        places, pairs = pd.factorize(places * len(distinct) + others)
        held = distinct.tolist()
        combinations = [(*combinations[pair // len(held)], held[pair % len(held)]) for pair in pairs.tolist()]
    return places, combinations
