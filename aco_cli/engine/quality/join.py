"""Computed quality scores into a roster, by id and performance year."""

import pandas as pd

KEYS = ["aco_id", "performance_year"]
_BROUGHT = ("quality_score", "quality_reported")
_NAMED = 10


def join_scores(roster: pd.DataFrame, scored: pd.DataFrame) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Bring `quality_score` and `quality_reported` into a roster; where there is none, the roster's own stay.

    Also returns the ids of the roster that have no score, and those of scores that are not in the roster.
    """
    known = scored[scored["aco_id"] != ""].drop_duplicates(KEYS).set_index(KEYS)
    wanted = pd.MultiIndex.from_frame(roster[KEYS])
    brought = {}
    for name in _BROUGHT:
        values = known[name].reindex(wanted).set_axis(roster.index).astype("float64")
        brought[name] = values.fillna(roster[name]) if name in roster else values
    missing = roster.loc[known["quality_score"].reindex(wanted).isna().to_numpy(), "aco_id"]
    others = known.index.difference(wanted)
    return roster.assign(**brought), missing.tolist(), [aco_id for aco_id, _ in others]


def some(ids: list[str]) -> str:
    """The first ids, and how many more there are."""
    more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
    return ", ".join(ids[:_NAMED]) + more
