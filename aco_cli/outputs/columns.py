"""What an output column holds and how much it matters: the vocabulary every renderer shares, from `columns.yaml`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from aco_cli.data_files import load_yaml

SIDES = ("before", "after")


class Unit(StrEnum):
    """What the numbers or words of a column mean, which decides how each format writes them."""

    TEXT = "text"
    INTEGER = "integer"
    USD = "usd"
    FRACTION = "fraction"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


@dataclass(frozen=True)
class OutputColumn:
    """A column of an output.

    `name` is the column of the frame and the heading in files; `label` is the short heading on a terminal.
    A terminal always shows an `answer`, and a `key` that tells rows apart; of the others a narrow one keeps those with
    the smallest `priority`, those of one `group` together; a `section` is a heading above its rows. `total` columns
    are summed in its last row. Text wider than `folds_over` may fold over several lines; everything else stays on one.
    Of a text column with `numbers`, texts that are numbers are written as numbers where a format tells the two apart
    cell by cell (JSON, XLSX). An `optional` column is left out where the rows lack it; any other is then blank. `help`
    says what it means.
    """

    name: str
    unit: Unit
    label: str
    priority: int
    total: bool = False
    folds_over: int = 24
    numbers: bool = False
    optional: bool = False
    help: str = ""
    key: bool = False
    answer: bool = False
    group: str = ""
    section: bool = False

    @property
    def numeric(self) -> bool:
        """Whether the column lines up on the right, as amounts do."""
        return self.unit in {Unit.INTEGER, Unit.USD, Unit.FRACTION, Unit.NUMBER}

    @property
    def year(self) -> bool:
        """Whether the integers are calendar years, which take no thousands separator."""
        return self.name.endswith("_year") or self.name == "deferred_to"

    def on_side(self, side: str) -> "OutputColumn":
        """The column before or after a change."""
        words = f"{side.capitalize()} the change: {self.help}"
        return replace(self, name=f"{self.name}_{side}", label=f"{self.label} {side}", help=words)


def output_tables() -> Mapping[str, str]:
    """Every table that a command writes, by the words of the command line that ask for it, and what its rows are."""
    return {name: table["about"] for name, table in _declarations()["tables"].items()}


@lru_cache
def output_columns(table: str) -> tuple[OutputColumn, ...]:
    """The columns of a table in output order, as `columns.yaml` declares them."""
    held = _declarations()["tables"][table]
    columns = list(_each(held["columns"]))
    order = [*dict.fromkeys([*held.get("first", ()), *(column.name for column in columns)])]
    has_totals, optional = held.get("totals", False), held.get("omit_missing", False)
    groups = {name: group[0] for group in held.get("together", ()) for name in group}
    changed = [replace(column, **_typed(held.get("changes", {}).get(column.name, {}))) for column in columns]
    return tuple(
        replace(
            column,
            priority=order.index(column.name),
            total=column.total and has_totals,
            optional=optional,
            key=column.name in held.get("key", ()),
            answer=column.name in held.get("answer", ()),
            group=groups.get(column.name, ""),
            section=column.name in held.get("section", ()),
        )
        for column in changed
    )


def column_names(table: str) -> tuple[str, ...]:
    """The names of the columns of a table, in output order."""
    return tuple(column.name for column in output_columns(table))


@lru_cache
def _declarations() -> Mapping[str, Any]:
    declared: Mapping[str, Any] = load_yaml(Path(__file__).with_name("columns.yaml").read_text("utf-8"))
    return declared


def _each(names: Iterable[str]) -> Iterator[OutputColumn]:
    """The columns of these names, with all those that a name with {percent} stands for."""
    declared = _declarations()["columns"]
    for name in names:
        base, _, side = name.rpartition("_")
        if "{" in name:
            from aco_cli.engine.simulate import PERCENTILES  # needed for nothing else

            for percent in PERCENTILES:
                words = {key: declared[name][key].format(percent=percent) for key in ("label", "help")}
                yield OutputColumn(name.format(percent=percent), priority=0, **_typed({**declared[name], **words}))
        elif name in declared or side not in SIDES:
            yield OutputColumn(name, priority=0, **_typed(declared[name]))
        else:
            yield OutputColumn(base, priority=0, **_typed(declared[base])).on_side(side)


def _typed(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {**spec, "unit": Unit(spec["unit"])} if "unit" in spec else dict(spec)


def roster_column(name: str) -> OutputColumn:
    """How a column of the roster is shown beside those of a table: by its type in the roster's contract."""
    from aco_cli.inputs.layout import layouts_of  # needed for nothing else

    held = layouts_of("roster")[0].columns.get(name)
    unit = held.unit.replace("year", "integer") if held else "text"
    return OutputColumn(name, Unit(unit), name.replace("_", " ").capitalize(), 0)
