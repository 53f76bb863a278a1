"""What every call takes: data, performance years, which rows of them, and the files and rules that belong to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import pandas as pd

from aco_cli.errors import UsageError
from aco_cli.inputs.source import FrameFile
from aco_cli.inputs.years import Years
from aco_cli.rules.book import RuleBook

Table = str | Path | pd.DataFrame
Tables = Table | Sequence[Table]
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

    `layout` is `auto`, `roster` or `cms-puf`; `program`, `track` and `aco` choose rows by name. `expenditures` brings
    totals, or with `reference` the tables that benchmarks are computed from; `quality` brings measure rates or scores.
    `rules` are a `Rules`, or folders of rules.
    """

    layout: str
    program: Names
    track: Names
    aco: Names
    expenditures: Tables | None
    reference: Tables | None
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
    quality: Sequence[str] = ()

    @property
    def is_part(self) -> bool:
        """Whether rows are chosen, so that others are no cause for a warning."""
        return bool(self.program or self.track or self.aco)


def requested(data: Tables, years: YearsLike, selection: Selection) -> Request:
    """A call's arguments as a request. Raises UsageError for years that are none."""
    return Request(
        tables(data),
        years_of(years),
        rules_of(selection.get("rules")),
        str(selection.get("layout", "auto")),
        *(names(selection.get(name)) for name in ("program", "track", "aco")),  # type: ignore[arg-type]
        *(tables(selection.get(name)) for name in ("expenditures", "reference", "quality")),  # type: ignore[arg-type]
    )


def rules_of(rules: RuleBook | str | Path | Sequence[str | Path] | None) -> RuleBook:
    """The rules that a call names: as they are, or those of folders over the packaged ones."""
    if isinstance(rules, RuleBook):
        return rules
    return Rules(*([rules] if isinstance(rules, str | Path) else rules or ()))


def tables(given: Tables | None) -> list[str]:
    """Files by name; a frame stands for a file."""
    if given is None:
        return []
    each = [given] if isinstance(given, str | Path | pd.DataFrame) else given
    return [FrameFile(one) if isinstance(one, pd.DataFrame) else str(one) for one in each]


def names(given: Names) -> list[str]:
    """Words one by one, or several with commas between."""
    return [word for item in ([given] if isinstance(given, str) else given or ()) for word in item.split(",")]


def years_of(years: YearsLike) -> Years:
    """The performance years that a call names; None is every year."""
    if isinstance(years, str):
        return Years.parse(years)
    if years is None:
        return Years.parse("all")
    return Years.parse(",".join(map(str, [years] if isinstance(years, int) else years)))
