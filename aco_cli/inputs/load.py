"""The entry point of the readers: files in, one canonical table out, with every problem found on the way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.layout import layouts_of
from aco_cli.inputs.parts import YEAR, Part, no_rows_of, read_parts, settle_years
from aco_cli.inputs.plausible import implausible
from aco_cli.inputs.precision import complete_half_units
from aco_cli.inputs.raw import Mask
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.rows import check_duplicates, check_rows
from aco_cli.inputs.source import STDIN
from aco_cli.inputs.totals import TOTALS, fill_products, join_totals, missing_totals, named
from aco_cli.inputs.years import Years, list_years


@dataclass(frozen=True)
class Loaded:
    """A table in the order read, and what the user should be told.

    `skipped` counts the rows of years that were not asked for; `places` says of every row of a roster where it stands
    (`source_file`, `source_row`).
    """

    frame: pd.DataFrame
    remarks: list[Remark]
    skipped: int
    places: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def warnings(self) -> list[Remark]:
        """The remarks that are no mere notes."""
        return [remark for remark in self.remarks if not remark.is_note]


def load(
    files: Sequence[str],
    years: Years | None,
    *,
    layout: str = "auto",
    expenditures: Sequence[str] = (),
    precision: bool = False,
    totals_follow: bool = False,
    own: Collection[str] = (),
) -> Loaded:
    """Read rosters or CMS public use files for `years` (None: all), as canonical columns: a row per ACO and year.

    `layout` is `auto`, `roster`, `cms-puf` or `cms-results`; `expenditures` are totals files joined by id and year.
    `precision` adds to each amount and score how precisely it is printed, as `<name>_half_unit`: the true value lies
    within +- that.
    `totals_follow`: dollars may be absent, as they are computed later. `own` names columns of public use files to keep
    besides those that count, as they have hundreds; a roster's are all kept.
    Raises InputError with every problem of every file.
    """
    parts, problems, warnings, skipped = _read(files, years, layout, expenditures, precision, totals_follow, own)
    if not problems and years is not None and not any(len(part.frame) for part in parts):
        problems = [_no_rows(part, years) for part in parts]
    if problems:
        raise InputError(problems)
    held = {year for part in parts for year in part.held_years}
    held |= {int(year) for part in parts if "deferred_to" in part.frame for year in part.frame["deferred_to"].dropna()}
    if years is not None and held and (absent := sorted((years.asked or frozenset()) - held)):
        warnings.append(Remark(f"no file holds rows of {list_years(absent)}", "years_missing"))
    frame = complete_half_units(_assemble(parts)) if precision else _assemble(parts)
    places = [pd.DataFrame({"source_file": part.file, "source_row": part.rows}) for part in parts]
    return Loaded(frame, warnings, skipped, pd.concat(places, ignore_index=True))


def check(
    files: Sequence[str], layout: str = "auto", expenditures: Sequence[str] = (), *, totals_follow: bool = False
) -> tuple[list[Problem], list[Remark]]:
    """Every problem of these rosters, and what is remarked, for all years; nothing is raised for what they hold."""
    _, problems, warnings, _ = _read(files, None, layout, expenditures, False, totals_follow, ())
    return problems, warnings


def _read(
    files: Sequence[str],
    years: Years | None,
    layout: str,
    expenditures: Sequence[str],
    precision: bool,
    totals_follow: bool,
    own: Collection[str],
) -> tuple[list[Part], list[Problem], list[Remark], int]:
    """The parts of the rosters, every problem and warning, and how many rows are of other years."""
    if [*files, *expenditures].count(STDIN) > 1:
        return [], [Problem("standard input", f"{STDIN} once", "it more than once", fix="use a file for one")], [], 0
    problems: list[Problem] = []
    parts = read_parts(files, layout, problems, precision=precision, own=own)
    totals = read_parts(expenditures, "totals", problems)
    brought = {name for name in TOTALS if totals_follow or any(name in part.frame for part in totals)}
    for part in parts:
        # What a file that could not be read would have brought is not missing.
        if len(totals) == len(expenditures):
            part.problems += missing_totals(part, brought, expenditures)
        fill_products(part)
    for part in [*parts, *totals]:
        settle_years(part, years)
        problems += [*part.problems, *check_rows(part)]
    problems += check_duplicates(parts)
    skipped = sum(_keep_years(part, years) for part in parts)
    for part in totals:
        _keep_years(part, years)
    found, warnings = join_totals(parts, totals)
    told = [remark for part in [*parts, *totals] for remark in part.remarks]
    told += [] if problems or found else implausible(parts)
    return parts, problems + found, told + warnings, skipped


def _keep_years(part: Part, years: Years | None) -> int:
    """Leave only the rows of the years asked for or deferred to them; returns how many others there were."""
    if years is None or not part.has_years:
        return 0
    part.held_years = tuple(int(year) for year in part.frame[YEAR].unique())
    if years.asked is None:
        return 0
    asked = part.frame[YEAR].isin(years.asked).to_numpy(dtype=bool)
    if "deferred_to" in part.frame:
        asked = asked | part.frame["deferred_to"].isin(years.asked).to_numpy(dtype=bool)
    if asked.all():
        return 0
    if "advance_balance" in part.frame:
        part.remarks = [*part.remarks, *_owing(part, asked)]
    part.frame, part.rows = part.frame[asked].reset_index(drop=True), part.rows[asked]
    return int((~asked).sum())


def _owing(part: Part, asked: Mask) -> list[Remark]:
    """A warning of ACOs of which a year that is left out may leave advance payments to recoup."""
    blank = part.frame[asked & part.frame["advance_balance"].isna()]
    left = part.frame[~asked & (part.frame["advance_balance"] > 0)].groupby("aco_id")[YEAR].min()
    acos = blank.loc[blank["aco_id"].map(left).astype("float64") < blank[YEAR], "aco_id"].unique()
    text = f"{part.file}, column advance_balance: a year left out may leave some of that of {named(acos)} to recoup"
    return [Remark(f"{text}; settle the years in one run", "advance_left")] if len(acos) else []


def _no_rows(part: Part, years: Years) -> Problem:
    if part.layout.years:
        found = f"none: the file is the {part.layout.label}"
        return Problem(part.file, f"rows of {years}", found, fix="ask for a year it holds")
    return no_rows_of(years, part.file, part.held_years)


def _assemble(parts: Sequence[Part]) -> pd.DataFrame:
    """All parts below each other: contract columns in their order, then the rest; text that a part lacks is ''."""
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    order = layouts_of("roster")[0].columns
    frame = frame[[*(name for name in order if name in frame), *(name for name in frame if name not in order)]]
    return frame.fillna({name: "" for name in frame if isinstance(frame[name].dtype, pd.StringDtype)})
