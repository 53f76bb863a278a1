"""Claims become final amounts as a slow reference in plain Python has them, whatever columns there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from aco_cli.inputs.claims.duckdb_tables import DuckdbTables
from aco_cli.inputs.claims.final import AMOUNTS, FinalAmounts, Repeats, Unmatched
from aco_cli.inputs.claims.tables import Totals

NEEDED = ("bene_id", "claim_type", "through_date", "paid_amount", "denied")
OPTIONAL = ("claim_id", "line_number", "adjustment_type", "hcpcs", "admission_date", "diagnosis", "record")
ORDER = ("bene_id", "claim_id", "line_number", "adjustment_type", "claim_type", "through_date", *AMOUNTS)
ORDER += ("denied", "hcpcs", "admission_date", "diagnosis", "record")
TYPES = dict.fromkeys(AMOUNTS, "DECIMAL(12, 2)") | {"denied": "BOOLEAN", "adjustment_type": "INTEGER"}
TYPES |= {"through_date": "DATE", "admission_date": "DATE", "record": "BIGINT"}
PART_A = ("60", "40")
Row = dict[str, Any]


def row(**cells: Any) -> Row:
    """A claim; columns that a file lacks are as contracts read them."""
    usual: Row = dict.fromkeys(ORDER) | dict.fromkeys(AMOUNTS, Decimal(0)) | {"adjustment_type": 0, "denied": False}
    usual |= {"bene_id": "p", "claim_type": "71", "through_date": "2018-02-10", "record": 1}
    return usual | {name: Decimal(cell) if name in AMOUNTS else cell for name, cell in cells.items()}


def given(tables: DuckdbTables, rows: Iterable[Row]) -> None:
    lines = ", ".join(
        "(" + ", ".join("NULL" if each[name] is None else f"'{each[name]}'" for name in ORDER) + ")" for each in rows
    )
    cells = ", ".join(f"CAST({name} AS {TYPES.get(name, 'VARCHAR')}) AS {name}" for name in ORDER)
    tables.table("claims_read", f"SELECT {cells} FROM (VALUES {lines}) t({', '.join(ORDER)})")


def of(tables: DuckdbTables, has: Iterable[str], rows: int = 0) -> FinalAmounts:
    return FinalAmounts(tables, {*NEEDED, *has}, rows)


def random_rows(random: Random, size: int) -> list[Row]:
    """Few values of each column, so that much comes again, and some rows as they are."""
    rows = [
        row(
            bene_id=random.choice("pq"),
            claim_id=random.choice((*"abcdefgh", None)),
            line_number=random.choice(("1", "2", None)),
            adjustment_type=random.choice((0, 0, 1, 2)),
            claim_type=random.choice(("60", "71")),
            through_date=random.choice(("2018-02-10", "2018-02-11", "2019-02-10")),
            paid_amount=random.choice(("0", "5.25", "5.25", "7.50")),
            ime_amount=random.choice(("0", "0", "1.25")),
            hcpcs=random.choice(("A", None)),
            diagnosis=random.choice(("U071", "I10")),
            record=random.choice((1, 2)),
        )
        for _ in range(size)
    ]
    return [*rows, *random.choices(rows, k=size // 5)]


class Reference:
    """The same, row by row. `columns`: those that the claims have."""

    def __init__(self, rows: Sequence[Row], has: Iterable[str]) -> None:
        self.columns = [name for name in ORDER if name in {*NEEDED, *has, *AMOUNTS}]
        self.rows = [{name: each[name] for name in ORDER} for each in rows]
        self.line = [name for name in ("claim_id", "line_number", "adjustment_type") if name in self.columns]
        self.line += [] if "line_number" in self.columns else ["paid_amount"]
        free = () if "record" in self.columns else ("hcpcs", "diagnosis")
        self.equal = [name for name in self.columns if name not in free]
        self.free = [name for name in free if name in self.columns]

    def repeats(self) -> tuple[Repeats, list[Row]]:
        """What comes again, and the rows each once."""
        if "claim_id" not in self.columns:
            return Repeats(on_each_line=self.on_each_line()), self.rows
        keys = Counter(self.key(each) for each in self.rows)
        alike: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        once = []
        for each in self.rows:
            if each["claim_id"] is not None and keys[self.key(each)] > 1:
                alike[tuple(each[name] for name in self.equal)].append(each)
            else:
                once.append(each)
        by_key: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for same in alike.values():
            least = {
                name: min((each[name] for each in same if each[name] is not None), default=None) for name in self.free
            }
            once.append(same[0] | least)
            by_key[self.key(same[0])].append(same[0])
        equal = [each for same in alike.values() for each in same[1:]]
        unequal = [each for same in by_key.values() for each in sorted(same, key=lambda each: each["paid_amount"])[1:]]
        return Repeats(total(equal), total(unequal), self.on_each_line()), once

    def key(self, each: Row) -> tuple[Any, ...]:
        return tuple(each[name] for name in self.line)

    def on_each_line(self) -> Totals:
        if "line_number" not in self.columns or "record" in self.columns:
            return Totals()
        claims: dict[Any, list[Row]] = defaultdict(list)
        for each in self.rows:
            if each["claim_id"] is not None and each["paid_amount"] != 0 and each["claim_type"] in PART_A:
                claims[each["claim_id"], each["adjustment_type"]].append(each)
        return total(
            each for own in claims.values() if len({each["paid_amount"] for each in own}) == 1 for each in own[1:]
        )

    def unmatched(self, once: Sequence[Row], years: Sequence[int]) -> Unmatched:
        if "adjustment_type" not in self.columns:
            return Unmatched()
        of_day: dict[Any, list[Row]] = defaultdict(list)
        for each in once:
            if int(each["through_date"][:4]) in years:
                of_day[each["bene_id"], each["claim_type"], each["through_date"]].append(each)
        alone = [each for own in of_day.values() for each in self.cancelled_alone(own)]
        return Unmatched(total(alone), total(each for own in of_day.values() for each in self.adjusted_alone(own)))

    def cancelled_alone(self, rows: Sequence[Row]) -> Iterable[Row]:
        """Cancellations beyond the rows of the same amount and line that they take back."""
        lines: dict[Any, list[Row]] = defaultdict(list)
        for each in rows:
            lines[each["paid_amount"], each["line_number"] if "line_number" in self.columns else ""].append(each)
        for same in lines.values():
            cancels = [each for each in same if each["adjustment_type"] == 1]
            yield from cancels[: max(2 * len(cancels) - len(same), 0)]

    def adjusted_alone(self, rows: Sequence[Row]) -> list[Row]:
        """Adjustments, where they are of more claims than are cancelled."""
        of = {code: [each for each in rows if each["adjustment_type"] == code] for code in (1, 2)}
        count = {code: len(found) for code, found in of.items()}
        if "claim_id" in self.columns:
            count = {code: len({each["claim_id"] for each in found} - {None}) for code, found in of.items()}
        return of[2] if count[2] > count[1] else []


def total(rows: Iterable[Row]) -> Totals:
    held = list(rows)
    return Totals(len(held), sum((each["paid_amount"] for each in held), Decimal(0)))


def sorted_rows(tables: DuckdbTables, sql: str) -> list[tuple[str, ...]]:
    frame = tables.query(sql)
    return sorted(tuple(map(str, each)) for each in frame.astype(object).where(frame.notna(), None).to_numpy().tolist())


@pytest.mark.parametrize(
    "has",
    [
        (),
        ("claim_id",),
        ("claim_id", "line_number"),
        ("claim_id", "adjustment_type", "diagnosis"),
        ("line_number", "adjustment_type", "hcpcs"),
        ("claim_id", "line_number", "adjustment_type", "hcpcs", "admission_date", "diagnosis"),
        ("claim_id", "line_number", "adjustment_type", "hcpcs", "admission_date", "diagnosis", "record"),
    ],
    ids=" ".join,
)
def test_random_claims_come_out_as_the_slow_reference(has: tuple[str, ...], tables: DuckdbTables) -> None:
    rows = random_rows(Random(1), 100)
    given(tables, rows)
    final, slow = of(tables, has, len(rows)), Reference(rows, has)
    assert (final.columns, final.equal, final.has_key) == (slow.columns, slow.equal, "claim_id" in has)
    repeats, once = slow.repeats()
    assert final.find_repeats(PART_A) == repeats
    assert (repeats.equal.rows > 0, repeats.unequal.rows > 0) == ("claim_id" in has,) * 2
    assert (repeats.on_each_line.rows > 0) is ("line_number" in has and "record" not in has)
    cells = ", ".join(f"CAST({name} AS VARCHAR)" for name in slow.columns)
    expected = sorted(tuple(shown(each[name]) for name in slow.columns) for each in once)
    assert sorted_rows(tables, f"SELECT {cells} FROM claims_once") == expected
    final.sign()
    signed = [(each, -1 if "adjustment_type" in has and each["adjustment_type"] == 1 else 1) for each in once]
    expected = sorted(
        (
            *(shown(each[name] * sign if name in AMOUNTS else each[name]) for name in slow.columns),
            str(sign < 0).lower(),
        )
        for each, sign in signed
    )
    assert sorted_rows(tables, f"SELECT {cells}, CAST(cancels AS VARCHAR) FROM claims") == expected
    for years in ([2018], [2018, 2019]):
        assert final.find_unmatched(years) == slow.unmatched(once, years)


def shown(cell: Any) -> str:
    """A cell as SQL makes it text."""
    if isinstance(cell, Decimal):
        return f"{cell + 0:.2f}"  # without -0
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


@pytest.mark.parametrize(
    ("cancelled", "are_negative"), [((), False), (("-5",), True), (("-5", "5"), False), (("-5", "0", "-1", "5"), True)]
)
def test_cancellations_have_a_sign_where_more_are_below_zero_than_above(
    cancelled: tuple[str, ...], are_negative: bool, tables: DuckdbTables
) -> None:
    """Amounts of other rows say nothing."""
    rows = [row(paid_amount=amount, adjustment_type=code) for amount in ("-9", "-8") for code in (0, 2)]
    given(tables, [*rows, *(row(paid_amount=amount, adjustment_type=1) for amount in cancelled)])
    assert of(tables, ["adjustment_type"]).has_negative_cancellations() is are_negative
    assert of(tables, []).has_negative_cancellations() is False


@pytest.mark.parametrize(("rows", "parts"), [(0, 1), (24_000_000, 1), (30_000_000, 2), (80_000_000, 4)])
def test_keys_of_many_rows_are_told_apart_by_parts(rows: int, parts: int, tmp_path: Path) -> None:
    """So that memory stays within bounds; each key is in one part."""
    asked: list[int] = []

    class Counting(DuckdbTables):
        def repeats(self, keys: str) -> bool:
            asked.append(len(self.query(keys)))
            return super().repeats(keys)

    with duckdb.connect(config={"threads": 1}) as connection:
        tables = Counting(connection, tmp_path)
        given(tables, [row(claim_id=f"c{n}", paid_amount=str(n % 7)) for n in range(200)])
        assert of(tables, ["claim_id"], rows).find_repeats(PART_A) == Repeats()
        assert (len(asked), sum(asked), max(asked) < 200) == (parts, 200, parts > 1)
        given(tables, [row(claim_id=f"c{n % 199}", paid_amount="7") for n in range(200)])
        assert of(tables, ["claim_id"], rows).find_repeats(PART_A).equal == Totals(1, Decimal(7))
