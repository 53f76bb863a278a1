"""Notes on rows: texts with the rows they stand on, joined at the end."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Rows = NDArray[np.bool_]
Remark = tuple[str, Rows]

# Notes are bits of a whole number per row; so many fit into one.
_BITS = 60


def joined(remarks: Iterable[Remark], rows: int) -> pd.Series:
    """The notes of every row in the order given, joined by "; "; empty where there is nothing to say."""
    texts = [(text, where) for text, where in remarks if where.any()]
    result = pd.Series("", index=range(rows), dtype="str")
    for start in range(0, len(texts), _BITS):
        part = _text(texts[start : start + _BITS], rows)
        both = (result != "") & (part != "")
        result = result + pd.Series(np.where(both, "; ", ""), dtype="str") + part if start else part
    return result


def _text(remarks: list[Remark], rows: int) -> pd.Series:
    mask = np.zeros(rows, dtype=np.int64)
    for bit, (_, where) in enumerate(remarks):
        mask |= where.astype(np.int64) << bit
    places, distinct = pd.factorize(mask)
    texts = ["; ".join(text for bit, (text, _) in enumerate(remarks) if code >> bit & 1) for code in distinct.tolist()]
    return pd.Series(texts, dtype="str").take(places).reset_index(drop=True)
