"""From claims as they are read to final amounts: each line once, cancellations negative."""

# ruff: noqa: S608 (the words in the statements are the contracts')
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from aco_cli.data_files import load_yaml
from aco_cli.inputs.claims.contracts import CONTRACTS
from aco_cli.inputs.claims.tables import Tables, Totals

SQL: dict[str, str] = load_yaml(Path(__file__).with_name("final.yaml").read_text("utf-8"))
AMOUNTS = tuple(name for name, column in CONTRACTS["claims"].columns.items() if column.kind.name == "usd")
CANCELLATION = 1
# Keys are told apart by so many at a time, in less than half a gigabyte of memory.
_AT_ONCE = 25_000_000
# What a repeat may differ in: the line's code of a payment that stands on each line.
_TOLD_ELSEWHERE = ("hcpcs", "diagnosis")
_NONE = Totals()


@dataclass(frozen=True)
class Repeats:
    """Rows that are equal to others, those that only have the key in common, and payments on every line of a claim."""

    equal: Totals = _NONE
    unequal: Totals = _NONE
    on_each_line: Totals = _NONE


@dataclass(frozen=True)
class Unmatched:
    """Cancellations without what they take back, and adjustments of claims that were not cancelled."""

    cancelled: Totals = _NONE
    adjusted: Totals = _NONE


class FinalAmounts:
    """The views `claims_read` -> `claims`, by the columns that the files have (`record`: a hash of a whole record)."""

    def __init__(self, tables: Tables, has: Collection[str], rows: int) -> None:
        self._tables = tables
        self._rows = rows
        contract = [name for name in CONTRACTS["claims"].columns if name in has or not _may_lack(name)]
        self.columns = [*contract, *(["record"] if "record" in has else [])]
        self.has_key = "claim_id" in has
        by_line = ["line_number"] if "line_number" in has else ["paid_amount"]
        self._line = [name for name in ("claim_id", *by_line, "adjustment_type") if name in self.columns]
        others = [name for name in _TOLD_ELSEWHERE if name in self.columns and "record" not in has]
        equal = [name for name in self.columns if name not in others]
        self._words = {
            "columns": ", ".join(self.columns),
            "key": f"CASE WHEN claim_id IS NOT NULL THEN {tables.hashed(self._line)} END",
            "equal": ", ".join(equal),
            "others": "".join(f", MIN({name}) AS {name}" for name in others),
            "line": ", ".join(self._line),
        }
        self.equal = equal

    def has_negative_cancellations(self) -> bool:
        """Whether more cancellations are below zero than above: amounts that have their sign already."""
        if "adjustment_type" not in self.columns:
            return False
        below, above = self._row("signs_of_cancellations")
        return int(below) > int(above)

    def find_repeats(self, part_a: Sequence[str]) -> Repeats:
        """What comes again. `part_a` are claim types of which a payment may stand on each line."""
        on_each_line = _NONE
        if "line_number" in self.columns and "record" not in self.columns:
            types = ", ".join(f"'{each}'" for each in part_a)
            on_each_line = _totals(self._row("on_each_line", part_a=types))
        # Deliveries of a feed repeat what came before; of other tables it is worth asking first.
        if not self.has_key or not ("record" in self.columns or self._has_repeated_keys()):
            self._tables.view("claims_once", f"SELECT {self._words['columns']} FROM claims_read")
            return Repeats(on_each_line=on_each_line)
        self._tables.table("repeat_keys", SQL["repeat_keys"].format(**self._words))
        self._tables.table("alike", SQL["alike"].format(**self._words))
        self._tables.view("claims_once", SQL["once"].format(**self._words))
        return Repeats(_totals(self._row("repeats")), _totals(self._row("unequal")), on_each_line)

    def _has_repeated_keys(self) -> bool:
        slices = 1 + self._rows // _AT_ONCE
        parts = [f"ABS(k % {slices}) = {number}" for number in range(slices)] if slices > 1 else ["TRUE"]
        return any(self._tables.repeats(SQL["keys"].format(**self._words, slice=part)) for part in parts)

    def sign(self) -> None:
        """Make the view `claims`, in which cancellations are negative and `cancels` tells them."""
        if "adjustment_type" not in self.columns:
            self._tables.view("claims", "SELECT t.*, FALSE AS cancels FROM claims_once t")
            return
        cells = [
            f"CASE WHEN adjustment_type = {CANCELLATION} THEN CAST(-{name} AS DECIMAL(12, 2)) ELSE {name} END AS {name}"
            if name in AMOUNTS
            else name
            for name in self.columns
        ]
        cells.append(f"adjustment_type = {CANCELLATION} AS cancels")
        self._tables.view("claims", f"SELECT {', '.join(cells)} FROM claims_once")

    def find_unmatched(self, years: Sequence[int]) -> Unmatched:
        """What versions of claims of these calendar years are without the one that belongs to them."""
        if "adjustment_type" not in self.columns:
            return Unmatched()
        words = {
            "years": ", ".join(map(str, years)),
            "line_number": ", line_number" if "line_number" in self.columns else "",
            "claims": "DISTINCT " if self.has_key else "",
            "claim": "claim_id" if self.has_key else "1",
        }
        words["of_cancellations"] = SQL["of_cancellations"].format(**words)
        return Unmatched(*(_totals(self._row(name, **words)) for name in ("cancelled_alone", "adjusted_alone")))

    def _row(self, name: str, **words: str) -> list[Any]:
        row: list[Any] = self._tables.query(SQL[name].format(**self._words, **words)).iloc[0].tolist()
        return row


def _may_lack(name: str) -> bool:
    """Columns that stand for nothing where no file has them; lacking amounts are 0 and count."""
    column = CONTRACTS["claims"].columns[name]
    return column.optional and column.kind.name != "usd"


def _totals(row: Sequence[Any]) -> Totals:
    return Totals(int(str(row[0])), Decimal(str(row[1])))
