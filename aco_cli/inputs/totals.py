"""Dollar totals: products of per capita amounts and person years, and totals from files of their own."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aco_cli.errors import Problem
from aco_cli.inputs.parts import YEAR, Part
from aco_cli.inputs.problems import shown
from aco_cli.inputs.recognize import renaming
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.rows import check_duplicates

TOTALS = ("benchmark_total", "expenditure_total")
_NAMED = 10


def missing_totals(part: Part, brought: Collection[str], files: Sequence[str]) -> list[Problem]:
    """A problem for each total that is not in the file, nor the product of its columns, nor `brought` by the others."""
    problems = []
    add = f"add it, here or in {', '.join(files)}" if files else "add it, or supply it with --expenditures FILE"
    for name in TOTALS:
        column = part.layout.columns.get(name)
        factors = column.or_product if column else ()
        if name in part.frame or name in brought or (factors and all(each in part.frame for each in factors)):
            continue
        fix = renaming(name, part.header, cutoff=0.6) or add
        expected = f"this column, or {' and '.join(factors)}" if factors else "this column"
        problems.append(Problem(part.file, f"{expected} ({part.layout.label})", "no such column", 1, name, fix))
    return problems


def product_of(part: Part, name: str) -> pd.Series | None:
    """Per capita x person years, which stand for a total; None where a column of these is absent."""
    column = part.layout.columns.get(name)
    if column is None or not column.or_product or not {*column.or_product}.issubset(part.frame):
        return None
    return part.frame[[*column.or_product]].prod(axis=1, skipna=False)


def fill_products(part: Part) -> None:
    """Put per capita x person years in the place of missing totals."""
    for name in TOTALS:
        if (product := product_of(part, name)) is not None:
            part.frame[name] = part.frame[name].fillna(product) if name in part.frame else product


def join_totals(roster: Sequence[Part], totals: Sequence[Part]) -> tuple[list[Problem], list[Remark]]:
    """Bring totals into the roster by id and year: problems (second match, contradiction) and warnings (no match)."""
    problems = check_duplicates(totals)
    if problems or not roster or not totals or len({part.has_years for part in (*roster, *totals)}) > 1:
        return problems, []
    keys = ["aco_id", YEAR] if totals[0].has_years else ["aco_id"]
    rows = (pd.Series(part.rows, part.frame.index).astype("str") for part in totals)
    placed = [part.frame.assign(place=f"{part.file}, row " + row) for part, row in zip(totals, rows, strict=True)]
    brought = pd.concat(placed).set_index(keys)
    files = ", ".join(dict.fromkeys(part.file for part in totals))
    used: list[pd.Index] = []
    for part in roster:
        wanted = pd.MultiIndex.from_frame(part.frame[keys]) if len(keys) > 1 else pd.Index(part.frame["aco_id"])
        used.append(wanted)
        matched = brought.reindex(wanted)
        for name in TOTALS:
            if name in brought:
                problems += _bring(part, name, matched)
    return problems, unmatched(used[0].append(used[1:]), brought.index, files, "totals")


def _bring(part: Part, name: str, matched: pd.DataFrame) -> list[Problem]:
    values, there = matched[name].to_numpy(), matched["place"].fillna("").to_numpy()
    own = part.frame[name].to_numpy() if name in part.frame else np.full(len(values), np.nan)
    differ = ~np.isnan(own) & ~np.isnan(values) & (own != values)
    part.frame[name] = np.where(np.isnan(own), values, own)
    part.brought[name] = np.where(np.isnan(own), there, "").tolist()
    fix = "leave one of the two out"
    return part.cell_problems(name, differ, lambda at: (f"{values[at]} as in {there[at]}", shown(own[at]), fix))


def unmatched(asked: pd.Index, brought: pd.Index, files: str, what: str) -> list[Remark]:
    """Warnings that name ACOs of the roster without match in the files, and ACOs of the files not in the roster."""
    missing, strange = asked.difference(brought), brought.difference(asked)
    bare, other = _without_letters(missing), _without_letters(strange)
    alike = np.flatnonzero(other.isin(bare))[:1]
    question = f"; is {named(strange[alike])} {named(missing[bare.isin(other[alike])][:1])}?" if len(alike) else ""
    acos, others = (f"{len(keys):,} ACO{'s' if len(keys) > 1 else ''}" for keys in (missing, strange))
    told = [f"no {what} for {acos} of the roster: {named(missing)}"] if len(missing) else []
    told += [f"{what} of {others} not in the roster: {named(strange)}{question}"] if len(strange) else []
    return [Remark(f"{files}: {text}", "unmatched") for text in told]


def _without_letters(keys: pd.Index) -> pd.Index:
    """IDs, or pairs of ID and year, without the letters and zeros before the number."""
    names, *years = (keys.get_level_values(level) for level in range(keys.nlevels))
    bare = names.astype("str").str.replace(r"^[A-Za-z]*0*(?=[0-9]+$)", "", regex=True)
    return pd.MultiIndex.from_arrays([bare, *years])


def named(keys: Any) -> str:
    """The first of some ids, or pairs of id and year, and how many more there are."""
    names = [f"{key[0]} ({key[1]})" if isinstance(key, tuple) else str(key) for key in keys[:_NAMED]]
    return ", ".join(names) + (f" and {len(keys) - _NAMED:,} more" if len(keys) > _NAMED else "")
