"""The national picture: computed programs beside those of which only totals were published."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aco_cli.rules.published import NATIONAL, Total, by_program

# Figures that add up over programs.
_ADDED = ("acos", "saved", "reached_msr", "earned", "owed", "savings", "earned_payment", "owed_repayment")


def with_published(summary: pd.DataFrame, totals: Sequence[Total]) -> pd.DataFrame:
    """The summary with published programs and the nation below each year, marked by `source`.

    A program of which the files hold no ACO takes its published totals, if there are any. The national line is drawn
    only where every program's ACOs are all there, computed or published. Amounts are US dollars.
    """
    kinds = dict.fromkeys(summary.columns, "float64") | {"performance_year": "int64"}
    kinds |= dict.fromkeys(("by", "value", "source"), "str")
    parts = []
    for year, rows in summary.groupby("performance_year"):
        computed = {record["value"]: record for record in rows[rows["by"] == "program"].to_dict("records")}
        published = by_program(totals, int(str(year)))
        values = {name: {each.figure: each.value for each in held.values()} for name, held in published.items()}
        absent = [name for name in published if name not in computed and name != NATIONAL]
        added: list[dict[str, Any]] = [
            {"by": "program", "value": name, **values[name], "source": "published"} for name in absent
        ]
        if national := _national(computed, values, absent):
            source = "computed and published" if absent else "computed"
            added.append({"by": "national", "value": NATIONAL, **national, "source": source})
        table = pd.DataFrame(added, columns=summary.columns).assign(performance_year=year)
        parts += [rows, table.astype(kinds)]
    return pd.concat(parts, ignore_index=True)


def compare(summary: pd.DataFrame, totals: Sequence[Total]) -> pd.DataFrame:
    """Each published total beside the computed one (or the sum with published programs), and whether they agree."""
    columns = {"performance_year": "int64", "program": "str", "track": "str", "figure": "str", "computed": "float64"}
    columns |= {"published": "float64", "difference": "float64", "agrees": "str", "released": "str", "citation": "str"}
    rows = []
    groups: dict[object, list[Total]] = {}
    for total in totals:
        groups.setdefault((total.year, *_group(total)), []).append(total)
    for record in summary[summary["source"] != "published"].to_dict("records"):
        for total in groups.get((record["performance_year"], record["by"], record["value"]), ()):
            found, agrees = record[total.figure], "yes" if total.agrees(record[total.figure]) else "no"
            difference = np.nan if total.more_than else found - total.value
            figures = (total.figure, found, total.value, difference)
            rows.append((total.year, total.program, total.track, *figures, agrees, total.released, total.cite))
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def _group(total: Total) -> tuple[str, str]:
    """Which group of a summary a total is of."""
    if total.track:
        return "track", total.track
    return "national" if total.program == NATIONAL else "program", total.program


def _national(
    computed: Mapping[str, Mapping[Any, Any]], published: Mapping[str, Mapping[str, float]], absent: Sequence[str]
) -> dict[str, float]:
    """The sums over programs, or nothing where some program's ACOs are not all there."""
    for name, record in computed.items():
        if record["acos"] != published.get(name, {}).get("acos") or record["not_calculable"]:
            return {}
    if NATIONAL not in published or any("acos" not in published[name] for name in absent):
        return {}
    parts: list[Mapping[Any, Any]] = [*computed.values(), *(published[name] for name in absent)]
    sums = {figure: sum(part.get(figure, np.nan) for part in parts) for figure in _ADDED}
    return {**sums, "net_to_medicare": sums["savings"] - sums["earned_payment"] + sums["owed_repayment"]}
