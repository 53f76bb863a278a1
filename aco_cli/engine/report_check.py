"""A settlement report against itself: every figure that CMS computed beside what follows from what the report gives."""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from aco_cli.data_files import load_yaml
from aco_cli.engine.lines.functions import FUNCTIONS
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.tree import Apply, Name, Node, Number
from aco_cli.engine.reconcile import Verdict

# The one real report that was tried comes out to this, as doubles that were written with 15 digits do.
TOLERANCE = 1e-6
COLUMNS = ("table", "letter", "line", "period", "enrollment_type", "published", "recomputed", "difference", "class")
_PACKAGED = Path(__file__).with_suffix(".yaml")
_MEMBER = re.compile(r"(?:_(by1|by2|by3|py))?(?:_(esrd|disabled|aged_dual|aged_nondual))?$")


def check_report(published: pd.DataFrame, worksheet: pd.DataFrame) -> pd.DataFrame:
    """The figures of a report with what they recompute to and their class, in the order in which CMS computes them.

    `published` has table, letter, label, period, enrollment_type (`all` for a total by type) and value (a number or a
    word); `worksheet` the lines of the law for the same inputs. Figures that do not apply are left out.
    """
    law: Mapping[str, Any] = load_yaml(_PACKAGED.read_text("utf-8"))
    values = {row["line"]: _number(row["value"]) for row in worksheet.to_dict("records")}
    by_place = _by_place(worksheet)
    rows = []
    figures: list[dict[str, Any]] = published.to_dict("records")  # type: ignore[assignment]
    for each in figures:
        recomputed = _recomputed(each, law, values, by_place)
        if recomputed is not None:
            found = dict(
                zip(COLUMNS[:5], (each[name] for name in ("table", "letter", "label", *COLUMNS[3:5])), strict=True)
            )
            rows.append({**found, **_compared(each["value"], recomputed)})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("table", key=lambda names: names.map(law["order"].index), kind="stable", ignore_index=True)


def first_wrong(table: pd.DataFrame) -> tuple[pd.Series, list[str]] | None:
    """The first figure that does not follow, and the letters of others that do not; None where all do."""
    wrong = table[table["class"] == Verdict.UNEXPLAINED]
    if wrong.empty:
        return None
    letters = (wrong["table"] + " [" + wrong["letter"] + "]").drop_duplicates().tolist()
    return wrong.iloc[0], letters[1:]


def _by_place(worksheet: pd.DataFrame) -> dict[tuple[str, str, str, str], str]:
    """The first line of each table, letter, period and enrollment type."""
    found: dict[tuple[str, str, str, str], str] = {}
    for table, letter, line in worksheet[["table", "letter", "line"]].itertuples(index=False, name=None):
        member = _MEMBER.search(line)
        period, kind = (member[1] or "", member[2] or "") if member else ("", "")
        found.setdefault((table, letter, period.upper(), kind.replace("_", "-")), line)
    return found


def _recomputed(
    figure: Mapping[str, Any],
    law: Mapping[str, Any],
    values: Mapping[str, float],
    by_place: Mapping[tuple[str, str, str, str], str],
) -> float | str | None:
    place = f"{figure['table']} {figure['letter']}"
    if place in law["words"]:
        words: Mapping[str, str] = law["words"][place]
        return next((word for word, line in words.items() if values.get(line) == 1), "")
    named = law["figures"].get(place, {})
    period, kind = figure["period"], figure["enrollment_type"]
    formula = named.get("total" if kind == "all" else period)
    if formula is None:
        places = [(figure["table"], figure["letter"], each, kind) for each in (period, "", "PY")]
        formula = next((by_place[each] for each in places if each in by_place), None)
    if formula is None or isinstance(figure["value"], str):
        return None
    return _value(parse(formula.replace("{type}", kind.replace("-", "_"))), values)


def _value(node: Node, values: Mapping[str, float]) -> float:
    match node:
        case Number(value=value):
            return value
        case Name(name=name):
            return values.get(name, math.nan)
        case Apply(function=function, arguments=arguments):
            return float(FUNCTIONS[function].compute(*(_value(each, values) for each in arguments)))
    raise TypeError(node)


def _compared(published: float | str, recomputed: float | str) -> dict[str, Any]:
    if isinstance(published, str) or isinstance(recomputed, str):
        is_same = published == recomputed or (recomputed == "" and published not in ("Savings", "Losses"))
        verdict = Verdict.EXACT if is_same else Verdict.UNEXPLAINED
        return {"published": math.nan, "recomputed": math.nan, "difference": math.nan, "class": str(verdict)}
    difference = recomputed - published
    if abs(difference) <= TOLERANCE * max(1.0, abs(published)):
        verdict = Verdict.EXACT
    elif abs(difference) <= _half_unit(published):
        verdict = Verdict.ROUNDING
    else:
        verdict = Verdict.UNEXPLAINED
    return {"published": published, "recomputed": recomputed, "difference": difference, "class": str(verdict)}


def _half_unit(value: float) -> float:
    """Half a unit of the last printed digit of a figure, with at most four decimals: one with more is not rounded."""
    decimals = len(repr(value).partition(".")[2].rstrip("0"))
    return 0.5 * 10.0**-decimals * (1 + 1e-9) if 0 < decimals <= 4 else 0.0


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
