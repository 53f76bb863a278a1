"""Computed quality scores into a roster, by id and performance year."""

import pandas as pd

from aco_cli.engine.quality.score import BASIS

KEYS = ["aco_id", "performance_year"]
_BROUGHT = ("quality_score", "quality_reported")
# What is derived from rates fills only what a roster leaves blank.
_STANDARD, DERIVED = "quality_standard_met", ("quality_standard_met", "quality_alternative_met")
_NAMED = 10


def join_scores(roster: pd.DataFrame, scored: pd.DataFrame) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Bring scores and reporting into a roster, where there are some, and standards where the roster leaves them blank.

    `quality_standard_basis` says what a standard that was brought rests on; it is blank where the roster gives one.
    Also returns the ids of the roster that have no score, and those of scores that are not in the roster.
    """
    known = scored[scored["aco_id"] != ""].drop_duplicates(KEYS).set_index(KEYS)
    wanted = pd.MultiIndex.from_frame(roster[KEYS])
    brought: dict[str, pd.Series] = {}
    for name in _BROUGHT:
        values = _of(known, name, wanted, roster).astype("float64")
        brought[name] = values.fillna(roster[name]) if name in roster else values
    blank = roster[_STANDARD].isna() if _STANDARD in roster else pd.Series(True, index=roster.index)
    for name in DERIVED:
        values = _of(known, name, wanted, roster).astype("float64")
        brought[name] = roster[name].astype("float64").fillna(values) if name in roster else values
    brought[BASIS] = _of(known, BASIS, wanted, roster).fillna("").astype("str").where(blank, "")
    missing = roster.loc[known["quality_score"].reindex(wanted).isna().to_numpy(), "aco_id"]
    others = known.index.difference(wanted)
    return roster.assign(**brought), missing.tolist(), [aco_id for aco_id, _ in others]


def _of(known: pd.DataFrame, name: str, wanted: pd.MultiIndex, roster: pd.DataFrame) -> pd.Series:
    return known[name].reindex(wanted).set_axis(roster.index)


def some(ids: list[str]) -> str:
    """The first ids, and how many more there are."""
    more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
    return ", ".join(ids[:_NAMED]) + more
