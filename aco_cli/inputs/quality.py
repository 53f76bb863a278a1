"""Tables of quality measure rates: files in, one table out, with the ids that a file lacks matched by its totals."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.layout import each_layout, name_key
from aco_cli.inputs.load import Loaded
from aco_cli.inputs.parts import YEAR, Part, fix_year, no_rows_of, read_parts, settle_years
from aco_cli.inputs.recognize import not_used
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.rows import check_duplicates, check_rows
from aco_cli.inputs.years import Years

MEASURE = re.compile(r"ACO-\d+|(DM|CAD) Composite|CAHPS_\d+|Measure_\w+|QualityID_\w+")

# What a roster or public use file may say about an ACO and a table of rates may not.
_LENT = ("agreement_start", "initial_start", "agreement_period", "first_performance_year")
# So many rates tell percentages from fractions.
_ENOUGH = 5
# Totals are whole dollars, of which one file may print the one above.
_DOLLAR = 1.0


def load_rates(files: Sequence[str], years: Years | None, *, scores: bool = False) -> Loaded:
    """Tables of measure rates for `years` (None: all) and the years before them, which give improvement.

    With `scores`, a table of computed scores will do. A row without `aco_id` has it blank (see `with_ids`). Raises
    InputError with every problem of every file.
    """
    parts, problems = _read(files, years, scores)
    if problems:
        raise InputError(problems)
    frame = pd.concat([part.frame for part in parts])
    frame = frame.fillna({name: "" for name in ("aco_id", "aco_name") if name in frame})
    held = sorted({int(year) for year in frame[YEAR].unique()})
    if years is not None and not any(year in years for year in held):
        raise InputError([no_rows_of(years, ", ".join(files), held)])
    asked = frame[YEAR].isin([year for year in held if years is None or year in years or year + 1 in years])
    return Loaded(frame[asked].reset_index(drop=True), _warnings(parts), int((~asked).sum()))


def check_rates(files: Sequence[str]) -> tuple[list[Problem], list[Remark]]:
    """Every problem and every warning of tables of rates or scores, for all years; nothing is raised for them."""
    parts, problems = _read(files, None, scores=True)
    return problems, _warnings(parts)


def _warnings(parts: Sequence[Part]) -> list[Remark]:
    return [warning for part in parts for warning in (*part.remarks, *_misspelled(part))]


def has_rates(header: Sequence[str]) -> bool:
    """Whether a header has a column of a measure, or is of a table of computed scores."""
    names = set(map(name_key, header))
    for layout in each_layout("quality"):
        columns = [column for column in layout.columns.values() if MEASURE.fullmatch(column.name)]
        measures = {name_key(name) for column in columns for name in column.sources}
        if names & measures or (not measures and names.issuperset(map(name_key, layout.required))):
            return True
    return False


def _read(files: Sequence[str], years: Years | None, scores: bool) -> tuple[list[Part], list[Problem]]:
    problems: list[Problem] = []
    parts = read_parts(files, "quality", problems)
    for part in parts:
        fix_year(part)
        settle_years(part, years)
        problems += [*part.problems, *check_rows(part), *_no_measures(part, scores), *_as_fractions(part)]
        if "aco_id" not in part.frame:
            part.frame["aco_id"] = pd.Series("", index=part.frame.index, dtype="str")
    return parts, problems + check_duplicates(parts)


def _no_measures(part: Part, scores: bool) -> list[Problem]:
    if (scores and "quality_score" in part.frame) or any(MEASURE.fullmatch(str(name)) for name in part.frame):
        return []
    expected = "columns of measure rates such as ACO-1, CAHPS_1 or QualityID_001_WI"
    return [Problem(part.file, expected, "none", 1, fix="give the file that has them")]


def _as_fractions(part: Part) -> list[Problem]:
    """Rates of a whole file between 0 and 1 are fractions: a percentage of every measure is never so low."""
    names = [name for name, column in part.layout.columns.items() if column.type == "rate" and name in part.frame]
    held = part.frame[names].to_numpy(dtype=np.float64)
    known = held[~np.isnan(held)]
    if len(known) < _ENOUGH or (known > 1).any() or not ((known > 0) & (known < 1)).any():
        return []
    found = f"{len(known):,} rates in {len(names)} columns and none above 1: fractions"
    return [Problem(part.file, "rates from 0 to 100", found, fix="multiply them by 100")]


def _misspelled(part: Part) -> list[Remark]:
    """A warning for each column that has the name of a measure but for its signs and leading zeros."""
    known = {_bare(alias): name for name, column in part.layout.columns.items() for alias in column.sources}
    others = [each for each in part.header if name_key(each) not in part.layout.aliases]
    return not_used(part.file, {each: known[_bare(each)] for each in others if _bare(each) in known})


def _bare(name: str) -> str:
    return re.sub(r"[\W_]|(?<!\d)0+(?=\d)", "", name.lower())


def with_ids(rates: pd.DataFrame, roster: pd.DataFrame | None) -> tuple[pd.DataFrame, list[str]]:
    """Rates with the ids they lack, and what a roster says of agreements; warnings name what found no match.

    A row without id is the roster's of the same year whose benchmark and expenditures are within a dollar of its own.
    """
    blank = rates["aco_id"] == ""
    if roster is None:
        text = f"{blank.sum():,} rows have no aco_id; --roster FILE gives those of the ACOs with the same totals"
        return rates, [text] if blank.any() else []
    rates = rates.assign(aco_id=rates["aco_id"].where(~blank, _matched(rates, roster, blank)))
    lost = rates[rates["aco_id"] == ""]
    names = [name for name in lost.get("aco_name", ()) if name]
    named = f": {', '.join(names[:10])}" if names else ""
    warnings = [f"{len(lost):,} rows match no ACO by their totals{named}"] if len(lost) else []
    return _lend(rates, roster), warnings


def _matched(rates: pd.DataFrame, roster: pd.DataFrame, blank: pd.Series) -> pd.Series:
    found = pd.Series("", index=rates.index, dtype="str")
    for year, rows in rates[blank].groupby(YEAR).groups.items():
        known = roster[(roster[YEAR] == year) & roster["benchmark_total"].notna()].sort_values("benchmark_total")
        if known.empty:
            continue
        benchmarks = known["benchmark_total"].to_numpy()
        wanted = rates.loc[rows, "benchmark_total"].to_numpy()
        at = np.searchsorted(benchmarks, wanted - _DOLLAR).clip(max=len(known) - 1)
        near = np.abs(benchmarks[at] - wanted) <= _DOLLAR
        spent = np.abs(known["expenditure_total"].to_numpy()[at] - rates.loc[rows, "expenditure_total"].to_numpy())
        found[rows] = np.where(near & (spent <= _DOLLAR), known["aco_id"].to_numpy()[at], "")
    return found


def _lend(rates: pd.DataFrame, roster: pd.DataFrame) -> pd.DataFrame:
    lent = [name for name in _LENT if name in roster]
    known = roster.drop_duplicates(["aco_id", YEAR]).set_index(["aco_id", YEAR])[lent]
    own = known.reindex(pd.MultiIndex.from_frame(rates[["aco_id", YEAR]])).set_axis(rates.index)
    return rates.assign(**{name: rates[name].fillna(own[name]) if name in rates else own[name] for name in lent})
