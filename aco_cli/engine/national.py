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
    parts = []
    for year, rows in summary.groupby("performance_year"):
        computed = _computed(rows)
        published = by_program(totals, int(str(year)))
        absent = [name for name in published if name not in computed and name != NATIONAL]
        added = [_row(year, "program", name, _values(published[name]), "published") for name in absent]
        if national := _national(computed, published, absent):
            source = "computed and published" if absent else "computed"
            added.append(_row(year, "national", NATIONAL, national, source))
        parts += [rows, pd.DataFrame(added, columns=summary.columns).astype(_dtypes(summary))]
    return pd.concat(parts, ignore_index=True)


def compare(summary: pd.DataFrame, totals: Sequence[Total]) -> pd.DataFrame:
    """Each published total beside the computed one (or the sum with published programs), and whether they agree."""
    rows = []
    computed = summary[summary["source"] != "published"]
    for record in computed[computed["by"].isin(["program", "national"])].to_dict("records"):
        for total in by_program(totals, record["performance_year"]).get(record["value"], {}).values():
            found = record[total.figure]
            rows.append(
                {
                    "performance_year": total.year,
                    "program": total.program,
                    "figure": total.figure,
                    "computed": found,
                    "published": total.value,
                    "difference": found - total.value,
                    "agrees": "yes" if total.agrees(found) else "no",
                    "citation": total.cite,
                }
            )
    columns = {"performance_year": "int64", "program": "str", "figure": "str", "computed": "float64"}
    columns |= {"published": "float64", "difference": "float64", "agrees": "str", "citation": "str"}
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def _computed(rows: pd.DataFrame) -> dict[str, Mapping[Any, Any]]:
    programs = rows[rows["by"] == "program"]
    return {record["value"]: record for record in programs.to_dict("records")}


def _values(totals: Mapping[str, Total]) -> dict[str, float]:
    return {figure: total.value for figure, total in totals.items()}


def _national(
    computed: Mapping[str, Mapping[Any, Any]], published: Mapping[str, Mapping[str, Total]], absent: Sequence[str]
) -> dict[str, float]:
    """The sums over programs, or nothing where some program's ACOs are not all there."""
    for name, record in computed.items():
        count = published.get(name, {}).get("acos")
        if count is None or record["acos"] != count.value or record["not_calculable"]:
            return {}
    if NATIONAL not in published or any("acos" not in published[name] for name in absent):
        return {}
    parts: list[Mapping[Any, Any]] = [*computed.values(), *(_values(published[name]) for name in absent)]
    sums = {figure: sum(part.get(figure, np.nan) for part in parts) for figure in _ADDED}
    return {**sums, "net_to_medicare": sums["savings"] - sums["earned_payment"] + sums["owed_repayment"]}


def _row(year: object, by: str, value: str, figures: Mapping[str, float], source: str) -> dict[str, object]:
    return {"performance_year": year, "by": by, "value": value, **figures, "source": source}


def _dtypes(summary: pd.DataFrame) -> dict[str, str]:
    texts = ("by", "value", "source")
    whole = ("performance_year",)
    return {name: "str" if name in texts else "int64" if name in whole else "float64" for name in summary.columns}
