"""Which improvement rewards of the domains explain a published score."""

import numpy as np
from numpy.typing import NDArray

from aco_cli.engine.quality.columns import Numbers

# Scores are sums of some 35 terms: differences below this are the arithmetic's.
NOISE = 1e-9
# Rows compared at a time with the 10,000 combinations.
_BLOCK = 500


def explaining(
    points: Numbers, maximum: Numbers, steps: Numbers, score: Numbers, within: Numbers
) -> tuple[Numbers, NDArray[np.int64]]:
    """The combinations of `steps`, one per domain, whose score is `score` give or take `within` (fractions).

    `points` by row and domain without reward, `maximum` by domain. Returns for each row the least rewards (points, by
    row and domain) that give its score, NaN where none do, and how many combinations do. A step that a domain's maximum
    cuts off counts as the lower one.
    """
    chosen = np.indices((len(steps),) * points.shape[1]).reshape(points.shape[1], -1).T
    chosen = chosen[np.argsort(steps[chosen].sum(axis=1), kind="stable")]
    rewards = np.full(points.shape, np.nan)
    count = np.zeros(len(points), dtype=np.int64)
    for start in range(0, len(points), _BLOCK):
        rows = slice(start, start + _BLOCK)
        # The share of its maximum that a domain reaches with each step, by row, domain and step; NaN past the maximum.
        shares = np.minimum(points[rows, :, None] + steps, maximum[:, None]) / maximum[:, None]
        shares[:, :, 1:][shares[:, :, :-1] >= 1] = np.nan
        total = sum(shares[:, domain, chosen[:, domain]] for domain in range(points.shape[1]))
        hits = np.abs(total / points.shape[1] - score[rows, None]) <= within[rows, None] + NOISE
        count[rows] = hits.sum(axis=1)
        rewards[rows] = np.where(hits.any(axis=1)[:, None], steps[chosen[hits.argmax(axis=1)]], np.nan)
    return rewards, count
