"""A settlement report against itself: every figure that CMS computed beside what follows from what the report gives."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from aco_cli.data_files import load_yaml
from aco_cli.engine.lines.functions import FUNCTIONS
from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.tree import Apply, Name, Node, Number, names
from aco_cli.engine.reconcile import Verdict
from aco_cli.rules.book import RuleBook

# The one real report that was tried comes out to this, as doubles that were written with 15 digits do.
TOLERANCE = 1e-6
COLUMNS = ("table", "letter", "line", "period", "enrollment_type", "published", "recomputed", "difference", "class")
_WHERE = ("table", "letter", "label", "period", "enrollment_type")
_PACKAGED = Path(__file__).with_suffix(".yaml")
_MEMBER = re.compile(r"(?:_(by1|by2|by3|py))?(?:_(esrd|disabled|aged_dual|aged_nondual))?$")


class Recomputed(NamedTuple):
    """What a figure recomputes to, and whether that is what is printed."""

    value: float | str
    is_right: bool


def check_report(published: pd.DataFrame, worksheet: pd.DataFrame) -> pd.DataFrame:
    """The figures of a report with what they recompute to and their class, in the order in which CMS computes them.

    `published` has table, letter, label, period, enrollment_type (`all` for a total by type) and value (a number or a
    word); `worksheet` the lines of the law for the same inputs. Figures that do not apply are left out. Column
    `formula` says of which lines a figure is made.
    """
    rows = [
        {
            **dict(zip(COLUMNS[:5], (each[name] for name in _WHERE), strict=True)),
            **_compared(each["value"], recomputed),
            "formula": formula,
        }
        for each, formula, recomputed in _recomputed_figures(published, worksheet)
    ]
    order = _declared()["order"]
    table = pd.DataFrame(rows, columns=[*COLUMNS, "formula"])
    return table.sort_values("table", key=lambda names: names.map(order.index), kind="stable", ignore_index=True)


def recomputed_figures(published: pd.DataFrame, worksheet: pd.DataFrame) -> dict[tuple[str, str, str, str], Recomputed]:
    """What the figures of a report recompute to, by table, letter, period and enrollment type; see `check_report`."""
    return {
        (each["table"], each["letter"], each["period"], each["enrollment_type"]): Recomputed(
            recomputed, _compared(each["value"], recomputed)["class"] != Verdict.UNEXPLAINED
        )
        for each, _, recomputed in _recomputed_figures(published, worksheet)
    }


def _recomputed_figures(
    published: pd.DataFrame, worksheet: pd.DataFrame
) -> Iterator[tuple[dict[str, Any], str | None, float | str]]:
    """The figures that follow from others, each with its formula and what it recomputes to."""
    law = _declared()
    values = {row["line"]: _number(row["value"]) for row in worksheet.to_dict("records")}
    by_place = _by_place(worksheet)
    figures: list[dict[str, Any]] = published.to_dict("records")  # type: ignore[assignment]
    for each in figures:
        formula = _formula(each, law, by_place)
        recomputed = _recomputed(each, formula, law["words"], values)
        if recomputed is not None:
            yield each, formula, recomputed


@cache
def _declared() -> Mapping[str, Any]:
    declared: Mapping[str, Any] = load_yaml(_PACKAGED.read_text("utf-8"))
    return declared


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
        period, kind = _MEMBER.findall(line)[0]
        found.setdefault((table, letter, period.upper(), kind.replace("_", "-")), line)
    return found


def _formula(
    figure: Mapping[str, Any], law: Mapping[str, Any], by_place: Mapping[tuple[str, str, str, str], str]
) -> str | None:
    named = law["figures"].get(f"{figure['table']} {figure['letter']}", {})
    period, kind = figure["period"], figure["enrollment_type"]
    found = named.get("total" if kind == "all" else period)
    if found is None:
        places = [(figure["table"], figure["letter"], each, kind) for each in (period, "", "PY")]
        found = next((by_place[each] for each in places if each in by_place), None)
    return str(found).replace("{type}", kind.replace("-", "_")) if found else None


def _recomputed(
    figure: Mapping[str, Any], formula: str | None, words: Mapping[str, Mapping[str, str]], values: Mapping[str, float]
) -> float | str | None:
    place = f"{figure['table']} {figure['letter']}"
    if place in words:
        return next((word for word, line in words[place].items() if values.get(line) == 1), "")
    return None if formula is None or isinstance(figure["value"], str) else _value(parse(formula), values)


def followers(formula: str, table: pd.DataFrame, book: RuleBook) -> list[str]:
    """The figures of a report, as `3 [X]`, that follow from those that a formula names."""
    users: dict[str, set[str]] = defaultdict(set)
    for name in ("benchmark", "settlement_from_benchmark"):
        for step in law_of(book, "mssp", name).known.values():
            for used in chain.from_iterable(map(names, step.trees.values())):
                users[_base(used.partition("[")[0].rpartition(".")[2])].add(step.name)
    reached: set[str] = set()
    ahead = [_base(name) for name in names(parse(formula))]
    while ahead:
        new = users[ahead.pop()] - reached
        reached |= new
        ahead += new
    made = table["formula"].map(lambda each: bool({_base(name) for name in names(parse(each))} & reached))
    found = table[made.astype(bool)]
    return (found["table"] + " [" + found["letter"] + "]").drop_duplicates().tolist()


def _base(line: str) -> str:
    """The name of a line without period and enrollment type."""
    return _MEMBER.sub("", line)


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
