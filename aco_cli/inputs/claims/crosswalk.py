"""Beneficiaries under identifiers that they had before: who is who now, by chains of old and new ones."""

# ruff: noqa: S608 (the words in the statements are names of views and columns)
from collections.abc import Mapping, Sequence

from aco_cli.errors import Problem
from aco_cli.inputs.claims.tables import Tables

CURRENT = "current_ids"
# A step doubles what is followed: no chain is longer than 2**31, so what still goes on is a loop.
_STEPS = 32


def follow_chains(tables: Tables, sql: Mapping[str, str], file: str) -> list[Problem]:
    """Make the table `current_ids` (old_id, new_id) of the view `crosswalk_read`; or else what is wrong with it."""
    edges = "edges_0"
    tables.table(edges, sql["edges"])
    for number in range(1, _STEPS):
        loops, further = tables.query(sql["ends"].format(edges=edges)).iloc[0].tolist()
        if loops or not further:
            break
        following = f"edges_{number}"
        tables.table(following, sql["step"].format(edges=edges))
        edges = following
    if further:
        return [Problem(file, "chains of identifiers that end", "identifiers that lead back to themselves")]
    if several := int(tables.query(sql["several"].format(edges=edges))["n"].iloc[0]):
        found = f"{several:,} that lead to several"
        return [Problem(file, "one present identifier for each old one", found, fix="correct or leave out their rows")]
    tables.table(CURRENT, f"SELECT old_id, new_id FROM {edges}")
    return []


def with_current_ids(view: str, columns: Sequence[str]) -> str:
    """A statement with the rows of a view by present identifiers."""
    others = ", ".join(f"t.{column}" for column in columns if column != "bene_id")
    return (
        f"SELECT COALESCE(x.new_id, t.bene_id) AS bene_id, {others} "
        f"FROM {view} t LEFT JOIN {CURRENT} x ON t.bene_id = x.old_id"
    )
