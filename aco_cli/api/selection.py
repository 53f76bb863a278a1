"""What every call takes: data, performance years, which rows of them, and the files and rules that belong to them."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import pandas as pd

from aco_cli.errors import UsageError
from aco_cli.inputs.layout import CHOICES, STLMT
from aco_cli.inputs.source import TABLE_SUFFIXES, FrameFile, SheetFile
from aco_cli.inputs.unpack import allow
from aco_cli.inputs.years import Years
from aco_cli.nearest import nearest_or_all
from aco_cli.rules.book import RuleBook

if TYPE_CHECKING:
    from aco_cli.inputs.reports.stlmt import ReportInputs

Table = str | Path | pd.DataFrame
Tables = Table | Sequence[Table]
_NAME = re.compile(r"`[^`]+`|[^\W\d]\w*")
_PATTERN = re.compile(r"[*?\[]")
YearsLike = int | str | Iterable[int] | None
Names = str | Sequence[str] | None


class Rules(RuleBook):
    """The packaged rules and, over them, those of folders: `Rules("my_rules")`.

    A folder is laid out as the package's (`mssp/sequestration.yaml`; lines of the law in `mssp/settlement.yaml`).
    Raises UsageError for a folder that does not exist, RulesError for what is wrong with its files.
    """

    def __init__(self, *folders: str | Path) -> None:
        for folder in folders:
            if not Path(folder).is_dir():
                raise UsageError(
                    f"--rules {folder}: no such folder; rules are files such as {folder}/mssp/sequestration.yaml"
                )
        super().__init__([Path(folder) for folder in folders])


class Selection(TypedDict, total=False):
    """Options that calls share.

    `layout` is `auto`, `roster`, `cms-puf`, `cms-results` or `stlmt`, `sheet` a sheet of workbooks, `max_unpacked` how
    much compressed files may hold (such as "4GB"); `program`, `track` and `aco` (ID or name) choose rows by name,
    `where` by a condition such as `state == "TX"`. `join` brings columns of one's own.
    `expect_rows` is how many rows there must be. `expenditures` brings totals, or with `reference` the tables that
    benchmarks are computed from, `prior` the years before an agreement, for prior savings; `quality` brings measure
    rates or scores. `rules` are a `Rules`, or folders of rules.
    """

    layout: str
    sheet: str | None
    max_unpacked: str | None
    where: str | None
    join: Tables | None
    expect_rows: int | None
    program: Names
    track: Names
    aco: Names
    expenditures: Tables | None
    reference: Tables | None
    prior: Tables | None
    quality: Tables | None
    rules: RuleBook | str | Path | Sequence[str | Path] | None


@dataclass(frozen=True)
class Request:
    """Which rows of which files are meant, and the rules they go by."""

    files: Sequence[str]
    years: Years
    book: RuleBook
    layout: str = "auto"
    program: Sequence[str] = ()
    track: Sequence[str] = ()
    aco: Sequence[str] = ()
    expenditures: Sequence[str] = ()
    reference: Sequence[str] = ()
    prior: Sequence[str] = ()
    quality: Sequence[str] = ()
    where: str | None = None
    join: Sequence[str] = ()
    expect_rows: int | None = None
    own: Sequence[str] = ()
    reports: Sequence["ReportInputs"] = ()
    what_if: str = ""

    @property
    def is_part(self) -> bool:
        """Whether rows are chosen, so that others are no cause for a warning."""
        return bool(self.program or self.track or self.aco or self.where)


def requested(
    data: Tables, years: YearsLike, selection: Selection, own: Sequence[str] = (), *, known: Collection[str] = ()
) -> Request:
    """A call's arguments as a request; `own` names columns of the files it will use, `known` options of its own.

    Raises UsageError for an option that no call has, and for years that are none.
    """
    options = [*Selection.__annotations__, *known]
    if strange := [name for name in selection if name not in options]:
        raise UsageError(f"no option {strange[0]!r}, {nearest_or_all(strange[0], options)}")
    where, files, asked = selection.get("where"), tables(data, selection.get("sheet")), years_of(years)
    allow(selection.get("max_unpacked"))
    request = Request(
        files,
        asked,
        rules_of(selection.get("rules")),
        str(selection.get("layout", "auto")),
        names(selection.get("program")),
        names(selection.get("track")),
        [str(each) for each in _each(selection.get("aco"))],
        tables(selection.get("expenditures")),
        tables(selection.get("reference")),
        tables(selection.get("prior")),
        tables(selection.get("quality")),
        where=where,
        join=tables(selection.get("join")),
        expect_rows=selection.get("expect_rows"),
        own=[*own, *(name.strip("`") for name in _NAME.findall(where or ""))],
    )
    if request.layout not in CHOICES:
        raise UsageError(f"layout: expected one of {', '.join(CHOICES)}, found {request.layout!r}")
    has_books = any(file.lower().endswith(".xlsx") for file in request.files)
    if request.layout != STLMT and not (request.layout == "auto" and has_books):
        return request
    from aco_cli.api.reports import with_reports

    return with_reports(request)


def rules_of(rules: RuleBook | str | Path | Sequence[str | Path] | None) -> RuleBook:
    """The rules that a call names: as they are, or those of folders over the packaged ones."""
    if isinstance(rules, RuleBook):
        return rules
    return Rules(*([rules] if isinstance(rules, str | Path) else rules or ()))


def tables(given: Tables | None, sheet: str | None = None) -> list[str]:
    """Files by name, of workbooks the sheet that is named; a folder or pattern stands for its files, a frame for one.

    Raises UsageError for a folder or pattern without files.
    """
    several = isinstance(given, Iterable) and not isinstance(given, str | Path | pd.DataFrame)
    each: Any = [] if given is None else given if several else [given]
    found = [FrameFile(one) if isinstance(one, pd.DataFrame) else file for one in each for file in _files(one)]
    return [SheetFile(file, sheet) if sheet and not isinstance(file, FrameFile) else file for file in found]


def _files(given: Any) -> list[str]:
    if isinstance(given, pd.DataFrame):
        return [""]
    if not isinstance(given, str | Path):
        raise UsageError(f"expected paths or DataFrames, found a {type(given).__name__}")
    path = Path(given)
    if path.is_dir():
        held = sorted(str(each) for each in path.iterdir() if each.suffix.lower() in TABLE_SUFFIXES)
        what = "a folder without tables"
    elif _PATTERN.search(str(given)) and not path.exists():
        held = sorted(glob(str(given), recursive=True))  # noqa: PTH207 (patterns may be absolute)
        what = "no file has such a name"
    else:
        return [str(given)]
    if not held:
        raise UsageError(f"{given}: {what}")
    return held


def names(given: Names) -> list[str]:
    """Words one by one, or several with commas between."""
    return [word for item in ([given] if isinstance(given, str) else given or ()) for word in item.split(",")]


def years_of(years: YearsLike) -> Years:
    """The performance years that a call names; None is every year."""
    if isinstance(years, str):
        return Years.parse(years)
    if years is None:
        return Years.parse("all")
    return Years.parse(",".join(map(str, _each(years))))


def _each(given: Any) -> Iterable[Any]:
    """What a call names: one, several or none."""
    return () if given is None else given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
