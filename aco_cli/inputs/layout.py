"""What a file's columns are called and mean: one YAML file per layout, under `layouts/`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any

from aco_cli.data_files import load_yaml
from aco_cli.nearest import NUMBERS, did_you_mean, nearest

# What a file may be: our roster, CMS's public use file of a year, or the results file of another program.
FAMILIES = ("roster", "cms-puf", "cms-results")
# What `layout` may be: told by the header, one of these families, or CMS's settlement report.
STLMT = "stlmt"
CHOICES = ("auto", *FAMILIES, STLMT)
_WORDS = "WORDS"
_FOLDER = Path(__file__).parent / "layouts"
_UNITS = {"id": "text", "choice": "text", "election": "text", "rate": "percent"}
_BOUNDS = {"fraction": {"min": 0.0, "max": 1.0}, "rate": {"min": 0.0, "max": 100.0}}
_CODE_DRESSING = re.compile(r"\.0+$|[^\w+]|_")
_DIGITS = partial(re.sub, r"\D", "")
_CLOSE = 0.92  # nearer than basic is to basic-a
# Percent and dollar signs stay: `loss_limit (%)` is another column than loss_limit.
_NAME_DRESSING = re.compile(r"[^\w%$]+|_")


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
    `percent`: numbers without a percent sign are percentages; `unit_of_file`: whether they are goes by the column's
    values. `nonzero_min` tells fractions from percentages.
    `unsigned`: only the size counts, whichever sign it is printed with; `less` is a column whose size is taken off.
    `codes` gives the value for each spelling a file uses. `help` says in a sentence what the column means; a layout of
    a CMS file may leave that to the layout of the roster.
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
    unit_of_file: bool = False
    none: frozenset[str] = frozenset()
    zero: frozenset[str] = frozenset()
    unsigned: bool = False
    less: str = ""
    grid: Grid | None = None
    flags: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""
    codes: Mapping[str, str | float] = field(default_factory=dict)
    true_when: Sequence[str] = ()
    only_where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    help: str = ""

    @property
    def unit(self) -> str:
        """What the values are: text, boolean, date, integer, year, usd, fraction, percent or number."""
        return _UNITS.get(self.type, self.type)

    @cached_property
    def spellings(self) -> Mapping[str, Any]:
        """The choices by the keys of all their spellings."""
        return {code_key(each): each for each in self.choices} | dict(self.codes)

    def meant(self, text: str) -> Any:
        """The choice that a text spells; None where it is none."""
        return self.spellings.get(code_key(text))

    def nearly(self, text: str) -> str:
        """`did you mean basic-b?` for a text that nearly spells a choice, or is nearly one or two; else nothing."""
        near = nearest(code_key(text), self.spellings, cutoff=_CLOSE)
        if near and self.choices:
            return f"did you mean {self.spellings[near[0]]}?"
        digits, known = _DIGITS(code_key(text)), self.choices or tuple(self.spellings)
        same = [each for each in known if digits and _DIGITS(each) == digits]  # Trak One is track-1, not track-3
        told = (did_you_mean(text.strip().lower(), each, most=2, cutoff=0.5) for each in (same, known))
        return next(filter(None, told), "").removeprefix("; ")

    @property
    def reads(self) -> tuple[tuple[str, ...], ...]:
        """Each file column this one is made from, with its aliases."""
        own = (self.sources,) if self.sources else ()
        alone = (*self.flags.values(), *self.only_where, *filter(None, [self.less]))
        return own + tuple((name,) for name in alone)


@dataclass(frozen=True)
class Layout:
    """A kind of file. `required` and `absent` are header names by which it is recognized.

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

    @property
    def is_of_cms(self) -> bool:
        """Whether CMS publishes such files, whose columns are many and mostly not used."""
        return self.family.startswith("cms-")

    @cached_property
    def aliases(self) -> Mapping[str, frozenset[str]]:
        """The keys of every name that a column may have, by each of them."""
        known: dict[str, frozenset[str]] = {}
        for group in (group for column in self.columns.values() for group in column.reads):
            names = frozenset(map(name_key, group))
            known |= {name: names | known.get(name, frozenset()) for name in names}
        return known


def each_layout(family: str) -> Iterator[Layout]:
    """The layouts of a family, each read when it is asked for: `roster`, `totals` or `cms-puf` (one per year)."""
    return map(load_layout, _paths(_FOLDER, family))


@cache
def _paths(folder: Path, family: str) -> list[Path]:
    return sorted(folder.glob(family.replace("-", "_") + "*.yaml"))


def layouts_of(family: str) -> tuple[Layout, ...]:
    """All layouts of a family."""
    return tuple(each_layout(family))


def all_layouts() -> dict[str, Layout]:
    """Every layout by the name of its file, the roster first."""
    paths = sorted(_FOLDER.glob("*.yaml"), key=lambda path: (path.stem != "roster", path))
    return {path.stem: load_layout(path) for path in paths}


@cache
def load_layout(path: Path) -> Layout:
    """Read one layout file."""
    data = {key: _fixed(value) for key, value in load_yaml(path.read_text("utf-8")).items()}
    none = data.pop("none", ())
    shared = _shared(data["family"])
    specs = {name: {**shared.get(name, {}), **(spec or {})} for name, spec in data["columns"].items()}
    data["columns"] = {name: _column(name, spec, none) for name, spec in specs.items()}
    data["keeps_others"] = data.pop("others", "") == "keep"
    data["repeated"] = tuple(map(name_key, data.get("repeated", ())))
    return Layout(**data)


@cache
def _shared(family: str) -> Mapping[str, Mapping[str, Any]]:
    """The columns that several layouts of a family share."""
    path = _FOLDER / "shared" / f"{family.replace('-', '_')}.yaml"
    shared: Mapping[str, Mapping[str, Any]] = load_yaml(path.read_text("utf-8")) if path.exists() else {}
    return shared


@cache
def _blanks() -> Sequence[str]:
    """The words for a blank cell that `none: [WORDS]` stands for."""
    blanks: Sequence[str] = load_yaml((_FOLDER / "shared" / "blanks.yaml").read_text("utf-8"))
    return blanks


def _column(name: str, spec: Mapping[str, Any], none: Sequence[str]) -> Column:
    """A column as the file has it; the marks of `none` hold where it says nothing of its own."""
    known = {"none": none, **_BOUNDS.get(spec["type"], {}), **{key: _fixed(value) for key, value in spec.items()}}
    sources = known.pop("from", () if "flags" in spec else name)
    known["sources"] = (sources,) if isinstance(sources, str) else sources
    unit = known.pop("unit", "")
    known |= {"percent": unit == "percent", "unit_of_file": unit == "file"}
    known["none"] = frozenset(
        chain.from_iterable(_blanks() if mark == _WORDS else [mark.lower()] for mark in known["none"])
    )
    known["zero"] = frozenset(map(str.lower, known.get("zero", ())))
    known["choices_by_program"] = {key: _fixed(words) for key, words in spec.get("choices_by_program", {}).items()}
    known.setdefault("choices", tuple(chain(*known["choices_by_program"].values())))
    known["codes"] = {code_key(str(code)): value for code, value in spec.get("codes", {}).items()}
    known["grid"] = Grid(spec["grid"]["steps"], spec["grid"]["decimals"]) if "grid" in spec else None
    return Column(name, **known)


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def code_key(text: str) -> str:
    """What is the same in all spellings of a code: BASIC A and basic_a; 1 and 1.0; Track 1+ and Track One Plus."""
    key = _CODE_DRESSING.sub("", text.strip().lower()).replace("+", "plus")
    for word, digit in NUMBERS.items():
        key = key.replace(word, digit)
    return key


@cache
def name_key(name: str) -> str:
    """What is the same in all spellings of a column's name: ACO_ID, Aco Id, aco.id and acoId."""
    return _NAME_DRESSING.sub("", name.lower())
