"""What a file's columns are called and mean: one YAML file per layout, under `layouts/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FAMILIES = ("roster", "cms-puf")
_FOLDER = Path(__file__).parent / "layouts"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Grid:
    """Values known to be whole multiples of 1/`steps`, printed with `decimals` decimals."""

    steps: int
    decimals: int


@dataclass(frozen=True)
class Column:
    """How one canonical column is made from a file.

    `sources` are the header names it may have, the official one first. `type` names the conversion (see `convert`).
    A dollar total that is absent may be the product of the columns in `or_product`.
    `percent`: numbers without a percent sign are percentages. `nonzero_min` catches a fraction read as a percentage.
    """

    name: str
    type: str
    sources: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    choices_by_program: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    or_product: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    above: float | None = None
    nonzero_min: float | None = None
    percent: bool = False
    none: frozenset[str] = frozenset()
    zero: frozenset[str] = frozenset()
    grid: Grid | None = None
    flags: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    true_when: frozenset[str] = frozenset()
    only_where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    description: str = ""

    @property
    def reads(self) -> tuple[tuple[str, ...], ...]:
        """Each file column this one is made from, with its aliases."""
        own = (self.sources,) if self.sources else ()
        return own + tuple((name,) for name in (*self.flags.values(), *self.only_where))


@dataclass(frozen=True)
class Layout:
    """A kind of file. `required` and `absent` are header names by which it is recognised.

    `absent_means` says what a file with an `absent` column is instead.

    `years` are the performance years the layout holds for (none: any); one year and no year column fixes the year.
    """

    label: str
    family: str
    columns: Mapping[str, Column]
    required: tuple[str, ...]
    absent: tuple[str, ...] = ()
    absent_means: str = "a file of another layout"
    repeated: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    keeps_others: bool = False


def layouts_of(family: str) -> tuple[Layout, ...]:
    """The layouts of a family: `roster`, `totals` or `cms-puf` (one per performance year)."""
    pattern = family.replace("-", "_") + "*.yaml"
    return tuple(load_layout(path) for path in sorted(_FOLDER.glob(pattern)))


@cache
def load_layout(path: Path) -> Layout:
    """Read one layout file."""
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  # a safe loader, in C if there
    none = data.get("none", [])
    columns = {name: _column(name, spec, none) for name, spec in data["columns"].items()}
    return Layout(
        label=data["label"],
        family=data["family"],
        columns=columns,
        required=tuple(data["required"]),
        absent=tuple(data.get("absent", ())),
        absent_means=data.get("absent_means", Layout.absent_means),
        repeated=tuple(name.lower() for name in data.get("repeated", ())),
        years=tuple(data.get("years", ())),
        constants=data.get("constants", {}),
        encoding=data.get("encoding", "utf-8"),
        keeps_others=data.get("others") == "keep",
    )


def _column(name: str, spec: Mapping[str, Any], none: list[str]) -> Column:
    known = {key: value for key, value in spec.items() if key not in ("from", "unit", "none", "zero", "grid")}
    sources = spec.get("from", () if "flags" in spec else name)
    known["sources"] = (sources,) if isinstance(sources, str) else tuple(sources)
    known["percent"] = spec.get("unit") == "percent"
    known["none"] = _marks(spec.get("none", none))
    known["zero"] = _marks(spec.get("zero", ()))
    known["or_product"] = tuple(spec.get("or_product", ()))
    by_program = {program: tuple(values) for program, values in spec.get("choices_by_program", {}).items()}
    known["choices_by_program"] = by_program
    known["choices"] = tuple(spec.get("choices", ())) or tuple(
        each for values in by_program.values() for each in values
    )
    known["true_when"] = frozenset(spec.get("true_when", ()))
    known["only_where"] = {source: frozenset(values) for source, values in spec.get("only_where", {}).items()}
    if "grid" in spec:
        known["grid"] = Grid(spec["grid"]["steps"], spec["grid"]["decimals"])
    if spec["type"] == "fraction":
        known = {"min": 0.0, "max": 1.0} | known
    return Column(name=name, **known)


def _marks(marks: Any) -> frozenset[str]:
    return frozenset(str(mark).lower() for mark in marks)
