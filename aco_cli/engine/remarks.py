"""Notes on rows: a number for each combination of notes while rows are computed, texts at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Rows = NDArray[np.bool_]
Numbers = NDArray[np.int64]
# A note and the rows it stands on; a single truth value holds for all rows.
Remark = tuple[str, Rows]

# So many notes fit into the bits of a whole number.
_BITS = 63


class Remarks:
    """The combinations of notes that a run has met, each with its number; 0 is to have none."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {(): 0}

    def number(self, remarks: Iterable[Remark], rows: int) -> Numbers:
        """For each of so many rows the number of its combination of notes."""
        bits, masks = _marked(remarks, rows)
        found = np.zeros(rows, dtype=np.int64)
        if masks:
            noted = np.flatnonzero(masks[0] if len(masks) == 1 else np.bitwise_or.reduce(masks))
            places, combinations = _combined([mask[noted] for mask in masks])
            numbers = [self._number(tuple(sorted(_texts(bits, each)))) for each in combinations]
            found[noted] = np.array(numbers)[places]
        return found

    def text(self, numbers: Numbers) -> pd.Series:
        """The notes behind each number in alphabetical order, joined by "; "; empty for none."""
        joined = ["; ".join(texts) for texts in self._numbers]
        return pd.Series(joined, dtype="str").take(numbers).reset_index(drop=True)

    def _number(self, texts: tuple[str, ...]) -> int:
        return self._numbers.setdefault(texts, len(self._numbers))


def _marked(remarks: Iterable[Remark], rows: int) -> tuple[dict[str, int], list[Numbers]]:
    """The place of each note among the bits of all masks together, and the masks; notes on no row have none."""
    bits: dict[str, int] = {}
    masks: list[Numbers] = []
    for text, where in remarks:
        # What concerns no row is passed over early: notes are for few, and a run may have millions.
        if not where.any():
            continue
        mask, bit = divmod(bits.setdefault(text, len(bits)), _BITS)
        if mask == len(masks):
            masks.append(np.zeros(rows, dtype=np.int64))
        masks[mask][np.broadcast_to(where, rows)] |= 1 << bit
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


def _texts(bits: dict[str, int], combination: tuple[int, ...]) -> list[str]:
    return [text for text, bit in bits.items() if combination[bit // _BITS] >> bit % _BITS & 1]
