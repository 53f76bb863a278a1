"""Figures that can be read and can hardly be meant: told as warnings, each kind once per file with its first row."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aco_cli.data_files import load_yaml
from aco_cli.inputs.layout import layouts_of
from aco_cli.inputs.parts import YEAR, Part
from aco_cli.inputs.problems import shown
from aco_cli.inputs.raw import Floats, Mask, Rows
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.rows import row_keys
from aco_cli.inputs.totals import TOTALS, product_of

_BOUNDS = load_yaml(Path(__file__).with_name("plausible.yaml").read_text("utf-8"))
_FIGURES = ("assigned_beneficiaries", *TOTALS)
_ENOUGH = 3


def implausible(parts: Sequence[Part]) -> Iterator[Remark]:
    """What is told about rosters and public use files whose cells are all well formed."""
    for part in parts:
        if {*_FIGURES}.issubset(part.frame):
            yield from _dollars(part)
            yield from _sums(part)
        if {"assigned_beneficiaries", "person_years"}.issubset(part.frame):
            yield from _person_years(part)
        if "has_advance" in part.frame:
            yield from _advances(part)
    yield from _similar_ids(parts)


def implausible_totals(roster: pd.DataFrame) -> Iterator[Remark]:
    """What is told about roster rows, with `source_file` and `source_row`, whose totals come from other files."""
    for file, rows in roster.groupby("source_file", sort=False):
        places = rows["source_row"].to_numpy()
        part = Part(f"{file} (computed)", layouts_of("roster")[0], rows, places, (), [], [])
        yield from _dollars(part)
        yield from _sums(part)
        yield from _person_years(part)


def implausible_by_type(parts: Sequence[Part]) -> Iterator[Remark]:
    """What is told about figures by enrollment type whose cells are all well formed: those far from what is usual."""
    known = _BOUNDS["by_type"]
    for part in parts:
        types = part.frame["enrollment_type"]
        typical = types.map(known["typical"])
        least, most = (typical * by for by in known["growth"])
        years = part.frame.get("national_expenditure", typical).groupby(types).transform("median").clip(least, most)
        usual = part.frame.assign(mean=1.0, typical=typical, years=years)
        people = part.frame.get("person_years", typical)
        for name, (other, factor, words) in known["figures"].items():
            if {name, other}.issubset(usual):
                figure, low, high = usual[name], usual[other] / factor, usual[other] * factor
                odd = ((figure < low) | (figure > high)) & (low > 0) & (people >= np.where(figure, known["few"], 1))
                yield from _told(part, odd.to_numpy(), name, name, words, *map(np.asarray, (figure, types, low, high)))


def _told(part: Part, bad: Mask, column: str, code: str, words: str, *figures: Floats) -> Iterator[Remark]:
    """One remark for all bad rows of a column: of the first of them the words, with its figures in their braces."""
    places = np.flatnonzero(bad)
    if len(places):
        more = f" and {len(places) - 1:,} more" if len(places) > 1 else ""
        where = f"{part.place(column, int(places[0]))}{more}, column {column}"
        yield Remark(f"{where}: {words.format(*(each[places[0]] for each in figures))}", code)


def _column(part: Part, name: str) -> Floats:
    return part.frame[name].to_numpy(dtype=np.float64)


def _dollars(part: Part) -> Iterator[Remark]:
    people = _column(part, "assigned_beneficiaries")
    if "months" in part.frame:
        people = people * np.nan_to_num(_column(part, "months"), nan=12.0) / 12.0
    totals = {name: _column(part, name) for name in TOTALS}
    benchmark, spent = totals.values()
    with np.errstate(all="ignore"):
        for name, dollars in totals.items():
            yield from _per_beneficiary(part, people, name, dollars)
            yield from _product(part, name)
        dollars, words = (benchmark + spent) / 2, "{:,.0f} beneficiaries with {:,.0f} US dollars; in thousands?"
        few = (people < _BOUNDS["few"]) & (dollars > 0)
        yield from _told(part, few, "assigned_beneficiaries", "few_beneficiaries", words, people, dollars)
        zero = "expenditures of zero; leave the cell blank if they are not known"
        yield from _told(part, spent == 0, TOTALS[1], "zero_expenditure", zero)
        yield from _savings(part, benchmark, spent)
        yield from _revenue(part, spent)


def _per_beneficiary(part: Part, people: Floats, name: str, dollars: Floats) -> Iterator[Remark]:
    low, high = _BOUNDS["per_beneficiary"]
    each = dollars / people
    odd = (people > 0) & (dollars > 0) & ((each < low) | (each > high))
    fix = f"plausible are {low:,} to {high:,}; is it a total of all beneficiaries, in dollars?"
    yield from _told(part, odd, name, "per_beneficiary", f"{{:,.2f}} US dollars per beneficiary, {fix}", each)


def _savings(part: Part, benchmark: Floats, spent: Floats) -> Iterator[Remark]:
    """Savings that are not the published ones, and rates that are hardly possible unless others say so too."""
    savings = benchmark - spent
    known = {name: _column(part, name) for name in ("gross_savings", "published_savings") if name in part.frame}
    agrees = [np.abs(savings - others) <= _BOUNDS["rounded"] for others in known.values()]
    if (published := known.get("published_savings")) is not None:
        odd = np.abs(savings - published) > _BOUNDS["rounded"]
        words = "benchmark minus expenditures is {:,.2f}, but BnchmkMinExp says {:,.2f}; was a cell changed?"
        yield from _told(part, odd, TOTALS[1], "published_savings", words, savings, published)
    rate, most = savings / benchmark, _BOUNDS["savings_rate"]
    odd = (np.abs(rate) > most) & (spent > 0) & ~np.logical_or.reduce([*agrees, np.zeros(len(rate), bool)])
    limits = f"plausible are {-most:.0%} to {most:.0%}"
    yield from _told(part, odd, TOTALS[1], "savings_rate", f"a savings rate of {{:.1%}}, {limits}", rate)


def _revenue(part: Part, spent: Floats) -> Iterator[Remark]:
    if "participant_revenue" in part.frame:
        share, (low, high) = _column(part, "participant_revenue") / spent, _BOUNDS["revenue"]
        odd = (share > 0) & (spent > 0) & ((share < low) | (share > high))
        words = f"{{:.2%}} of expenditures, plausible are {low:.0%} to {high:.0%}; is it in dollars?"
        yield from _told(part, odd, "participant_revenue", "revenue", words, share)


def _product(part: Part, name: str) -> Iterator[Remark]:
    """Totals that are not the product of the amounts per capita and person years beside them."""
    if (found := product_of(part, name)) is not None:
        total, product = _column(part, name), found.to_numpy()
        words = f"{{:,.2f}}, but {' x '.join(part.layout.columns[name].or_product)} is {{:,.2f}}; the total counts"
        yield from _told(part, np.abs(product / total - 1) > _BOUNDS["product"], name, "product", words, total, product)


def _person_years(part: Part) -> Iterator[Remark]:
    years, people = _column(part, "person_years"), _column(part, "assigned_beneficiaries")
    odd, words = (years > people) & (people > 0), "{:,.0f} person years of {:,.0f} assigned beneficiaries"
    yield from _told(part, odd, "person_years", "person_years", words, years, people)


def _advances(part: Part) -> Iterator[Remark]:
    """Advances of which a public use file says that there are some, and not how much."""
    amount = part.frame.get("advance_balance", pd.Series(np.nan, part.frame.index))
    unknown = (part.frame["has_advance"] == 1) & amount.isna()
    words = "Adv_Pay or AIP says yes, but the amount is missing; net_payment recoups only what earlier years leave"
    yield from _told(part, unknown.to_numpy(), "advance_balance", "advance_balance", words)


def _sums(part: Part) -> Iterator[Remark]:
    """Rows that are the sum of all others of their year, or of their track in it, or of some next to them."""
    figures = part.frame[[*_FIGURES]].fillna(0.0).clip(-1e99, 1e99).to_numpy(dtype=np.float64)  # with finite sums
    years, tracks = (pd.factorize(keys)[0] for keys in (part.years, part.frame["track"]))
    is_sum = np.zeros(len(figures), dtype=bool)
    for group in (years, years * (tracks.max(initial=0) + 1) + tracks):
        totals = np.column_stack([np.bincount(group, column)[group] for column in figures.T])
        half = (np.abs(totals - 2 * figures) <= 0.5 + 1e-6 * totals).all(axis=1) & (figures > 0).all(axis=1)
        is_sum |= half & (np.bincount(group)[group] >= _ENOUGH)
    words = "the sum of the {}; leave out rows of {}totals"
    yield from _told(part, is_sum, "aco_id", "sum_of_rows", words.format("other rows", ""))
    is_told, left = is_sum.copy(), np.argsort(years, kind="stable")
    left = left[figures[left].any(axis=1) & ~is_sum[left]]
    while (found := _sums_of_neighbors(years[left], figures[left], 1 if is_sum.any() else 2)).any():
        is_sum[left[found]] = True
        left = left[~found]
    yield from _told(part, is_sum & ~is_told, "aco_id", "sum_of_rows", words.format("rows next to it", "sub"))


def _sums_of_neighbors(years: Rows, figures: Floats, fewest: int) -> Mask:
    """Which rows are the sum of so many rows of their year or more just above them, or of two or more just below."""
    found = np.zeros(len(figures), dtype=bool)
    for order, least in ((slice(None), fewest), (slice(None, None, -1), 2)):
        rows, places = figures[order], np.arange(len(figures))
        before = np.vstack([np.zeros(len(_FIGURES)), rows.cumsum(axis=0)])
        slack = 0.5 + 1e-6 * rows
        # The last row before which the sum of dollars is as much less as this row has.
        start = before[:, 1].searchsorted(before[:-1, 1] - rows[:, 1] + slack[:, 1], side="right") - 1
        start = np.minimum(start, places)
        agrees = (np.abs(before[:-1] - before[start] - rows) <= slack) | (rows == 0)
        is_sum = agrees.all(axis=1) & (rows[:, 1:] > 0).all(axis=1)
        is_sum &= years[order][start] == years[order]
        found[order] |= is_sum & (places - start >= least)
    return found


def _similar_ids(parts: Sequence[Part]) -> Iterator[Remark]:
    """The same ACO and year under ids that differ by case, signs or leading zeros; ids that may have lost letters."""
    if not parts:
        return
    ids = pd.concat([part.frame["aco_id"] for part in parts]).drop_duplicates()
    if _are_of_one_form(pa.array(ids)) or (_bare(ids).is_unique and not ids.str.isdecimal().any()):
        return
    keys = pd.concat(map(row_keys, parts), ignore_index=True)
    keys["alike"] = _bare(keys["aco_id"])
    distinct = keys[keys["alike"] != ""].drop_duplicates(["aco_id", YEAR])
    again = distinct[distinct.duplicated(["alike", YEAR])]
    if len(again):
        first = distinct[(distinct[["alike", YEAR]] == again[["alike", YEAR]].iloc[0]).all(axis=1)]
        yield _beside(again, first, "is it the same ACO?")
    lettered = distinct[distinct["aco_id"].str.fullmatch(r"[A-Za-z]+[0-9]+")]
    digits, longest = distinct["aco_id"].str.fullmatch("[0-9]+"), lettered["aco_id"].str.len().max()
    lost = distinct[digits & (distinct["aco_id"].str.len() < longest)]
    if 0 < len(lost) <= len(lettered):
        same = lettered[lettered["aco_id"].str.endswith(lost["aco_id"].iloc[0])]
        yield _beside(lost, pd.concat([same, lettered]), "did it lose its letter?")


def _beside(odd: pd.DataFrame, others: pd.DataFrame, question: str) -> Remark:
    each, other = odd.iloc[0], others.iloc[0]
    where = f"{each['file']}, row {each['row']}{f' and {len(odd) - 1:,} more' if len(odd) > 1 else ''}, column aco_id"
    beside = f"{shown(each['aco_id'])} beside {shown(other['aco_id'])} of {other['file']}, row {other['row']}"
    return Remark(f"{where}: {beside}; {question}", "similar_ids")


def _are_of_one_form(ids: pa.Array) -> bool:
    """Whether IDs are letters and digits, equally long and in one case, so that different ones are not alike."""
    lengths = pc.min_max(pc.binary_length(ids))
    is_plain = pc.and_(pc.ascii_is_alnum(ids), pc.equal(ids, pc.ascii_upper(ids)))
    return bool(lengths["min"] == lengths["max"] and pc.all(is_plain).as_py())


def _bare(ids: "pd.Series[str]") -> "pd.Series[str]":
    """What IDs are without case, signs and leading zeros of their number."""
    signless = ids.str.lower().str.replace(r"[^a-z0-9]", "", regex=True)
    return signless.str.replace(r"^([a-z]*)0+", r"\1", regex=True)
